"""What a taste teaches: two views of its likes, each counted by how well it finds a hidden one.

By their kind, in which words, topics and meaning speak as they are, and by the words that tell them
from all others. Which of the two a reader reads by differs from reader to reader, and shows when
some of the ratings are hidden and predicted from the rest. The views are then weighed by
exp(-likes * mean squared error), so that few likes leave them even (A. Dalalyan and A. Tsybakov,
"Aggregation by exponential weighting, sharp PAC-Bayesian bounds and sparsity", 2008).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from assistant.digest.ranking.confidence import fold_numbers, told_confidence
from assistant.digest.ranking.evidence import TermWeights
from assistant.digest.ranking.exploration import pick_explorations
from assistant.digest.ranking.model import Candidate, Paper, Rated, Taste
from assistant.digest.ranking.regression import (
    HALF_LIFE,
    USUAL,
    Regression,
    Shares,
    observation_weights,
)
from assistant.digest.ranking.space import BY_KIND, BY_TELLING_WORDS, Space, View
from assistant.digest.ranking.telling import TellingWords

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]
    Rows = npt.NDArray[np.intp]

VIEWS = (BY_KIND, BY_TELLING_WORDS)
MOST_UNRATED = 500  # more tells little more, and the fit is cubic in it
MOST_COMPARED = 3_000
SEARCH_WEIGHT = 0.5  # a saved search teaches half of what a like does


class Learnt:
    """What one taste teaches about the papers of a space."""

    def __init__(
        self,
        taste: Taste,
        candidates: Sequence[Candidate],
        background: Sequence[Paper],
        space: Space,
        views: Sequence[View] = VIEWS,
        shares: Shares = USUAL,
    ) -> None:
        import numpy as np

        positives, negatives = [*taste.liked, *searches(taste)], list(taste.disliked)
        rated = {one.paper.id for one in (*positives, *negatives)}
        pool: Sequence[Paper] = background or candidates
        unrated = evenly([one for one in pool if one.id not in rated and one.id in space.row_of])
        self._space = space
        self._rows = space.rows(candidates)
        self.liking = np.full(len(candidates), -0.5, dtype=np.float32)
        self._seen: list[_Seen] = []
        self._terms: TermWeights | None = None
        held_out = None
        folds = fold_numbers(len(positives), len(negatives), len(unrated))
        if positives or negatives:
            # With nothing liked, what was passed over is no worse than the rest.
            passed_over = -1.0 if positives else 0.0
            told = _Told(
                space,
                space.rows([*(r.paper for r in (*positives, *negatives)), *unrated]),
                np.repeat(
                    np.array([1.0, -1.0, passed_over], dtype=np.float32),
                    [len(positives), len(negatives), len(unrated)],
                ),
                observation_weights(
                    _strengths(positives), _strengths(negatives), len(unrated), shares
                ),
                len(taste.liked),
                folds,
            )
            self._seen = [_Seen(told, view) for view in views]
            counts = _counts(self._seen, told, len(positives))
            held_out, duals, told_duals = (
                np.tensordot(counts, np.stack(each), 1)
                for each in zip(*(one.learnt for one in self._seen), strict=True)
            )
            predicted = [
                counts @ np.stack([one.predict(asked) for one in self._seen])
                for asked in told.asked(self._rows)
            ]
            self.liking = _scaled(
                np.concatenate(predicted), held_out, len(positives), len(negatives)
            )
            if positives:
                self._terms = TermWeights(
                    space, told.rows, duals, told_duals, len(positives), told.telling
                )
        self.confidence = told_confidence(taste, held_out, folds, len(positives))

    def terms(self, paper: Paper) -> tuple[str, ...]:
        """Return the terms of a paper that raise its score most, as they stand in it."""
        return self._terms.terms(paper) if self._terms else ()

    def explore(
        self, order: Sequence[int], scores: Vector, seed: str, count: int
    ) -> list[tuple[int, int]]:
        """Return at most `count` pairs (place of a candidate, papers of the day much like it).

        `order` holds the places that may be picked, best first; `scores` is (n,).
        """
        import numpy as np

        if not order:
            return []
        # Every paper is compared with every other: of weeks away, an even share will do.
        places = np.array(order[:: -(-len(order) // MOST_COMPARED) or 1], dtype=np.intp)
        rows = self._rows[places]
        deviations = (
            self._seen[0].deviation(rows) if self._seen else np.ones(len(rows), dtype=np.float32)
        )
        likeness = BY_KIND.kernel(self._space.cosines(rows, rows))
        found = pick_explorations(
            range(len(places)), scores[places], deviations, likeness, seed, count
        )
        return [(int(places[place]), alike) for place, alike in found]


class _Told:
    """What the views share of n papers rated or passed over, likes first, dealt out to folds."""

    def __init__(
        self,
        space: Space,
        rows: Rows,
        targets: Vector,
        weights: Vector,
        liked: int,
        folds: Rows,
    ) -> None:
        import numpy as np

        self.space, self.rows, self.folds = space, rows, folds
        self.targets, self.weights = targets, weights
        self.among = space.cosines(rows, rows)
        self.telling = TellingWords(space, rows[:liked])
        self.telling_without = {
            int(fold): TellingWords(space, rows[:liked][folds[:liked] != fold])
            for fold in np.unique(folds)
        }

    def asked(self, candidates: Rows) -> Iterator[tuple[dict[str, Vector], Vector]]:
        """Yield candidates' cosines and likeness by telling words with the n papers, by blocks."""
        for start in range(0, max(len(candidates), 1), MOST_COMPARED):
            rows = candidates[start : start + MOST_COMPARED]
            yield self.space.cosines(rows, self.rows), self.telling.kernel(rows, self.rows)


class _Seen:
    """One view's fit."""

    def __init__(self, told: _Told, view: View) -> None:
        self._told, self._view = told, view
        general = view.kernel(told.among)
        known = general + view.telling * told.telling.kernel(told.rows, told.rows)
        self._fit = Regression(known, told.targets, told.weights)
        self.held_out = self._predict_held_out(general)
        # Each is (n,); the last are the duals by which telling words count.
        self.learnt = (self.held_out, self._fit.duals, view.telling * self._fit.duals)

    def predict(self, asked: tuple[dict[str, Vector], Vector]) -> Vector:
        """Return what is expected of m papers, (m,), from what `_Told.asked` yields."""
        return self._fit.predict(self._kernel(asked))

    def deviation(self, rows: Rows) -> Vector:
        """Return how unsure that is, (m,)."""
        import numpy as np

        own = 1.0 + self._view.telling * self._told.telling.own(rows)
        known = [self._kernel(asked) for asked in self._told.asked(rows)]
        return self._fit.deviation(np.concatenate(known), own)

    def _kernel(self, asked: tuple[dict[str, Vector], Vector]) -> Vector:
        cosines, telling = asked
        kernel: Vector = self._view.kernel(cosines) + self._view.telling * telling
        return kernel

    def _predict_held_out(self, general: Vector) -> Vector:
        """Return what each of the n would be predicted from the other folds alone, (n,).

        All is learnt anew for each fold, its telling words too. Compare within a fold only: without
        one class's members the constant shifts for all of it.
        """
        import numpy as np

        told, share = self._told, self._view.telling
        predicted = np.empty(len(told.rows), dtype=np.float32)
        for fold, telling in told.telling_without.items():
            out, rest = np.flatnonzero(told.folds == fold), np.flatnonzero(told.folds != fold)
            known, asked = general[np.ix_(rest, rest)], general[np.ix_(out, rest)]
            if share:
                known = known + share * telling.kernel(told.rows[rest], told.rows[rest])
                asked = asked + share * telling.kernel(told.rows[out], told.rows[rest])
            fit = Regression(known, told.targets[rest], told.weights[rest])
            predicted[out] = fit.predict(asked)
        return predicted


def _counts(seen: Sequence[_Seen], told: _Told, positives: int) -> Vector:
    """Return what each view counts, (views,), in sum 1."""
    import numpy as np

    errors = [np.average((one.held_out - told.targets) ** 2, weights=told.weights) for one in seen]
    counts = np.exp(-positives * (np.array(errors) - min(errors)))
    shared: Vector = (counts / counts.sum()).astype(np.float32)
    return shared


def _scaled(predicted: Vector, held_out: Vector, liked: int, disliked: int) -> Vector:
    """Predictions so that the mean like is at 0.5 and the mean of what was passed over at -0.5."""
    import numpy as np

    passed_over = held_out[liked + disliked :]
    low = float(passed_over.mean()) if len(passed_over) else -0.9
    high = float(held_out[:liked].mean()) if liked > 1 else low + 0.3
    gap = max(high - low, 0.1)
    scaled: Vector = ((predicted - low) / gap - 0.5).astype(np.float32)
    return scaled


def searches(taste: Taste) -> list[Rated]:
    """Return the saved searches as papers that say nothing else."""
    return [
        Rated(
            Paper(f"search:{number}:{'|'.join(one.terms)}", " ".join(one.terms), "", one.vector),
            weight=SEARCH_WEIGHT,
        )
        for number, one in enumerate(taste.searches)
        if any(one.terms)
    ]


def evenly(papers: Sequence[Paper]) -> Sequence[Paper]:
    """Return at most 500 of the papers, spread over all of them."""
    step = -(-len(papers) // MOST_UNRATED)
    return papers[::step] if step > 1 else papers


def _strengths(rated: Sequence[Rated]) -> Vector:
    import numpy as np

    return np.array([one.weight * 0.5 ** (one.age / HALF_LIFE) for one in rated], dtype=np.float32)
