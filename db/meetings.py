"""Conferences to come: what each collection tells of them, and when it was asked."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, or_, select, text

from db.models_deadlines import Collection, Meeting
from db.personal import now
from db.works import among, pairs


class CollectionView(NamedTuple):
    """A collection: its address, when it was asked last, and why that failed."""

    name: str
    address: str
    checked_at: str
    failure: str | None


def meetings(
    connection: Connection, *, since: str | None = None
) -> list[tuple[str, dict[str, Any]]]:
    """Return (collection, document) of meetings, those that are over by an ISO moment left out."""
    query = select(Meeting.collection, Meeting.document).order_by(
        Meeting.collection, Meeting.edition
    )
    if since is not None:
        query = query.where(or_(Meeting.until.is_(None), Meeting.until >= since))
    return [(collection, document) for collection, document in connection.execute(query)]


def documents_of(connection: Connection, collection: str) -> dict[str, dict[str, Any]]:
    """Return edition -> document of a collection."""
    query = select(Meeting.edition, Meeting.document).where(Meeting.collection == collection)
    return pairs(connection.execute(query))


def put_meetings(
    connection: Connection,
    collection: str,
    rows: Sequence[tuple[str, str, int, str | None, dict[str, Any]]],
    files: Iterable[str],
) -> None:
    """Replace what a collection tells by (edition, file, year, until, document).

    Only `files` were looked at: what stands in others stays.
    """
    connection.execute(
        delete(Meeting).where(Meeting.collection == collection, among(Meeting.file, files))
    )
    if rows:
        connection.execute(
            text(
                "INSERT OR REPLACE INTO meetings"
                " (collection, edition, file, year, until, document)"
                " VALUES (:collection, :edition, :file, :year, :until, :document)"
            ),
            [
                {"collection": collection, "edition": edition, "file": file, "year": year,
                 "until": until, "document": json.dumps(document, ensure_ascii=False)}
                for edition, file, year, until, document in rows
            ],
        )  # fmt: skip


def files_of(connection: Connection, collection: str) -> set[str]:
    """Return the files of a collection that meetings stand in."""
    query = select(Meeting.file).where(Meeting.collection == collection).distinct()
    return set(connection.execute(query).scalars())


def put_checked(
    connection: Connection, name: str, address: str, failure: str | None = None
) -> None:
    """Note that a collection was asked just now, and how that went."""
    connection.execute(
        text(
            "INSERT INTO deadline_collections (name, address, checked_at, failure)"
            " VALUES (:name, :address, :now, :failure) ON CONFLICT (name) DO UPDATE SET"
            " address=excluded.address, checked_at=excluded.checked_at, failure=excluded.failure"
        ),
        {"name": name, "address": address, "now": now(), "failure": failure},
    )


def collections(connection: Connection) -> list[CollectionView]:
    """Return the collections that were asked, by name."""
    query = select(
        Collection.name, Collection.address, Collection.checked_at, Collection.failure
    ).order_by(Collection.name)
    return [CollectionView(*row) for row in connection.execute(query)]
