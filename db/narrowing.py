"""Which works match, whole and unranked: for narrowing a list, where `db.fulltext` ranks."""

import json
from collections.abc import Mapping

from sqlalchemy import Connection, text

from db.filters import HIDDEN, Condition

_END = "\U0010ffff"


def matching(connection: Connection, expression: str) -> set[int]:
    """Return the ids of all works that match a full-text expression."""
    statement = "SELECT rowid AS id FROM works_fts WHERE works_fts MATCH :e"
    return _ids(connection, statement, {"e": expression})


def fulfilling(
    connection: Connection, condition: Condition, parameters: Mapping[str, object]
) -> set[int]:
    """Return the ids for which a condition's `where` is true; its negation is the caller's."""
    statement = f"SELECT {condition.key} AS id FROM {condition.table} WHERE {condition.where}"
    return _ids(connection, statement, parameters)


def titled(connection: Connection, digest: int) -> set[int]:
    """Return the ids of the works whose title has this digest."""
    return _ids(connection, "SELECT id FROM works WHERE title_digest = :d", {"d": digest})


def hidden(connection: Connection) -> set[int]:
    """Return the ids of the works that no list shows unless asked for."""
    return _ids(connection, HIDDEN, {})


def prefix_weight(connection: Connection, prefix: str) -> int:
    """Return about how many postings the words of a prefix have: what looking them up costs."""
    statement = text(
        "SELECT coalesce(sum(works), 0) FROM spelling_terms WHERE term >= :prefix AND term < :end"
    )
    values = {"prefix": prefix, "end": prefix + _END}
    weight: int = connection.execute(statement, values).scalar_one()
    return weight


def frequent_words(connection: Connection, prefix: str, limit: int) -> list[str]:
    """Return the words of a prefix as they are spelt, those of most works first."""
    statement = text(
        "SELECT term FROM spelling_terms WHERE term >= :prefix AND term < :end AND works > 0"
        " ORDER BY works DESC, term LIMIT :limit"
    )
    values = {"prefix": prefix, "end": prefix + _END, "limit": limit}
    return list(connection.execute(statement, values).scalars())


def _ids(connection: Connection, statement: str, parameters: Mapping[str, object]) -> set[int]:
    """Return the column `id`; as one text, since rows by the hundred thousand are dear."""
    told = connection.execute(
        text(f"SELECT json_group_array(id) FROM ({statement})"), dict(parameters)
    ).scalar_one()
    return set(json.loads(told))
