"""The vectors of given works, those that are missing made on the spot."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from assistant.config import Home, Settings
from assistant.errors import ModelError
from assistant.search.embedding import embedding_text
from assistant.search.encoders import encoder_key, load_encoder
from db import vectors, works
from db.engine import Database

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

PAGE = 64


def stored_vectors(
    database: Database, home: Home, settings: Settings, work_ids: Sequence[int]
) -> "dict[int, npt.NDArray[np.float32]]":
    """Return work id -> unit vector (D,) of those that have one; nothing is loaded or embedded."""
    import numpy as np

    try:
        key = encoder_key(settings.search.model, home.models)
    except ModelError:
        return {}
    with database.read() as connection:
        model = vectors.model_id(connection, key)
        stored = vectors.fresh_vectors(connection, model, work_ids) if model is not None else {}
    return {work: np.frombuffer(raw, np.float16).astype(np.float32) for work, raw in stored.items()}


def work_vectors(
    database: Database,
    home: Home,
    settings: Settings,
    work_ids: Sequence[int],
    *,
    announce: Callable[[str], None] = lambda _: None,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> "dict[int, npt.NDArray[np.float32]]":
    """Return work id -> unit vector (D,) under the configured model, for works that exist.

    A work without a fresh vector is embedded, and its vector kept for everybody.

    Raises:
        ModelError: the model cannot be loaded, and some vector is missing.
    """
    import numpy as np

    found = stored_vectors(database, home, settings, work_ids)
    missing = [work for work in work_ids if work not in found]
    if not missing:
        return found
    encoder = load_encoder(
        settings.search.model, home.models, device=settings.search.device, progress=announce
    )
    with database.write("embed papers") as connection:
        model = vectors.ensure_model(connection, encoder.key, encoder.name, encoder.dimensions)
    for start in range(0, len(missing), PAGE):
        page = missing[start : start + PAGE]
        with database.read() as connection:
            rows = works.works_rows(connection, page)
        texts = [embedding_text(row["title"], row["abstract"]) for row in rows]
        matrix = encoder.encode_documents(texts).astype(np.float16)
        made = list(zip(rows, matrix, strict=True))
        with database.write("embed papers") as connection:
            vectors.put_vectors(
                connection,
                model,
                [(row["id"], row["text_digest"], vector.tobytes()) for row, vector in made],
            )
        # As they will be read the next time, so that a ranking does not depend on it.
        found |= {row["id"]: vector.astype(np.float32) for row, vector in made}
        progress(start + len(page), len(missing))
    return found
