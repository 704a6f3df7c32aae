"""What hangs on a work beside its text, moved when two works become one, and moved back."""

from typing import Any

from sqlalchemy import Connection, text

_BY_PROFILE = {
    "profile_ratings": ("profile_id", "liked", "at"),
    "offered": ("profile_id", "digest_id", "shown", "number", "venue"),
}
"""Tables with at most one row per profile and work, and their other columns."""
_PAIRS = {"kept_apart": (), "doubts": ("id", "reason", "confidence", "found_at")}
"""Tables of two works, `work_a` before `work_b`, and their other columns."""


def take_over(connection: Connection, keeper: int, other: int) -> dict[str, Any]:
    """Give what hangs on `other` to `keeper`, whose own rows win; return what undoing needs."""
    before: dict[str, Any] = {"announcements": _announced(connection, other)}
    connection.execute(
        text("UPDATE announcements SET work_id = :keeper WHERE work_id = :other"),
        {"keeper": keeper, "other": other},
    )
    for table in _BY_PROFILE:
        before[table] = {
            str(work_id): _rows(connection, table, work_id) for work_id in (keeper, other)
        }
        connection.execute(
            text(f"UPDATE OR IGNORE {table} SET work_id = :keeper WHERE work_id = :other"),
            {"keeper": keeper, "other": other},
        )
    for table in _PAIRS:
        rows = _paired(connection, table, other)
        before[table] = [*rows, *_paired(connection, table, keeper)]
        for a, b, *rest in rows:
            _unpair(connection, table, a, b)
            _pair(connection, table, keeper, b if a == other else a, rest)
    return before


def give_back(connection: Connection, keeper: int, other: int, before: dict[str, Any]) -> None:
    """Put what `take_over` moved where it was."""
    for batch, source_id in before.get("announcements", ()):
        connection.execute(
            text(
                "UPDATE announcements SET work_id = :other"
                " WHERE batch_id = :batch AND source_id = :source_id"
            ),
            {"other": other, "batch": batch, "source_id": source_id},
        )
    for table, columns in _BY_PROFILE.items():
        for work_id, rows in before.get(table, {}).items():
            connection.execute(
                text(f"DELETE FROM {table} WHERE work_id = :work"), {"work": int(work_id)}
            )
            for row in rows:
                names = ", ".join(("work_id", *columns))
                holes = ", ".join(f":{name}" for name in ("work_id", *columns))
                # A profile or digest removed since takes its rows with it.
                connection.execute(
                    text(
                        f"INSERT INTO {table} ({names}) SELECT {holes}"
                        " WHERE EXISTS (SELECT 1 FROM profiles WHERE id = :profile_id)"
                    ),
                    {"work_id": int(work_id), **dict(zip(columns, row, strict=True))},
                )

    for table in _PAIRS:
        rows = before.get(table, ())
        own = {(a, b) for a, b, *_ in rows}
        for a, b, *_ in rows:
            moved = [b if a == other else a] if other in (a, b) else []
            for third in moved:
                pair = min(keeper, third), max(keeper, third)
                if pair not in own:
                    _unpair(connection, table, *pair)
        for a, b, *rest in rows:
            _pair(connection, table, a, b, rest)


def _paired(connection: Connection, table: str, work_id: int) -> list[list[Any]]:
    columns = ", ".join(("work_a", "work_b", *_PAIRS[table]))
    rows = connection.execute(
        text(f"SELECT {columns} FROM {table} WHERE :work IN (work_a, work_b)"), {"work": work_id}
    )
    return [list(row) for row in rows]


def _unpair(connection: Connection, table: str, a: int, b: int) -> None:
    connection.execute(
        text(f"DELETE FROM {table} WHERE work_a = :a AND work_b = :b"), {"a": a, "b": b}
    )


def _pair(connection: Connection, table: str, a: int, b: int, rest: list[Any]) -> None:
    """Add a pair, unless it is there or one of its works is gone."""
    values = {"work_a": min(a, b), "work_b": max(a, b)}
    values |= dict(zip(_PAIRS[table], rest, strict=True))
    connection.execute(
        text(
            f"INSERT OR IGNORE INTO {table} ({', '.join(values)})"
            f" SELECT {', '.join(f':{name}' for name in values)} WHERE 2 ="
            " (SELECT count(*) FROM works WHERE id IN (:work_a, :work_b))"
        ),
        values,
    )


def _announced(connection: Connection, work_id: int) -> list[list[Any]]:
    rows = connection.execute(
        text("SELECT batch_id, source_id FROM announcements WHERE work_id = :work"),
        {"work": work_id},
    )
    return [list(row) for row in rows]


def _rows(connection: Connection, table: str, work_id: int) -> list[list[Any]]:
    columns = ", ".join(_BY_PROFILE[table])
    rows = connection.execute(
        text(f"SELECT {columns} FROM {table} WHERE work_id = :work"), {"work": work_id}
    )
    return [list(row) for row in rows]
