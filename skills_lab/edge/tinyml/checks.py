"""What a solution of the TinyML lab is held to."""

import math
import sys
from fractions import Fraction
from types import ModuleType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from skills_lab.edge.tinyml import build
from skills_lab.edge.tinyml.c_source import generate_c
from skills_lab.frame.checking import check

NOTICE = """\
• The zero of the input is folded into the bias once. The inner loop is `acc += w * q` and nothing
  else; this is why weights are symmetric, for their zero would depend on the input.
• ReLU costs nothing: real 0 is the integer `zero`, and with a range that begins at 0 that is -128,
  where saturation stops anyway. The maximum of 2x2 is taken on integers, since order survives.
• A shift rounds down, below zero as well. Adding half of it before makes that rounding to the
  nearest; the C, where `>>` of a negative number is the compiler's own affair, says it with `~`.
• The product of accumulator and multiplier needs 64 bits, and is the only thing that does.
• The last layer has one scale for all classes, so that its accumulators can be compared as they
  are: no requantisation, no float, no softmax."""

NO_COMPILER = "Not verified: there is no C compiler here (cc, gcc, clang, or CC).\n"
Cases = list[tuple[int, int, int, int]]


def _integer(value: Any, what: str) -> int:
    assert isinstance(value, int | np.integer), f"{what} is to be an integer, not {value!r}"
    return int(value)


@check(
    "the grid covers the range and holds zero",
    proves="256 steps from low to high, and 0.0 is exactly one of them, also if outside",
    hints=(
        "int8 has 255 steps between -128 and 127; low is to be told by -128.",
        "If the range does not hold 0.0, widen it first. Otherwise zero does not fit into int8.",
        "scale = (high - low) / 255 and zero = round(-128 - low / scale).",
    ),
)
def grid(solution: ModuleType) -> None:
    """Ask for grids of several ranges."""
    for low, high in ((0.0, 4.0), (-1.0, 3.0), (-0.3, 0.1), (1.0, 3.0), (-5.0, -2.0)):
        scale, zero = solution.affine_grid(low, high)
        what = f"the range {low:g} to {high:g}"
        first, last = min(low, 0.0), max(high, 0.0)
        wanted = (last - first) / 255
        assert abs(scale / wanted - 1) < 1e-6, f"{what}: the scale is {scale:.6g}, not {wanted:.6g}"
        zero = _integer(zero, f"{what}: zero")
        assert -128 <= zero <= 127, f"{what}: zero is {zero}, which is no int8"
        ends = [scale * (q - zero) for q in (-128, 127)]
        for end, real in zip(ends, (first, last), strict=True):
            assert abs(end - real) <= 0.51 * scale, f"{what}: the grid ends at {end:.4g}"
    scale, zero = solution.affine_grid(0.0, 0.0)
    assert scale > 0, "a range of nothing still needs a scale to divide by"
    assert -128 <= _integer(zero, "zero") <= 127, f"a range of nothing: zero is {zero}"


@check(
    "weights have a scale for each output channel",
    proves="the largest weight of a channel is told by 127, or by 1 at 2 bits",
    hints=(
        "What is the largest integer of so many bits, if there is one as large below zero?",
        "The maximum of |w| over all dimensions but the first, kept as dimensions of 1.",
        "weight.abs().amax(dims, keepdim=True) / (2 ** (bits - 1) - 1); not 0 for zeros.",
    ),
)
def scales(solution: ModuleType) -> None:
    """Compare with NumPy, per channel and for all."""
    weight = torch.randn(5, 3, 2, 2) * torch.tensor([1.0, 10, 0.1, 1, 1]).view(-1, 1, 1, 1)
    largest = np.abs(weight.numpy()).max((1, 2, 3))
    for bits in (2, 4, 8):
        limit = 2 ** (bits - 1) - 1
        many = solution.weight_scale(weight, bits, True)
        assert many.shape == (5, 1, 1, 1), f"per channel: of the shape {tuple(many.shape)}"
        apart = np.abs(many.numpy().reshape(-1) * limit / largest - 1).max()
        assert apart < 1e-5, f"{bits} bits: the largest weight of a channel is not told by {limit}"
        one = solution.weight_scale(weight, bits, False)
        apart = abs(float(one.reshape(())) * limit / largest.max() - 1)
        assert apart < 1e-5, f"{bits} bits: one scale for all is {float(one.reshape(())):.4g}"
    dead = solution.weight_scale(torch.zeros(2, 3), 8, True)
    assert bool((dead > 0).all()), "a channel of zeros still needs a scale to divide by"


@check(
    "fake quantisation gives what integers would",
    proves="every value comes back from a whole number between the limits, the nearest one",
    hints=(
        "Into integers and back: divide, round, add zero, clamp; then the reverse.",
        "What is added on the way in is subtracted on the way out.",
        "q = clamp(round(x / scale) + zero, low, high); return (q - zero) * scale.",
    ),
)
def rehearsal(solution: ModuleType) -> None:
    """Compare with NumPy in float64, far enough from ties."""
    for zero, low, high in ((-128, -128, 127), (-60, -128, 127), (0, -7, 7), (10, -128, 127)):
        scale = 0.03
        steps = np.arange(low - 20, high + 20)
        real = ((steps - zero) * scale + scale * np.random.uniform(-0.4, 0.4, steps.shape)).ravel()
        told = solution.fake_quantise(torch.from_numpy(real), scale, zero, low, high).numpy()
        expected = (np.clip(steps, low, high) - zero) * scale
        apart = np.abs(told - expected).max() / scale
        assert apart < 1e-6, f"zero {zero}, {low} to {high}: off by {apart:.3g} steps"


@check(
    "the gradient goes straight through",
    proves="it passes unchanged where x lies on the grid, and is zero where x was clamped",
    hints=(
        "torch.round has the derivative 0. With it nothing would ever be learned.",
        "Only rounding is passed straight through; of clamp the true derivative is wanted.",
        "An autograd.Function that rounds, and whose backward returns what it is given.",
    ),
)
def straight(solution: ModuleType) -> None:
    """Send a gradient back through values inside and outside the grid."""
    scale, zero = torch.tensor(0.1, dtype=torch.float64), -20
    real = np.array([-30.0, -10.9, -10.7, -3.02, 0.0, 1.04, 14.6, 14.9, 40])
    x = torch.from_numpy(real).requires_grad_()
    upstream = torch.arange(1.0, 10.0, dtype=torch.float64)
    (solution.fake_quantise(x, scale, zero, -128, 127) * upstream).sum().backward()
    assert x.grad is not None, "no gradient comes to x"
    inside = torch.tensor([0, 0, 1, 1, 1, 1, 1, 0, 0])
    for value, slope, up, within in zip(real, x.grad, upstream, inside, strict=True):
        wanted = float(up * within)
        where = "on the grid" if within else "clamped"
        assert abs(float(slope) - wanted) < 1e-9, (
            f"x = {value:g} is {where}: given {float(up):g}, {float(slope):g} comes through"
        )


@check(
    "a factor becomes a multiplier and a shift",
    proves="31 significant bits for every factor, and an error where there is no such pair",
    hints=(
        "numpy.frexp takes a number apart: mantissa times a power of two.",
        "A mantissa within [0.5, 1) times 2^31 is within [2^30, 2^31]: both ends?",
        "If it is rounded to 2^31, take 2^30 and one less for the shift. 1 <= shift <= 62.",
    ),
)
def factors(solution: ModuleType) -> None:
    """Ask for factors of all sizes, and for what cannot be told."""
    usual = [float(one) for one in 2.0 ** np.random.uniform(-20, 3, 200)]
    for factor in [*usual, 1.0, 0.5, 1 - 2**-40, 0.25 * (1 - 2**-45), 2.0**-20]:
        multiplier, shift = solution.fixed_point(factor)
        multiplier, shift = _integer(multiplier, "the multiplier"), _integer(shift, "the shift")
        assert 2**30 <= multiplier < 2**31, (
            f"{factor!r}: the multiplier is {multiplier}, not in [2^30, 2^31)"
        )
        apart = abs(Fraction(multiplier, 2**shift) / Fraction(factor) - 1)
        assert apart <= Fraction(1, 2**31), f"{factor!r}: off by {float(apart):.2g} relative"
    for factor in (0.0, -0.5, math.nan, math.inf, 2.0**31, 2.0**-40):
        try:
            told = solution.fixed_point(factor)
        except (ValueError, OverflowError):
            continue
        raise AssertionError(f"{factor} has no pair; ValueError is to be raised, not {told}")


def _exact(acc: int, multiplier: int, shift: int, zero: int) -> int:
    """Requantise in whole numbers of any size."""
    scaled = math.floor(Fraction(acc * multiplier, 2**shift) + Fraction(1, 2))
    return max(-128, min(127, scaled + zero))


def _cases() -> Cases:
    """Return accumulators with ties on either side of zero, extremes, and the usual."""
    half = 2**30
    ties = [(odd, half, 31, zero) for odd in range(-9, 10) for zero in (0, -128, 5)]
    edges = [
        (acc, multiplier, shift, zero)
        for acc in (-(2**31), 2**31 - 1, -1, 0, 1, -100_000, 100_000)
        for multiplier, shift in ((half, 38), (2**31 - 1, 38), (half, 31), (2**31 - 1, 62))
        for zero in (-128, 0, 127)
    ]
    usual = [
        (int(acc), int(multiplier), int(shift), int(zero))
        for acc, multiplier, shift, zero in zip(
            np.random.randint(-60_000, 60_000, 300),
            np.random.randint(half, 2**31, 300),
            np.random.randint(36, 45, 300),
            np.random.randint(-128, 128, 300),
            strict=True,
        )
    ]
    return ties + edges + usual


def _first_wrong(cases: Cases, told: list[int]) -> str:
    assert len(told) == len(cases), f"{len(told)} results for {len(cases)} accumulators"
    for case, one in zip(cases, told, strict=True):
        wanted = _exact(*case)
        if one != wanted:
            acc, multiplier, shift, zero = case
            real = acc * multiplier / 2**shift + zero
            return (
                f"acc {acc}, multiplier {multiplier}, shift {shift}, zero {zero}: {one}, it should "
                f"be {wanted} (without rounding {real:.6g})"
            )
    return ""


@check(
    "accumulators become int8, rounded and saturated",
    proves="equal to exact fractions: halves up on both sides of zero, 64 bits, no wrapping",
    hints=(
        "Try acc = -3 with a factor of 1/2: is it -1 or -2, and why?",
        "The product of two int32 does not fit into int32. The end of the range is where to stop.",
        "((acc64 * multiplier + (1 << (shift - 1))) >> shift) + zero, clipped, then int8.",
    ),
)
def rounding(solution: ModuleType) -> None:
    """Compare with fractions, on ties and extremes."""
    cases = _cases()
    for zero in sorted({case[3] for case in cases}):
        chosen = [case for case in cases if case[3] == zero]
        acc = np.array([[case[0] for case in chosen]], np.int32)
        multiplier = np.array([case[1] for case in chosen], np.int32)
        shift = np.array([case[2] for case in chosen], np.uint8)
        told = solution.requantise(acc, multiplier, shift, zero)
        assert told.dtype == np.int8, f"int8 is to come back, not {told.dtype}"
        wrong = _first_wrong(chosen, told.reshape(-1).tolist())
        assert not wrong, wrong


def _layer(solution: ModuleType, zero_in: int, zero_out: int) -> tuple[Any, dict[str, Any]]:
    """Return a solution's integer layer of random weights, and what it was made of."""
    weight = np.random.normal(0, 0.3, (4, 3, 3, 3))
    bias = np.random.normal(0, 0.5, 4)
    scale = np.abs(weight).max((1, 2, 3)) / 127
    layer = solution.integer_layer(weight, bias, scale, (0.02, zero_in), (0.05, zero_out))
    return layer, {"weight": weight, "bias": bias, "scale": scale}


@check(
    "the zero of the input is folded into the bias",
    proves="bias + sum w q is the real sum in units of scale_in * scale_w, for any input",
    hints=(
        "Real inputs are scale_in * (q - zero_in). Multiply out: which term has no q in it?",
        "One unit of the accumulator is worth scale_in * scale_w: what is the bias in that unit?",
        "round(bias / (scale_in * scale)) - zero_in * q.sum over all but the first dimension.",
    ),
)
def folding(solution: ModuleType) -> None:
    """Compare accumulators with real sums."""
    for zero_in in (-128, 17):
        layer, made = _layer(solution, zero_in, -128)
        assert layer.weight.dtype == np.int8, f"weights are {layer.weight.dtype}, not int8"
        assert layer.bias.dtype == np.int32, f"the bias is {layer.bias.dtype}, not int32"
        scale = made["scale"]
        nearest = np.round(made["weight"] / scale.reshape(-1, 1, 1, 1))
        assert (layer.weight == nearest).all(), "weights are not the nearest integers"
        q = np.random.randint(-128, 128, (20, 3, 3, 3))
        acc = np.einsum("nijk,oijk->no", q, layer.weight.astype(np.int64)) + layer.bias
        exact = np.einsum("nijk,oijk->no", q - zero_in, nearest) + made["bias"] / (0.02 * scale)
        apart = float(np.abs(acc - exact).max())
        assert apart <= 0.51, (
            f"input zero {zero_in}: an accumulator is off by {apart:.4g} units, not by rounding"
        )
        ratio = layer.multiplier / 2.0 ** layer.shift.astype(float)
        off = np.abs(ratio * 0.05 / (0.02 * scale) - 1).max()
        assert off < 1e-8, "multiplier / 2^shift is not scale_in * scale_w / scale_out"
        assert layer.zero == -128, f"the output's zero is {layer.zero}, not -128"


@check(
    "the integer convolution is a convolution with ReLU",
    proves="equal to whole-number loops over every pixel, with ReLU at the output's zero",
    hints=(
        "Accumulate in int32: the product of two int8 does not fit into int8.",
        "Real 0 is the integer `zero` of the output. What does ReLU do to what is below?",
        "sliding_window_view(x, (3, 3), axis=(2, 3)), tensordot, bias, requantise, maximum.",
    ),
)
def convolution(solution: ModuleType) -> None:
    """Compare with loops, for an output whose zero is not the end of the range."""
    for zero_out in (-128, -90):
        layer, _ = _layer(solution, -128, zero_out)
        x = np.random.randint(-128, 128, (2, 3, 5, 6)).astype(np.int8)
        told = solution.integer_conv(x, layer)
        assert told.shape == (2, 4, 3, 4), f"the shape is {told.shape}, it should be (2, 4, 3, 4)"
        assert told.dtype == np.int8, f"int8 is to come back, not {told.dtype}"
        for b, o, i, j in np.ndindex(told.shape):
            patch = x[b, :, i : i + 3, j : j + 3].astype(np.int64)
            acc = int((patch * layer.weight[o]).sum() + layer.bias[o])
            y = _exact(acc, int(layer.multiplier[o]), int(layer.shift[o]), zero_out)
            wanted = max(y, zero_out)
            assert told[b, o, i, j] == wanted, (
                f"zero {zero_out}, output {(b, o, i, j)}: {told[b, o, i, j]}, should be {wanted}"
            )


@check(
    "integers tell what the rehearsal told",
    proves="a whole network: integer logits are the float rehearsal's, but for roundings",
    hints=(
        "If the parts pass and this does not: the two sides must use the same grids and scales.",
        "Activations may differ by one step where the float sits on a tie; more is a mistake.",
    ),
)
def network(solution: ModuleType) -> None:
    """Compare the logits of random networks with ranges set by hand."""
    net, pixels = _network(solution)
    integer = solution.freeze(net)
    with torch.no_grad():
        images = torch.from_numpy(pixels.astype(np.float32) / 16)
        real = net(images).numpy()
    told = solution.integer_logits(integer, pixels) * integer.dense.factor
    apart = float(np.abs(told - real).max() / np.abs(real).max())
    assert apart < 0.02, f"a logit is off by {apart:.1%} of the largest"


@check(
    "C requantises as the reference does",
    proves="equal to exact fractions on ties and extremes, nothing undefined",
    hints=(
        "(int64_t)acc * multiplier: cast before the product, not after it.",
        "`>>` of a negative number is left to the compiler. ~y is never negative where y is.",
        "y < 0 ? ~(~y >> shift) : y >> shift, then + zero, then stop at -128 and 127.",
    ),
)
def c_function(solution: ModuleType) -> None:
    """Compile the function alone and compare with fractions."""
    function = solution.c_requantise()
    assert isinstance(function, str), f"C source is to come back, not {function!r}"
    compiler = build.find_compiler()
    if compiler is None:
        sys.stdout.write(NO_COMPILER)
        return
    cases = _cases()
    try:
        told = build.run_requantise(compiler, function, cases)
    except build.BuildError as error:
        raise AssertionError(str(error)) from error
    wrong = _first_wrong(cases, told)
    assert not wrong, wrong


@check(
    "the compiled network is the reference, bit for bit",
    proves="every logit of images, noise and extremes, compiled without a warning",
    hints=(
        "The loops are given: what differs comes from requantise, in C or in NumPy.",
        "Compare a few accumulators by hand, near a tie and below zero.",
    ),
)
def c_network(solution: ModuleType) -> None:
    """Compile the whole network and compare every logit."""
    net, pixels = _network(solution)
    integer = solution.freeze(net)
    source = generate_c(integer, solution.c_requantise())
    compiler = build.find_compiler()
    if compiler is None:
        sys.stdout.write(NO_COMPILER)
        return
    noise = np.random.randint(0, 256, (200, 64)).astype(np.uint8)
    given = np.concatenate([pixels, noise])
    try:
        told = build.run_c(compiler, source, given)
    except build.BuildError as error:
        raise AssertionError(str(error)) from error
    wrong = int((told != solution.integer_logits(integer, given)).sum())
    assert wrong == 0, f"{wrong} of {told.size} logits differ"


def _network(solution: ModuleType) -> tuple[Any, NDArray[np.uint8]]:
    """Return an untrained network with the ranges of its activations, and images (40, 64)."""
    net = solution.TinyNet()
    pixels = np.random.randint(0, 17, (40, 64)).astype(np.uint8)
    with torch.no_grad():
        net.train()
        net(torch.from_numpy(pixels.astype(np.float32) / 16))
        net.eval()
    net.quantised = True
    return net, pixels
