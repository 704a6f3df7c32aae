"""What speaks for a candidate, as facts a person can check, and the phrases that say them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from assistant.digest.ranking.grams import Span, spans
from assistant.digest.ranking.model import (
    Candidate,
    Evidence,
    NearLike,
    Paper,
    SavedSearch,
    Taste,
    author_key,
)
from assistant.search.stemming import stem
from assistant.words import words

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from assistant.digest.ranking.space import Space
    from assistant.digest.ranking.telling import TellingWords

NEAR = 0.35  # cosine from which a liked paper is a reason; unrelated ones stay below
MOST_NEAR = 3
MOST_TERMS = 5
LEAST_GAIN = 0.25  # of what the best term adds; less is chance
GENERIC = 0.15  # a term in more than this share of the papers is no reason


def matching_searches(searches: Sequence[SavedSearch], candidate: Candidate) -> tuple[str, ...]:
    """Return the names of the searches whose every word and phrase stands in a candidate."""
    if not searches:
        return ()
    text = f" {' '.join(map(stem, words(f'{candidate.title} {candidate.abstract}')))} "
    found = []
    for search in searches:
        terms = [" ".join(map(stem, words(term))) for term in search.terms]
        terms = [term for term in terms if term]
        if terms and all(f" {term} " in text for term in terms):
            found.append(search.name)
    return tuple(found)


def known_facts(taste: Taste, candidate: Candidate) -> Evidence:
    """Return what needs no learning: followed authors, saved searches, categories."""
    return Evidence(
        authors=tuple(name for name in candidate.authors if author_key(name) in taste.followed),
        searches=matching_searches(taste.searches, candidate),
        categories=tuple(one for one in candidate.categories if one in taste.categories),
    )


def nearest_likes(taste: Taste, candidates: Sequence[Candidate]) -> list[tuple[NearLike, ...]]:
    """Return for each candidate its nearest liked papers by cosine, at most three."""
    import numpy as np

    liked = [one.paper for one in taste.liked if one.paper.vector is not None]
    if not liked:
        return [() for _ in candidates]
    likes = np.stack([np.asarray(one.vector, dtype=np.float32) for one in liked])
    found: list[tuple[NearLike, ...]] = []
    for candidate in candidates:
        if candidate.vector is None:
            found.append(())
            continue
        cosines = likes @ np.asarray(candidate.vector, dtype=np.float32)
        best = [place for place in np.argsort(-cosines, kind="stable") if cosines[place] >= NEAR]
        found.append(
            tuple(
                NearLike(liked[place].id, liked[place].title, round(float(cosines[place]), 3))
                for place in best
                if liked[place].id != candidate.id
            )[:MOST_NEAR]
        )
    return found


class TermWeights:
    """How much each word feature raises the score, for those that stand in what was liked.

    The regression is a sum over papers: the part of it that is linear in the words has one weight
    a feature, the duals times the papers' TF-IDF, raised where the feature tells the likes apart.
    """

    def __init__(
        self,
        space: Space,
        observed: npt.NDArray[np.intp],
        duals: npt.NDArray[np.float32],
        positives: int,
        telling: TellingWords,
        share: float,
    ) -> None:
        import numpy as np

        weights = np.asarray(space.words[observed].T @ duals).ravel()
        weights[telling.columns] *= 1 + share * telling.gain
        liked = np.zeros(len(weights), dtype=bool)
        liked[space.words[observed[:positives]].indices] = True
        usable = liked & (weights > 0) & (space.frequencies <= GENERIC)
        self._weights = np.where(usable, weights, 0.0)
        self._space = space

    def terms(self, paper: Paper) -> tuple[str, ...]:
        """Return the terms of a paper that raise its score most, as they stand in it."""
        row = self._space.words[self._space.row_of[paper.id]]
        worth = dict(zip(row.indices, row.data * self._weights[row.indices], strict=True))
        gains: dict[str, float] = {}
        surfaces: dict[str, Span] = {}
        for span in (*spans(paper.title), *spans(paper.abstract)):
            if span.stems in gains:
                continue
            columns = (self._space.columns.get(one) for one in (span.spelt, span.stems))
            gain = sum(worth.get(column, 0.0) for column in columns if column is not None)
            if gain > 0 and not span.surface.isdigit():
                gains[span.stems], surfaces[span.stems] = gain, span
        least = LEAST_GAIN * max(gains.values(), default=0.0)
        ordered = sorted(
            (one for one, gain in gains.items() if gain >= least),
            key=lambda one: (-gains[one], one),
        )
        return _without_parts(surfaces, ordered)


def _without_parts(surfaces: dict[str, Span], best: Sequence[str]) -> tuple[str, ...]:
    """The first few of the best, where a word and a pair that holds it are one term: the pair."""
    chosen: list[str] = []
    for key in best:
        parts = set(key[1:].split())
        inside = [one for one in chosen if set(one[1:].split()) < parts]
        if any(parts <= set(one[1:].split()) for one in chosen):
            continue
        if inside:
            # The pair takes the place of its word.
            chosen[chosen.index(inside[0])] = key
            chosen = [one for one in chosen if one not in inside]
        elif len(chosen) < MOST_TERMS:
            chosen.append(key)
        if len(chosen) >= MOST_TERMS and len(parts) == 1:
            break
    return tuple(surfaces[key].surface for key in chosen)


def reasons(evidence: Evidence, verbs: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the evidence as phrases for people, the strongest first; none where there is none.

    `verbs` says by id what the reader did with a paper, where they did not just like it.
    """
    told = [f"by {name}, whom you follow" for name in evidence.authors[:2]]
    told += [f"matches your saved search “{name}”" for name in evidence.searches[:2]]
    if evidence.near:
        first = evidence.near[0]
        verb = (verbs or {}).get(first.id, "liked")
        told.append(f"near “{first.title}”, which you {verb} (cosine {first.cosine:.2f})")
    if evidence.terms:
        told.append(f"shares with what you liked: {', '.join(evidence.terms)}")
    if not told and evidence.categories:
        told.append(f"in {', '.join(evidence.categories)}, which you read")
    return tuple(told)
