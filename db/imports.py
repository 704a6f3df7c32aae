"""The ledger of imports, and the words of the library for spelling."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from db.models import ImportRun, SpellingTerm
from db.personal import now
from db.works import insert_tuples


def begin_import(
    connection: Connection, fingerprint: str, path: str
) -> tuple[int, int, dict[str, Any]]:
    """Return (run id, position, counts) of this file's unfinished import, or of a new one."""
    row = connection.execute(
        select(ImportRun.id, ImportRun.position, ImportRun.counts, ImportRun.finished).where(
            ImportRun.fingerprint == fingerprint
        )
    ).first()
    if row is not None and not row.finished:
        return row.id, row.position, dict(row.counts)
    connection.execute(delete(ImportRun).where(ImportRun.fingerprint == fingerprint))
    result = connection.execute(
        insert(ImportRun).values(fingerprint=fingerprint, path=path, counts={}, changed_at=now())
    )
    return int(result.inserted_primary_key[0]), 0, {}  # type: ignore[index]


def advance_import(
    connection: Connection, run_id: int, position: int, counts: dict[str, Any], *, finished: bool
) -> None:
    """Write how far an import has come, in the transaction that brought it there."""
    connection.execute(
        update(ImportRun)
        .where(ImportRun.id == run_id)
        .values(position=position, counts=counts, finished=int(finished), changed_at=now())
    )


def count_words(connection: Connection, changes: Mapping[str, int]) -> None:
    """Add to (or take from) how many works have each word."""
    # In order of the key, so that each page of the tree is touched once.
    insert_tuples(
        connection,
        SpellingTerm,
        ("term", "works"),
        sorted(one for one in changes.items() if one[1]),
        "ON CONFLICT (term) DO UPDATE SET works = works + excluded.works",
    )


def clear_words(connection: Connection) -> None:
    """Forget every word, before they are counted anew."""
    connection.execute(delete(SpellingTerm))


def number_of_words(connection: Connection) -> int:
    """Return how many different words are known."""
    return connection.execute(select(func.count()).select_from(SpellingTerm)).scalar_one()
