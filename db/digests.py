"""Digests: which papers are waiting for a profile, what it was shown, and when."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from db.personal import now
from db.venues import STANDING


@dataclass(frozen=True, slots=True)
class StoredDigest:
    """A digest as it was made, whole; `last_item` is the newest feed item it knew of."""

    id: int
    date: str
    made_at: str
    last_item: int
    document: dict[str, Any]


class Waiting(NamedTuple):
    """A paper waiting to be offered: the day it was announced, how, and as which version."""

    work_id: int
    date: str
    kind: str
    number: int
    category: str


class Changed(NamedTuple):
    """A paper offered before to which something happened since, or one the person keeps.

    `venue` is where it stands now, as "ICLR 2026 (oral)". `shown_number` and `shown_venue` are what
    it was when it was shown, None if it never was.
    """

    work_id: int
    date: str
    kind: str
    number: int
    category: str
    venue: str | None
    shown_number: int | None
    shown_venue: str | None


class DigestDay(NamedTuple):
    """A digest's day: how many of its papers are in the library, and how many are undecided."""

    date: str
    shown: int
    undecided: int


def digest_of(connection: Connection, profile: int, date: str) -> StoredDigest | None:
    """Return a profile's digest of a day."""
    return _one(connection, "date = :date", {"profile": profile, "date": date})


def latest_digest(connection: Connection, profile: int, until: str) -> StoredDigest | None:
    """Return a profile's newest digest up to a day, that day included."""
    return _one(connection, "date <= :date", {"profile": profile, "date": until})


def newest_digests(connection: Connection, profile: int, count: int) -> list[StoredDigest]:
    """Return a profile's newest digests, newest first."""
    rows = connection.execute(
        text("SELECT id FROM digests WHERE profile_id = :profile ORDER BY date DESC LIMIT :count"),
        {"profile": profile, "count": count},
    ).scalars()
    found = (_one(connection, "id = :id", {"profile": profile, "id": row}) for row in rows.all())
    return [one for one in found if one is not None]


def digest_dates(connection: Connection, profile: int) -> list[str]:
    """Return the days a profile has digests of, oldest first."""
    query = text("SELECT date FROM digests WHERE profile_id = :profile ORDER BY date")
    return list(connection.execute(query, {"profile": profile}).scalars())


def digest_days(connection: Connection, profile: int, count: int) -> list[DigestDay]:
    """Return a profile's newest digests' days, oldest first.

    Decided is a paper that was read, kept for later, starred, tagged, liked or disliked.
    """
    rows = connection.execute(
        text(
            "SELECT d.date, count(w.id), count(CASE WHEN w.id IS NOT NULL AND p.liked IS NULL"
            " AND coalesce(r.state, 'unread') = 'unread' AND NOT coalesce(r.starred, 0)"
            " AND NOT EXISTS (SELECT 1 FROM work_tags t WHERE t.work_id = w.id) THEN 1 END)"
            " FROM (SELECT * FROM digests WHERE profile_id = :profile"
            " ORDER BY date DESC LIMIT :count) AS d"
            " LEFT JOIN json_each(d.document, '$.entries') AS e"
            " LEFT JOIN works w ON w.id = json_extract(e.value, '$.work_id')"
            " LEFT JOIN readings r ON r.work_id = w.id"
            " LEFT JOIN profile_ratings p ON p.work_id = w.id AND p.profile_id = :profile"
            " GROUP BY d.date ORDER BY d.date"
        ),
        {"profile": profile, "count": count},
    )
    return [DigestDay(*row) for row in rows]


def shown_in(connection: Connection, profile: int, work_id: int) -> tuple[str, list[str]] | None:
    """Return the day of the digest that showed a work to a profile last, and its reasons."""
    row = connection.execute(
        text(
            "SELECT digests.date, digests.document FROM offered"
            " JOIN digests ON digests.id = offered.digest_id"
            " WHERE offered.profile_id = :profile AND offered.work_id = :work AND offered.shown"
        ),
        {"profile": profile, "work": work_id},
    ).first()
    if row is None:
        return None
    entries = (one for one in json.loads(row[1])["entries"] if one["work_id"] == work_id)
    return row[0], [str(reason) for reason in next(entries, {"reasons": ()})["reasons"]]


def _one(connection: Connection, where: str, values: dict[str, Any]) -> StoredDigest | None:
    row = connection.execute(
        text(
            "SELECT id, date, made_at, last_item, document FROM digests"
            f" WHERE profile_id = :profile AND {where} ORDER BY date DESC LIMIT 1"
        ),
        values,
    ).first()
    return StoredDigest(row[0], row[1], row[2], row[3], json.loads(row[4])) if row else None


def newest_day(
    connection: Connection, source: str, categories: Iterable[str], until: str
) -> str | None:
    """Return the newest day up to `until` on which any of the categories announced papers."""
    return connection.execute(
        text(
            "SELECT max(b.date) FROM batches b WHERE b.source = :source AND b.date <= :until"
            " AND b.category IN (SELECT value FROM json_each(:categories))"
            " AND EXISTS (SELECT 1 FROM announcements a WHERE a.batch_id = b.id)"
        ),
        {"source": source, "until": until, "categories": json.dumps(list(categories))},
    ).scalar()


def waiting(
    connection: Connection,
    profile: int,
    categories: Iterable[str],
    *,
    after: str,
    until: str,
    changed_after: str,
) -> list[Waiting]:
    """Return papers announced as new or cross-listed that a profile was never offered.

    Those of the days after `after` up to `until` (ISO), and of earlier days whose batch changed
    after the moment `changed_after`. A paper announced several times counts by its first day.
    """
    rows = connection.execute(
        text(
            "SELECT a.work_id, b.date, a.kind, a.number, b.category FROM batches b"
            " JOIN announcements a ON a.batch_id = b.id"
            " WHERE b.category IN (SELECT value FROM json_each(:categories))"
            " AND b.date <= :until AND (b.date > :after OR b.changed_at > :changed_after)"
            " AND a.kind IN ('new', 'cross')"
            " AND NOT EXISTS (SELECT 1 FROM offered o"
            " WHERE o.profile_id = :profile AND o.work_id = a.work_id)"
            " ORDER BY a.work_id, b.date, a.kind = 'cross', b.category"
        ),
        {
            "profile": profile, "categories": json.dumps(list(categories)), "after": after,
            "until": until, "changed_after": changed_after,
        },
    )  # fmt: skip
    first: dict[int, Waiting] = {}
    for row in rows:
        first.setdefault(row[0], Waiting(*row))
    return list(first.values())


def announced_between(
    connection: Connection, categories: Iterable[str], *, since: str, until: str
) -> list[Waiting]:
    """Return papers announced as new or cross-listed from one day to another, both included."""
    return waiting(
        connection, -1, categories, after=day_before(since), until=until, changed_after="9999"
    )


def changed(
    connection: Connection,
    profile: int,
    categories: Iterable[str],
    *,
    after: str,
    until: str,
    changed_after: str,
) -> list[Changed]:
    """Return papers with a newer version or another venue than when they were last offered.

    Looked at are those that were shown, and those the person has rated, read, tagged or liked.
    """
    values = {
        "profile": profile, "categories": json.dumps(list(categories)), "after": after,
        "until": until, "changed_after": changed_after,
    }  # fmt: skip
    standing = STANDING.format("w")
    mine = (
        "EXISTS (SELECT 1 FROM profile_ratings r WHERE r.work_id = w.id"
        " AND r.profile_id = :profile AND r.liked = 1)"
        " OR EXISTS (SELECT 1 FROM readings g WHERE g.work_id = w.id)"
        " OR EXISTS (SELECT 1 FROM work_tags t WHERE t.work_id = w.id)"
    )
    revised = text(
        f"SELECT a.work_id, b.date, a.kind, a.number, b.category, {standing}, o.number, o.venue"
        " FROM batches b JOIN announcements a ON a.batch_id = b.id JOIN works w ON w.id = a.work_id"
        " LEFT JOIN offered o ON o.profile_id = :profile AND o.work_id = a.work_id"
        " WHERE b.category IN (SELECT value FROM json_each(:categories))"
        " AND b.date <= :until AND (b.date > :after OR b.changed_at > :changed_after)"
        " AND a.kind IN ('replace', 'replace-cross') AND a.number > coalesce(o.number, 1)"
        f" AND (o.shown = 1 OR {mine})"
        " ORDER BY a.number DESC"
    )
    accepted = text(
        f"SELECT w.id, d.date, 'new', o.number, coalesce(w.primary_category, ''), {standing},"
        " o.number, o.venue"
        " FROM offered o JOIN works w ON w.id = o.work_id JOIN digests d ON d.id = o.digest_id"
        " WHERE o.profile_id = :profile AND o.shown = 1 AND w.venue IS NOT NULL"
        f" AND {standing} IS NOT o.venue"
    )
    # What a person keeps need not have been shown: its acceptance was noted when it came.
    kept = text(
        "SELECT w.id, substr(e.at, 1, 10), 'new', coalesce(o.number, (SELECT max(v.number)"
        f" FROM versions v WHERE v.work_id = w.id)), coalesce(w.primary_category, ''), {standing},"
        " o.number, o.venue FROM events e JOIN works w ON w.id = json_extract(e.data, '$.work')"
        " LEFT JOIN offered o ON o.profile_id = :profile AND o.work_id = w.id"
        " WHERE e.kind = 'accepted' AND e.at > :changed_after AND w.venue IS NOT NULL"
        f" AND (o.work_id IS NULL OR {standing} IS NOT o.venue) AND ({mine})"
    )
    found: dict[int, Changed] = {}
    for statement in (revised, accepted, kept):
        for row in connection.execute(statement, values):
            found.setdefault(row[0], Changed(*row))
    return list(found.values())


def put_digest(
    connection: Connection, profile: int, date: str, document: dict[str, Any], last_item: int
) -> int:
    """Write a profile's digest of a day, in the place of an earlier one, and return its id."""
    row: int = connection.execute(
        text(
            "INSERT INTO digests (profile_id, date, made_at, last_item, document)"
            " VALUES (:profile, :date, :now, :last_item, :document)"
            " ON CONFLICT (profile_id, date) DO UPDATE SET made_at=excluded.made_at,"
            " last_item=excluded.last_item, document=excluded.document RETURNING id"
        ),
        {
            "profile": profile, "date": date, "now": now(), "last_item": last_item,
            "document": json.dumps(document, ensure_ascii=False),
        },
    ).scalar_one()  # fmt: skip
    return row


def put_offered(
    connection: Connection,
    profile: int,
    digest: int,
    rows: Sequence[tuple[int, bool, int, str | None]],
) -> None:
    """Remember (work id, shown, version number, venue) of what a digest weighed."""
    if not rows:
        return
    connection.execute(
        text(
            "INSERT INTO offered (profile_id, work_id, digest_id, shown, number, venue)"
            " VALUES (:profile, :work, :digest, :shown, :number, :venue)"
            " ON CONFLICT (profile_id, work_id) DO UPDATE SET digest_id=excluded.digest_id,"
            " shown=max(shown, excluded.shown), number=excluded.number, venue=excluded.venue"
        ),
        [
            {"profile": profile, "work": work_id, "digest": digest, "shown": int(shown),
             "number": number, "venue": venue}
            for work_id, shown, number, venue in rows
        ],
    )  # fmt: skip


def day_before(day: str) -> str:
    """Return the ISO day before an ISO day."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
