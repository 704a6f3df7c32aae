"""Trains a TinyNet: in float first, then on with its quantisation rehearsed."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from skills_lab.edge.tinyml.reference import TinyNet

BATCH = 64
# Twice the usual: this small a network overfits by confidence, and smoothing is worth 0.01.
SMOOTHING = 0.2


def train(
    net: TinyNet,
    images: Tensor,
    labels: Tensor,
    *,
    steps: int,
    lr: float,
    seed: int,
    tell: Callable[[int, float], None] = lambda step, loss: None,
) -> None:
    """Train in place on images (N, 64) and labels (N,), telling the loss twenty times."""
    source = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(net.parameters(), lr)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, lr, total_steps=steps)
    net.train()
    for step in range(steps):
        rows = torch.randint(len(images), (BATCH,), generator=source).to(images.device)
        loss = F.cross_entropy(net(images[rows]), labels[rows], label_smoothing=SMOOTHING)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % max(1, steps // 20) == 0:
            tell(step, loss.item())
    net.eval()


@torch.no_grad()
def accuracy(net: TinyNet, images: Tensor, labels: Tensor) -> float:
    """Return the share of images (N, 64) told rightly."""
    return float((net(images).argmax(1) == labels).float().mean())
