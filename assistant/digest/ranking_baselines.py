"""What a ranker has to beat, each as strong as its recipe allows with the same evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Scores = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.intp]

HALF_LIFE_DAYS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One reader's task as rows of the set: what was liked, all that was shown, what to rank."""

    liked: Rows
    shown: Rows
    candidates: Rows


class Baselines:
    """The baselines over one set of papers: `texts` n, `vectors` (n, d), `days` (n,)."""

    def __init__(
        self, texts: Sequence[str], vectors: npt.NDArray[np.float32], days: npt.NDArray[np.int64]
    ) -> None:
        self._vectors, self._days = vectors, days
        self._words = _arxiv_sanity_features(texts)

    def scores(self, task: Task) -> dict[str, Scores]:
        """Return each baseline's scores of the candidates, higher is better."""
        import numpy as np

        newest = self._days[task.candidates].astype(np.float64)
        if not len(task.liked):
            return dict.fromkeys(("newest", "cosine", "logistic", "tfidf_svm", "sum"), newest)
        svm, logistic = self._svm(task), self._logistic(task)
        return {
            "newest": newest,
            "cosine": self._cosine(task),
            "logistic": logistic,
            "tfidf_svm": svm,
            "sum": _standardised(svm) + _standardised(logistic),
        }

    def _cosine(self, task: Task) -> Scores:
        """Cosine with the mean of the liked vectors, halved in weight every ten days of age."""
        age = self._days[task.shown].max() - self._days[task.liked]
        mean = (self._vectors[task.liked] * (0.5 ** (age / HALF_LIFE_DAYS))[:, None]).sum(axis=0)
        scores: Scores = (self._vectors[task.candidates] @ mean).astype("float64")
        return scores

    def _svm(self, task: Task) -> Scores:
        """A balanced linear SVM of the likes against all else that was shown.

        The recipe of arxiv-sanity-lite (https://github.com/karpathy/arxiv-sanity-lite).
        """
        from sklearn.svm import LinearSVC

        # Dual: the primal solver is slow beyond some thousand rows.
        model = LinearSVC(class_weight="balanced", C=0.01, dual=True, max_iter=10_000)
        return _decision(model, self._words, task)

    def _logistic(self, task: Task) -> Scores:
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(class_weight="balanced", C=1.0, max_iter=1000)
        return _decision(model, self._vectors, task)


def _decision(model: Any, features: Any, task: Task) -> Scores:
    import numpy as np

    liked = np.isin(task.shown, task.liked)
    if liked.all():
        return np.zeros(len(task.candidates))
    model.fit(features[task.shown], liked)
    scores: Scores = model.decision_function(features[task.candidates])
    return scores


def _arxiv_sanity_features(texts: Sequence[str]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    few = len(texts) < 100  # else no word is in five papers and at most half of all
    return TfidfVectorizer(
        strip_accents="unicode",
        stop_words="english",
        token_pattern=r"(?u)\b[a-zA-Z_][a-zA-Z0-9_]+\b",
        ngram_range=(1, 2),
        max_features=20_000,
        sublinear_tf=True,
        min_df=1 if few else 5,
        max_df=1.0 if few else 0.5,
    ).fit_transform(texts)


def _standardised(scores: Scores) -> Scores:
    standardised: Scores = (scores - scores.mean()) / (scores.std() + 1e-9)
    return standardised
