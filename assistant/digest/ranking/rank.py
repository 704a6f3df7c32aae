"""From a taste and a day's papers to a ranking with its reasons, its confidence and two picks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.digest.ranking.duplicates import fold_duplicates
from assistant.digest.ranking.evidence import known_facts, nearest_likes
from assistant.digest.ranking.learning import VIEWS, Learnt, evenly, searches
from assistant.digest.ranking.model import (
    Candidate,
    Confidence,
    Evidence,
    Exploration,
    Paper,
    Ranked,
    Ranking,
    Taste,
)
from assistant.digest.ranking.muting import folded, muted_pattern
from assistant.digest.ranking.regression import USUAL, Shares
from assistant.digest.ranking.space import Space, View

# What a fact adds, where the mean like is 1 above the mean of what was passed over.
FOLLOWED, SEARCHED, STUDIED, EACH_CATEGORY = 1.5, 0.5, 0.3, 0.05
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
    views: Sequence[View] = VIEWS,
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
    learnt = Learnt(taste, kept, background, space, views, shares)
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
        papers += [one.paper for one in (*taste.liked, *taste.disliked, *searches(taste))]
    known = {paper.id for paper in papers}
    return Space([*papers, *evenly([one for one in background if one.id not in known])])


def _worth(facts: Evidence) -> float:
    return (
        FOLLOWED * bool(facts.authors)
        + SEARCHED * bool(facts.searches)
        + STUDIED * bool(facts.topics)
        + EACH_CATEGORY * len(facts.categories)
    )


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
