"""Exercise: a loss between MSE and L1, with its derivatives written by hand.

    loss(p, t) = alpha * (p - t)^2 + (1 - alpha) * |p - t|        0 <= alpha <= 1

Fill in what is marked TODO. The README says what to think of; hints come one at a time with
`check custom_loss --solution THIS_FILE --hint`.
"""

from typing import Any

import torch
from torch import Tensor, nn

REDUCTIONS = ("none", "mean", "sum")


class _Mixed(torch.autograd.Function):
    """The loss of every element, and its derivative: what autograd is to know of it.

    The name is yours to change; only what is public is checked.
    """

    @staticmethod
    def forward(ctx: Any, prediction: Tensor, target: Tensor, alpha: float) -> Tensor:
        """Return the loss of every element, and keep in `ctx` what backward will need."""
        raise NotImplementedError("TODO: the loss of every element")

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> Any:
        """Return one gradient for each input of forward, given d L / d loss; None for alpha.

        It is to be written so that it can be differentiated again.
        """
        raise NotImplementedError("TODO: the derivative by prediction, target and alpha")


def mixed_loss(
    prediction: Tensor, target: Tensor, alpha: float = 0.5, reduction: str = "mean"
) -> Tensor:
    """Return alpha * MSE + (1 - alpha) * L1 of two tensors of one shape.

    The result is a scalar for the reductions "mean" (over all elements) and "sum", and of the
    inputs' shape for "none". Raises ValueError for an alpha outside [0, 1], an unknown reduction
    or shapes that differ, TypeError for integers.
    """
    raise NotImplementedError("TODO: refuse what cannot be meant, apply _Mixed, reduce")


class MixedLoss(nn.Module):
    """`mixed_loss` as a module, so that it is configured once and shown in the model's summary."""

    def __init__(self, alpha: float = 0.5, reduction: str = "mean") -> None:
        super().__init__()
        self.alpha = alpha
        self.reduction = reduction
        # TODO: raise ValueError here already for settings that cannot be meant

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the loss of a batch."""
        return mixed_loss(prediction, target, self.alpha, self.reduction)

    def extra_repr(self) -> str:
        """Return the settings, for print(model)."""
        return f"alpha={self.alpha}, reduction={self.reduction!r}"
