"""Exercise: a digit classifier for integers, from the grid to C.

    real = scale * (q - zero)               q int8, zero int8: the integer that stands for 0.0
    acc  = bias + sum w * q                 int32; bias holds -zero_in * sum w already
    out  = clamp(zero_out + (acc * multiplier + 2^(shift-1) >> shift))           back to int8

Fill in what is marked TODO; the network and the loops in C are given. The README says what to think
of; hints come one at a time with `check tinyml --solution THIS_FILE --hint`.

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

    The range is widened to hold 0.0, which gets an integer of its own. A range of nothing has any
    scale above 0.
    """
    raise NotImplementedError("TODO: -128 is to tell low, 127 high")


def weight_scale(weight: Tensor, bits: int, per_channel: bool) -> Tensor:
    """Return the scale of weights (O, ...): (O, 1, ...) per output channel, or one for all.

    Weights are symmetric, zero is 0, and the largest is told by the largest integer that has a
    negative. Weights that are all zero need a scale above 0 nevertheless; 1e-6 / 127 will do.
    """
    raise NotImplementedError("TODO: the largest weight over the largest integer")


# --- training for it -----------------------------------------------------------------------------


class _Round(torch.autograd.Function):
    """Rounding, whose derivative is 0 almost everywhere, with the derivative of not rounding.

    The name is yours to change; only what is public is checked.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """Return the whole numbers nearest to x."""
        raise NotImplementedError("TODO: round")

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> Any:
        """Return the gradient by x, as if forward had not rounded."""
        raise NotImplementedError("TODO: straight through")


def fake_quantise(x: Tensor, scale: Tensor | float, zero: int, low: int, high: int) -> Tensor:
    """Return x as it comes back from integers between low and high: the float model's rehearsal.

    The gradient passes where x lies on the grid, and is 0 where x was clamped.
    """
    raise NotImplementedError("TODO: into integers and back")


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

    Raises ValueError if the shift is not 1 to 62, or the factor not above 0.
    """
    raise NotImplementedError("TODO: 31 significant bits, and where the point stands")


def requantise(acc: Array, multiplier: Array, shift: Array, zero: int) -> Array:
    """Return int32 accumulators (..., O) as int8: scaled, rounded with halves up, saturated.

    multiplier (O,) is int32, shift (O,) uint8. In integers only.
    """
    raise NotImplementedError("TODO: multiply in 64 bits, round, shift, add zero, saturate")


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
    raise NotImplementedError("TODO: int8 weights, int32 bias, a multiplier and shift each")


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
    raise NotImplementedError("TODO: int32 sums over 3x3 patches, requantised, ReLU at `zero`")


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
    """Return `requantise` in C99; `c_source.py` writes the tables and loops around it.

    static int8_t requantise(int32_t acc, int32_t multiplier, int shift, int zero)
    """
    raise NotImplementedError("TODO: the same in C, without what C leaves undefined")
