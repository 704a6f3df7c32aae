"""Writing a day's announcements: papers, batch and verdict in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assistant.library.store import store
from assistant.sources.announced import Announcement
from assistant.sources.polite import Validators
from assistant.sources.record import Entry
from db import announcing, personal, works
from db.engine import Connection, Database

SOURCE = "arxiv"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a batch: its state, how many papers it should have, which it lacks and why."""

    state: str
    expected: int | None = None
    detail: str = ""
    missing: Mapping[str, str] = field(default_factory=dict)


def keep(
    database: Database,
    category: str,
    date: str,
    announcements: Sequence[Announcement],
    verdict: Verdict,
    *,
    answer: tuple[str, Validators] | None = None,
) -> announcing.BatchView:
    """Store papers and add them to their batch, all or nothing; told twice, they come once.

    A new version of a paper the person has done something with is an event. `answer` holds the
    address of a feed now kept whole, and what to ask it with the next time.
    """
    with database.write(f"store what {category} announced on {date}") as connection:
        numbers = announcing.newest_numbers(
            connection, SOURCE, [one.record.source_id for one in announcements]
        )
        outcome = store(connection, [Entry((one.record,)) for one in announcements])
        batch = announcing.put_batch(
            connection, SOURCE, category, date,
            state=verdict.state, expected=verdict.expected, detail=verdict.detail,
            missing=verdict.missing,
        )  # fmt: skip
        announcing.put_announcements(
            connection,
            batch,
            [
                (one.record.source_id, work_id, one.kind, one.record.number)
                for one, work_id in zip(announcements, outcome.work_ids, strict=True)
            ],
        )
        _note_versions(connection, announcements, outcome.work_ids, numbers)
        if answer is not None:
            announcing.put_validators(connection, answer[0], *answer[1])
        (kept,) = announcing.batches(connection, SOURCE, [category], since=date, until=date)
    return kept


def followed_since(connection: Connection, category: str) -> str | None:
    """Return the first day (ISO) of a category that the library knows."""
    held = announcing.batches(connection, SOURCE, [category])
    return held[0].date if held else None


def judge_again(
    database: Database, category: str, date: str, verdict: Verdict
) -> announcing.BatchView:
    """Write the verdict on a batch anew, its papers as they are."""
    return keep(database, category, date, (), verdict)


def _note_versions(
    connection: Connection,
    announcements: Sequence[Announcement],
    work_ids: Sequence[int],
    numbers: dict[str, int],
) -> None:
    newer = {
        work_id: one.record
        for one, work_id in zip(announcements, work_ids, strict=True)
        if one.record.number > numbers.get(one.record.source_id, one.record.number)
    }
    kept = announcing.works_of_interest(connection, newer)
    for view in works.view_works(connection, sorted(kept)):
        record = newer[view.id]
        personal.append_event(
            connection,
            "version",
            view.public_id,
            {"work": view.id, "number": record.number, "before": numbers[record.source_id]},
        )
