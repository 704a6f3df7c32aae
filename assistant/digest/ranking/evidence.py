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
SAME_PHRASE = 0.6  # of the likes with a pair, with which one that runs on from it is one with it
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
        topics=candidate.topics,
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
        telling_duals: npt.NDArray[np.float32],
        positives: int,
        telling: TellingWords,
    ) -> None:
        import numpy as np

        weights, told = np.asarray(space.words[observed].T @ np.stack([duals, telling_duals], 1)).T
        weights[telling.columns] += telling.gain * told[telling.columns]
        self._likes_with = np.bincount(
            space.words[observed[:positives]].indices, minlength=len(weights)
        )
        usable = (self._likes_with > 0) & (weights > 0) & (space.frequencies <= GENERIC)
        self._weights = np.where(usable, weights, 0.0)
        self._space = space

    def terms(self, paper: Paper) -> tuple[str, ...]:
        """Return the terms of a paper that raise its score most, as they stand in it."""
        row = self._space.words[self._space.row_of[paper.id]]
        worth = dict(zip(row.indices, row.data * self._weights[row.indices], strict=True))
        gains: dict[str, float] = {}
        first: dict[str, tuple[str, Span, list[Span]]] = {}
        for text in (paper.title, paper.abstract):
            found = list(spans(text))
            for span in found:
                if span.stems not in gains:
                    columns = (self._space.columns.get(one) for one in (span.spelt, span.stems))
                    gain = sum(worth.get(column, 0.0) for column in columns if column is not None)
                    gains[span.stems] = 0.0 if span.surface.isdigit() else gain
                    first[span.stems] = (text, span, found)
        least = LEAST_GAIN * max(gains.values(), default=0.0)
        ordered = sorted(
            (one for one, gain in gains.items() if gain > 0 and gain >= least),
            key=lambda one: (-gains[one], one),
        )
        return _without_parts([self._whole_phrase(*first[one]) for one in ordered])

    def _whole_phrase(self, text: str, span: Span, found: Sequence[Span]) -> str:
        """Return a pair with the pairs that run on from it, as they do in what was liked."""
        if " " not in span.stems:
            return span.surface
        start, end = span.start, span.end
        least = SAME_PHRASE * self._likes(span)
        pairs = [one for one in found if " " in one.stems and self._likes(one) >= least > 0]
        after = next((one for one in pairs if start < one.start < end < one.end), None)
        before = next((one for one in pairs if one.start < start < one.end < end), None)
        return text[before.start if before else start : after.end if after else end]

    def _likes(self, span: Span) -> int:
        """How many of the likes hold a word or pair, in whatever form."""
        columns = (self._space.columns.get(one) for one in (span.spelt, span.stems))
        return max((int(self._likes_with[one]) for one in columns if one is not None), default=0)


def _without_parts(best: Sequence[str]) -> tuple[str, ...]:
    """The first few of the best, where a word and a phrase that holds it are one: the phrase."""
    chosen: list[str] = []
    for phrase in best:
        parts = set(map(stem, words(phrase)))
        held = {one: set(map(stem, words(one))) for one in chosen}
        if any(parts <= other for other in held.values()):
            continue
        inside = [one for one in chosen if held[one] < parts]
        if inside:
            # The phrase takes the place of its word.
            chosen[chosen.index(inside[0])] = phrase
            chosen = [one for one in chosen if one not in inside]
        elif len(chosen) < MOST_TERMS:
            chosen.append(phrase)
        if len(chosen) >= MOST_TERMS and len(parts) == 1:
            break
    return tuple(chosen)


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
