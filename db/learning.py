"""The log as learning needs it: events of some kinds in the order they happened, and past ones."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, text

from db.models import Event

HEAVY = ("claims", "figures", "environment", "artifacts", "results")
"""What an event of a run or a check may hold beside what progress follows from."""
_WITHOUT = ", ".join(f"'$.{name}'" for name in HEAVY)


class LogRow(NamedTuple):
    """One event; `undone` says that it was taken back since, `undoes` which one it takes back."""

    id: int
    at: str
    kind: str
    subject: str
    data: dict[str, Any]
    undone: bool
    undoes: int | None


def events_in_time(
    connection: Connection,
    kinds: Iterable[str],
    *,
    whole: bool = False,
    subject: str | None = None,
    since: str = "",
) -> list[LogRow]:
    """Return the events of these kinds, the earliest first, whenever they entered the log.

    Without `whole`, what is heavy in them (`HEAVY`) is left out.
    """
    told = "e.data" if whole else f"json_remove(e.data, {_WITHOUT})"
    rows = connection.execute(
        text(
            f"SELECT e.id, e.at, e.kind, e.subject, {told},"
            " EXISTS (SELECT 1 FROM events u WHERE u.undoes = e.id), e.undoes FROM events e"
            " WHERE e.kind IN (SELECT value FROM json_each(:kinds))"
            " AND (:subject IS NULL OR e.subject = :subject) AND e.at >= :since"
            " ORDER BY e.at, e.id"
        ),
        {"kinds": json.dumps(list(kinds)), "subject": subject, "since": since},
    )
    return [
        LogRow(id, at, kind, subject, json.loads(data), bool(undone), undoes)
        for id, at, kind, subject, data, undone, undoes in rows
    ]


def undoing(connection: Connection, ids: Iterable[int]) -> list[tuple[int, int, str]]:
    """Return (id, the event it undoes, when) of the events that take these back."""
    rows = connection.execute(
        text(
            "SELECT id, undoes, at FROM events WHERE undoes IN"
            " (SELECT value FROM json_each(:ids)) ORDER BY id"
        ),
        {"ids": json.dumps(list(ids))},
    )
    return [(id, undoes, at) for id, undoes, at in rows]


def append_past(
    connection: Connection,
    at: str,
    kind: str,
    subject: str,
    data: dict[str, Any],
    *,
    undoes: int | None = None,
) -> int:
    """Write an event that happened at another time, elsewhere, and return its id."""
    result = connection.execute(
        insert(Event).values(at=at, kind=kind, subject=subject, data=data, undoes=undoes)
    )
    return int(result.inserted_primary_key[0])  # type: ignore[index]


def counts_by_day(
    connection: Connection, kinds: Sequence[str], since: str
) -> list[tuple[str, str, int]]:
    """Return (ISO day of UTC, kind, events not undone) since a moment, the earliest first."""
    rows = connection.execute(
        text(
            "SELECT substr(e.at, 1, 10), e.kind, count(*) FROM events e WHERE e.at >= :since"
            " AND e.kind IN (SELECT value FROM json_each(:kinds))"
            " AND NOT EXISTS (SELECT 1 FROM events u WHERE u.undoes = e.id)"
            " GROUP BY 1, 2 ORDER BY 1, 2"
        ),
        {"since": since, "kinds": json.dumps(list(kinds))},
    )
    return [(day, kind, count) for day, kind, count in rows]


def run_ids(connection: Connection) -> set[str]:
    """Return the ids of the runs that are in the log."""
    rows = connection.execute(
        text("SELECT json_extract(data, '$.run') FROM events WHERE kind = 'lab-run'")
    )
    return set(rows.scalars())
