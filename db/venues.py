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
