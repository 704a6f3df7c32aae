"""What a solution of the custom loss is held to."""

import warnings
from collections.abc import Callable
from functools import partial
from types import ModuleType

import torch
import torch.nn.functional as F
from torch import Tensor

from skills_lab.frame.checking import check

NOTICE = """\
• `save_for_backward(prediction, target)`, not the difference: what forward makes is a constant to
  the backward pass, so saving it loses the second derivative without a word.
• The upstream gradient multiplies the slope. "mean" and "sum" are left to autograd: their 1/N or 1
  arrives as that upstream gradient, and backward needs to know nothing of reductions.
• Shapes are compared before anything is computed. torch's own losses only warn, and a batch of
  (N, 1) against (N,) trains to predict the mean of the targets.
• For every alpha above 0 the slope 2·alpha·d grows without bound, so one bad label can still pull
  the fit anywhere. The experiment measures it; Huber's loss is what bounds it."""

SHAPES = [(), (1,), (7,), (4, 3), (2, 5, 3)]


def _pair(shape: tuple[int, ...], dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    """Return a prediction and a target at least 0.1 apart everywhere, on either side."""
    target = torch.randn(shape, dtype=dtype)
    apart = 0.1 + torch.rand(shape, dtype=dtype)
    side = torch.where(torch.rand(shape) < 0.5, -1.0, 1.0).to(dtype)
    return target + apart * side, target


def _same(measured: Tensor, expected: Tensor, what: str) -> None:
    assert isinstance(measured, Tensor), f"{what}: a tensor is to come back, not {measured!r}"
    assert measured.shape == expected.shape, (
        f"{what}: the shape is {tuple(measured.shape)}, it should be {tuple(expected.shape)}"
    )
    apart = float((measured - expected).abs().max())
    assert apart <= 1e-12, f"{what}: off by {apart:.2g}"


@check(
    "both ends are torch's losses",
    proves="alpha 1 is mse_loss and alpha 0 is l1_loss, for every reduction and shape",
    hints=(
        "At alpha = 1 only the squares count, at alpha = 0 only the absolute values.",
        "`mean` divides by the number of all elements, not by the length of the batch.",
        "d = prediction - target; alpha * d * d + (1 - alpha) * d.abs(), then .mean() or .sum().",
    ),
)
def ends(solution: ModuleType) -> None:
    """Compare with torch at both ends."""
    for shape in SHAPES:
        prediction, target = _pair(shape)
        for reduction in ("none", "mean", "sum"):
            for alpha, theirs in ((1.0, F.mse_loss), (0.0, F.l1_loss)):
                ours = solution.mixed_loss(prediction, target, alpha, reduction)
                expected = theirs(prediction, target, reduction=reduction)
                _same(ours, expected, f"alpha {alpha:g}, {reduction}, shape {shape}")


@check(
    "between the ends it is their blend",
    proves="the weights are alpha and 1 - alpha, as function and as module",
    hints=("Which of the two losses does alpha weigh?", "loss = alpha * MSE + (1 - alpha) * L1"),
)
def blend(solution: ModuleType) -> None:
    """Compare with the sum of torch's two losses."""
    prediction, target = _pair((6, 2))
    for alpha in (0.25, 0.5, 0.9):
        expected = alpha * F.mse_loss(prediction, target)
        expected = expected + (1 - alpha) * F.l1_loss(prediction, target)
        _same(solution.mixed_loss(prediction, target, alpha), expected, f"alpha {alpha:g}")
        _same(solution.MixedLoss(alpha)(prediction, target), expected, f"MixedLoss({alpha:g})")


@check(
    "the gradient is the derivative",
    proves="gradcheck in float64: by prediction and by target, for any upstream gradient",
    hints=(
        "Derive alpha·d² + (1−alpha)·|d| by d, then d by prediction and by target.",
        "backward is given d L / d loss, and what it returns is to be multiplied by it.",
        "slope = 2·alpha·d + (1−alpha)·sign(d); return grad·slope, −grad·slope, None.",
    ),
)
def gradient(solution: ModuleType) -> None:
    """Compare with finite differences away from zero."""
    for alpha in (0.0, 0.3, 1.0):
        for reduction in ("none", "mean", "sum"):
            pair = _pair((4, 3))
            inputs = tuple(one.requires_grad_() for one in pair)
            what = f"alpha {alpha:g}, {reduction}"
            _holds(torch.autograd.gradcheck, _of(solution, alpha, reduction), inputs, what)


@check(
    "where the difference is zero, training rests",
    proves="the subgradient at zero is 0, by prediction and by target",
    hints=("Every number from -1 to 1 is a subgradient of |d| at 0.", "torch.sign(0) is 0."),
)
def zero(solution: ModuleType) -> None:
    """Ask for the gradient where prediction and target agree."""
    for alpha in (0.0, 0.5, 1.0):
        prediction = torch.tensor([1.0, -2.0, 0.0], requires_grad=True)
        target = torch.tensor([1.0, -2.0, 0.0], requires_grad=True)
        solution.mixed_loss(prediction, target, alpha, "sum").backward()
        for name, one in (("prediction", prediction), ("target", target)):
            assert one.grad is not None, f"{name} gets no gradient"
            assert bool((one.grad == 0).all()), (
                f"alpha {alpha:g}: the gradient by {name} at zero is {one.grad.tolist()}"
            )


@check(
    "it can be differentiated twice",
    proves="gradgradcheck in float64: the second derivative is 2 alpha, not lost",
    hints=(
        "What backward computes is differentiated again, by what it was computed from.",
        "A tensor made in forward and kept on ctx has no history: to autograd it is a constant.",
        "ctx.save_for_backward(prediction, target), and subtract again in backward.",
    ),
)
def twice(solution: ModuleType) -> None:
    """Compare the second derivative with finite differences of the first."""
    for alpha in (0.3, 1.0):
        inputs = tuple(one.requires_grad_() for one in _pair((3, 2)))
        call = _of(solution, alpha, "none")
        _holds(torch.autograd.gradgradcheck, call, inputs, f"alpha {alpha:g}")


@check(
    "what cannot be meant is refused",
    proves="shapes that differ, an alpha outside [0, 1], an unknown reduction, integers",
    hints=(
        "torch subtracts (4, 1) and (4,) without complaint: of what shape is the result?",
        "`not 0 <= alpha <= 1` also catches NaN, `alpha < 0 or alpha > 1` does not.",
        "ValueError for alpha, reduction and shapes, TypeError for integers; MixedLoss as well.",
    ),
)
def refusals(solution: ModuleType) -> None:
    """Ask for nonsense and expect an error each time."""
    column, row, whole = torch.randn(4, 1), torch.randn(4), torch.arange(4)
    loss: Callable[..., Tensor] = solution.mixed_loss
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _refuses(ValueError, "shapes (4, 1) and (4,)", lambda: loss(column, row))
        for alpha in (-0.1, 1.1, float("nan")):
            _refuses(ValueError, f"alpha {alpha}", partial(loss, row, row, alpha))
            _refuses(ValueError, f"MixedLoss({alpha})", partial(solution.MixedLoss, alpha))
        _refuses(ValueError, "reduction 'average'", lambda: loss(row, row, 0.5, "average"))
        _refuses(TypeError, "integers", lambda: loss(whole, whole))


def _refuses(kind: type[Exception], what: str, call: Callable[[], object]) -> None:
    try:
        call()
    except kind:
        return
    raise AssertionError(f"{what}: {kind.__name__} is to be raised, and was not")


def _holds(
    gradcheck: Callable[..., bool], call: Callable[..., Tensor], inputs: object, what: str
) -> None:
    try:
        gradcheck(call, inputs)
    except NotImplementedError:
        raise
    except RuntimeError as error:  # a mismatch, or no gradient at all
        first = str(error).strip().splitlines()[0]
        raise AssertionError(f"{what}: finite differences say otherwise. {first}") from error


def _of(solution: ModuleType, alpha: float, reduction: str) -> Callable[[Tensor, Tensor], Tensor]:
    def call(prediction: Tensor, target: Tensor) -> Tensor:
        loss = solution.mixed_loss(prediction, target, alpha, reduction)
        assert isinstance(loss, Tensor), f"a tensor is to come back, not {loss!r}"
        return loss

    return call
