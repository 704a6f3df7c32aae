"""From a taste and a day's papers to a ranking with its reasons, its confidence and two picks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.digest.ranking.confidence import fold_numbers, told_confidence
from assistant.digest.ranking.duplicates import fold_duplicates
from assistant.digest.ranking.evidence import TermWeights, known_facts, nearest_likes
from assistant.digest.ranking.exploration import pick_explorations
from assistant.digest.ranking.model import (
    Candidate,
    Confidence,
    Evidence,
    Exploration,
    Paper,
    Ranked,
    Ranking,
    Rated,
    Taste,
)
from assistant.digest.ranking.muting import folded, muted_pattern
from assistant.digest.ranking.regression import (
    HALF_LIFE,
    USUAL,
    Regression,
    Shares,
    observation_weights,
)
from assistant.digest.ranking.space import EVEN, Parts, Space
from assistant.digest.ranking.telling import TellingWords

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]

MOST_UNRATED = 500  # more tells little more, and the fit is cubic in it
MOST_COMPARED = 3_000
SEARCH_WEIGHT = 0.5  # a saved search teaches half of what a like does
# What a fact adds, where the mean like is 1 above the mean of what was passed over.
FOLLOWED, SEARCHED, STUDIED, IN_CATEGORY = 1.5, 0.5, 0.3, 0.1
STEEPNESS = 3.0  # gives a mean like 0.82


def rank(
    taste: Taste,
    candidates: Sequence[Candidate],
    background: Sequence[Paper] = (),
    *,
    seed: str = "",
    explained: int = 60,
    explore: int = 2,
    space: Space | None = None,
    parts: Parts = EVEN,
    shares: Shares = USUAL,
) -> Ranking:
    """Rank candidates for a taste, best first, near-duplicates folded and muted ones left out.

    `background` are papers shown before and not rated: weak evidence of no interest; without any,
    the candidates stand in for them. `seed` (a profile and a date) settles which exploratory picks
    are drawn. Terms are found for the first `explained` papers and for the picks. A `space` that
    holds all papers concerned can be shared by several profiles (see `ranking_space`).
    """
    import numpy as np

    kept, muted = _unmuted(taste, candidates)
    if not kept:
        return Ranking((), Confidence(0.0, "There was nothing to rank."), (), tuple(muted))
    space = space or ranking_space([taste], kept, background)
    learnt = _Learnt(taste, kept, background, space, parts, shares)
    facts = [known_facts(taste, one) for one in kept]
    raised = learnt.liking + np.array([_worth(one) for one in facts], dtype=np.float32)
    scores = 1 / (1 + np.exp(-STEEPNESS * raised))
    order = [int(place) for place in np.argsort(-raised, kind="stable")]
    near = nearest_likes(taste, kept)

    def entry(place: int, behind: tuple[int, ...], with_terms: bool) -> Ranked:
        terms = learnt.terms(kept[place]) if with_terms else ()
        evidence = replace(facts[place], near=near[place], terms=terms)
        folded_in = tuple(kept[one] for one in behind)
        return Ranked(kept[place], float(scores[place]), evidence, folded_in)

    folds = fold_duplicates(kept, order)
    papers = [entry(place, behind, at < explained) for at, (place, behind) in enumerate(folds)]
    picks = []
    if explore:
        by_place = {place: at for at, (place, _) in enumerate(folds)}
        known = {place for place, one in enumerate(facts) if one.authors or one.searches}
        open_places = [place for place, _ in folds if place not in known]
        for place, alike in learnt.explore(open_places, raised, seed, explore):
            at = by_place[place]
            papers[at] = entry(place, folds[at][1], True)
            picks.append(Exploration(papers[at], _why_explore(papers[at].evidence, alike)))
    return Ranking(tuple(papers), learnt.confidence, tuple(picks), tuple(muted))


def ranking_space(
    tastes: Sequence[Taste], candidates: Sequence[Candidate], background: Sequence[Paper] = ()
) -> Space:
    """Return the space of all papers that ranking these candidates for these tastes takes."""
    papers: list[Paper] = list(candidates)
    for taste in tastes:
        papers += [one.paper for one in (*taste.liked, *taste.disliked, *_searches(taste))]
    known = {paper.id for paper in papers}
    return Space([*papers, *_evenly([one for one in background if one.id not in known])])


class _Learnt:
    """What one taste teaches about the papers of a space."""

    def __init__(
        self,
        taste: Taste,
        candidates: Sequence[Candidate],
        background: Sequence[Paper],
        space: Space,
        parts: Parts,
        shares: Shares,
    ) -> None:
        import numpy as np

        positives, negatives = [*taste.liked, *_searches(taste)], list(taste.disliked)
        rated = {one.paper.id for one in (*positives, *negatives)}
        pool: Sequence[Paper] = background or candidates
        unrated = _evenly([one for one in pool if one.id not in rated and one.id in space.row_of])
        self._space, self._parts = space, parts
        self._rows = space.rows(candidates)
        self.liking = np.full(len(candidates), -0.5, dtype=np.float32)
        self._fit: Regression | None = None
        self._terms: TermWeights | None = None
        held_out = None
        folds = fold_numbers(len(positives), len(negatives), len(unrated))
        if positives or negatives:
            observed = space.rows([*(r.paper for r in (*positives, *negatives)), *unrated])
            weights = observation_weights(
                _strengths(positives), _strengths(negatives), len(unrated), shares
            )
            # With nothing liked, what was passed over is no worse than the rest.
            passed_over = -1.0 if positives else 0.0
            targets = np.repeat(
                np.array([1.0, -1.0, passed_over], dtype=np.float32),
                [len(positives), len(negatives), len(unrated)],
            )
            liked = len(taste.liked)
            general = space.kernel(observed, observed, parts)
            telling = TellingWords(space, observed[:liked])
            share = parts.telling
            self._fit = Regression(
                general + share * telling.kernel(observed, observed), targets, weights
            )
            self._to_observed = space.kernel(self._rows, observed, parts)
            self._to_observed += share * telling.kernel(self._rows, observed)
            self._own = 1 + share * telling.own(self._rows)
            held_out = _held_out(space, general, share, observed, liked, targets, weights, folds)
            self.liking = _scaled(
                self._fit.predict(self._to_observed), held_out, len(positives), len(negatives)
            )
            if positives:
                self._terms = TermWeights(
                    space, observed, self._fit.duals, len(positives), telling, share
                )
        self.confidence = told_confidence(taste, held_out, folds, len(positives))

    def terms(self, paper: Paper) -> tuple[str, ...]:
        return self._terms.terms(paper) if self._terms else ()

    def explore(
        self, order: Sequence[int], scores: Vector, seed: str, count: int
    ) -> list[tuple[int, int]]:
        import numpy as np

        deviations = (
            self._fit.deviation(self._to_observed, self._own)
            if self._fit
            else np.ones(len(self._rows), dtype=np.float32)
        )
        # Every paper is compared with every other: of weeks away, an even share will do.
        places = np.array(order[:: -(-len(order) // MOST_COMPARED) or 1], dtype=np.intp)
        rows = self._rows[places]
        likeness = self._space.kernel(rows, rows, self._parts)
        found = pick_explorations(
            range(len(places)), scores[places], deviations[places], likeness, seed, count
        )
        return [(int(places[place]), alike) for place, alike in found]


def _held_out(
    space: Space,
    general: Vector,
    share: float,
    observed: npt.NDArray[np.intp],
    liked: int,
    targets: Vector,
    weights: Vector,
    folds: npt.NDArray[np.intp],
) -> Vector:
    """Return what each observation would be predicted from the other folds alone, (n,).

    All is learnt anew for each fold, its telling words too. Compare within a fold only: without one
    class's members the constant shifts for all of it.
    """
    import numpy as np

    predicted = np.empty(len(folds), dtype=np.float32)
    for fold in np.unique(folds):
        out, rest = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        telling = TellingWords(space, observed[rest[rest < liked]])
        known = general[np.ix_(rest, rest)] + share * telling.kernel(observed[rest], observed[rest])
        asked = general[np.ix_(out, rest)] + share * telling.kernel(observed[out], observed[rest])
        predicted[out] = Regression(known, targets[rest], weights[rest]).predict(asked)
    return predicted


def _scaled(predicted: Vector, held_out: Vector, liked: int, disliked: int) -> Vector:
    """Predictions so that the mean like is at 0.5 and the mean of what was passed over at -0.5."""
    import numpy as np

    passed_over = held_out[liked + disliked :]
    low = float(passed_over.mean()) if len(passed_over) else -0.9
    high = float(held_out[:liked].mean()) if liked > 1 else low + 0.3
    gap = max(high - low, 0.1)
    scaled: Vector = ((predicted - low) / gap - 0.5).astype(np.float32)
    return scaled


def _worth(facts: Evidence) -> float:
    return (
        FOLLOWED * bool(facts.authors)
        + SEARCHED * bool(facts.searches)
        + STUDIED * bool(facts.topics)
        + IN_CATEGORY * bool(facts.categories)
    )


def _searches(taste: Taste) -> list[Rated]:
    """The saved searches as papers that say nothing else."""
    return [
        Rated(
            Paper(f"search:{number}:{'|'.join(one.terms)}", " ".join(one.terms), "", one.vector),
            weight=SEARCH_WEIGHT,
        )
        for number, one in enumerate(taste.searches)
        if any(one.terms)
    ]


def _strengths(rated: Sequence[Rated]) -> Vector:
    import numpy as np

    return np.array([one.weight * 0.5 ** (one.age / HALF_LIFE) for one in rated], dtype=np.float32)


def _evenly(papers: Sequence[Paper]) -> Sequence[Paper]:
    """At most 500 of the papers, spread over all of them."""
    step = -(-len(papers) // MOST_UNRATED)
    return papers[::step] if step > 1 else papers


def _unmuted(
    taste: Taste, candidates: Sequence[Candidate]
) -> tuple[list[Candidate], list[Candidate]]:
    pattern = muted_pattern(taste.muted)
    kept: list[Candidate] = []
    muted: list[Candidate] = []
    for one in {candidate.id: candidate for candidate in candidates}.values():
        hidden = pattern is not None and pattern.search(folded(f"{one.title}\n{one.abstract}"))
        (muted if hidden else kept).append(one)
    return kept, muted


def _why_explore(evidence: Evidence, alike: int) -> str:
    if evidence.near:
        far = f"your nearest like is only at cosine {evidence.near[0].cosine:.2f}"
    else:
        far = "nothing you liked is near it"
    if not alike:
        return f"to explore: {far}"
    others = "1 other paper of this day is" if alike == 1 else f"{alike} other papers are"
    return f"to explore: {far}, and {others} much like it"
