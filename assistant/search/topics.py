"""What a paper has to do with something one is learning: its words, and papers it is near to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.search.stemming import stem
from assistant.words import words

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = Mapping[int, npt.NDArray[np.float32]]

NEAR = 0.6
"""Cosine to a work of the topic from which nothing else is asked."""
RATHER_NEAR = 0.35
"""Cosine that makes a single word of the topic, deep in an abstract, mean something."""
MOST_TERMS = 3


@dataclass(frozen=True, slots=True)
class Topic:
    """Something one is learning: words it is found by, and works on it by their numbers."""

    id: str
    name: str
    terms: tuple[str, ...]
    works: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Touched:
    """A topic that a paper has to do with: which of its words stand in it, and what it is near to.

    `near` is the number of the nearest work of the topic, None where no vector tells. `score` only
    orders.
    """

    topic: Topic
    terms: tuple[str, ...]
    near: int | None
    cosine: float
    score: float


class Topics:
    """Topics made ready to be looked for in many papers.

    A paper has to do with a topic if one of the topic's words stands in its title, or two anywhere
    in it, or one while a work of the topic is rather near, or if a work of it is near. Phrases are
    compared by their stems; a single word only as it is spelt or with an s, since its stem may be
    that of a common word ("perceiver" and "perceive").
    """

    def __init__(self, topics: Sequence[Topic], vectors: Vectors | None = None) -> None:
        self._topics = [(topic, [(term, _forms(term)) for term in topic.terms]) for topic in topics]
        self._vectors = vectors or {}

    def touched(
        self, title: str, abstract: str, vector: npt.NDArray[np.float32] | None = None
    ) -> list[Touched]:
        """Return the topics that a paper has to do with, the most before."""
        head, body = _searched(title), _searched(abstract)
        found = []
        for topic, terms in self._topics:
            in_title = [term for term, forms in terms if any(one in head for one in forms)]
            elsewhere = [
                term
                for term, forms in terms
                if term not in in_title and any(one in body for one in forms)
            ]
            near, cosine = self._nearest(topic, vector)
            named = [*in_title, *elsewhere]
            if not (
                in_title or len(named) > 1 or (named and cosine >= RATHER_NEAR) or cosine >= NEAR
            ):
                continue
            score = max(cosine, 0.0) + 0.3 * len(in_title) + 0.1 * min(len(elsewhere), MOST_TERMS)
            shown = near if cosine >= RATHER_NEAR else None
            found.append(Touched(topic, tuple(named[:MOST_TERMS]), shown, cosine, score))
        return sorted(found, key=lambda one: -one.score)

    def _nearest(
        self, topic: Topic, vector: npt.NDArray[np.float32] | None
    ) -> tuple[int | None, float]:
        if vector is None:
            return None, 0.0
        best: tuple[int | None, float] = (None, 0.0)
        for work in topic.works:
            other = self._vectors.get(work)
            if other is not None and other is not vector:
                cosine = float(other @ vector)
                if cosine > best[1]:
                    best = work, cosine
        return best


def _forms(term: str) -> tuple[str, ...]:
    """Return what is looked for: a phrase's stems, or a word with a bar before it, as spelt."""
    parts = words(term)
    if len(parts) == 1:
        return (f" |{parts[0]} ", f" |{parts[0]}s ")
    return (f" {' '.join(map(stem, parts))} ",)


def _searched(text: str) -> str:
    """Return a text's stems in order, then its words as spelt, each with a bar before it."""
    parts = words(text)
    return f" {' '.join(map(stem, parts))}  {' '.join(f'|{one}' for one in parts)} "
