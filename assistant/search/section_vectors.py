"""The meaning of passages: each text embedded once, and all of them searched exactly in memory."""

from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from assistant.config import Home
from assistant.search.vector_index import VectorIndex
from db import sections, vectors
from db.engine import Database

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.search.encoders import Encoder

PAGE = 64
_SPARED = 2_000
_LOCK = "section-embedding.lock"


def section_text(title: str, heading: str, body: str) -> str:
    """Return the text of a passage that its vector stands for."""
    return "\n".join(part for part in (title, heading, body) if part)


def embed_sections(
    database: Database,
    home: Home,
    encoder: "Encoder",
    *,
    limit: int | None = None,
    progress: "Callable[[int, int], None] | None" = None,
) -> int:
    """Embed the passages whose text has no vector yet, at most `limit`; return how many.

    A vector belongs to its text: moving a note or indexing the vault anew embeds nothing, editing
    a section embeds that section. Where another process is at it already, nothing is done.
    """
    import numpy as np

    lock = FileLock(home.path / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return 0
    try:
        with database.read() as connection:
            total = sections.count_pending(connection, vectors.model_id(connection, encoder.key))
        done = 0
        while limit is None or done < limit:
            with database.read() as connection:
                model = vectors.model_id(connection, encoder.key)
                most = PAGE if limit is None else min(PAGE, limit - done)
                page = sections.pending(connection, model, most)
            if not page:
                break
            texts = [section_text(one.title, one.heading, one.body) for one in page]
            matrix = encoder.encode_documents(texts).astype(np.float16)
            rows = [
                (one.text_digest, vector.tobytes())
                for one, vector in zip(page, matrix, strict=True)
            ]
            with database.write("embed notes") as connection:
                model = vectors.ensure_model(
                    connection, encoder.key, encoder.name, encoder.dimensions
                )
                sections.put_section_vectors(connection, model, rows)
            done += len(page)
            if progress:
                progress(done, max(total, done))
        if done:
            with database.write("forget vectors of texts that are gone") as connection:
                spared = max(_SPARED, sections.newest_section(connection))
                sections.forget_stale_vectors(connection, spared)
        return done
    finally:
        lock.release()


def load_section_index(
    database: Database, model_key: str, present: VectorIndex | None
) -> VectorIndex | None:
    """Return the vectors of all passages under a model, ids of passages for ids of works.

    `present` is given back where nothing has changed since; None where there is no vector.
    """
    import faiss
    import numpy as np

    with database.read() as connection:
        model = vectors.model_id(connection, model_key)
        if model is None or not sections.newest_section(connection):
            return None
        newest_section, newest = sections.vectors_state(connection, model)
        if not newest:
            return None
        state = newest_section * 1_000_003 + newest
        if present is not None and present.newest == state and present.model_key == model_key:
            return present
        rows = sections.section_vectors(connection, model)
    if not rows:
        return None
    matrix = np.frombuffer(b"".join(vector for _, vector in rows), np.float16)
    matrix = matrix.reshape(len(rows), -1)
    kind = faiss.ScalarQuantizer.QT_fp16
    index = faiss.IndexScalarQuantizer(matrix.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
    index.train(matrix[:1].astype(np.float32))
    for start in range(0, len(rows), 8_192):
        index.add(matrix[start : start + 8_192].astype(np.float32))
    ids = np.array([section for section, _ in rows], np.int64)
    return VectorIndex(model_key, index, ids, state)
