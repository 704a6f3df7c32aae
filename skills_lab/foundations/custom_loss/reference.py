"""A loss between MSE and L1, with its derivatives written by hand.

    loss(p, t) = alpha * (p - t)^2 + (1 - alpha) * |p - t|        0 <= alpha <= 1

Run the experiment    python -m skills_lab run custom_loss
Do the exercise       python -m skills_lab start custom_loss DIR

With d = p - t, element by element:

    d loss / dp = 2 alpha d + (1 - alpha) sign(d)
    d loss / dt = -(d loss / dp)

|d| has no derivative at 0. Any number in [-1, 1] is a subgradient there; we take 0, as torch does,
so that a perfect prediction is a point where training rests.

In code that is not for learning, the one-liner is enough: autograd derives all of this from
`alpha * d**2 + (1 - alpha) * d.abs()`. Writing the derivative out saves memory (that expression
keeps two intermediates for the backward pass, this keeps none beside its inputs) and is how you
teach autograd an operation it does not have.
"""

from typing import Any

import torch
from torch import Tensor, nn

REDUCTIONS = ("none", "mean", "sum")


class _Mixed(torch.autograd.Function):
    """The loss of every element, and its derivative: what autograd is to know of it."""

    @staticmethod
    def forward(ctx: Any, prediction: Tensor, target: Tensor, alpha: float) -> Tensor:
        # Only inputs (or outputs) may be saved here. A difference made in forward and saved would
        # be a constant to the backward pass, and the second derivative silently 0.
        ctx.save_for_backward(prediction, target)
        ctx.alpha = alpha
        d = prediction - target  # any shape, the same for both
        return alpha * d * d + (1 - alpha) * d.abs()

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> Any:
        (grad,) = upstream  # d L / d loss, of the shape of loss: 1/N under "mean", 1 under "sum"
        prediction, target = ctx.saved_tensors
        d = prediction - target
        slope = 2 * ctx.alpha * d + (1 - ctx.alpha) * torch.sign(d)  # sign(0) is 0
        return grad * slope, -grad * slope, None  # alpha is a setting and has no gradient


def mixed_loss(
    prediction: Tensor, target: Tensor, alpha: float = 0.5, reduction: str = "mean"
) -> Tensor:
    """Return alpha * MSE + (1 - alpha) * L1 of two tensors of one shape.

    The result is a scalar for the reductions "mean" (over all elements) and "sum", and of the
    inputs' shape for "none". Raises ValueError for an alpha outside [0, 1], an unknown reduction
    or shapes that differ, TypeError for integers.
    """
    if not 0 <= alpha <= 1:  # also false for NaN
        raise ValueError(f"alpha is to be between 0 and 1, not {alpha}")
    if reduction not in REDUCTIONS:
        raise ValueError(f"reduction is to be one of {', '.join(REDUCTIONS)}, not {reduction!r}")
    if prediction.shape != target.shape:
        # Broadcasting (N, 1) against (N,) would compare every prediction with every target: a
        # loss of (N, N) that goes down nicely while the model learns the mean of the targets.
        raise ValueError(
            f"prediction has the shape {tuple(prediction.shape)}, target {tuple(target.shape)}"
        )
    if not prediction.is_floating_point() or not target.is_floating_point():
        raise TypeError(f"floating point is needed, not {prediction.dtype} and {target.dtype}")
    loss = _Mixed.apply(prediction, target, alpha)
    assert isinstance(loss, Tensor)
    if reduction == "mean":
        return loss.mean()
    return loss.sum() if reduction == "sum" else loss


class MixedLoss(nn.Module):
    """`mixed_loss` as a module, so that it is configured once and shown in the model's summary."""

    def __init__(self, alpha: float = 0.5, reduction: str = "mean") -> None:
        super().__init__()
        if not 0 <= alpha <= 1:
            raise ValueError(f"alpha is to be between 0 and 1, not {alpha}")
        if reduction not in REDUCTIONS:
            raise ValueError(f"reduction is to be one of {', '.join(REDUCTIONS)}")
        self.alpha = alpha
        self.reduction = reduction

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the loss of a batch."""
        return mixed_loss(prediction, target, self.alpha, self.reduction)

    def extra_repr(self) -> str:
        """Return the settings, for print(model)."""
        return f"alpha={self.alpha}, reduction={self.reduction!r}"
