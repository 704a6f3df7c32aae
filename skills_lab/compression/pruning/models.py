"""The network the lab prunes, and its training."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LAYERS = (0, 3, 8)  # whose channels are pruned: both convolutions and the hidden linear layer


def network(width: int) -> nn.Sequential:
    """Return a classifier of digits (N, 1, 8, 8)."""
    return nn.Sequential(
        nn.Conv2d(1, width, 3, padding=1),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.Conv2d(width, 2 * width, 3, padding=1),
        nn.BatchNorm2d(2 * width),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),  # (N, 2 * width * 16)
        nn.Linear(2 * width * 16, 4 * width),
        nn.ReLU(),
        nn.Linear(4 * width, 10),
    )


def train(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    epochs: int,
    rate: float,
    seed: int,
    after_step: Callable[[], None] = lambda: None,
) -> None:
    """Train with momentum on batches of 64, calling `after_step` after each step."""
    source = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9, weight_decay=1e-4)
    batches = len(x) // 64
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=epochs * batches)
    model.train()
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=source).to(x.device)
        for batch in order[: 64 * batches].split(64):
            loss = F.cross_entropy(model(x[batch]), y[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            after_step()
    model.eval()


def accuracy(model: nn.Module, x: Tensor, y: Tensor) -> float:
    """Return the share of x that the model puts in its class."""
    model.eval()
    with torch.no_grad():
        return float((model(x).argmax(1) == y).float().mean())
