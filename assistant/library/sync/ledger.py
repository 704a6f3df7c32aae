"""Writing a day's announcements: papers, batch and verdict in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assistant.library.store import store
from assistant.library.sync.arxiv import SOURCE
from assistant.sources.announced import Announcement
from assistant.sources.record import Entry
from db import announcing, personal, trash, works
from db.announcing import BatchView
from db.engine import Connection, Database

UNCONFIRMED = "not confirmed yet"
"""The detail of a holiday of which only its own day tells, so that the next sync looks again."""


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
) -> BatchView:
    """Store papers and add them to their batch, all or nothing; told twice, they come once.

    A new version of a paper the person has done something with is an event. What is in the trash
    stays there, and the batch counts it as received. A batch is never judged
    worse than it was, unless the verdict names papers that are missing.
    """
    with database.write(f"store what {category} announced on {date}") as connection:
        announcements, kept_out = _outside_trash(connection, announcements)
        numbers = announcing.newest_numbers(
            connection, SOURCE, [one.record.source_id for one in announcements]
        )
        outcome = store(connection, [Entry((one.record,)) for one in announcements])
        held = held_batch(connection, category, date)
        verdict = _no_worse(held, verdict, bool(announcements or kept_out))
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
        trash.put_announcements(connection, batch, kept_out)
        _note_versions(connection, announcements, outcome.work_ids, numbers)
        kept = held_batch(connection, category, date)
    assert kept is not None
    return kept


def _outside_trash(
    connection: Connection, announcements: Sequence[Announcement]
) -> tuple[list[Announcement], list[tuple[str, int, str, int]]]:
    """Part announcements into those to store, and (id, work, kind, version) of trashed ones."""
    held = trash.find(
        connection, {found for one in announcements for found in one.record.identifiers}
    )
    news: list[Announcement] = []
    kept_out: list[tuple[str, int, str, int]] = []
    for one in announcements:
        works_held = [held[str(name)] for name in one.record.identifiers if str(name) in held]
        if works_held:
            kept_out.append((one.record.source_id, works_held[0], one.kind, one.record.number))
        else:
            news.append(one)
    return news, kept_out


def held_batch(connection: Connection, category: str, date: str) -> BatchView | None:
    """Return the batch of a category and an ISO day, None where there is none."""
    found = announcing.batches(connection, SOURCE, [category], since=date, until=date)
    return found[0] if found else None


def followed_since(connection: Connection, category: str) -> str | None:
    """Return the first day (ISO) of a category that the library knows."""
    held = announcing.batches(connection, SOURCE, [category])
    return held[0].date if held else None


def judge_again(database: Database, category: str, date: str, verdict: Verdict) -> BatchView:
    """Write the verdict on a batch anew, its papers as they are."""
    return keep(database, category, date, (), verdict)


def _no_worse(held: BatchView | None, verdict: Verdict, news: bool) -> Verdict:
    """Return the verdict on a batch, or the one it has where a fault would now belittle that."""
    if held is None or verdict.state == "complete" or verdict.missing:
        return verdict
    if verdict.state == "partial":
        settled = held.state == "complete" or (held.state == "holiday" and not news)
        counted = held.state == "partial" and held.expected is not None
        belittles = settled or (counted and verdict.expected is None)
    else:
        belittles = held.received > 0 or held.state == "holiday" != verdict.state
    if not belittles:
        return verdict
    return Verdict(held.state, held.expected, held.detail, held.missing)


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
