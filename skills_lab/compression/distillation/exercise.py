"""Exercise: knowledge distillation, a small network learns from the outputs of a large one.

The teacher's logits v (N, C) and the student's z (N, C), at a temperature T:

    p = softmax(v / T)      q = softmax(z / T)
    distillation = T^2 * 1/N * sum over the batch of KL(p || q)
    loss = alpha * distillation + (1 - alpha) * cross entropy(z, labels)

Fill in what is marked TODO. The README says what to think of; hints come one at a time with
`check distillation --solution THIS_FILE --hint`.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: F401  for you to use
from torch import Tensor, nn


def soft_targets(logits: Tensor, temperature: float) -> Tensor:
    """Return softmax(logits / T), (N, C): at a high temperature, what else it could have been.

    Raises ValueError for a temperature that is not above zero.
    """
    raise NotImplementedError("TODO: softmax at a temperature, and what is refused")


def distillation_loss(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """Return T^2 KL(teacher || student) at temperature T, averaged over the batch: a scalar.

    student, teacher: logits (N, C). No gradient goes to the teacher. Raises ValueError for shapes
    that differ (a broadcast would compare every picture with every other) or a temperature that
    is not above zero.
    """
    raise NotImplementedError("TODO: refuse, log_softmax of both, KL, batchmean, T squared")


def student_loss(
    student: Tensor, teacher: Tensor, labels: Tensor, temperature: float, alpha: float
) -> Tensor:
    """Return alpha * distillation + (1 - alpha) * cross entropy at temperature 1: a scalar.

    Raises ValueError for an alpha outside [0, 1].
    """
    raise NotImplementedError("TODO: the blend of soft and hard")


def teach(teacher: nn.Module, x: Tensor) -> Tensor:
    """Return the teacher's logits (N, C) for x, as it would be used: no dropout, no gradient.

    Leaves the teacher in the mode it was in. In training mode it would give other targets for the
    same picture each time, and its batch norms would learn from the student's data.
    """
    raise NotImplementedError("TODO: eval, no_grad, and the mode it was in")


def fit(
    model: nn.Module, x: Tensor, compute_loss: Callable[[Tensor], Tensor], steps: int, rate: float
) -> None:
    """Train on all of x (N, ...) at once with Adam; compute_loss is given the logits (N, C)."""
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps)
    model.train()
    for _ in range(steps):
        loss = compute_loss(model(x))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    model.eval()


def recall(model: nn.Module, x: Tensor, y: Tensor, of: int) -> float:
    """Return the share of the class `of` that the model finds."""
    raise NotImplementedError("TODO: of those that are `of`, how many are called so")


def accuracy(model: nn.Module, x: Tensor, y: Tensor) -> float:
    """Return the share of x that the model puts in its class."""
    with torch.no_grad():
        return float((model(x).argmax(-1) == y).float().mean())
