"""The keys copies of one work are found by: looked up by the thousand, and written."""

import json
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, exists, select, text

from db.models import Work
from db.models_merging import MatchKey
from db.works import among, insert_tuples

MOST = 40
"""A key that more works share tells nothing; looking at them all would grow with the library."""


def find_keys(connection: Connection, keys: Iterable[int]) -> list[tuple[int, int]]:
    """Return (key, work id) for each of the keys, those that too many works share left out."""
    rows = connection.execute(
        text(
            "SELECT k.key, k.work_id FROM json_each(:keys) AS wanted"
            " CROSS JOIN match_keys k ON k.key = wanted.value"
            " WHERE (SELECT count(*) FROM (SELECT 1 FROM match_keys o WHERE o.key = wanted.value"
            " LIMIT :beyond)) < :beyond"
        ),
        {"keys": json.dumps(list(set(keys))), "beyond": MOST + 1},
    )
    return [(key, work_id) for key, work_id in rows.all()]


def put_keys(connection: Connection, by_work: Mapping[int, frozenset[int]], *, known: bool) -> None:
    """Replace the keys of works; `known` when rows may exist."""
    if known:
        connection.execute(delete(MatchKey).where(among(MatchKey.work_id, by_work)))
    # In order of the key, so that pages of the tree are touched in turn.
    rows: list[tuple[int, int]] = sorted(
        (key, work_id) for work_id, keys in by_work.items() for key in keys
    )
    insert_tuples(connection, MatchKey, ("key", "work_id"), rows)


def lacking_all(connection: Connection) -> bool:
    """Tell whether there are works and not one key: the library is older than they are."""
    if connection.execute(select(exists(select(MatchKey.key)))).scalar_one():
        return False
    return bool(connection.execute(select(exists(select(Work.id)))).scalar_one())
