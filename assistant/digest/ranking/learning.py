"""What a taste teaches: two views of its likes, each counted by how well it finds a hidden one.

By their kind, in which words, topics and meaning speak as they are, and by the words that tell them
from all others. Which of the two a reader reads by differs from reader to reader, and shows when
some of the ratings are hidden and predicted from the rest. The views are then weighed by
exp(-likes * mean squared error), so that few likes leave them even (A. Dalalyan and A. Tsybakov,
"Aggregation by exponential weighting, sharp PAC-Bayesian bounds and sparsity", 2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
        self._seen: _Seen | None = None
        self._terms: TermWeights | None = None
        held_out = None
        folds = fold_numbers(len(positives), len(negatives), len(unrated))
        if positives or negatives:
            weights = observation_weights(
                _strengths(positives), _strengths(negatives), len(unrated), shares
            )
            # With nothing liked, what was passed over is no worse than the rest.
            passed_over = -1.0 if positives else 0.0
            observed = _Observed(
                space.rows([*(r.paper for r in (*positives, *negatives)), *unrated]),
                np.repeat(
                    np.array([1.0, -1.0, passed_over], dtype=np.float32),
                    [len(positives), len(negatives), len(unrated)],
                ),
                weights,
                len(taste.liked),
                folds,
            )
            told = _Told(space, observed, self._rows)
            seen = [_Seen(told, view) for view in views]
            self._seen = seen[0]
            counts = _weighed(seen, observed, len(positives))
            liking, held_out, duals, told_duals = (
                np.tensordot(counts, np.stack(each), 1)
                for each in zip(*(one.learnt for one in seen), strict=True)
            )
            self.liking = _scaled(liking, held_out, len(positives), len(negatives))
            if positives:
                self._terms = TermWeights(
                    space, observed.rows, duals, told_duals, len(positives), told.telling
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

        deviations = (
            self._seen.deviation() if self._seen else np.ones(len(self._rows), dtype=np.float32)
        )
        # Every paper is compared with every other: of weeks away, an even share will do.
        places = np.array(order[:: -(-len(order) // MOST_COMPARED) or 1], dtype=np.intp)
        rows = self._rows[places]
        likeness = BY_KIND.kernel(self._space.cosines(rows, rows))
        found = pick_explorations(
            range(len(places)), scores[places], deviations[places], likeness, seed, count
        )
        return [(int(places[place]), alike) for place, alike in found]


@dataclass(frozen=True, slots=True, eq=False)
class _Observed:
    """The n papers learnt from, likes first: their rows, targets, weights and folds."""

    rows: Rows
    targets: Vector
    weights: Vector
    liked: int
    folds: Rows


class _Told:
    """What the views share: cosines, and the words that tell likes apart, by fold too."""

    def __init__(self, space: Space, observed: _Observed, candidates: Rows) -> None:
        import numpy as np

        self.observed, self.candidates = observed, candidates
        self.among = space.cosines(observed.rows, observed.rows)
        self.asked = space.cosines(candidates, observed.rows)
        likes, folds = observed.rows[: observed.liked], observed.folds[: observed.liked]
        self.telling = TellingWords(space, likes)
        self.without = {
            int(fold): TellingWords(space, likes[folds != fold])
            for fold in np.unique(observed.folds)
        }


class _Seen:
    """One view's fit of the n observations, and what it says of the m candidates."""

    def __init__(self, told: _Told, view: View) -> None:
        observed, candidates, share = told.observed, told.candidates, view.telling
        general = view.kernel(told.among)
        self._asked = view.kernel(told.asked)
        self._own = 1.0 + share * told.telling.own(candidates)
        known = general
        if share:
            known = general + share * told.telling.kernel(observed.rows, observed.rows)
            self._asked += share * told.telling.kernel(candidates, observed.rows)
        self._fit = Regression(known, observed.targets, observed.weights)
        self.held_out = _held_out(told, general, share)
        # Of the candidates (m,), of the observations while hidden (n,), and the duals (n,) by
        # which all words count and those by which telling ones do.
        self.learnt = (
            self._fit.predict(self._asked), self.held_out,
            self._fit.duals, share * self._fit.duals,
        )  # fmt: skip

    def deviation(self) -> Vector:
        return self._fit.deviation(self._asked, self._own)


def _held_out(told: _Told, general: Vector, share: float) -> Vector:
    """Return what each observation would be predicted from the other folds alone, (n,).

    All is learnt anew for each fold, its telling words too. Compare within a fold only: without one
    class's members the constant shifts for all of it.
    """
    import numpy as np

    observed = told.observed
    predicted = np.empty(len(observed.folds), dtype=np.float32)
    for fold, telling in told.without.items():
        out, rest = (
            np.flatnonzero(where) for where in (observed.folds == fold, observed.folds != fold)
        )
        known, asked = general[np.ix_(rest, rest)], general[np.ix_(out, rest)]
        if share:
            known = known + share * telling.kernel(observed.rows[rest], observed.rows[rest])
            asked = asked + share * telling.kernel(observed.rows[out], observed.rows[rest])
        fit = Regression(known, observed.targets[rest], observed.weights[rest])
        predicted[out] = fit.predict(asked)
    return predicted


def _weighed(seen: Sequence[_Seen], observed: _Observed, positives: int) -> Vector:
    """Return what each view counts, (views,), in sum 1."""
    import numpy as np

    errors = [
        np.average((one.held_out - observed.targets) ** 2, weights=observed.weights) for one in seen
    ]
    counts = np.exp(-positives * (np.array(errors) - min(errors)))
    weighed: Vector = (counts / counts.sum()).astype(np.float32)
    return weighed


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
