"""The trash: a work's rows of every table taken out whole, and put back as they were.

Which tables hang on a work is read from the schema, so a table added later is taken along.
"""

import base64
import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, select, text

from db.models_trash import Trashed, TrashedIdentifier
from db.personal import now
from db.works import among, pairs

_MOVED = "announcements"
"""Kept in a table of their own meanwhile, so that their batch does not lack them."""
_NEW_IDS = {"embeddings": "id"}
"""Ids that only grow: a row put back is a new one."""


class TrashedWork(NamedTuple):
    """A work in the trash."""

    work_id: int
    public_id: str
    title: str
    trashed_at: str


def take_out(connection: Connection, work_ids: Sequence[int]) -> None:
    """Move works to the trash with all that hangs on them."""
    contents: dict[int, dict[str, Any]] = {work_id: {} for work_id in work_ids}
    for table, column in [("works", "id"), *_children(connection)]:
        if table == _MOVED:
            continue
        for work_id, columns, row in _rows(connection, table, column, work_ids):
            held = contents[work_id].setdefault(table, {"columns": columns, "rows": []})
            if row not in held["rows"]:
                held["rows"].append(row)
    moment = now()
    connection.execute(
        text(
            "INSERT INTO trash (work_id, public_id, title, trashed_at, content)"
            " SELECT id, public_id, title, :moment, :content FROM works WHERE id = :id"
        ),
        [
            {"id": work_id, "moment": moment, "content": json.dumps(content, ensure_ascii=False)}
            for work_id, content in contents.items()
        ],
    )
    listed = {"ids": json.dumps(list(work_ids))}
    chosen = "WHERE work_id IN (SELECT value FROM json_each(:ids))"
    for statement in (
        f"INSERT INTO trash_identifiers SELECT scheme, value, work_id FROM identifiers {chosen}",
        "INSERT INTO trash_announcements (batch_id, source_id, work_id, kind, number)"
        f" SELECT batch_id, source_id, work_id, kind, number FROM announcements {chosen}",
        "DELETE FROM works WHERE id IN (SELECT value FROM json_each(:ids))",
    ):
        connection.execute(text(statement), listed)


def put_back(connection: Connection, work_ids: Sequence[int]) -> None:
    """Move works from the trash to where they were, under their old ids."""
    query = select(Trashed.work_id, Trashed.content).where(among(Trashed.work_id, work_ids))
    contents: dict[int, dict[str, Any]] = pairs(connection.execute(query))
    for work_id in work_ids:
        content = contents[work_id]
        for table in sorted(content, key=lambda one: one != "works"):
            _insert(connection, table, content[table])
    listed = {"ids": json.dumps(list(work_ids))}
    connection.execute(
        text(
            "INSERT OR IGNORE INTO announcements (batch_id, source_id, work_id, kind, number)"
            " SELECT batch_id, source_id, work_id, kind, number FROM trash_announcements"
            " WHERE work_id IN (SELECT value FROM json_each(:ids))"
        ),
        listed,
    )
    connection.execute(delete(Trashed).where(among(Trashed.work_id, work_ids)))


def in_the_way(connection: Connection, work_ids: Sequence[int]) -> list[str]:
    """Return the ids under which other works stand now in the place of trashed ones."""
    rows = connection.execute(
        text(
            "SELECT w.public_id FROM trash t JOIN works w ON w.public_id = t.public_id"
            " WHERE t.work_id IN (SELECT value FROM json_each(:ids))"
            " UNION SELECT w.public_id FROM trash_identifiers t JOIN identifiers i"
            " ON i.scheme = t.scheme AND i.value = t.value JOIN works w ON w.id = i.work_id"
            " WHERE t.work_id IN (SELECT value FROM json_each(:ids))"
        ),
        {"ids": json.dumps(list(work_ids))},
    )
    return list(rows.scalars())


def trashed(connection: Connection) -> list[TrashedWork]:
    """Return what is in the trash, the newest first."""
    query = select(Trashed.work_id, Trashed.public_id, Trashed.title, Trashed.trashed_at).order_by(
        Trashed.trashed_at.desc(), Trashed.work_id.desc()
    )
    return [TrashedWork(*row) for row in connection.execute(query)]


def titles(connection: Connection, work_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return work id -> (public id, title) of those of the works that are in the trash."""
    query = select(Trashed.work_id, Trashed.public_id, Trashed.title).where(
        among(Trashed.work_id, work_ids)
    )
    return {work_id: (public_id, title) for work_id, public_id, title in connection.execute(query)}


def find(connection: Connection, identifiers: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Return `scheme:value` -> work id of those of the identifiers that are in the trash."""
    if not connection.execute(select(func.count()).select_from(Trashed)).scalar_one():
        return {}
    wanted: dict[str, set[str]] = {}
    for scheme, value in identifiers:
        wanted.setdefault(scheme, set()).add(value)
    found: dict[str, int] = {}
    for scheme, values in wanted.items():
        query = select(TrashedIdentifier.value, TrashedIdentifier.work_id).where(
            TrashedIdentifier.scheme == scheme, among(TrashedIdentifier.value, values)
        )
        for value, work_id in connection.execute(query):
            found[f"{scheme}:{value}"] = work_id
    return found


def put_announcements(
    connection: Connection, batch: int, rows: Sequence[tuple[str, int, str, int]]
) -> None:
    """Add (source id, trashed work id, kind, version number) to what a batch does not lack."""
    for source_id, work_id, kind, number in rows:
        connection.execute(
            text(
                "INSERT OR REPLACE INTO trash_announcements"
                " (batch_id, source_id, work_id, kind, number)"
                " VALUES (:batch, :source_id, :work, :kind, :number)"
            ),
            {"batch": batch, "source_id": source_id, "work": work_id, "kind": kind,
             "number": number},
        )  # fmt: skip


def _children(connection: Connection) -> list[tuple[str, str]]:
    """Return (table, column) of all that goes with a work when it goes."""
    rows = connection.execute(
        text(
            'SELECT t.name, f."from" FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f'
            " WHERE t.type = 'table' AND f.\"table\" = 'works' AND f.on_delete = 'CASCADE'"
            ' ORDER BY t.name, f."from"'
        )
    )
    return [(table, column) for table, column in rows]


def _rows(
    connection: Connection, table: str, column: str, work_ids: Sequence[int]
) -> Iterable[tuple[int, list[str], list[Any]]]:
    result = connection.exec_driver_sql(
        f"SELECT {column}, * FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))",
        (json.dumps(list(work_ids)),),
    )
    columns = list(result.keys())[1:]
    for work_id, *row in result:
        yield work_id, columns, [_packed(value) for value in row]


def _packed(value: Any) -> Any:
    return {"bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _unpacked(value: Any) -> Any:
    return base64.b64decode(value["bytes"]) if isinstance(value, dict) else value


def _insert(connection: Connection, table: str, held: dict[str, Any]) -> None:
    """Insert rows; one whose batch, profile or other paper is gone meanwhile goes with it."""
    columns = list(held["columns"])
    parents = [
        (columns.index(column), parent, key or "id")
        for parent, column, key in connection.execute(
            text('SELECT "table", "from", "to" FROM pragma_foreign_key_list(:table)'),
            {"table": table},
        )
        if column in columns
    ]
    kept = [place for place, name in enumerate(columns) if name != _NEW_IDS.get(table)]
    names = ", ".join(columns[place] for place in kept)
    holes = ", ".join("?" * len(kept))
    there = " AND ".join(
        f"EXISTS (SELECT 1 FROM {parent} WHERE {key} = ?)" for _, parent, key in parents
    )
    # On a conflict the row that stands there now is the newer one.
    statement = f"INSERT OR IGNORE INTO {table} ({names}) SELECT {holes} WHERE {there or '1'}"
    for row in held["rows"]:
        values = [_unpacked(row[place]) for place in kept]
        values += [row[place] for place, _, _ in parents]
        connection.exec_driver_sql(statement, tuple(values))
