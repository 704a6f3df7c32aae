"""Announcement days: which papers each batch holds, its verdict, and what servers want repeated."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, func, select, text

from db.models import Reading, Version, WorkTag
from db.models_daily import Announcement, Batch, HttpValidator, ProfileRating
from db.models_trash import TrashedAnnouncement
from db.personal import now
from db.works import among, insert_rows, pairs

STATES = ("complete", "partial", "stale", "holiday", "failed")
SETTLED = ("complete", "holiday")
"""States in which nothing is known to be missing."""


@dataclass(frozen=True, slots=True)
class BatchView:
    """One announcement day of one category, with how many papers of it came."""

    id: int
    source: str
    category: str
    date: str
    state: str
    expected: int | None
    received: int
    detail: str
    missing: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the batch under the names other programs rely on."""
        names = ("source", "category", "date", "state", "expected", "received")
        return {name: getattr(self, name) for name in names}


def put_batch(
    connection: Connection,
    source: str,
    category: str,
    date: str,
    *,
    state: str,
    expected: int | None = None,
    detail: str = "",
    missing: Mapping[str, str] | None = None,
) -> int:
    """Write a batch's verdict and return its id; a known batch gets the new one."""
    row: int = connection.execute(
        text(
            "INSERT INTO batches"
            " (source, category, date, state, expected, detail, missing, changed_at)"
            " VALUES (:source, :category, :date, :state, :expected, :detail, :missing, :now)"
            " ON CONFLICT (source, category, date) DO UPDATE SET state=excluded.state,"
            " expected=excluded.expected, detail=excluded.detail,"
            " missing=excluded.missing, changed_at=excluded.changed_at"
            " RETURNING id"
        ),
        {
            "source": source, "category": category, "date": date, "state": state,
            "expected": expected, "detail": detail, "missing": json.dumps(dict(missing or {})),
            "now": now(),
        },
    ).scalar_one()  # fmt: skip
    return row


def put_announcements(
    connection: Connection, batch: int, rows: Sequence[tuple[str, int, str, int]]
) -> None:
    """Add (source id, work id, kind, version number) to a batch; what it has already stays one."""
    insert_rows(
        connection,
        Announcement,
        [
            {"batch_id": batch, "source_id": source_id, "work_id": work_id, "kind": kind,
             "number": number}
            for source_id, work_id, kind, number in rows
        ],
        "ON CONFLICT (batch_id, source_id) DO UPDATE SET work_id=excluded.work_id,"
        " kind=excluded.kind, number=excluded.number",
    )  # fmt: skip


def batches(
    connection: Connection,
    source: str,
    categories: Iterable[str] | None = None,
    *,
    since: str = "",
    until: str = "9999",
) -> list[BatchView]:
    """Return batches by date, then category; `since` and `until` are ISO days, both included.

    What came and is in the trash now counts as received.
    """
    held, thrown_away = (
        select(func.count()).where(model.batch_id == Batch.id).correlate(Batch).scalar_subquery()
        for model in (Announcement, TrashedAnnouncement)
    )
    query = (
        select(Batch.id, Batch.source, Batch.category, Batch.date, Batch.state, Batch.expected,
               held + thrown_away, Batch.detail, Batch.missing)
        .where(Batch.source == source, Batch.date >= since, Batch.date <= until)
        .order_by(Batch.date, Batch.category)
    )  # fmt: skip
    if categories is not None:
        query = query.where(among(Batch.category, categories))
    return [BatchView(*row) for row in connection.execute(query)]


def own_counts(connection: Connection, batch_ids: Iterable[int]) -> dict[int, int]:
    """Return batch -> papers that none of the batches of its day with an earlier category holds."""
    rows = connection.execute(
        text(
            "SELECT b.id, count(*) FROM batches b JOIN (SELECT a.work_id, d.source, d.date,"
            " min(d.category) AS category FROM announcements a JOIN batches d ON d.id = a.batch_id"
            " WHERE d.id IN (SELECT value FROM json_each(:ids))"
            " GROUP BY a.work_id, d.source, d.date) AS first"
            " ON b.source = first.source AND b.date = first.date AND b.category = first.category"
            " GROUP BY b.id"
        ),
        {"ids": json.dumps(list(batch_ids))},
    )
    return pairs(rows)


def announced_ids(connection: Connection, batch: int) -> set[str]:
    """Return the source ids a batch holds, those in the trash included."""
    queries = [
        select(model.source_id).where(model.batch_id == batch)
        for model in (Announcement, TrashedAnnouncement)
    ]
    return {one for query in queries for one in connection.execute(query).scalars()}


def announced_before(
    connection: Connection, category: str, source_ids: Iterable[str], *, until: str = "9999"
) -> set[str]:
    """Return those of the source ids that a category announced as new or cross before a day."""
    wanted = list(source_ids)
    queries = [
        select(model.source_id)
        .join(Batch, Batch.id == model.batch_id)
        .where(
            Batch.category == category,
            Batch.date < until,
            among(model.source_id, wanted),
            model.kind.in_(("new", "cross")),
        )
        for model in (Announcement, TrashedAnnouncement)
    ]
    return {one for query in queries for one in connection.execute(query).scalars()}


def announced_on(
    connection: Connection, source: str, category: str, *, since: str = ""
) -> dict[str, tuple[str, int]]:
    """Return source id -> (ISO day, batch) on which a category announced it as new or cross."""
    rows = connection.execute(
        select(Announcement.source_id, Batch.date, Batch.id)
        .join(Batch, Batch.id == Announcement.batch_id)
        .where(
            Batch.source == source,
            Batch.category == category,
            Batch.date >= since,
            Announcement.kind.in_(("new", "cross")),
        )
    )
    return {source_id: (day, batch) for source_id, day, batch in rows}


def withdraw(connection: Connection, batch: int, source_ids: Iterable[str]) -> None:
    """Take papers out of a batch that were never announced in it."""
    wanted = among(Announcement.source_id, source_ids)
    connection.execute(delete(Announcement).where(Announcement.batch_id == batch, wanted))


def forget_empty_batches(connection: Connection, source: str, category: str, after: str) -> None:
    """Drop batches later than a day that hold nothing: guesses about days that never came."""
    held = select(Announcement.batch_id).union(select(TrashedAnnouncement.batch_id))
    connection.execute(
        delete(Batch).where(
            Batch.source == source,
            Batch.category == category,
            Batch.date > after,
            Batch.id.not_in(held),
        )
    )


def validators(connection: Connection, address: str) -> tuple[str | None, str | None]:
    """Return the (ETag, Last-Modified) a server gave with its last answer."""
    query = select(HttpValidator.etag, HttpValidator.last_modified).where(
        HttpValidator.address == address
    )
    row = connection.execute(query).first()
    return (row[0], row[1]) if row else (None, None)


def put_validators(
    connection: Connection, address: str, etag: str | None, last_modified: str | None
) -> None:
    """Remember what a server gave with its answer, once the answer itself is kept."""
    connection.execute(delete(HttpValidator).where(HttpValidator.address == address))
    if etag or last_modified:
        connection.execute(
            text("INSERT INTO http_validators VALUES (:address, :etag, :last_modified)"),
            {"address": address, "etag": etag, "last_modified": last_modified},
        )


def last_change(connection: Connection, source: str) -> str | None:
    """Return when a source's batches last changed."""
    query = select(func.max(Batch.changed_at)).where(Batch.source == source)
    return connection.execute(query).scalar()


def newest_numbers(
    connection: Connection, source: str, source_ids: Iterable[str]
) -> dict[str, int]:
    """Return source id -> the number of the newest version the library has."""
    query = (
        select(Version.source_id, func.max(Version.number))
        .where(Version.source == source, among(Version.source_id, source_ids))
        .group_by(Version.source_id)
    )
    return pairs(connection.execute(query))


def all_of_interest(connection: Connection) -> set[int]:
    """Return the works a person has read, rated, tagged, or liked in a profile."""
    columns = (Reading.work_id, WorkTag.work_id, ProfileRating.work_id)
    return {one for column in columns for one in connection.execute(select(column)).scalars()}


def works_of_interest(connection: Connection, work_ids: Iterable[int]) -> set[int]:
    """Return those of the works a person has read, rated, tagged, or liked in a profile."""
    wanted = list(work_ids)
    queries = [
        select(column).where(among(column, wanted))
        for column in (Reading.work_id, WorkTag.work_id, ProfileRating.work_id)
    ]
    return {work_id for query in queries for work_id in connection.execute(query).scalars()}
