"""Folding near-duplicates: one paper announced twice under names hardly different."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.digest.ranking.model import Candidate
from assistant.text import title_key

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

SAME_MEANING = 0.95
ALIKE_MEANING = 0.85
_NUMBERS = re.compile(r"\d+|\b[IVX]+\b")
SAME_TITLE = 90.0  # of 100, by words whatever their order


def fold_duplicates(
    candidates: Sequence[Candidate], order: Sequence[int]
) -> list[tuple[int, tuple[int, ...]]]:
    """Return the places of `order` that stand for themselves, each with those folded behind it.

    The first in order stands. Two are one paper when their titles are equal, or when their vectors
    reach a cosine of 0.95 and half the words of their titles agree, or 0.85 and nearly all do;
    "Part I" and "Part II" are two.
    """
    near = _near_pairs(candidates)
    titles = [title_key(one.title) for one in candidates]
    first_of: dict[str, int] = {}
    behind: dict[int, list[int]] = {}
    standing: set[int] = set()
    for place in order:
        head = first_of.get(titles[place]) if titles[place] else None
        if head is None:
            head = next(
                (
                    other
                    for other, cosine in near.get(place, ())
                    if other in standing and _same(candidates[place], candidates[other], cosine)
                ),
                None,
            )
        if head is None:
            standing.add(place)
            first_of.setdefault(titles[place], place)
            behind[place] = []
        else:
            behind[head].append(place)
    return [(place, tuple(others)) for place, others in behind.items()]


def _near_pairs(candidates: Sequence[Candidate]) -> dict[int, list[tuple[int, float]]]:
    import numpy as np

    places = [place for place, one in enumerate(candidates) if one.vector is not None]
    if len(places) < 2:
        return {}
    vectors: npt.NDArray[np.float32] = np.stack(
        [np.asarray(candidates[place].vector, dtype=np.float32) for place in places]
    )
    near: dict[int, list[tuple[int, float]]] = {}
    for row in range(0, len(places), 1024):
        cosines = vectors[row : row + 1024] @ vectors.T
        for one, other in np.argwhere(cosines >= ALIKE_MEANING):
            if one + row != other:
                pair = (places[other], float(cosines[one, other]))
                near.setdefault(places[one + row], []).append(pair)
    return near


def _same(one: Candidate, other: Candidate, cosine: float) -> bool:
    from rapidfuzz import fuzz, utils

    if _NUMBERS.findall(one.title) != _NUMBERS.findall(other.title):
        return False
    likeness = fuzz.token_sort_ratio(one.title, other.title, processor=utils.default_process)
    return likeness >= SAME_TITLE or (cosine >= SAME_MEANING and likeness >= 50)
