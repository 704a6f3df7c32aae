"""One space for all papers of a ranking, in which likeness of words, topics and meaning add up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.digest.ranking.counting import count_grams
from assistant.digest.ranking.model import Paper

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float32]
    Rows = npt.NDArray[np.intp]

TITLE_WEIGHT = 8  # a word of the title counts as often as one eight times in the abstract
MOST_COMMON = 0.5  # words in more than this share of the papers are left out
TOPICS = 80
MOST_LEARNT = 3_000  # papers topics are learnt from; of weeks away, an even share
WHITENING = 1e-3  # keeps directions in which hardly any two papers differ from being blown up
SHARPNESS = 2.0
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class View:
    """How much each likeness counts; `sharpness` 0 leaves their sum linear.

    `telling` is what the words that tell a reader's likes apart count beside all else.
    """

    words: float = 1.0
    topics: float = 1.0
    meaning: float = 1.0
    plain: float = 1.0
    sharpness: float = SHARPNESS
    telling: float = 0.0

    def kernel(self, cosines: Mapping[str, Matrix]) -> Matrix:
        """Return the likeness of m papers to n, (m, n), 1 for a paper with itself.

        exp(sharpness * (mean of the cosines - 1)): a positive definite kernel that lets a reader
        have several interests, as a linear one does not.
        """
        import numpy as np

        shares = {name: getattr(self, name) for name in cosines}
        likeness = np.zeros(next(iter(cosines.values())).shape, dtype=np.float32)
        for name, cosine in cosines.items():
            if shares[name]:
                likeness += shares[name] / sum(shares.values()) * cosine
        if self.sharpness:
            likeness -= 1
            likeness *= self.sharpness
            np.exp(likeness, out=likeness)
        return likeness


BY_KIND = View()
BY_TELLING_WORDS = View(plain=0, telling=0.5)


class Space:
    """Papers by their words, topics and vectors.

    `words` is TF-IDF (sublinear, title weighted) over words and pairs; `topics` its latent semantic
    analysis (S. Deerwester et al., 1990), learnt from these papers; `plain` the centred vectors,
    `meaning` the same half whitened. All have rows of unit length, so their kernels are cosines.
    """

    def __init__(self, papers: Iterable[Paper]) -> None:
        unique = {paper.id: paper for paper in papers}
        self.row_of = {one: row for row, one in enumerate(unique)}
        self.words, self.columns, self.frequencies = _word_features(list(unique.values()))
        # Of weeks away that would be too much to keep.
        self._shared = _products(self.words) if len(unique) <= MOST_LEARNT else None
        self.topics = _topics(self.words, self._shared)
        self.plain, self.meaning = _meanings([paper.vector for paper in unique.values()])
        self.size = len(unique)

    def rows(self, papers: Iterable[Paper]) -> Rows:
        """Return the rows of papers of this space, in the order given."""
        import numpy as np

        return np.array([self.row_of[paper.id] for paper in papers], dtype=np.intp)

    def cosines(self, left: Rows, right: Rows) -> dict[str, Matrix]:
        """Return the cosines of m rows with n rows by each likeness, (m, n) each."""
        return {
            "words": self._shared_words(left, right),
            "topics": self.topics[left] @ self.topics[right].T,
            "meaning": self.meaning[left] @ self.meaning[right].T,
            "plain": self.plain[left] @ self.plain[right].T,
        }

    def _shared_words(self, left: Rows, right: Rows) -> Matrix:
        import numpy as np

        if self._shared is not None:
            return self._shared[np.ix_(left, right)]
        shared: Matrix = (self.words[left] @ self.words[right].T).toarray()
        return shared


def _products(words: Any) -> Matrix:
    """Return the cosine of the words of each row with those of each other one, (n, n)."""
    products: Matrix = (words @ words.T).toarray()
    return products


def _word_features(papers: Sequence[Paper]) -> tuple[Any, dict[str, int], npt.NDArray[np.float32]]:
    """TF-IDF (n, v) as a sparse matrix, the column of each feature, its share of the papers."""
    import numpy as np
    from scipy import sparse

    total = len(papers)
    rarest = 5 if total >= 1000 else 2 if total >= 100 else 1
    counted = count_grams([(one.abstract, one.title) for one in papers], (1, TITLE_WEIGHT), rarest)
    commonest = max(MOST_COMMON * total, 2)
    kept = (counted.documents_with >= rarest) & (counted.documents_with <= commonest)
    columns = {name: at for at, name in enumerate(counted.names(np.flatnonzero(kept)))}
    frequencies = counted.documents_with[kept].astype(np.float32)
    listed = kept[counted.grams]
    indices = (np.cumsum(kept, dtype=np.int32) - 1)[counted.grams[listed]]
    lengths = np.bincount(counted.documents[listed], minlength=total)
    starts = np.concatenate(([0], np.cumsum(lengths)))
    values = (1 + np.log(counted.counts[listed].astype(np.float32))) * (
        1 + np.log((1 + total) / (1 + frequencies))
    )[indices]
    matrix = sparse.csr_matrix((values, indices, starts), shape=(total, len(columns)))
    # Spelling and stem count the same for every paper, so one length suffices.
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scale = np.repeat(1 / np.maximum(norms, 1e-9), lengths)
    matrix.data *= scale.astype(np.float32)
    return matrix, columns, (frequencies / max(total, 1)).astype(np.float32)


def _topics(words: Any, shared: Matrix | None) -> Matrix:
    """Unit rows (n, k) of the truncated SVD, by subspace iteration from a fixed start.

    `shared` are the products of all rows, where they are few enough to learn from all of them.

    N. Halko, P.-G. Martinsson, J. A. Tropp, "Finding structure with randomness", 2011.
    """
    import numpy as np

    count = min(TOPICS, words.shape[0] // 8)
    if count < 2:
        return np.zeros((words.shape[0], 1), dtype=np.float32)
    learnt = words[:: -(-words.shape[0] // MOST_LEARNT)]
    gram = _products(learnt) if shared is None else shared
    basis = np.random.default_rng(0).standard_normal((len(gram), min(count + 20, len(gram))))
    basis = basis.astype(np.float32)
    for _ in range(_ROUNDS):
        basis, _triangle = np.linalg.qr(gram @ basis)
    values, turned = np.linalg.eigh(basis.T @ (gram @ basis))
    best = slice(None, -count - 1, -1)
    lengths = np.sqrt(np.maximum(values[best], 1e-12))
    # By the root of the singular values, so that the first few topics do not drown the rest.
    if shared is not None:
        return _unit((basis @ turned[:, best]) * np.sqrt(lengths))
    return _unit(words @ (learnt.T @ ((basis @ turned[:, best]) / lengths**1.5)))


def _meanings(vectors: Sequence[Matrix | None]) -> tuple[Matrix, Matrix]:
    """Return the vectors centred, and with how their directions vary half evened out, both (n, d).

    Whole whitening finds narrow interests, none finds broad ones. No vector gives zeros.
    """
    import numpy as np

    known = [row for row, vector in enumerate(vectors) if vector is not None]
    if len(known) < 2:
        nothing = np.zeros((len(vectors), 1), dtype=np.float32)
        return nothing, nothing
    given = np.stack([np.asarray(vectors[row], dtype=np.float32) for row in known])
    given = given - given.mean(axis=0)
    values, directions = np.linalg.eigh(given.T @ given / len(given))
    spread = np.maximum(values, 0) + WHITENING
    centred, whitened = np.zeros((2, len(vectors), given.shape[1]), dtype=np.float32)
    centred[known] = _unit(given)
    whitened[known] = _unit((given @ directions) / spread**0.25)
    return centred, whitened


def _unit(rows: npt.NDArray[Any]) -> Matrix:
    import numpy as np

    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Matrix = (rows / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit
