"""What a paper has to do with something one is learning: its words, and papers it is near to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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
_ITSELF = 0.9999


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
        self._topics = tuple(topics)
        self._words: dict[str, list[str]] = defaultdict(list)
        self._phrases: dict[str, list[tuple[list[str], str]]] = defaultdict(list)
        for term in dict.fromkeys(term for topic in topics for term in topic.terms):
            parts = words(term)
            if len(parts) == 1:
                self._words[parts[0]].append(term)
                self._words[f"{parts[0]}s"].append(term)
            elif parts:
                stems = list(map(stem, parts))
                self._phrases[stems[0]].append((stems, term))
        vectors = vectors or {}
        self._works = list(
            dict.fromkeys(work for topic in topics for work in topic.works if work in vectors)
        )
        self._row = {work: row for row, work in enumerate(self._works)}
        self._vectors = vectors

    def touched(
        self, title: str, abstract: str, vector: npt.NDArray[np.float32] | None = None
    ) -> list[Touched]:
        """Return the topics that a paper has to do with, the most before."""
        head, body = self._found(title), self._found(abstract)
        cosines = self._cosines(vector)
        if not (head or body or cosines):
            return []
        found = []
        for topic in self._topics:
            in_title = [term for term in topic.terms if term in head]
            elsewhere = [term for term in topic.terms if term in body and term not in head]
            near, cosine = self._nearest(topic, cosines)
            named = [*in_title, *elsewhere]
            if not (
                in_title or len(named) > 1 or (named and cosine >= RATHER_NEAR) or cosine >= NEAR
            ):
                continue
            score = max(cosine, 0.0) + 0.3 * len(in_title) + 0.1 * min(len(elsewhere), MOST_TERMS)
            shown = near if cosine >= RATHER_NEAR else None
            found.append(Touched(topic, tuple(named[:MOST_TERMS]), shown, cosine, score))
        return sorted(found, key=lambda one: -one.score)

    def _found(self, text: str) -> set[str]:
        """Return which terms stand in a text."""
        spelt = words(text)
        found = {term for word in spelt if word in self._words for term in self._words[word]}
        stems = list(map(stem, spelt))
        for place, one in enumerate(stems):
            if one in self._phrases:
                for phrase, term in self._phrases[one]:
                    if stems[place : place + len(phrase)] == phrase:
                        found.add(term)
        return found

    @cached_property
    def _matrix(self) -> npt.NDArray[np.float32]:
        """The vectors of all works of the topics (W, D)."""
        import numpy as np

        return np.stack([self._vectors[work] for work in self._works])

    def _cosines(self, vector: npt.NDArray[np.float32] | None) -> list[float]:
        """Return the cosine of a paper with each of the works, none where no vector tells."""
        if vector is None or not self._works:
            return []
        cosines: list[float] = (self._matrix @ vector).tolist()
        return cosines

    def _nearest(self, topic: Topic, cosines: Sequence[float]) -> tuple[int | None, float]:
        best: tuple[int | None, float] = (None, 0.0)
        for work in topic.works if cosines else ():
            row = self._row.get(work)
            if row is not None and best[1] < cosines[row] < _ITSELF:
                best = work, cosines[row]
        return best
