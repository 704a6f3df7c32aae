"""Venues: which are followed, the ledger of their editions, and the papers submitted to each.

The view `submissions` shows the versions that an edition's list told of, one row a copy; a work can
have several in one edition, of which the best status counts.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select, text

from db.models_venues import Edition, FollowedVenue
from db.personal import now
from db.works import pairs

STANDING = (
    "CASE WHEN {0}.status IN ('oral','spotlight') THEN {0}.venue || ' (' || {0}.status || ')'"
    " ELSE {0}.venue END"
)
"""SQL: where a work of this alias stands, "ICLR 2026 (oral)"."""
_RANK = (
    "CASE status WHEN 'oral' THEN 0 WHEN 'spotlight' THEN 1 WHEN 'poster' THEN 2"
    " WHEN 'accepted' THEN 3 WHEN 'rejected' THEN 4 ELSE 5 END"
)


_MINE = (
    "mine AS (SELECT work_id, max(state) AS state, max(liked) AS liked, max(at) AS at FROM ("
    "SELECT work_id, state, rating >= 4 AS liked, changed_at AS at FROM readings"
    " WHERE state != 'unread' OR rating >= 4"
    " UNION ALL SELECT work_id, '', 1, at FROM profile_ratings WHERE liked = 1) GROUP BY work_id)"
)
"""SQL: works a person read, kept for later or liked."""


class EditionView(NamedTuple):
    """What one source said of an edition when it was last asked."""

    venue: str
    year: int
    source: str
    state: str
    expected: int | None
    detail: str
    checked_at: str
    changed_at: str | None


class Mine(NamedTuple):
    """How many papers of an edition a person has read, and liked."""

    read: int = 0
    liked: int = 0


@dataclass(frozen=True, slots=True)
class SubmissionView:
    """A paper of an edition: its status, and what else its copies there say of it."""

    work_id: int
    status: str
    facts: dict[str, str] = field(default_factory=dict)


def followed(connection: Connection) -> dict[str, str]:
    """Return venue -> since when it is followed."""
    query = select(FollowedVenue.venue, FollowedVenue.followed_at).order_by(FollowedVenue.venue)
    return pairs(connection.execute(query))


def follow(connection: Connection, venue: str) -> bool:
    """Follow a venue; False where it was followed already."""
    result = connection.execute(
        text("INSERT INTO followed_venues VALUES (:venue, :now) ON CONFLICT DO NOTHING"),
        {"venue": venue, "now": now()},
    )
    return bool(result.rowcount)


def unfollow(connection: Connection, venue: str) -> bool:
    """Stop following a venue; False where it was not followed. Its papers stay."""
    result = connection.execute(delete(FollowedVenue).where(FollowedVenue.venue == venue))
    return bool(result.rowcount)


def put_edition(
    connection: Connection,
    venue: str,
    year: int,
    source: str,
    *,
    state: str,
    expected: int | None = None,
    detail: str = "",
    changed: bool = True,
) -> None:
    """Write the verdict on an edition's list; `changed` says that papers came with it."""
    connection.execute(
        text(
            "INSERT INTO editions"
            " (venue, year, source, state, expected, detail, checked_at, changed_at)"
            " VALUES (:venue, :year, :source, :state, :expected, :detail, :now, :changed_at)"
            " ON CONFLICT (venue, year, source) DO UPDATE SET state=excluded.state,"
            " expected=excluded.expected, detail=excluded.detail, checked_at=excluded.checked_at,"
            " changed_at=coalesce(excluded.changed_at, changed_at)"
        ),
        {
            "venue": venue, "year": year, "source": source, "state": state, "expected": expected,
            "detail": detail, "now": now(), "changed_at": now() if changed else None,
        },
    )  # fmt: skip


def editions(connection: Connection, venue: str | None = None) -> list[EditionView]:
    """Return what is known of editions, by venue, the newest year first."""
    query = select(Edition.__table__).order_by(Edition.venue, Edition.year.desc(), Edition.source)
    if venue is not None:
        query = query.where(Edition.venue == venue)
    return [EditionView(*row) for row in connection.execute(query)]


def counts(
    connection: Connection, *, since: str = "", before: str = "\U0010ffff"
) -> dict[str, dict[str, int]]:
    """Return edition -> status -> works, of the editions from one id up to another."""
    rows = connection.execute(
        text(
            "SELECT edition, status, count(*) FROM ("
            f" SELECT edition, status, work_id, min({_RANK}) FROM submissions"
            " WHERE edition >= :since AND edition < :before GROUP BY edition, work_id"
            ") GROUP BY edition, status"
        ),
        {"since": since, "before": before},
    )
    found: dict[str, dict[str, int]] = {}
    for edition, status, count in rows:
        found.setdefault(edition, {})[status] = count
    return found


def mine(connection: Connection) -> dict[str, Mine]:
    """Return edition -> what a person has read and liked of it, of editions with any of it."""
    rows = connection.execute(
        text(
            f"WITH {_MINE} SELECT edition, count(DISTINCT CASE WHEN state = 'read' THEN m.work_id"
            " END), count(DISTINCT CASE WHEN liked THEN m.work_id END)"
            " FROM mine m CROSS JOIN submissions s ON s.work_id = m.work_id"
            " WHERE status NOT IN ('rejected','withdrawn') GROUP BY edition"
        )
    )
    return {edition: Mine(read, liked) for edition, read, liked in rows}


def mine_of(connection: Connection, edition: str) -> list[tuple[int, str, bool]]:
    """Return (work, state of reading, liked) of what a person did with an edition's papers.

    What was done last comes first.
    """
    rows = connection.execute(
        text(
            f"WITH {_MINE} SELECT m.work_id, state, liked FROM mine m CROSS JOIN submissions s"
            " ON s.work_id = m.work_id WHERE edition = :edition"
            " GROUP BY m.work_id ORDER BY max(at) DESC, m.work_id"
        ),
        {"edition": edition},
    )
    return [(work_id, state, bool(liked)) for work_id, state, liked in rows]


def papers(connection: Connection, edition: str) -> list[SubmissionView]:
    """Return the papers of an edition, each once, those turned down among them, by work id."""
    rows = connection.execute(
        text(
            "SELECT work_id, status, extra FROM submissions WHERE edition = :edition"
            f" ORDER BY work_id, {_RANK}, source"
        ),
        {"edition": edition},
    )
    found: dict[int, SubmissionView] = {}
    for work_id, status, extra in rows:
        facts: dict[str, str] = json.loads(extra)
        known = found.get(work_id)
        if known is None:
            found[work_id] = SubmissionView(work_id, status, facts)
        else:
            found[work_id] = SubmissionView(work_id, known.status, {**facts, **known.facts})
    return list(found.values())


def copies(connection: Connection, edition: str, source: str) -> set[str]:
    """Return the source ids of an edition's papers that one source told of."""
    rows = connection.execute(
        text("SELECT source_id FROM submissions WHERE edition = :edition AND source = :source"),
        {"edition": edition, "source": source},
    )
    return set(rows.scalars())


def without_abstract(
    connection: Connection, edition: str, source: str, limit: int
) -> tuple[int, list[int]]:
    """Return how many papers of an edition's list lack an abstract, and some of their versions.

    One that is known to have none does not lack it.
    """
    rows = connection.execute(
        text(
            "SELECT s.version_id FROM submissions s JOIN works w ON w.id = s.work_id"
            " WHERE s.edition = :edition AND s.source = :source AND w.abstract = ''"
            " AND json_extract(s.extra, '$.no_abstract') IS NULL ORDER BY s.version_id"
        ),
        {"edition": edition, "source": source},
    )
    found = list(rows.scalars())
    return len(found), found[:limit]


def versions(connection: Connection, version_ids: Iterable[int]) -> list[dict[str, Any]]:
    """Return these versions, every column."""
    rows = connection.execute(
        text("SELECT * FROM versions WHERE id IN (SELECT value FROM json_each(:ids)) ORDER BY id"),
        {"ids": json.dumps(list(version_ids))},
    ).mappings()
    return [
        {**row, "authors": json.loads(row["authors"] or "[]"),
         "extra": json.loads(row["extra"] or "{}")}
        for row in rows
    ]  # fmt: skip


def standings(connection: Connection, work_ids: Iterable[int]) -> dict[int, str]:
    """Return work id -> where it stands, "ICLR 2026 (oral)", of the works that have a venue."""
    rows = connection.execute(
        text(
            f"SELECT w.id, {STANDING.format('w')} FROM works w"
            " WHERE w.id IN (SELECT value FROM json_each(:ids)) AND w.venue IS NOT NULL"
        ),
        {"ids": json.dumps(list(work_ids))},
    )
    return pairs(rows)
