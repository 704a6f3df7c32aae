"""Storing what a source lists of an edition: a part at a time, then the verdict."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.config import VenuesSettings
from assistant.library.store import Outcome, store
from assistant.library.trash import outside
from assistant.sources.polite import NO_VALIDATORS, Validators
from assistant.sources.record import Entry, Record
from assistant.sources.statuses import TURNED_DOWN
from assistant.sources.submissions import FetchedEdition
from assistant.sources.venues import Edition, VenueSource
from assistant.text import digest64
from db import announcing, personal, venues, works
from db.engine import Connection, Database

PART = 1_000
"""Papers a transaction, so that nobody else waits long for the library."""
EVENT = "accepted"


@dataclass(slots=True)
class EditionOutcome:
    """What became of one source's list of an edition.

    `state` is complete, partial, absent or failed; `unchanged` says that the source told nothing
    new. `received` is how many papers it lists, `expected` how many it says there are, `gone` how
    many it listed before and no longer does.
    """

    edition: Edition
    source: str
    state: str
    received: int = 0
    expected: int | None = None
    added: int = 0
    merged: int = 0
    updated: int = 0
    trashed: int = 0
    gone: int = 0
    unchanged: bool = False
    detail: str = ""


def keep(
    database: Database,
    edition: Edition,
    kind: str,
    fetched: FetchedEdition,
    key: str = "",
    *,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> EditionOutcome:
    """Store a fetched list; stopped at any moment, the next one goes on where this one was.

    What comes while papers are missing is `partial`. A paper the person has done something with,
    and that is now accepted somewhere, is an event. The list's validators are kept under `key`.
    """
    records = fetched.records or ()
    outcome = EditionOutcome(edition, kind, "partial", len(records), fetched.expected)
    with database.read() as connection:
        before = venues.copies(connection, edition.id, kind)
    for start in range(0, len(records), PART):
        progress(start, len(records))
        part = records[start : start + PART]
        with database.write(f"store papers of {edition.label}", bulk=True) as connection:
            _store(connection, edition, part, outcome)
            if start == 0:
                venues.put_edition(
                    connection, edition.venue.id, edition.year, kind, state="partial",
                    expected=fetched.expected, detail="it was stopped before its end",
                )  # fmt: skip
    complete = fetched.expected is None or len(records) >= fetched.expected
    outcome.state = "complete" if complete else "partial"
    outcome.detail = fetched.detail or "; ".join(fetched.skipped[:3])
    outcome.gone = len(before - {record.source_id for record in records})
    with database.write(f"note what became of {edition.label}") as connection:
        judge(connection, outcome)
        if key:
            # What is not whole is asked for again.
            told = fetched.validators if complete and not outcome.detail else NO_VALIDATORS
            announcing.put_validators(connection, key, *told)
    progress(len(records), len(records))
    return outcome


def judge(connection: Connection, outcome: EditionOutcome) -> None:
    """Write the verdict on a list into the ledger."""
    changed = bool(outcome.added or outcome.merged or outcome.updated)
    venues.put_edition(
        connection, outcome.edition.venue.id, outcome.edition.year, outcome.source,
        state=outcome.state, expected=outcome.expected, detail=outcome.detail, changed=changed,
    )  # fmt: skip


def known_by(edition: Edition, source: VenueSource, settings: VenuesSettings) -> str:
    """Return the key under which it is remembered what a list can be known by."""
    asked = f"{sorted(source.parameters.items())} {getattr(settings, source.kind, '')}"
    return f"venue:{edition.id}:{source.kind}:{digest64(asked):x}"


def validators(connection: Connection, key: str) -> Validators:
    """Return what a list can be known by since it was last kept whole."""
    return Validators(*announcing.validators(connection, key))


def _store(
    connection: Connection, edition: Edition, records: Sequence[Record], outcome: EditionOutcome
) -> None:
    entries, trashed = outside(connection, [Entry((record,)) for record in records])
    outcome.trashed += trashed
    mine = _standings_of_interest(connection, entries)
    stored = store(connection, entries)
    outcome.added += stored.added
    outcome.merged += stored.merged
    outcome.updated += stored.updated
    _note_accepted(connection, edition, entries, stored, mine)


def _standings_of_interest(connection: Connection, entries: Sequence[Entry]) -> dict[int, str]:
    """Return where the works stand that the person has done something with; "" where nowhere."""
    if not entries:
        return {}
    kept = announcing.all_of_interest(connection)
    return dict.fromkeys(kept, "") | venues.standings(connection, kept)


def _note_accepted(
    connection: Connection,
    edition: Edition,
    entries: Sequence[Entry],
    stored: Outcome,
    mine: dict[int, str],
) -> None:
    accepted = {
        work_id: entry.records[0].extra["status"]
        for entry, work_id in zip(entries, stored.work_ids, strict=True)
        if work_id in mine and entry.records[0].extra["status"] not in TURNED_DOWN
    }
    now = venues.standings(connection, accepted)
    for view in works.view_works(connection, sorted(accepted)):
        if now.get(view.id, "") != mine[view.id]:
            data = {
                "work": view.id, "edition": edition.id, "venue": edition.label,
                "status": accepted[view.id], "standing": now.get(view.id),
            }  # fmt: skip
            personal.append_event(connection, EVENT, view.public_id, data)
