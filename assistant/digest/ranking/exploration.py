"""Picks from outside what a reader usually likes: new to the model, yet not alone in the day.

What is unlike anything rated has a wide posterior; what has near neighbours among the day's papers
is a topic and no oddity. The sum of both ranks, and half the rank of the score, orders the papers
below the first; one of the best few is drawn, the same for the same seed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]

NEIGHBOURS = 8
DRAWN_FROM = 6
BELOW = 20  # the first of the ranking are shown anyway
_APART = 0.6  # the share of papers further from the first pick than the second must be at least


def pick_explorations(
    order: Sequence[int],
    scores: Vector,
    deviations: Vector,
    likeness: Vector,
    seed: str,
    count: int,
) -> list[tuple[int, int]]:
    """Return at most `count` pairs (place of a candidate, papers of the day much like it).

    `order` holds the places of the candidates best first, `scores` and `deviations` are (n,),
    `likeness` (n, n). Deterministic in all of its arguments.
    """
    import numpy as np

    below = np.array(order[min(BELOW, len(order) // 3) :], dtype=np.intp)
    if len(below) == 0 or count < 1:
        return []
    others = likeness - np.diag(np.diag(likeness))
    nearest = np.sort(others, axis=1)[:, -min(NEIGHBOURS, len(others)) :]
    value = _ranks(deviations) + _ranks(nearest.mean(axis=1)) + _ranks(scores) / 2
    threshold = np.quantile(others, 0.99)
    chosen: list[int] = []
    while len(chosen) < count and len(below):
        best = below[np.argsort(-value[below], kind="stable")][:DRAWN_FROM]
        drawn = hashlib.blake2b(f"{seed} {len(chosen)}".encode(), digest_size=8).digest()
        pick = int(best[int.from_bytes(drawn, "big") % len(best)])
        chosen.append(pick)
        far = likeness[pick, below] <= np.quantile(likeness[pick, below], _APART)
        below = below[far & (below != pick)]
    return [(pick, int((others[pick] > threshold).sum())) for pick in chosen]


def _ranks(values: Vector) -> Vector:
    """Ranks from 0 for the least to 1."""
    import numpy as np

    ranks = np.empty(len(values), dtype=np.float32)
    ranks[np.argsort(values, kind="stable")] = np.linspace(0, 1, len(values))
    return ranks
