"""The models whose gradients the lab compares."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


class Tied(nn.Module):
    """A classifier of digits with a frozen layer, two layers that share a weight, and a buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.frozen = nn.Linear(64, 32).requires_grad_(False)
        self.first = nn.Linear(32, 32)
        self.second = nn.Linear(32, 32)
        self.second.weight = self.first.weight
        self.head = nn.Linear(32, 10)
        self.register_buffer("gain", torch.ones(32))

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits (n, 10) of pixels (n, 64)."""
        x = self.frozen(x) * self.gain
        x = self.second(torch.tanh(self.first(torch.tanh(x))))
        logits: Tensor = self.head(torch.tanh(x))
        return logits


class Branches(nn.Module):
    """Layers used in the order, and only those, that each call names."""

    def __init__(self, branches: int = 3, width: int = 8) -> None:
        super().__init__()
        self.branches = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in range(branches))

    def forward(self, x: Tensor, order: list[int]) -> Tensor:
        """Return (n, width): x through the branches of `order`, one after the other."""
        for one in order:
            x = torch.tanh(self.branches[one](x))
        return x


def normalised() -> nn.Module:
    """Return a classifier with batch normalisation, whose statistics are each rank's own."""
    return nn.Sequential(nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 10))


def seeded(make: Callable[[], nn.Module], seed: int, dtype: torch.dtype) -> nn.Module:
    """Return a model that is the same for the same seed, leaving the global generator alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return make().to(dtype)
