"""Vectors in the library, keyed by work, model and text: what is there, missing or stale."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, text

from db.models import Embedding, EmbeddingModel, Work
from db.works import among, insert_rows, pairs


class PendingText(NamedTuple):
    """A work whose present text has no vector yet."""

    work_id: int
    title: str
    abstract: str
    text_digest: int


class StoredVector(NamedTuple):
    """A vector as stored: float16 bytes, and the row id that says how new it is."""

    id: int
    work_id: int
    vector: bytes


class Model(NamedTuple):
    """A model vectors were made with."""

    id: int
    key: str
    name: str
    dimensions: int


class ModelCoverage(NamedTuple):
    """How many works a model has vectors for, and how many of those are of the present text."""

    id: int
    key: str
    name: str
    dimensions: int
    vectors: int
    fresh: int


def ensure_model(connection: Connection, key: str, name: str, dimensions: int) -> int:
    """Return the id of a model, writing it down if it is new."""
    if (found := model_id(connection, key)) is not None:
        return found
    result = connection.execute(
        insert(EmbeddingModel).values(key=key, name=name, dimensions=dimensions)
    )
    return int(result.inserted_primary_key[0])  # type: ignore[index]


def model_id(connection: Connection, key: str) -> int | None:
    """Return the id of the model with this key, None where it never made a vector."""
    query = select(EmbeddingModel.id).where(EmbeddingModel.key == key)
    return connection.execute(query).scalar()


def models(connection: Connection) -> list[Model]:
    """Return every model that ever made a vector."""
    query = select(
        EmbeddingModel.id, EmbeddingModel.key, EmbeddingModel.name, EmbeddingModel.dimensions
    )
    return [Model(*row) for row in connection.execute(query)]


def coverage(connection: Connection) -> list[ModelCoverage]:
    """Return every model's coverage, the best covered first."""
    found = []
    for model in models(connection):
        vectors, _ = newest_vector(connection, model.id)
        fresh = connection.execute(
            text(
                "SELECT count(*) FROM works w INDEXED BY ix_works_text_digest"
                " JOIN embeddings e INDEXED BY ix_embeddings_text"
                " ON e.model_id = :model AND e.work_id = w.id AND e.text_digest = w.text_digest"
            ),
            {"model": model.id},
        ).scalar_one()
        found.append(ModelCoverage(*model, vectors, fresh))
    return sorted(found, key=lambda one: -one.fresh)


def pending_texts(
    connection: Connection, model: int, *, after: int, limit: int
) -> list[PendingText]:
    """Return works after an id whose present text has no vector under the model, in id order."""
    query = text("""
        SELECT w.id, w.title, w.abstract, w.text_digest FROM works w
        WHERE w.id > :after AND NOT EXISTS (
            SELECT 1 FROM embeddings e INDEXED BY ix_embeddings_text
            WHERE e.model_id = :model AND e.work_id = w.id AND e.text_digest = w.text_digest)
        ORDER BY w.id LIMIT :limit
    """)
    values = {"after": after, "model": model, "limit": limit}
    return [PendingText(*row) for row in connection.execute(query, values)]


def put_vectors(connection: Connection, model: int, rows: Sequence[tuple[int, int, bytes]]) -> None:
    """Write (work id, text digest, float16 bytes), each in the place of that work's older vector.

    A work whose text has changed meanwhile keeps the digest of what was embedded, and so is stale.
    """
    work_ids = [work_id for work_id, _, _ in rows]
    connection.execute(
        delete(Embedding).where(Embedding.model_id == model, among(Embedding.work_id, work_ids))
    )
    present = set(
        connection.execute(
            text("SELECT id FROM works WHERE id IN (SELECT value FROM json_each(:ids))"),
            {"ids": str(work_ids)},
        ).scalars()
    )
    insert_rows(
        connection,
        Embedding,
        [
            {"model_id": model, "work_id": work_id, "text_digest": digest, "vector": vector}
            for work_id, digest, vector in rows
            if work_id in present
        ],
    )


def fresh_vectors(connection: Connection, model: int, work_ids: Iterable[int]) -> dict[int, bytes]:
    """Return work id -> float16 bytes of these works' vectors of their present text."""
    query = (
        select(Embedding.work_id, Embedding.vector)
        .join(Work, Work.id == Embedding.work_id)
        .where(
            Embedding.model_id == model,
            among(Embedding.work_id, work_ids),
            Embedding.text_digest == Work.text_digest,
        )
    )
    return pairs(connection.execute(query))


def newest_vector(connection: Connection, model: int) -> tuple[int, int]:
    """Return (how many vectors a model has, the id of the newest); what an index compares with."""
    count = connection.execute(
        select(func.count()).select_from(Embedding).where(Embedding.model_id == model)
    ).scalar_one()
    newest = connection.execute(
        select(Embedding.id)
        .where(Embedding.model_id == model)
        .order_by(Embedding.id.desc())
        .limit(1)
    ).scalar()
    return count, newest or 0


def stored_vectors(
    connection: Connection, model: int, *, after: int = 0, page: int = 8_192
) -> Iterator[list[StoredVector]]:
    """Yield a model's vectors newer than a row id, in the order they were written, by the page."""
    query = text(
        "SELECT id, work_id, vector FROM embeddings"
        " WHERE id > :after AND model_id = :model ORDER BY id LIMIT :page"
    )
    while True:
        values = {"after": after, "model": model, "page": page}
        rows = [StoredVector(*row) for row in connection.execute(query, values)]
        if not rows:
            return
        yield rows
        after = rows[-1].id


def delete_model(connection: Connection, model: int) -> None:
    """Delete a model with all its vectors."""
    connection.execute(delete(EmbeddingModel).where(EmbeddingModel.id == model))


def count_works(connection: Connection) -> int:
    """Return how many works there are to embed."""
    return connection.execute(select(func.count()).select_from(Work)).scalar_one()
