"""Collections of deadlines brought up to date; what a deadline was before it moved is kept."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from assistant.config import DeadlinesSettings
from assistant.errors import SourceError
from assistant.sources.meeting_lists import READERS, FetchedMeetings, fetch_meetings
from assistant.sources.meetings import Meeting
from assistant.sources.polite import Validators
from db import announcing, meetings
from db.engine import Connection, Database

FRESH = timedelta(hours=20)
"""A collection asked so lately need not be asked again by itself."""

_MANY = 20

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class CollectionOutcome:
    """What became of one collection: its meetings, how many deadlines moved, or why it failed.

    `faults` are single entries that could not be used.
    """

    name: str
    meetings: int = 0
    moved: int = 0
    unchanged: bool = False
    failure: str | None = None
    faults: list[str] = field(default_factory=list)


def sync_deadlines(
    database: Database,
    settings: DeadlinesSettings,
    *,
    pause: Callable[[float], None],
    progress: Progress = lambda *_: None,
) -> list[CollectionOutcome]:
    """Ask every collection that has an address; one that fails keeps what it had."""
    outcomes = []
    for name in READERS:
        address = str(getattr(settings, name)).strip()
        if address:
            outcomes.append(_synced(database, name, address, settings, pause, progress))
    return outcomes


def are_stale(connection: Connection) -> bool:
    """Tell whether no collection was asked lately, or the last answer was none."""
    asked = [one.checked_at for one in meetings.collections(connection) if not one.failure]
    return not asked or datetime.fromisoformat(max(asked)) < datetime.now(UTC) - FRESH


def _synced(
    database: Database,
    name: str,
    address: str,
    settings: DeadlinesSettings,
    pause: Callable[[float], None],
    progress: Progress,
) -> CollectionOutcome:
    def known(where: str) -> Validators:
        with database.read() as connection:
            return Validators(*announcing.validators(connection, _key(name, where)))

    try:
        fetched = fetch_meetings(
            name, address, settings, known, pause=pause,
            progress=lambda done, total: progress(name, done, total),
        )  # fmt: skip
    except SourceError as error:
        why = f"{error.title} {error.why}".strip()
        with database.write("note a failure of deadlines") as connection:
            meetings.put_checked(connection, name, address, why)
        return CollectionOutcome(name, failure=why)
    with database.write("store deadlines") as connection:
        return _kept(connection, name, address, fetched)


def _kept(
    connection: Connection, name: str, address: str, fetched: FetchedMeetings
) -> CollectionOutcome:
    outcome = CollectionOutcome(name, unchanged=fetched.unchanged, faults=fetched.faults)
    before = meetings.documents_of(connection, name)
    if not fetched.unchanged:
        if (left := _left(fetched, before)) is not None:
            outcome.failure = f"It tells only {left:,} of {len(before):,} meetings it told before."
            meetings.put_checked(connection, name, address, outcome.failure)
            outcome.meetings = len(before)
            return outcome
        told = {file: found for file, found in fetched.files.items() if found is not None}
        rows: dict[str, tuple[str, str, int, str | None, dict[str, Any]]] = {}
        for file, meeting in ((file, one) for file, found in told.items() for one in found):
            # Some editions go by the name of another.
            key, number = meeting.edition, 1
            while key in rows:
                number += 1
                key = f"{meeting.edition}-{number}"
            document = meeting.as_document()
            outcome.moved += _remember(document, before.get(key))
            rows[key] = (key, file, meeting.year, _until(meeting), document)
        gone = meetings.files_of(connection, name) - fetched.files.keys()
        meetings.put_meetings(connection, name, list(rows.values()), {*told, *gone})
    meetings.put_checked(connection, name, address)
    for where, validators in fetched.validators.items():
        announcing.put_validators(
            connection, _key(name, where), validators.etag, validators.last_modified
        )
    outcome.meetings = len(meetings.documents_of(connection, name))
    return outcome


def _left(fetched: FetchedMeetings, before: dict[str, dict[str, Any]]) -> int | None:
    """Return how few meetings are left where a list broke off unseen, None where it is whole."""
    if len(before) < _MANY or any(found is None for found in fetched.files.values()):
        return None
    told = sum(len(found or ()) for found in fetched.files.values())
    return told if told < len(before) // 2 else None


def _remember(document: dict[str, Any], before: dict[str, Any] | None) -> int:
    """Write into a document what each deadline was before it moved; return how many moved now."""
    moved = 0
    earlier = {_place(one): one for one in (before or {}).get("deadlines", ())}
    document["was"] = dict((before or {}).get("was", {}))
    for one in document["deadlines"]:
        old = earlier.get(_place(one))
        if old and old["at"] and one["at"] and old["at"] != one["at"]:
            history = document["was"].setdefault(_place(one), [])
            document["was"][_place(one)] = [*history, old["at"]][-10:]
            moved += 1
    return moved


def _place(deadline: dict[str, Any]) -> str:
    return f"{deadline['kind']} {deadline['round']} {deadline['label']}"


def _until(meeting: Meeting) -> str | None:
    return max((one.at for one in meeting.deadlines if one.at), default=None)


def _key(name: str, where: str) -> str:
    return f"deadlines:{name}:{where}"
