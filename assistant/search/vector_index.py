"""Asking a FAISS index: the nearest works to a vector, and the cosine of any given work."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ids = npt.NDArray[np.int64]
    Scores = npt.NDArray[np.float32]

GONE = -1


@dataclass(slots=True)
class VectorIndex:
    """Vectors by position: whose they are (`work_ids`, -1 where superseded), and how new."""

    model_key: str
    faiss_index: Any
    work_ids: "Ids"
    newest: int
    _order: "Ids | None" = None

    def __len__(self) -> int:
        return int((self.work_ids != GONE).sum())

    def search(
        self, query: "Scores", limit: int, allowed: "Ids | None" = None
    ) -> tuple["Ids", "Scores"]:
        """Return the work ids nearest to a unit vector (D,), best first, with their cosines.

        `allowed` restricts the answer to these work ids.
        """
        import faiss
        import numpy as np

        if not len(self.work_ids):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        dead = len(self.work_ids) - len(self)
        parameters = None
        if allowed is not None:
            chosen = np.isin(self.work_ids, allowed, assume_unique=False)
            limit = min(limit, int(chosen.sum()))
            if not limit:
                return np.empty(0, np.int64), np.empty(0, np.float32)
            bitmap = np.packbits(chosen, bitorder="little")
            parameters = faiss.SearchParameters(  # type: ignore[call-arg]
                sel=faiss.IDSelectorBitmap(len(chosen), faiss.swig_ptr(bitmap))
            )
            dead = 0
        # Of this thread only: with more, a busy machine answers in 48 ms instead of 0.3.
        faiss.omp_set_num_threads(1)
        wanted = min(limit + dead, len(self.work_ids))
        scores, positions = self.faiss_index.search(query[None, :], wanted, params=parameters)
        found = positions[0] >= 0
        ids = self.work_ids[positions[0][found]]
        alive = ids != GONE
        return ids[alive][:limit], scores[0][found][alive][:limit]

    def nearest(
        self, query: "Scores", limit: int, allowed: "Ids | None" = None
    ) -> dict[int, float]:
        """Return work id -> cosine of the nearest works, best first; see `search`."""
        ids, cosines = self.search(query, limit, allowed)
        return dict(zip(ids.tolist(), cosines.tolist(), strict=True))

    def cosines(self, query: "Scores", work_ids: "Ids") -> "Scores":
        """Return the cosine of each of these works with a unit vector, NaN where it has none."""
        import numpy as np

        found, positions = self._positions(work_ids)
        cosines = np.full(len(work_ids), np.nan, np.float32)
        if found.any():
            cosines[found] = self.faiss_index.reconstruct_batch(positions[found]) @ query
        return cosines

    def vector(self, work_id: int) -> "Scores | None":
        """Return a work's vector (D,), None where it has none."""
        import numpy as np

        found, positions = self._positions(np.array([work_id], np.int64))
        if not found[0]:
            return None
        vector: Scores = self.faiss_index.reconstruct(int(positions[0]))
        return vector / max(float(np.linalg.norm(vector)), 1e-12)

    def _positions(self, work_ids: "Ids") -> tuple["npt.NDArray[np.bool_]", "Ids"]:
        import numpy as np

        if self._order is None:
            self._order = np.argsort(self.work_ids, kind="stable")
        if not len(self.work_ids):
            return np.zeros(len(work_ids), np.bool_), np.zeros(len(work_ids), np.int64)
        places = np.searchsorted(self.work_ids, work_ids, sorter=self._order)
        positions = self._order[np.minimum(places, len(self._order) - 1)]
        return self.work_ids[positions] == work_ids, positions
