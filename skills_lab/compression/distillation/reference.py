"""Knowledge distillation: a small network learns from the outputs of a large one.

Run the experiment    python -m skills_lab run distillation
Do the exercise       python -m skills_lab start distillation DIR

The teacher's logits v (N, C) and the student's z (N, C), at a temperature T:

    p = softmax(v / T)      q = softmax(z / T)
    distillation = T^2 * 1/N * sum over the batch of KL(p || q)
    loss = alpha * distillation + (1 - alpha) * cross entropy(z, labels)

A label says which class a picture is. The teacher's p also says what it is a little like: a 3 that
could have been an 8. At T = 1 those shares are nearly zero and so are their gradients; a higher T
raises them. By each logit the gradient is

    d KL(p || q) / dz = (q - p) / T,   and for a large T   (z - v) / (C T^2)  with both centred

so without T^2 the distillation would fade beside the labels as T grows, and alpha would mean
another thing at every temperature. Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural
Network" (2015).
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def soft_targets(logits: Tensor, temperature: float) -> Tensor:
    """Return softmax(logits / T), (N, C): at a high temperature, what else it could have been.

    Raises ValueError for a temperature that is not above zero.
    """
    if not temperature > 0:  # also true for NaN
        raise ValueError(f"the temperature is to be above 0, not {temperature}")
    return F.softmax(logits / temperature, dim=-1)


def distillation_loss(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """Return T^2 KL(teacher || student) at temperature T, averaged over the batch: a scalar.

    student, teacher: logits (N, C). No gradient goes to the teacher. Raises ValueError for shapes
    that differ (a broadcast would compare every picture with every other) or a temperature that
    is not above zero.
    """
    if student.shape != teacher.shape or student.dim() != 2:
        raise ValueError(
            f"logits of one shape (N, C) are needed, not {tuple(student.shape)} "
            f"and {tuple(teacher.shape)}"
        )
    if not temperature > 0:
        raise ValueError(f"the temperature is to be above 0, not {temperature}")
    # log_softmax of both: the logarithm of a softmax is -inf where the softmax underflows.
    log_p = F.log_softmax(teacher.detach() / temperature, dim=-1)
    log_q = F.log_softmax(student / temperature, dim=-1)
    # "batchmean" divides the sum by N. "mean" would divide by N * C, and be C times too small.
    return temperature**2 * F.kl_div(log_q, log_p, reduction="batchmean", log_target=True)


def student_loss(
    student: Tensor, teacher: Tensor, labels: Tensor, temperature: float, alpha: float
) -> Tensor:
    """Return alpha * distillation + (1 - alpha) * cross entropy at temperature 1: a scalar.

    Raises ValueError for an alpha outside [0, 1].
    """
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha is to be between 0 and 1, not {alpha}")
    soft = distillation_loss(student, teacher, temperature)
    return alpha * soft + (1 - alpha) * F.cross_entropy(student, labels)


def teach(teacher: nn.Module, x: Tensor) -> Tensor:
    """Return the teacher's logits (N, C) for x, as it would be used: no dropout, no gradient.

    Leaves the teacher in the mode it was in. In training mode it would give other targets for the
    same picture each time, and its batch norms would learn from the student's data.
    """
    training = teacher.training
    teacher.eval()
    with torch.no_grad():
        logits: Tensor = teacher(x)
    teacher.train(training)
    return logits


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
    there = y == of
    with torch.no_grad():
        return float((model(x[there]).argmax(-1) == of).float().mean())


def accuracy(model: nn.Module, x: Tensor, y: Tensor) -> float:
    """Return the share of x that the model puts in its class."""
    with torch.no_grad():
        return float((model(x).argmax(-1) == y).float().mean())
