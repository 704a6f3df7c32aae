"""A digit classifier in a kilobyte: trained for integers, run in integers, written out as C.

    real = scale * (q - zero)               q int8, zero int8: the integer that stands for 0.0
    acc  = bias + sum w * q                 int32; bias holds -zero_in * sum w already
    out  = clamp(zero_out + (acc * multiplier + 2^(shift-1) >> shift))           back to int8

Run the experiment    python -m skills_lab run tinyml
Do the exercise       python -m skills_lab start tinyml DIR
Read on               c_source.py writes the C, build.py compiles and weighs it, onnx_graphs.py

The scheme is that of Jacob et al., "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference" (arXiv:1712.05877), the straight-through estimator that of
Bengio et al. (arXiv:1308.3432).

Shapes: B images, O and I output and input channels, H and W rows and columns.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

LOW, HIGH = -128, 127  # activations
PIXEL_SCALE, PIXEL_ZERO = 1 / 16, -128  # q = pixel - 128: a pixel of 0 to 16 loses nothing
Array = NDArray[Any]


# --- the grid ------------------------------------------------------------------------------------


def affine_grid(low: float, high: float) -> tuple[float, int]:
    """Return scale and zero of the int8 grid that covers the reals from low to high.

    The range is widened to hold 0.0, which gets an integer of its own: a ReLU, or padding, that
    writes zeros must write zeros that are exact.
    """
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / (HIGH - LOW) or 1.0  # any scale will do for a range of nothing
    return scale, round(LOW - low / scale)


def weight_scale(weight: Tensor, bits: int, per_channel: bool) -> Tensor:
    """Return the scale of weights (O, ...): (O, 1, ...) per output channel, or one for all.

    Weights are symmetric, zero is 0: then `w * q` needs no correction for the weights' zero.
    """
    dims = tuple(range(1, weight.dim())) if per_channel else tuple(range(weight.dim()))
    largest = weight.detach().abs().amax(dims, keepdim=True)
    scale: Tensor = largest.clamp_min(1e-6) / (2 ** (bits - 1) - 1)  # 127: -128 is not used
    return scale


# --- training for it -----------------------------------------------------------------------------


class _Round(torch.autograd.Function):
    """Rounding, whose derivative is 0 almost everywhere, with the derivative of not rounding."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return torch.round(x)  # halves to even, as NumPy does

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> Any:
        return upstream[0]  # straight through


def fake_quantise(x: Tensor, scale: Tensor | float, zero: int, low: int, high: int) -> Tensor:
    """Return x as it comes back from integers between low and high: the float model's rehearsal.

    The gradient passes where x lies on the grid, and is 0 where x was clamped.
    """
    rounded = _Round.apply(x / scale)
    assert isinstance(rounded, Tensor)
    q = torch.clamp(rounded + zero, low, high)  # clamp has the gradient wanted by itself
    return (q - zero) * scale


class TinyNet(nn.Module):
    """Two 3x3 convolutions without padding, a 2x2 maximum, one dense layer: 1,328 parameters.

    While `quantised` is false it is a plain float network that notes the ranges of its
    activations; then every weight and activation goes through `fake_quantise`.
    """

    def __init__(self, bits: int = 8) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 7, 3)
        self.conv2 = nn.Conv2d(7, 12, 3)
        self.dense = nn.Linear(48, 10)
        self.bits = bits  # of the weights; activations keep 8
        self.quantised = False
        self.largest: Tensor
        self.register_buffer("largest", torch.zeros(2))  # running maximum after each ReLU

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (B, 10) of images (B, 64) with pixels in [0, 1]."""
        x = x.view(-1, 1, 8, 8)
        x = F.relu(F.conv2d(x, self.weight(self.conv1), self.conv1.bias))  # (B, 7, 6, 6)
        x = self._activation(x, 0)
        x = F.relu(F.conv2d(x, self.weight(self.conv2), self.conv2.bias))  # (B, 12, 4, 4)
        x = self._activation(x, 1)
        x = F.max_pool2d(x, 2).flatten(1)  # (B, 48); the maximum of grid points is one of them
        return F.linear(x, self.weight(self.dense), self.dense.bias)

    def weight(self, layer: nn.Conv2d | nn.Linear) -> Tensor:
        """Return a layer's weight as this network uses it."""
        if not self.quantised:
            return layer.weight
        limit = 2 ** (self.bits - 1) - 1
        return fake_quantise(layer.weight, self.scale(layer), 0, -limit, limit)

    def scale(self, layer: nn.Conv2d | nn.Linear) -> Tensor:
        """Return the scale of a layer's weight: per channel where outputs are requantised."""
        # The logits are compared with each other as they are, so the last layer has one scale.
        return weight_scale(layer.weight, self.bits, per_channel=layer is not self.dense)

    def _activation(self, x: Tensor, place: int) -> Tensor:
        if self.training:
            seen = x.detach().amax()
            old = self.largest[place]
            self.largest[place] = torch.where(old > 0, 0.95 * old + 0.05 * seen, seen)
        if not self.quantised:
            return x
        scale, zero = affine_grid(0.0, float(self.largest[place]))
        return fake_quantise(x, scale, zero, LOW, HIGH)


# --- integers only -------------------------------------------------------------------------------


@dataclass(frozen=True)
class IntegerLayer:
    """A layer in integers; `factor` is what multiplier / 2^shift stands for."""

    weight: Array  # (O, I, 3, 3) or (O, I) int8
    bias: Array  # (O,) int32
    factor: Array  # (O,) float64, kept for reports: inference does not read it
    multiplier: Array  # (O,) int32
    shift: Array  # (O,) uint8
    zero: int  # of the output


@dataclass(frozen=True)
class IntegerNet:
    """The whole network in integers; the last layer's accumulators are the logits."""

    conv1: IntegerLayer
    conv2: IntegerLayer
    dense: IntegerLayer


def fixed_point(factor: float) -> tuple[int, int]:
    """Return (multiplier, shift) with factor ~ multiplier / 2^shift, 2^30 <= multiplier < 2^31.

    31 significant bits: closer than float32. Raises ValueError if the shift is not 1 to 62.
    """
    mantissa, exponent = np.frexp(factor)  # factor = mantissa * 2^exponent, 0.5 <= mantissa < 1
    multiplier, shift = round(float(mantissa) * 2**31), 31 - int(exponent)
    if multiplier == 2**31:  # a mantissa just below 1 is rounded up out of the range
        multiplier, shift = 2**30, shift - 1
    if not 1 <= shift <= 62 or not multiplier > 0:
        raise ValueError(f"a factor of {factor} has no multiplier and shift")
    return multiplier, shift


def requantise(acc: Array, multiplier: Array, shift: Array, zero: int) -> Array:
    """Return int32 accumulators (..., O) as int8: scaled, rounded with halves up, saturated.

    The product needs 64 bits. A right shift rounds down, also below zero, so adding a half before
    it rounds to the nearest, and halves towards plus infinity. What is out of range stops at the
    end of the range; cast to int8 it would wrap round.
    """
    product = acc.astype(np.int64) * multiplier
    shift = shift.astype(np.int64)
    scaled = (product + (np.int64(1) << (shift - 1))) >> shift
    return np.clip(scaled + zero, LOW, HIGH).astype(np.int8)


def integer_layer(
    weight: Array,
    bias: Array,
    scale: Array,
    grid_in: tuple[float, int],
    grid_out: tuple[float, int],
) -> IntegerLayer:
    """Return the integer layer of a real weight (O, ...) with scale (O,) and real bias (O,).

    The grids are (scale, zero) of the layer's input and output. A real product sum is
    scale_in * scale_w * (sum w q - zero_in * sum w): the last term depends on no input, so it is
    added to the bias once, here, and inference multiplies w by q as it is.
    """
    scale_in, zero_in = grid_in
    shaped = scale.reshape(-1, *[1] * (weight.ndim - 1))  # (O, 1, ...)
    q = np.round(weight.astype(np.float64) / shaped).astype(np.int8)
    axes = tuple(range(1, q.ndim))
    folded = np.round(bias / (scale_in * scale)) - zero_in * q.sum(axes, dtype=np.int64)
    # Whatever comes in, |acc| stays below 2^31: 128 * 127 for each weight, and the bias.
    assert (np.abs(folded) + 128 * np.abs(q.astype(np.int64)).sum(axes) < 2**31).all()
    factor = scale_in * scale / grid_out[0]
    pairs = [fixed_point(one) for one in factor]
    multiplier = np.array([m for m, _ in pairs], np.int32)
    shift = np.array([s for _, s in pairs], np.uint8)
    return IntegerLayer(q, folded.astype(np.int32), factor, multiplier, shift, grid_out[1])


def freeze(net: TinyNet) -> IntegerNet:
    """Return a network with known ranges in integers: its own figures, nothing is fitted."""
    grids = [(PIXEL_SCALE, PIXEL_ZERO)]
    grids += [affine_grid(0.0, float(high)) for high in net.largest]
    grids += [(1.0, 0)]  # the logits are not requantised; their factor is their scale
    real: tuple[nn.Conv2d | nn.Linear, ...] = (net.conv1, net.conv2, net.dense)
    layers = []
    for number, layer in enumerate(real):
        assert layer.bias is not None
        weight, bias, scale = (
            one.detach().double().cpu().numpy()
            for one in (layer.weight, layer.bias, net.scale(layer))
        )
        scale = np.broadcast_to(scale.reshape(-1), bias.shape)
        layers.append(integer_layer(weight, bias, scale, grids[number], grids[number + 1]))
    return IntegerNet(*layers)


def integer_conv(x: Array, layer: IntegerLayer) -> Array:
    """Return the 3x3 convolution and ReLU of int8 (B, I, H, W): int8 (B, O, H-2, W-2)."""
    patches = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3))  # (B, I, h, h, 3, 3)
    wide, weight = patches.astype(np.int32), layer.weight.astype(np.int32)
    acc = np.tensordot(wide, weight, axes=((1, 4, 5), (1, 2, 3))) + layer.bias  # (B, h, h, O)
    y = requantise(acc, layer.multiplier, layer.shift, layer.zero)
    return np.maximum(y, layer.zero).transpose(0, 3, 1, 2).astype(np.int8)  # real 0 is `zero`


def integer_logits(net: IntegerNet, pixels: Array) -> Array:
    """Return the logits, int32 (B, 10), of pixels, uint8 (B, 64)."""
    x = (pixels.astype(np.int16) + PIXEL_ZERO).astype(np.int8).reshape(-1, 1, 8, 8)
    x = integer_conv(x, net.conv1)  # (B, 7, 6, 6)
    x = integer_conv(x, net.conv2)  # (B, 12, 4, 4)
    b = len(x)
    x = x.reshape(b, 12, 2, 2, 2, 2).max(axis=(3, 5)).reshape(b, 48)  # order survives scaling
    logits = x.astype(np.int32) @ net.dense.weight.astype(np.int32).T + net.dense.bias
    return np.asarray(logits, np.int32)


# --- C -------------------------------------------------------------------------------------------


def c_requantise() -> str:
    """Return `requantise` in C99; `c_source.py` writes the tables and loops around it."""
    # C leaves `>>` of a negative number to the compiler, so ~(~y >> n) shifts what is not negative
    # and means the same: round down. Compilers make the one instruction of it.
    return """\
static int8_t requantise(int32_t acc, int32_t multiplier, int shift, int zero)
{
    int64_t y = (int64_t)acc * multiplier + ((int64_t)1 << (shift - 1));
    y = (y < 0 ? ~(~y >> shift) : y >> shift) + zero;
    return (int8_t)(y < -128 ? -128 : y > 127 ? 127 : y);
}
"""
