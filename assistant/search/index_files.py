"""The FAISS index on disk: derived from the library, memory-mapped, exact while small.

Float16 vectors are searched exactly up to `EXACT_UP_TO` works; beyond, 8-bit scalar quantisation
(recall@10 .99 measured) keeps memory at a byte a dimension. The library holds the truth: an index
that disagrees with it is extended, or built anew.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from filelock import FileLock

from assistant.search.vector_index import GONE, VectorIndex
from db import vectors
from db.durable import replacing, sync
from db.engine import Connection, Database

if TYPE_CHECKING:
    from assistant.search.vector_index import Ids, Scores

EXACT_UP_TO = 150_000
_TRAINING_SAMPLE = 65_536
_MAX_DEAD_SHARE = 0.05
_FORMAT = 1

Progress = Callable[[int, int], None]


def open_index(
    database: Database,
    folder: Path,
    model_key: str,
    dimensions: int,
    *,
    progress: Progress | None = None,
) -> VectorIndex:
    """Return the index of a model's vectors, in step with the library.

    The file in `folder` is used as it is, extended by what is new, or built anew.
    """
    home = index_folder(folder, model_key)
    with database.read() as connection:
        model = vectors.model_id(connection, model_key)
        if model is None:
            return _empty(model_key, dimensions)
        state = vectors.newest_vector(connection, model)
    if (index := _load(home, model_key, dimensions)) and _state(index) == state:
        return index
    return _brought_up(database, home, model_key, dimensions, model, progress)


def _brought_up(
    database: Database,
    home: Path,
    model_key: str,
    dimensions: int,
    model: int,
    progress: Progress | None,
) -> VectorIndex:
    """Extend or build the index, one process at a time; unwritable folders cost only the file."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = FileLock(home / "lock")
        lock.acquire()
    except OSError:
        lock = None
    try:
        with database.read() as connection:
            count, newest = vectors.newest_vector(connection, model)
            # Only an index in memory can grow; a mapped one is a view of its file.
            index = _load(home, model_key, dimensions, mapped=False)
            if index is not None and _state(index) == (count, newest):
                return index
            index = _extended(connection, index, model, count, newest) or _built(
                connection, model_key, dimensions, model, count, progress
            )
        if lock is not None:
            _save(home, index)
            # Searched from the file, the vectors are the page cache's and not this process's.
            return _load(home, model_key, dimensions) or index
        return index
    finally:
        if lock is not None:
            lock.release()


def _state(index: VectorIndex) -> tuple[int, int]:
    return len(index), index.newest


def index_is_current(database: Database, folder: Path, model_key: str) -> bool | None:
    """Tell whether the index file agrees with the library; None where no index is needed yet."""
    home = index_folder(folder, model_key)
    with database.read() as connection:
        model = vectors.model_id(connection, model_key)
        if model is None:
            return None
        count, newest = vectors.newest_vector(connection, model)
    try:
        current = json.loads((home / "current.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False if count else None
    return bool(current.get("newest") == newest and current.get("count") == count)


def index_folder(folder: Path, model_key: str) -> Path:
    """Return the folder that holds a model's index."""
    return folder / "".join(c if c.isalnum() or c in "._-" else "_" for c in model_key)


def _empty(model_key: str, dimensions: int) -> VectorIndex:
    import faiss
    import numpy as np

    return VectorIndex(model_key, faiss.IndexFlatIP(dimensions), np.empty(0, np.int64), 0)


def _built(
    connection: Connection,
    model_key: str,
    dimensions: int,
    model: int,
    count: int,
    progress: Progress | None,
) -> VectorIndex:
    import faiss
    import numpy as np

    kind = faiss.ScalarQuantizer.QT_fp16 if count <= EXACT_UP_TO else faiss.ScalarQuantizer.QT_8bit
    built = faiss.IndexScalarQuantizer(dimensions, kind, faiss.METRIC_INNER_PRODUCT)
    ids: list[Ids] = []
    newest = 0
    waiting: list[Scores] = []
    for page in vectors.stored_vectors(connection, model):
        ids.append(np.array([row.work_id for row in page], np.int64))
        newest = page[-1].id
        waiting.append(_matrix(page, dimensions))
        # The quantiser learns its ranges from the first vectors; there is enough to learn from.
        if built.is_trained or sum(map(len, waiting)) >= min(count, _TRAINING_SAMPLE):
            block = np.concatenate(waiting)
            if not built.is_trained:
                built.train(block)
            built.add(block)
            waiting.clear()
        if progress:
            progress(sum(map(len, ids)), count)
    if waiting:
        block = np.concatenate(waiting)
        if not built.is_trained:
            built.train(block)
        built.add(block)
    work_ids = np.concatenate(ids) if ids else np.empty(0, np.int64)
    return VectorIndex(model_key, built, work_ids, newest)


def _extended(
    connection: Connection, index: VectorIndex | None, model: int, count: int, newest: int
) -> VectorIndex | None:
    """Return the index with what is new added, None where building anew is right."""
    import numpy as np

    if index is None or newest < index.newest or len(index.work_ids) > EXACT_UP_TO >= count:
        return None
    if len(index.work_ids) <= EXACT_UP_TO < count:
        return None
    grown = index.faiss_index
    ids = [index.work_ids.copy()]
    for page in vectors.stored_vectors(connection, model, after=index.newest):
        new = np.array([row.work_id for row in page], np.int64)
        for known in ids:
            known[np.isin(known, new)] = GONE
        ids.append(new)
        grown.add(_matrix(page, grown.d))
    extended = VectorIndex(index.model_key, grown, np.concatenate(ids), newest)
    dead = len(extended.work_ids) - len(extended)
    if len(extended) != count or dead > _MAX_DEAD_SHARE * len(extended.work_ids):
        return None
    return extended


def _matrix(page: list[vectors.StoredVector], dimensions: int) -> "Scores":
    import numpy as np

    raw = np.frombuffer(b"".join(row.vector for row in page), np.float16)
    return raw.reshape(len(page), dimensions).astype(np.float32)


def _load(
    home: Path, model_key: str, dimensions: int, *, mapped: bool = True
) -> VectorIndex | None:
    """Return the index on disk, None where there is none that can be trusted."""
    import faiss
    import numpy as np

    try:
        current = json.loads((home / "current.json").read_text(encoding="utf-8"))
        generation = home / str(current["generation"])
        if current["format"] != _FORMAT or current["model_key"] != model_key:
            return None
        flags = faiss.IO_FLAG_MMAP_IFC | faiss.IO_FLAG_READ_ONLY if mapped else 0
        loaded = faiss.read_index(str(generation / "vectors.faiss"), flags)
        work_ids = np.load(generation / "work_ids.npy", allow_pickle=False)
        if loaded.ntotal != len(work_ids) or loaded.d != dimensions:
            return None
        return VectorIndex(model_key, loaded, work_ids, int(current["newest"]))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError):
        return None


def _save(home: Path, index: VectorIndex) -> None:
    """Write a new generation, then point `current.json` at it: a kill leaves the old or the new."""
    import faiss
    import numpy as np

    generation = home / uuid4().hex
    generation.mkdir(parents=True)
    faiss.write_index(index.faiss_index, str(generation / "vectors.faiss"))
    np.save(generation / "work_ids.npy", index.work_ids, allow_pickle=False)
    for path in generation.iterdir():
        sync(path)
    current = {
        "format": _FORMAT,
        "generation": generation.name,
        "model_key": index.model_key,
        "newest": index.newest,
        "count": len(index),
    }
    with replacing(home / "current.json") as file:
        json.dump(current, file)
    for old in home.iterdir():
        if old.is_dir() and old != generation:
            shutil.rmtree(old, ignore_errors=True)
        elif old.name.startswith((".current.json-", "current-")):
            old.unlink(missing_ok=True)
