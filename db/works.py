"""Works, versions and identifiers: finding them by the thousand, and writing them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, delete, func, select, text, update

from db.models import (
    Authorship,
    Base,
    Identifier,
    KeptApart,
    Person,
    Version,
    Work,
    WorkCategory,
)

Row = dict[str, Any]

_WORK_COLUMNS = tuple(Work.__table__.c.keys())
TEXT_COLUMNS = ("title", "abstract", "authors", "compounds")
"""What of a work the full-text index holds."""


@dataclass(frozen=True, slots=True)
class WorkView:
    """A work as lists and pages show it."""

    id: int
    public_id: str
    title: str
    abstract: str
    authors: str
    venue: str | None
    year: int | None
    published: str | None
    primary_category: str | None
    status: str | None = None


def among(column: Any, values: Iterable[object]) -> Any:
    """Return `column IN values`, as one bound parameter: the statement is prepared once."""
    listed = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(listed.c.value))


def pairs(result: Iterable[Any]) -> dict[Any, Any]:
    """Return a result of two columns as a dictionary."""
    return {row[0]: row[1] for row in result}


def insert_rows(
    connection: Connection, model: type[Base], rows: Sequence[Mapping[str, Any]], conflict: str = ""
) -> None:
    """Insert rows that all have the same columns, two or more, as `insert_tuples` does."""
    if rows:
        names = list(rows[0])
        insert_tuples(connection, model, names, list(map(itemgetter(*names), rows)), conflict)


def insert_tuples(
    connection: Connection,
    model: type[Base],
    names: Sequence[str],
    rows: list[tuple[Any, ...]],
    conflict: str = "",
) -> None:
    """Insert values of the columns `names`; `conflict` is an ON CONFLICT clause.

    Bulk imports live here: plain tuples spare SQLAlchemy a million parameter dictionaries.
    """
    if not rows:
        return
    holes = ", ".join("?" * len(names))
    connection.exec_driver_sql(
        f"INSERT INTO {model.__tablename__} ({', '.join(names)}) VALUES ({holes}) {conflict}", rows
    )


def find_identifiers(
    connection: Connection, wanted: Mapping[str, Sequence[str]]
) -> dict[tuple[str, str], int]:
    """Return (scheme, value) -> work id for the identifiers that are known."""
    found: dict[tuple[str, str], int] = {}
    for scheme, values in wanted.items():
        query = select(Identifier.value, Identifier.work_id).where(
            Identifier.scheme == scheme, among(Identifier.value, values)
        )
        for value, work_id in connection.execute(query):
            found[scheme, value] = work_id
    return found


def find_copies(
    connection: Connection, wanted: Mapping[str, Sequence[str]]
) -> dict[tuple[str, str], int]:
    """Return (source, source id) -> work id for the copies we hold."""
    found: dict[tuple[str, str], int] = {}
    for source, source_ids in wanted.items():
        query = select(Version.source_id, Version.work_id).where(
            Version.source == source, among(Version.source_id, source_ids)
        )
        for source_id, work_id in connection.execute(query):
            found[source, source_id] = work_id
    return found


def works_by_title_digest(connection: Connection, digests: Iterable[int]) -> list[tuple[int, int]]:
    """Return (title digest, work id) of the works whose title has one of these digests."""
    query = select(Work.title_digest, Work.id).where(among(Work.title_digest, digests))
    return [(digest, work_id) for digest, work_id in connection.execute(query)]


def versions_of(connection: Connection, work_ids: Iterable[int]) -> list[Row]:
    """Return every version of these works, oldest row first."""
    query = select(Version.__table__).where(among(Version.work_id, work_ids)).order_by(Version.id)
    return _rows(connection, query)


def identifiers_of(connection: Connection, work_ids: Iterable[int]) -> list[Row]:
    """Return every identifier of these works."""
    query = select(Identifier.__table__).where(among(Identifier.work_id, work_ids))
    return _rows(connection, query)


def works_rows(connection: Connection, work_ids: Iterable[int]) -> list[Row]:
    """Return these works' rows, every column."""
    query = select(Work.__table__).where(among(Work.id, work_ids))
    return _rows(connection, query)


def _rows(connection: Connection, query: Any) -> list[Row]:
    """Return whole rows; half the time of SQLAlchemy's own mappings."""
    result = connection.execute(query)
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result.all()]


def view_works(connection: Connection, work_ids: Sequence[int]) -> list[WorkView]:
    """Return these works in the order asked for; ids that are gone are passed over."""
    query = select(
        Work.id, Work.public_id, Work.title, Work.abstract, Work.authors, Work.venue, Work.year,
        Work.published, Work.primary_category, Work.status,
    ).where(among(Work.id, work_ids))  # fmt: skip
    rows: Iterable[tuple[Any, ...]] = map(tuple, connection.execute(query))
    views = {row[0]: WorkView(*row) for row in rows}
    return [views[work_id] for work_id in work_ids if work_id in views]


def present(connection: Connection, work_ids: Iterable[int]) -> set[int]:
    """Return those of the ids that are works of the library."""
    return set(connection.execute(select(Work.id).where(among(Work.id, work_ids))).scalars())


def titles_of(connection: Connection, public_ids: Iterable[str]) -> dict[str, str]:
    """Return public id -> title of the works that are known by them."""
    query = select(Work.public_id, Work.title).where(among(Work.public_id, public_ids))
    return pairs(connection.execute(query))


def work_ids_in_order(connection: Connection, *, after: int = 0, limit: int = 1_000) -> list[int]:
    """Return the next work ids after one, in order of id: for walking the library page by page."""
    query = select(Work.id).where(Work.id > after).order_by(Work.id).limit(limit)
    return list(connection.execute(query).scalars())


def categories_of(connection: Connection, work_ids: Iterable[int]) -> dict[int, list[str]]:
    """Return work id -> its categories."""
    found: dict[int, list[str]] = {}
    query = select(WorkCategory.work_id, WorkCategory.category).where(
        among(WorkCategory.work_id, work_ids)
    )
    for work_id, category in connection.execute(query):
        found.setdefault(work_id, []).append(category)
    return found


def also_by(connection: Connection, work_id: int, limit: int = 5) -> list[tuple[str, str, str]]:
    """Return (names, public id, title) of the newest other works by this work's authors."""
    mine = select(Authorship.person_id).where(Authorship.work_id == work_id)
    query = (
        select(func.group_concat(Person.name.distinct()), Work.public_id, Work.title)
        .join_from(Authorship, Work, Authorship.work_id == Work.id)
        .join(Person, Person.id == Authorship.person_id)
        .where(Authorship.person_id.in_(mine), Work.id != work_id)
        .group_by(Work.id)
        .order_by(Work.published.desc())
        .limit(limit)
    )
    return [
        (name.replace(",", ", "), public_id, title)
        for name, public_id, title in connection.execute(query)
    ]


def next_ids(connection: Connection) -> tuple[int, int]:
    """Return the next work id and version id, never used before; for the writer's transaction."""
    used: dict[str, int] = pairs(connection.execute(text("SELECT name, seq FROM sqlite_sequence")))
    return used.get("works", 0) + 1, used.get("versions", 0) + 1


def insert_works(connection: Connection, rows: list[Row]) -> None:
    """Insert whole work rows."""
    insert_rows(connection, Work, rows)


def update_works(connection: Connection, rows: list[Row], *, retold: bool) -> None:
    """Update work rows by id; only rows that are `retold` have another text to be indexed."""
    kept = ("id", "added_at") if retold else ("id", "added_at", *TEXT_COLUMNS)
    names = [name for name in _WORK_COLUMNS if name not in kept]
    if rows:
        connection.exec_driver_sql(
            f"UPDATE works SET {', '.join(f'{name}=?' for name in names)} WHERE id=?",
            list(map(itemgetter(*names, "id"), rows)),
        )


def delete_work(connection: Connection, work_id: int) -> None:
    """Delete a work that another one has taken in; its own versions must have moved before."""
    connection.execute(delete(Work).where(Work.id == work_id))


def put_versions(connection: Connection, rows: list[Row]) -> None:
    """Insert or, by id, replace whole version rows."""
    encoded = [
        {**row, "authors": _json(row["authors"]), "extra": _json(row["extra"])} for row in rows
    ]
    changing = [column.name for column in Version.__table__.columns if column.name != "id"]
    insert_rows(
        connection,
        Version,
        encoded,
        "ON CONFLICT (id) DO UPDATE SET "
        + ", ".join(f"{name}=excluded.{name}" for name in changing),
    )


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _json(value: object) -> str | None:
    return None if value is None else _encode(value)


def put_identifiers(connection: Connection, rows: list[Row]) -> None:
    """Insert identifiers, or point known ones at another work."""
    conflict = "ON CONFLICT (scheme, value) DO UPDATE SET work_id=excluded.work_id"
    insert_rows(connection, Identifier, rows, conflict)


def put_categories(
    connection: Connection, by_work: Mapping[int, Sequence[str]], *, known: bool
) -> None:
    """Replace the categories of these works; `known` when rows may exist."""
    if known:
        connection.execute(delete(WorkCategory).where(among(WorkCategory.work_id, by_work)))
    rows = [
        (work_id, category)
        for work_id, categories in by_work.items()
        for category in dict.fromkeys(categories)
    ]
    insert_tuples(connection, WorkCategory, ("work_id", "category"), rows)


def put_authorships(
    connection: Connection, by_work: Mapping[int, Sequence[tuple[str, str]]], *, known: bool
) -> None:
    """Replace who wrote these works, given as (name, family key); `known` when rows may exist."""
    names = {name: key for authors in by_work.values() for name, key in authors}
    if known:
        connection.execute(delete(Authorship).where(among(Authorship.work_id, by_work)))
    insert_tuples(
        connection,
        Person,
        ("name", "family_key"),
        list(names.items()),
        "ON CONFLICT (name) DO NOTHING",
    )
    query = select(Person.name, Person.id).where(among(Person.name, names))
    ids: dict[str, int] = pairs(connection.execute(query))
    insert_tuples(
        connection,
        Authorship,
        ("work_id", "position", "person_id"),
        [
            (work_id, position, ids[name])
            for work_id, authors in by_work.items()
            for position, (name, _) in enumerate(authors)
        ],
    )


def move_versions(connection: Connection, version_ids: Sequence[int], work_id: int) -> None:
    """Give versions to another work."""
    connection.execute(
        update(Version).where(among(Version.id, version_ids)).values(work_id=work_id)
    )


def keep_apart(connection: Connection, a: int, b: int) -> None:
    """Remember that two works are not one."""
    connection.execute(
        text("INSERT INTO kept_apart (work_a, work_b) VALUES (:a, :b) ON CONFLICT DO NOTHING"),
        {"a": min(a, b), "b": max(a, b)},
    )


def are_kept_apart(connection: Connection, a: int, b: int) -> bool:
    """Tell whether a person said that these two works are not one."""
    query = select(KeptApart).where(KeptApart.work_a == min(a, b), KeptApart.work_b == max(a, b))
    return connection.execute(query).first() is not None


def allow_together(connection: Connection, a: int, b: int) -> None:
    """Forget that two works were kept apart."""
    connection.execute(
        delete(KeptApart).where(KeptApart.work_a == min(a, b), KeptApart.work_b == max(a, b))
    )


def count_rows(connection: Connection) -> dict[str, int]:
    """Return how many works, versions and people there are."""
    return {
        name: connection.execute(select(func.count()).select_from(model)).scalar_one()
        for name, model in (("works", Work), ("versions", Version), ("people", Person))
    }
