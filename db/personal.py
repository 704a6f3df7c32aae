"""What a person did with works: reading state, ratings, tags, and the append-only log of it."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, text

from db.models import Event, Reading, SavedSearch, WorkTag
from db.works import among, pairs


class LogEntry(NamedTuple):
    """One event of the log, and whether it was undone since."""

    id: int
    at: str
    kind: str
    subject: str
    data: dict[str, Any]
    undone: bool


def now() -> str:
    """Return this moment as the library writes it: ISO 8601, UTC, microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def readings_of(connection: Connection, work_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return work id -> {state, rating, starred} of the works that have a reading."""
    query = select(Reading.work_id, Reading.state, Reading.rating, Reading.starred).where(
        among(Reading.work_id, work_ids)
    )
    return {
        work_id: {"state": state, "rating": rating, "starred": bool(starred)}
        for work_id, state, rating, starred in connection.execute(query)
    }


def put_readings(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Set {work_id, state, rating, starred}; a reading that says nothing is removed."""
    moment = now()
    blank = {
        r["work_id"]
        for r in rows
        if r["state"] == "unread" and not r["rating"] and not r["starred"]
    }
    connection.execute(delete(Reading).where(among(Reading.work_id, blank)))
    rest = [
        {**row, "starred": int(row["starred"]), "changed_at": moment}
        for row in rows
        if row["work_id"] not in blank
    ]
    if rest:
        connection.execute(
            text(
                "INSERT INTO readings (work_id, state, rating, starred, changed_at)"
                " VALUES (:work_id, :state, :rating, :starred, :changed_at)"
                " ON CONFLICT (work_id) DO UPDATE SET state=excluded.state,"
                " rating=excluded.rating, starred=excluded.starred,"
                " changed_at=excluded.changed_at"
            ),
            rest,
        )


def tags_of(connection: Connection, work_ids: Iterable[int]) -> dict[int, list[str]]:
    """Return work id -> its tags, in alphabetical order."""
    found: dict[int, list[str]] = {}
    query = (
        select(WorkTag.work_id, WorkTag.tag)
        .where(among(WorkTag.work_id, work_ids))
        .order_by(WorkTag.tag)
    )
    for work_id, tag in connection.execute(query):
        found.setdefault(work_id, []).append(tag)
    return found


def put_tags(connection: Connection, by_work: dict[int, Sequence[str]]) -> None:
    """Replace the tags of these works."""
    connection.execute(delete(WorkTag).where(among(WorkTag.work_id, by_work)))
    rows = [
        {"work_id": work_id, "tag": tag} for work_id, tags in by_work.items() for tag in set(tags)
    ]
    if rows:
        connection.execute(insert(WorkTag), rows)


def all_tags(connection: Connection) -> list[tuple[str, int]]:
    """Return every tag with how many works have it, the most used first."""
    query = (
        select(WorkTag.tag, func.count())
        .group_by(WorkTag.tag)
        .order_by(func.count().desc(), WorkTag.tag)
    )
    return [(tag, count) for tag, count in connection.execute(query)]


def count_states(connection: Connection) -> dict[str, int]:
    """Return reading state -> how many works; works without a reading are not counted."""
    query = select(Reading.state, func.count()).group_by(Reading.state)
    return pairs(connection.execute(query))


def append_event(
    connection: Connection,
    kind: str,
    subject: str,
    data: dict[str, Any],
    *,
    undoes: int | None = None,
) -> int:
    """Write one event to the log and return its id."""
    result = connection.execute(
        insert(Event).values(at=now(), kind=kind, subject=subject, data=data, undoes=undoes)
    )
    return int(result.inserted_primary_key[0])  # type: ignore[index]


def append_events(
    connection: Connection,
    kind: str,
    rows: Sequence[tuple[str, dict[str, Any]]],
    *,
    undoes: Sequence[int] | None = None,
) -> list[int]:
    """Write (subject, data) of what was done at once to the log, and return the events' ids.

    Several stand in one piece, and each names the first as its `group`. `undoes` has one id for
    each row.
    """
    if not rows:
        return []
    first: int = connection.execute(
        text("SELECT coalesce(max(id), 0) + 1 FROM events")
    ).scalar_one()
    ids = list(range(first, first + len(rows)))
    moment = now()
    group = {"group": first} if len(rows) > 1 else {}
    undone: Sequence[int | None] = undoes or [None] * len(rows)
    connection.execute(
        insert(Event),
        [
            {
                "id": one,
                "at": moment,
                "kind": kind,
                "subject": subject,
                "data": {**{k: v for k, v in data.items() if k != "group"}, **group},
                "undoes": undo,
            }
            for one, (subject, data), undo in zip(ids, rows, undone, strict=True)
        ],
    )
    return ids


def done_at_once(connection: Connection, event: Event) -> list[Event]:
    """Return an event and those of its group that are not undone, the newest first."""
    group = event.data.get("group")
    if group is None:
        return [event]
    undone = select(Event.undoes).where(Event.undoes.is_not(None))
    query = (
        select(Event.__table__)
        .where(Event.id >= group, Event.id <= event.id, Event.kind == event.kind)
        .where(Event.id.not_in(undone))
        .order_by(Event.id.desc())
    )
    found = [Event(**row) for row in connection.execute(query).mappings()]
    return [one for one in found if one.data.get("group") == group]


def last_redoable(
    connection: Connection, kinds: Sequence[str], *, undos: Sequence[str] = ("undo",)
) -> Event | None:
    """Return the newest undo that was not done again, None where something was done since.

    `kinds` are of deeds, `undos` of what takes them back.

    Doing again is no new deed, and neither is what an undo had to do itself (`again` in its data).
    """
    undo = last_undoable(connection, undos)
    if undo is None:
        return None
    newer = connection.execute(
        text(
            "SELECT 1 FROM events e WHERE e.id > :undo"
            " AND e.kind IN (SELECT value FROM json_each(:kinds))"
            " AND NOT EXISTS (SELECT 1 FROM events u WHERE u.id = e.undoes"
            " AND u.kind IN (SELECT value FROM json_each(:undos)))"
            " AND json_extract(e.data, '$.again') IS NULL LIMIT 1"
        ),
        {"undo": undo.id, "kinds": json.dumps(list(kinds)), "undos": json.dumps(list(undos))},
    ).first()
    return None if newer else undo


def events_by_id(connection: Connection, ids: Iterable[int]) -> dict[int, Event]:
    """Return id -> event."""
    query = select(Event.__table__).where(among(Event.id, ids))
    return {row["id"]: Event(**row) for row in connection.execute(query).mappings()}


def last_undoable(
    connection: Connection, kinds: Sequence[str], *, keeper: int | None = None
) -> Event | None:
    """Return the newest event of these kinds that has not been undone; `keeper` narrows joins."""
    undone = select(Event.undoes).where(Event.undoes.is_not(None))
    query = (
        select(Event.__table__)
        .where(Event.kind.in_(kinds), Event.id.not_in(undone))
        .order_by(Event.id.desc())
        .limit(1)
    )
    if keeper is not None:
        query = query.where(func.json_extract(Event.data, "$.keeper") == keeper)
    row = connection.execute(query).mappings().first()
    return Event(**row) if row else None


def newest_events(
    connection: Connection, limit: int, *, before: int | None = None
) -> list[LogEntry]:
    """Return the newest entries of the log, newest first; `before` is an id to begin below."""
    undone = select(Event.undoes).where(Event.undoes.is_not(None))
    query = (
        select(Event.id, Event.at, Event.kind, Event.subject, Event.data, Event.id.in_(undone))
        .order_by(Event.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Event.id < before)
    return [LogEntry(*row) for row in connection.execute(query)]


def last_event(connection: Connection, kind: str) -> tuple[str, dict[str, Any]] | None:
    """Return when the newest event of a kind happened, and its data."""
    query = (
        select(Event.at, Event.data).where(Event.kind == kind).order_by(Event.id.desc()).limit(1)
    )
    row = connection.execute(query).first()
    return (row[0], row[1]) if row else None


def saved_searches(connection: Connection) -> dict[str, str]:
    """Return name -> query of every saved search."""
    query = select(SavedSearch.name, SavedSearch.query).order_by(SavedSearch.name)
    return pairs(connection.execute(query))


def save_search(connection: Connection, name: str, query: str) -> None:
    """Keep a query under a name, replacing what had it."""
    connection.execute(delete(SavedSearch).where(SavedSearch.name == name))
    connection.execute(insert(SavedSearch).values(name=name, query=query, saved_at=now()))


def forget_search(connection: Connection, name: str) -> bool:
    """Remove a saved search; tell whether there was one."""
    return connection.execute(delete(SavedSearch).where(SavedSearch.name == name)).rowcount > 0


def newest_event_time(connection: Connection) -> str | None:
    """Return the latest moment the log holds."""
    query = select(Event.at).order_by(Event.id.desc()).limit(1)
    return connection.execute(query).scalar()
