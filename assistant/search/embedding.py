"""Giving every work its vector: by the page, resumable at any moment, newest texts included."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from assistant.config import Home, Settings
from assistant.errors import AssistantError
from db import sections, vectors
from db.engine import Connection, Database

if TYPE_CHECKING:
    from assistant.search.encoders import Encoder

PAGE = 128
EMBEDDED_UNASKED = 16
"""Passages of notes that a search embeds by itself; more are a job's work."""
_LOCK = "embedding.lock"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the library a model can answer for."""

    model_key: str
    model_name: str
    embedded: int
    works: int

    @property
    def complete(self) -> bool:
        """Every work has a vector of its present text."""
        return self.embedded >= self.works

    def __str__(self) -> str:
        return f"{self.embedded:,} of {self.works:,} embedded"


def embedding_text(title: str, abstract: str) -> str:
    """Return the text of a work that its vector stands for."""
    return f"{title}\n{abstract}"


def embed_pending(
    database: Database, home: Home, encoder: "Encoder", *, progress: Progress | None = None
) -> int:
    """Embed every work whose present text has no vector, and return how many that were.

    Each page is one transaction: a kill loses at most a page's work, and nothing is embedded twice.

    Raises:
        AssistantError: another process is embedding this library.
    """
    lock = FileLock(home.path / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise AssistantError(
            "Another process is already embedding this library.",
            hint="`assistant status` shows how far it is.",
        ) from None
    try:
        return _embed(database, encoder, progress)
    finally:
        lock.release()


def is_embedding(home: Home) -> bool:
    """Tell whether some process is embedding this library now."""
    if not (home.path / _LOCK).exists():
        return False
    lock = FileLock(home.path / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def embed_in_background(home: Home) -> int:
    """Start a process of low priority that embeds what is pending; return its process id."""
    home.logs.mkdir(parents=True, exist_ok=True)
    with (home.logs / "embedding.log").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "assistant", "embed", "--quiet"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "ASSISTANT_HOME": str(home.path), "ASSISTANT_NICE": "19"},
        )
    return child.pid


def library_coverage(database: Database, model_key: str, model_name: str) -> Coverage:
    """Return how many works have a fresh vector under a model."""
    with database.read() as connection:
        total = vectors.count_works(connection)
        fresh = {one.key: one.fresh for one in vectors.coverage(connection)}
    return Coverage(model_key, model_name, fresh.get(model_key, 0), total)


def lacking(connection: Connection) -> int:
    """Return how many works have no fresh vector under the model that covers most."""
    known = vectors.coverage(connection)
    return vectors.count_works(connection) - (known[0].fresh if known else 0)


def lacking_passages(connection: Connection) -> int:
    """Return how many passages of notes have no vector under that model, 0 where there is none."""
    known = vectors.coverage(connection)
    if not known or not known[0].fresh:
        return 0
    return sections.count_pending(connection, vectors.model_id(connection, known[0].key))


def answering_model(database: Database, settings: Settings, configured_key: str) -> Coverage:
    """Return the model that answers now: the configured one, unless another covers more.

    While a new model is still embedding the library, the old one goes on answering.
    """
    with database.read() as connection:
        total = vectors.count_works(connection)
        known = vectors.coverage(connection)
    mine = next((one for one in known if one.key == configured_key), None)
    best = known[0] if known else None
    if best is None or (mine is not None and mine.fresh >= best.fresh):
        fresh = mine.fresh if mine else 0
        return Coverage(configured_key, settings.search.model, fresh, total)
    return Coverage(best.key, best.name, best.fresh, total)


def _embed(database: Database, encoder: "Encoder", progress: Progress | None) -> int:
    import numpy as np

    with database.write("embed papers") as connection:
        model = vectors.ensure_model(connection, encoder.key, encoder.name, encoder.dimensions)
    before = library_coverage(database, encoder.key, encoder.name)
    done, last = 0, 0
    while True:
        with database.read() as connection:
            page = vectors.pending_texts(connection, model, after=last, limit=PAGE)
        if not page:
            return done
        texts = [embedding_text(one.title, one.abstract) for one in page]
        matrix = encoder.encode_documents(texts).astype(np.float16)
        rows = [
            (one.work_id, one.text_digest, vector.tobytes())
            for one, vector in zip(page, matrix, strict=True)
        ]
        with database.write("embed papers") as connection:
            vectors.put_vectors(connection, model, rows)
        done += len(page)
        last = page[-1].work_id
        if progress:
            progress(before.embedded + done, max(before.works, before.embedded + done))
