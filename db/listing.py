"""The library as one long list: every id in some order, rows for a screenful, counts and charts."""

import json
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import Connection, text

from db.filters import HIDDEN

Sort = Literal["published", "added", "title", "rating", "venue"]
SORTS: tuple[Sort, ...] = get_args(Sort)

# Each part lists ids that no part before it has; what lacks the key comes last either way.
_PARTS: dict[Sort, tuple[str, ...]] = {
    "published": (
        "SELECT id FROM works WHERE published IS NOT NULL ORDER BY published {way}, id {way}",
        "SELECT id FROM works WHERE published IS NULL ORDER BY id {way}",
    ),
    # Ids only grow, so their order is the order of coming.
    "added": ("SELECT id FROM works ORDER BY id {way}",),
    "title": ("SELECT id FROM works ORDER BY title COLLATE NOCASE {way}, id {way}",),
    "rating": (
        "SELECT work_id AS id FROM readings WHERE rating IS NOT NULL"
        " ORDER BY rating {way}, changed_at DESC",
        "SELECT id FROM works WHERE published IS NOT NULL ORDER BY published DESC, id DESC",
        "SELECT id FROM works WHERE published IS NULL ORDER BY id DESC",
    ),
    "venue": (
        "SELECT id FROM works WHERE venue IS NOT NULL ORDER BY venue {way}, id DESC",
        "SELECT id FROM works WHERE published IS NOT NULL ORDER BY published DESC, id DESC",
        "SELECT id FROM works WHERE published IS NULL ORDER BY id DESC",
    ),
}


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A work as one line of a list shows it; `liked` is 1, -1 or None in the profile asked for."""

    id: int
    public_id: str
    title: str
    authors: str
    venue: str | None
    year: int | None
    published: str | None
    primary_category: str | None
    state: str
    rating: int | None
    starred: bool
    tags: tuple[str, ...]
    liked: int | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many works there are, and how many of them are what a person looks for."""

    works: int
    unread: int
    starred: int
    later: int
    liked: int


def ordered_ids(connection: Connection, sort: Sort, *, descending: bool = True) -> "array[int]":
    """Return the ids of all works in an order; those without date, rating or venue come last.

    What is hidden unless asked for is not among them.
    """
    way = "DESC" if descending else "ASC"
    parts = [_ids(connection, part.format(way=way)) for part in _PARTS[sort]]
    if hidden := set(_ids(connection, HIDDEN)):
        parts = [[work_id for work_id in part if work_id not in hidden] for part in parts]
    if sort not in ("rating", "venue"):
        return array("q", [work_id for part in parts for work_id in part])
    first = set(parts[0])
    rest = [work_id for part in parts[1:] for work_id in part if work_id not in first]
    return array("q", parts[0] + rest)


def paper_rows(
    connection: Connection, ids: Sequence[int], profile_id: int | None = None
) -> list[PaperRow]:
    """Return works as rows of a list, in the order asked for; ids that are gone are passed over."""
    listed = json.dumps(list(ids))
    tags: dict[int, list[str]] = {}
    for work_id, tag in connection.execute(
        text(
            "SELECT work_id, tag FROM work_tags"
            " WHERE work_id IN (SELECT value FROM json_each(:ids)) ORDER BY tag"
        ),
        {"ids": listed},
    ):
        tags.setdefault(work_id, []).append(tag)
    rows = connection.execute(
        text(
            "SELECT w.id, w.public_id, w.title, w.authors, w.venue, w.year, w.published,"
            " w.primary_category, coalesce(r.state, 'unread'), r.rating, coalesce(r.starred, 0),"
            " p.liked FROM works w LEFT JOIN readings r ON r.work_id = w.id"
            " LEFT JOIN profile_ratings p ON p.work_id = w.id AND p.profile_id = :profile"
            " WHERE w.id IN (SELECT value FROM json_each(:ids))"
        ),
        {"ids": listed, "profile": profile_id},
    )
    found: dict[int, PaperRow] = {}
    for work_id, *facts, starred, liked in rows:
        values = [work_id, *facts, bool(starred), tuple(tags.get(work_id, ())), liked]
        found[work_id] = PaperRow(*values)
    return [found[work_id] for work_id in ids if work_id in found]


def opened_ids(connection: Connection) -> set[int]:
    """Return the works that are no longer unread."""
    return set(_ids(connection, "SELECT work_id AS id FROM readings WHERE state <> 'unread'"))


def counts(connection: Connection, profile_id: int | None = None) -> Counts:
    """Return how many works there are, unread, starred, kept for later, liked in a profile."""
    row = connection.execute(
        text(
            f"SELECT (SELECT count(*) FROM works) - (SELECT count(*) FROM ({HIDDEN})),"
            " (SELECT count(*) FROM readings WHERE state != 'unread'),"
            " (SELECT count(*) FROM readings WHERE starred),"
            " (SELECT count(*) FROM readings WHERE state = 'later'),"
            " (SELECT count(*) FROM profile_ratings WHERE profile_id = :profile AND liked = 1)"
        ),
        {"profile": profile_id},
    ).one()
    return Counts(row[0], row[0] - row[1], row[2], row[3], row[4])


def announced_per_day(connection: Connection, days: int) -> list[tuple[str, int]]:
    """Return (ISO day, papers new or cross-listed on it) of the newest `days` days, oldest first.

    A paper of several categories counts once a day.
    """
    rows = connection.execute(
        text(
            "SELECT b.date, count(DISTINCT a.work_id) FROM batches b LEFT JOIN announcements a"
            " ON a.batch_id = b.id AND a.kind IN ('new', 'cross')"
            " WHERE b.date IN (SELECT DISTINCT date FROM batches ORDER BY date DESC LIMIT :days)"
            " GROUP BY b.date ORDER BY b.date"
        ),
        {"days": days},
    )
    return [(day, count) for day, count in rows]


def events_per_week(
    connection: Connection,
    kinds: Iterable[str],
    weeks: int,
    *,
    states: Iterable[str] = (),
    today: date | None = None,
) -> list[tuple[str, int]]:
    """Return (Monday as ISO day, events of these kinds not undone) of the last weeks, oldest first.

    Where `states` are named, only events that put a paper into one of them count. This week is the
    last one; days are those of UTC, as the log has them.
    """
    today = today or datetime.now(UTC).date()
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=back) for back in reversed(range(weeks))]
    found = dict.fromkeys(mondays, 0)
    rows = connection.execute(
        text(
            "SELECT substr(at, 1, 10), count(*) FROM events WHERE at >= :since"
            " AND kind IN (SELECT value FROM json_each(:kinds))"
            " AND (:states = '[]' OR json_extract(data, '$.after.state') IN"
            " (SELECT value FROM json_each(:states))) AND id NOT IN"
            " (SELECT undoes FROM events WHERE undoes IS NOT NULL) GROUP BY 1"
        ),
        {
            "since": mondays[0].isoformat(),
            "kinds": json.dumps(list(kinds)),
            "states": json.dumps(list(states)),
        },
    )
    for told, count in rows:
        day = date.fromisoformat(told)
        week = day - timedelta(days=day.weekday())
        if week in found:
            found[week] += count
    return [(week.isoformat(), count) for week, count in found.items()]


def _ids(connection: Connection, statement: str) -> list[int]:
    """Return the column `id`; as one text, since rows by the hundred thousand are dear."""
    told = connection.execute(text(f"SELECT json_group_array(id) FROM ({statement})")).scalar_one()
    ids: list[int] = json.loads(told)
    return ids
