"""The words that tell a reader's likes from all other papers, and the likeness they make.

A phrase in most of the likes and in few other papers says more than all the rest of the words. How
surely it does is the likelihood ratio of its share among the likes (T. Dunning, "Accurate Methods
for the Statistics of Surprise and Coincidence", Computational Linguistics 19(1), 1993).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from assistant.digest.ranking.space import Space

    Vector = npt.NDArray[np.float32]
    Rows = npt.NDArray[np.intp]

MOST_TELLING = 100
FEWEST = 2  # likes that must hold a term: in one like every rare word would tell
_PRIOR = 2.0  # likes' worth of doubt that they differ from other papers
_RAREST = 1e-4


class TellingWords:
    """The features of a space that tell `liked` rows from the rest; none where likes are few."""

    def __init__(self, space: Space, liked: Rows) -> None:
        import numpy as np

        self.columns, self.weights = _telling(space, liked)
        features = space.words[:, self.columns].toarray()
        features *= np.sqrt(self.weights)
        # Unit length for the likes on average, so that 1 means as alike as a like with itself.
        length = float((features[liked] ** 2).sum(axis=1).mean()) if len(liked) else 0.0
        self._features = (features / np.sqrt(max(length, 1e-9))).astype(np.float32)
        # How much longer each feature is here than among all words.
        self.gain: Vector = (self.weights / max(length, 1e-9)).astype(np.float32)

    def kernel(self, left: Rows, right: Rows) -> Vector:
        """Return the likeness of m rows to n rows, (m, n)."""
        likeness: Vector = self._features[left] @ self._features[right].T
        return likeness

    def own(self, rows: Rows) -> Vector:
        """Return the likeness of each row to itself, (m,)."""
        own: Vector = (self._features[rows] ** 2).sum(axis=1)
        return own


def _telling(space: Space, liked: Rows) -> tuple[Rows, Vector]:
    """Return the most telling columns of a space's words and the weight of each, at most 1."""
    import numpy as np

    everywhere = np.clip(space.frequencies, _RAREST, 0.99)
    holding = np.asarray((space.words[liked] > 0).sum(axis=0)).ravel()
    among = (holding + _PRIOR * everywhere) / (len(liked) + _PRIOR)
    ratio = among * np.log(among / everywhere)
    ratio += (1 - among) * np.log((1 - among) / (1 - everywhere))
    ratio[(among <= everywhere) | (holding < FEWEST)] = 0
    best = np.argsort(-ratio, kind="stable")[:MOST_TELLING]
    best = best[ratio[best] > 0]
    weights = ratio[best] / ratio[best[0]] if len(best) else ratio[best]
    return best.astype(np.intp), weights.astype(np.float32)
