"""Passages of notes and pages of PDFs as search sees them: words, vectors, what each is of.

Expressions come from `db.filters`, which quotes what a person wrote.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

# Weights of title, heading and body in bm25.
_SCORE = "-bm25(sections_fts, 2.0, 1.5, 1.0)"


class SectionView(NamedTuple):
    """A passage and what it is of: `kind` is note or pdf, `place` vault or papers.

    `note_id` is the note's own id, or for a fetched paper its public id; `line` counts from 0.
    """

    id: int
    file_id: int
    place: str
    path: str
    kind: str
    title: str
    heading: str
    page: int | None
    line: int
    body: str
    note_id: str | None
    created: str | None


class PendingSection(NamedTuple):
    """A passage whose text has no vector yet."""

    text_digest: int
    title: str
    heading: str
    body: str


def newest_section(connection: Connection) -> int:
    """Return the highest id of a passage, 0 where there is none."""
    query = "SELECT coalesce(max(id), 0) FROM note_sections"
    newest: int = connection.exec_driver_sql(query).scalar_one()
    return newest


def matches(
    connection: Connection, expression: str, limit: int, tags: Sequence[tuple[str, bool]] = ()
) -> list[int]:
    """Return the ids of passages that match, the newest first; see `ranked` for `tags`."""
    where, values = _tagged(tags, "sections_fts.rowid")
    rows = connection.execute(
        text(
            f"SELECT rowid FROM sections_fts WHERE sections_fts MATCH :e{where}"
            " ORDER BY rowid DESC LIMIT :limit"
        ),
        {"e": expression, "limit": limit, **values},
    )
    return list(rows.scalars())


def ranked(
    connection: Connection,
    expression: str,
    limit: int,
    newest: int,
    tags: Sequence[tuple[str, bool]] = (),
) -> list[tuple[int, float]]:
    """Return (passage id, bm25) of the best matches, best first, among the `newest` that match.

    `tags` are (tag, negated) that their note must have or must not.
    """
    where, values = _tagged(tags, "sections_fts.rowid")
    rows = connection.execute(
        text(
            f"SELECT id, score FROM (SELECT rowid AS id, {_SCORE} AS score FROM sections_fts"
            f" WHERE sections_fts MATCH :e{where} ORDER BY rowid DESC LIMIT :newest)"
            " ORDER BY score DESC, id DESC LIMIT :limit"
        ),
        {"e": expression, "limit": limit, "newest": newest, **values},
    )
    return [(row[0], row[1]) for row in rows]


def of_tags(connection: Connection, tags: Sequence[tuple[str, bool]], limit: int) -> list[int]:
    """Return the first passages of the notes with, or without, these tags, last changed first."""
    where, values = _tagged(tags, "s.id")
    rows = connection.execute(
        text(
            "SELECT s.id FROM note_sections s JOIN vault_files f ON f.id = s.file_id"
            f" WHERE s.position = 0 AND s.page IS NULL{where}"
            " ORDER BY f.modified_ns DESC LIMIT :limit"
        ),
        {"limit": limit, **values},
    )
    return list(rows.scalars())


def allowed(
    connection: Connection, ids: Sequence[int], tags: Sequence[tuple[str, bool]]
) -> set[int]:
    """Return those of the passages whose notes have, or have not, these tags."""
    where, values = _tagged(tags, "s.id")
    rows = connection.execute(
        text(
            "SELECT s.id FROM note_sections s"
            f" WHERE s.id IN (SELECT value FROM json_each(:ids)){where}"
        ),
        {"ids": json.dumps(list(ids)), **values},
    )
    return set(rows.scalars())


def _tagged(tags: Sequence[tuple[str, bool]], column: str) -> tuple[str, dict[str, object]]:
    """What to ask of the passage whose id is in a column, and its parameters."""
    clauses: list[str] = []
    values: dict[str, object] = {}
    for number, (tag, negated) in enumerate(tags):
        name = f"tag_{number}"
        clauses.append(
            f" AND +{column} {'NOT ' if negated else ''}IN (SELECT p.id FROM note_tags t"
            f" JOIN note_sections p ON p.file_id = t.file_id WHERE t.tag = :{name}"
            f" OR (t.tag > :{name} || '/' AND t.tag < :{name} || '0'))"
        )
        values[name] = tag
    return "".join(clauses), values


def section_views(connection: Connection, ids: Sequence[int]) -> list[SectionView]:
    """Return these passages in the order asked for; ids that are gone are passed over."""
    rows = connection.execute(
        text(
            "SELECT s.id, f.id, f.place, f.path, f.kind, s.title, s.heading, s.page, s.line,"
            " s.body, f.note_id, f.created FROM note_sections s JOIN vault_files f"
            " ON f.id = s.file_id WHERE s.id IN (SELECT value FROM json_each(:ids))"
        ),
        {"ids": json.dumps(list(ids))},
    )
    views = {row[0]: SectionView(*row) for row in rows}
    return [views[one] for one in ids if one in views]


def titled(connection: Connection, title: str, limit: int) -> list[int]:
    """Return the first passages of files with this title, whatever its case."""
    rows = connection.execute(
        text(
            "SELECT s.id FROM vault_files f JOIN note_sections s"
            " ON s.file_id = f.id AND s.position = 0"
            " WHERE f.title = :title COLLATE NOCASE LIMIT :limit"
        ),
        {"title": title, "limit": limit},
    )
    return list(rows.scalars())


def sections_of_file(connection: Connection, path: str) -> list[int]:
    """Return the ids of the passages of a file of the vault."""
    rows = connection.execute(
        text(
            "SELECT s.id FROM note_sections s JOIN vault_files f ON f.id = s.file_id"
            " WHERE f.place = 'vault' AND f.path = :path"
        ),
        {"path": path},
    )
    return list(rows.scalars())


def pending(connection: Connection, model: int | None, limit: int) -> list[PendingSection]:
    """Return passages of notes whose text has no vector under a model; pages are never embedded."""
    rows = connection.execute(
        text(
            "SELECT s.text_digest, s.title, s.heading, s.body FROM note_sections s"
            " WHERE s.page IS NULL AND NOT EXISTS (SELECT 1 FROM section_vectors v"
            " WHERE v.model_id = :model AND v.text_digest = s.text_digest)"
            " GROUP BY s.text_digest ORDER BY s.id LIMIT :limit"
        ),
        {"model": -1 if model is None else model, "limit": limit},
    )
    return [PendingSection(*row) for row in rows]


def count_pending(connection: Connection, model: int | None) -> int:
    """Return how many passages have no vector under a model."""
    count: int = connection.execute(
        text(
            "SELECT count(DISTINCT s.text_digest) FROM note_sections s"
            " WHERE s.page IS NULL AND NOT EXISTS (SELECT 1 FROM section_vectors v"
            " WHERE v.model_id = :model AND v.text_digest = s.text_digest)"
        ),
        {"model": -1 if model is None else model},
    ).scalar_one()
    return count


def put_section_vectors(
    connection: Connection, model: int, rows: Sequence[tuple[int, bytes]]
) -> None:
    """Write (text digest, float16 bytes) of passages."""
    if rows:
        connection.execute(
            text(
                "INSERT INTO section_vectors (model_id, text_digest, vector)"
                " VALUES (:model, :digest, :vector) ON CONFLICT (model_id, text_digest) DO NOTHING"
            ),
            [{"model": model, "digest": digest, "vector": vector} for digest, vector in rows],
        )


def forget_stale_vectors(connection: Connection, spared: int) -> int:
    """Delete vectors of texts that no passage has any more, if those are more than `spared`."""
    stale = "text_digest NOT IN (SELECT text_digest FROM note_sections)"
    count: int = connection.exec_driver_sql(
        f"SELECT count(*) FROM section_vectors WHERE {stale}"
    ).scalar_one()
    if count <= spared:
        return 0
    connection.exec_driver_sql(f"DELETE FROM section_vectors WHERE {stale}")
    return count


def vectors_state(connection: Connection, model: int) -> tuple[int, int]:
    """Return (the newest passage, the newest vector): what an index in memory compares with."""
    newest = connection.execute(
        # From the newest vector down: the index on the model would be read whole.
        text("SELECT id FROM section_vectors WHERE +model_id = :model ORDER BY id DESC LIMIT 1"),
        {"model": model},
    ).scalar()
    return newest_section(connection), newest or 0


def section_vectors(connection: Connection, model: int) -> list[tuple[int, bytes]]:
    """Return (passage id, float16 bytes) of every passage that has a vector."""
    rows = connection.execute(
        text(
            "SELECT s.id, v.vector FROM note_sections s JOIN section_vectors v"
            " ON v.model_id = :model AND v.text_digest = s.text_digest ORDER BY s.id"
        ),
        {"model": model},
    )
    return [(row[0], row[1]) for row in rows]
