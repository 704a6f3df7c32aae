"""Gaussian process regression of what a reader likes, in closed form.

C. E. Rasmussen and C. Williams, "Gaussian Processes for Machine Learning", 2006: prediction is
eq. 2.25, its variance 2.26. Likes are 1, dislikes and papers passed
over -1; an observation counts less the noisier it is, which is how weights enter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]

NOISE = 0.02
DISLIKED = 0.4  # what all dislikes together weigh, where all likes weigh 1
UNRATED = 1.0  # and all papers passed over: each one little, since some were only not seen
HALF_LIFE = 365.0  # days until a rating counts half


@dataclass(frozen=True, slots=True)
class Shares:
    """What the dislikes and the papers passed over weigh beside the likes, which weigh 1."""

    disliked: float = DISLIKED
    unrated: float = UNRATED


USUAL = Shares()


def observation_weights(
    liked: Vector,
    disliked: Vector,
    unrated: int,
    shares: Shares = USUAL,
) -> Vector:
    """Return the weight of each observation: likes, then dislikes, then papers passed over."""
    import numpy as np

    parts = (
        liked / max(float(liked.sum()), 1e-9),
        shares.disliked * disliked / max(float(disliked.sum()), 1e-9),
        np.full(unrated, shares.unrated / max(unrated, 1)),
    )
    weights: Vector = np.maximum(np.concatenate(parts), 1e-9).astype(np.float32)
    return weights


class Regression:
    """A fit of n observations: `kernel` (n, n), `targets` (n,), `weights` (n,)."""

    def __init__(self, kernel: Vector, targets: Vector, weights: Vector) -> None:
        import numpy as np

        # The 1 is a constant the reader's general liking may take; float64, to solve it well.
        self._noisy = kernel.astype(np.float64) + 1
        self._noisy[np.diag_indices_from(self._noisy)] += NOISE / weights
        self.duals: Vector = np.linalg.solve(self._noisy, targets).astype(np.float32)

    def predict(self, kernel: Vector) -> Vector:
        """Return the mean of m papers from their kernel with the observations (m, n)."""
        mean: Vector = (kernel + 1) @ self.duals
        return mean

    def deviation(self, kernel: Vector, own: Vector) -> Vector:
        """Return the standard deviation of m papers, (m,), from their kernel (m, n).

        `own` is each paper's kernel with itself, (m,).
        """
        import numpy as np

        raised = kernel + 1
        explained = (np.linalg.solve(self._noisy, raised.T) * raised.T).sum(axis=0)
        deviation: Vector = np.sqrt(np.maximum(own + 1 - explained, 0)).astype(np.float32)
        return deviation
