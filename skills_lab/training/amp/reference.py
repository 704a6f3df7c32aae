"""Mixed-precision training: the loss scaler written out, and where the memory goes.

Run the experiment    python -m skills_lab run amp
Do the exercise       python -m skills_lab start amp DIR

                 bits: exponent, mantissa   largest    smallest normal   smallest of all
    float32            8         23          3.4e+38       1.2e-38          1.4e-45
    bfloat16           8          7          3.4e+38       1.2e-38          9.2e-41
    float16            5         10            65504       6.1e-05          6.0e-08

A gradient of 1e-8 is 0 in float16: nothing learns, and nothing warns. Loss scaling multiplies the
loss by S, so that by the chain rule every gradient is S times as large on its way through the half
precision layers, and divides by S in float32 before anyone looks at it. S is found by trial: when
a gradient overflows, the step is skipped and S halved; after `interval` good steps it is doubled.
bfloat16 has float32's range and needs none of this; it pays with 3 bits of precision.

One step, in the only right order:

    autocast: forward, loss        matrix products in half precision, sums and losses in float32
    scale(loss).backward()         gradients come S times too large
    unscale_(optimiser)            divide by S, look for inf and NaN
    clip                           now the norm means what it says
    step(optimiser)                only if all gradients are finite
    update()                       S for the next step

Micikevicius et al., "Mixed Precision Training" (ICLR 2018).
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn


class LossScaler:
    """Scales the loss so that gradients survive half precision; `torch.amp.GradScaler` by hand."""

    def __init__(
        self,
        scale: float = 2.0**16,
        growth: float = 2.0,
        backoff: float = 0.5,
        interval: int = 2000,
    ) -> None:
        self.value = scale  # a power of two: scaling changes exponents and rounds nothing
        self.growth = growth
        self.backoff = backoff
        self.interval = interval
        self.good_steps = 0  # since the last change of the scale
        self._finite: dict[int, bool] = {}  # optimisers unscaled since the last update

    def scale(self, loss: Tensor) -> Tensor:
        """Return the loss to call `backward` on."""
        return loss * self.value

    def unscale_(self, optimiser: torch.optim.Optimizer) -> None:
        """Divide the gradients of all its groups, and remember whether all of them are finite.

        Raises RuntimeError if that was done since the last update: it would divide twice.
        """
        if id(optimiser) in self._finite:
            raise RuntimeError("unscale_() was called already since the last update()")
        finite = True
        for group in optimiser.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    parameter.grad /= self.value
                    # A NaN is as bad as an overflow: inf - inf in a backward pass makes one.
                    finite = finite and bool(parameter.grad.isfinite().all())
        self._finite[id(optimiser)] = finite

    def step(self, optimiser: torch.optim.Optimizer) -> bool:
        """Step if all its gradients are finite, unscaling them if need be; return whether it did.

        A skipped step leaves weights, moments and step counts alone: one inf in Adam's moments
        would stay there for ever.
        """
        if id(optimiser) not in self._finite:
            self.unscale_(optimiser)
        if self._finite[id(optimiser)]:
            optimiser.step()
        return self._finite[id(optimiser)]

    def update(self) -> None:
        """Choose the next scale: smaller after an overflow, larger after `interval` good steps."""
        if not self._finite:
            raise RuntimeError("update() is to come after step()")
        if all(self._finite.values()):
            self.good_steps += 1
            if self.good_steps == self.interval:
                self.value *= self.growth
                self.good_steps = 0
        else:
            self.value *= self.backoff
            self.good_steps = 0
        self._finite.clear()

    def state_dict(self) -> dict[str, float]:
        """Return what a checkpoint must hold: without it a resumed run skips its first steps."""
        return {"value": self.value, "good_steps": self.good_steps}

    def load_state_dict(self, state: dict[str, float]) -> None:
        """Go on from a checkpoint."""
        self.value = state["value"]
        self.good_steps = int(state["good_steps"])


def train_step(
    compute_loss: Callable[[], Tensor],
    optimiser: torch.optim.Optimizer,
    scaler: LossScaler | None,
    dtype: torch.dtype,
    max_norm: float = 1.0,
) -> float:
    """Take one step in mixed precision with clipped gradients, and return the loss.

    dtype float32 means no autocast; a scaler of None means no scaling, as bfloat16 and float32 do.
    """
    parameters = [one for group in optimiser.param_groups for one in group["params"]]
    optimiser.zero_grad()
    device = parameters[0].device.type
    with torch.autocast(device, dtype=dtype, enabled=dtype != torch.float32):
        loss = compute_loss()
    # Outside autocast: backward runs each operation in the type its forward had.
    if scaler is None:
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, max_norm)
        optimiser.step()
        return loss.item()
    scaler.scale(loss).backward()
    scaler.unscale_(optimiser)
    nn.utils.clip_grad_norm_(parameters, max_norm)
    scaler.step(optimiser)
    scaler.update()
    return loss.item()


def underflow(gradients: Iterable[Tensor], scale: float = 1.0) -> float:
    """Return the share of the gradients that are not zero, but are when scaled and put in fp16."""
    lost = known = 0
    for gradient in gradients:
        there = gradient != 0
        known += int(there.sum())
        lost += int((there & ((gradient * scale).half() == 0)).sum())
    return lost / max(1, known)


@dataclass
class Saved:
    """Bytes that a forward pass keeps for its backward pass, each storage counted once."""

    activations: int = 0
    weight_copies: int = 0  # of the weights in half precision, which autocast makes
    storages: dict[int, Any] = field(default_factory=dict, repr=False)


@contextmanager
def watch_saved(model: nn.Module) -> Iterator[Saved]:
    """Count what autograd saves inside the context, without the parameters themselves.

    Works on any device. What an operation keeps outside autograd's saved tensors (a workspace, the
    state of a fused kernel) is not seen: on a GPU compare with `torch.cuda.memory_allocated`.
    """
    weights = {one.untyped_storage().data_ptr(): one for one in model.parameters()}
    by_shape: dict[tuple[int, ...], list[Tensor]] = {}
    for one in weights.values():
        by_shape.setdefault(tuple(sorted(one.shape)), []).append(one.detach())
    saved = Saved()

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        place = storage.data_ptr()
        if place in weights or place in saved.storages:
            return tensor  # a parameter, which is there anyway, or seen already
        saved.storages[place] = storage  # held, so that the address is not given to another
        alike = by_shape.get(tuple(sorted(tensor.shape)), [])
        if any(_is_copy(tensor, one) for one in alike):
            saved.weight_copies += storage.nbytes()
        else:
            saved.activations += storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        yield saved
    saved.storages.clear()


def _is_copy(tensor: Tensor, weight: Tensor) -> bool:
    """Return whether a tensor is this weight in another type, perhaps transposed."""
    if tensor.dtype == weight.dtype or not tensor.is_floating_point():
        return False
    cast = weight.to(tensor.dtype)
    if tensor.shape == cast.shape and torch.equal(tensor, cast):
        return True
    return cast.dim() == 2 and tensor.shape == cast.T.shape and torch.equal(tensor, cast.T)


def split_memory(
    model: nn.Module, optimiser: torch.optim.Optimizer, compute_loss: Callable[[], Tensor]
) -> dict[str, int]:
    """Return the bytes of one training step: weights, gradients, optimiser, what forward saves.

    Takes one backward pass and one step, so that gradients and moments exist.
    """
    optimiser.zero_grad()
    with watch_saved(model) as saved:
        loss = compute_loss()
    loss.backward()
    optimiser.step()
    parameters = list(model.parameters())
    moments = [one for state in optimiser.state.values() for one in state.values()]
    return {
        "weights": sum(one.nbytes for one in parameters),
        "gradients": sum(one.grad.nbytes for one in parameters if one.grad is not None),
        "optimiser": sum(one.nbytes for one in moments if isinstance(one, Tensor)),
        "activations": saved.activations,
        "weight copies": saved.weight_copies,
    }
