"""Data that ships with what is installed: nothing is downloaded."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Digits:
    """scikit-learn's 1,797 handwritten digits of 8x8 pixels, parted for training and testing.

    train_x, test_x: (N, 64) float32 in [0, 1]; train_y, test_y: (N,) int64, 0 to 9.
    """

    train_x: NDArray[np.float32]
    train_y: NDArray[np.int64]
    test_x: NDArray[np.float32]
    test_y: NDArray[np.int64]

    def tensors(
        self, device: "torch.device | str" = "cpu"
    ) -> "tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]":
        """Return train_x, train_y, test_x, test_y as tensors on a device."""
        import torch

        train_x, train_y, test_x, test_y = (
            torch.from_numpy(part.copy()).to(device)
            for part in (self.train_x, self.train_y, self.test_x, self.test_y)
        )
        return train_x, train_y, test_x, test_y


@cache
def digits(seed: int = 0, test_share: float = 0.25) -> Digits:
    """Return the digits with a stratified test part of `test_share`, the same for the same seed."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    pixels, labels = load_digits(return_X_y=True)
    train_x, test_x, train_y, test_y = train_test_split(
        (pixels / 16).astype(np.float32),
        labels.astype(np.int64),
        test_size=test_share,
        random_state=seed,
        stratify=labels,
    )
    for part in (train_x, train_y, test_x, test_y):
        part.flags.writeable = False  # it is cached: one lab must not change another's
    return Digits(train_x, train_y, test_x, test_y)
