"""Exercise: mixed-precision training, the loss scaler written out, and where the memory goes.

One step is: forward and loss under autocast, backward of the scaled loss, unscale, clip, step if
all gradients are finite, choose the next scale.

Fill in what is marked TODO. The README says what to think of; hints come one at a time with
`check amp --solution THIS_FILE --hint`.
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
        self._finite: dict[int, bool] = {}  # id(optimiser): were its gradients finite?

    def scale(self, loss: Tensor) -> Tensor:
        """Return the loss to call `backward` on."""
        raise NotImplementedError("TODO: one line")

    def unscale_(self, optimiser: torch.optim.Optimizer) -> None:
        """Divide the gradients of all its groups, and remember whether all of them are finite.

        Raises RuntimeError if that was done since the last update: it would divide twice.
        """
        raise NotImplementedError("TODO: every gradient of every group; inf and NaN")

    def step(self, optimiser: torch.optim.Optimizer) -> bool:
        """Step if all its gradients are finite, unscaling them if need be; return whether it did.

        A skipped step leaves weights, moments and step counts alone: one inf in Adam's moments
        would stay there for ever.
        """
        raise NotImplementedError("TODO: unscale if it was not done, then step or do not")

    def update(self) -> None:
        """Choose the next scale: smaller after an overflow, larger after `interval` good steps."""
        raise NotImplementedError("TODO: the value, the count of good steps, a new beginning")

    def state_dict(self) -> dict[str, float]:
        """Return what a checkpoint must hold: without it a resumed run skips its first steps."""
        raise NotImplementedError("TODO: what changes from step to step")

    def load_state_dict(self, state: dict[str, float]) -> None:
        """Go on from a checkpoint."""
        raise NotImplementedError("TODO: the reverse")


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
    raise NotImplementedError("TODO: the six lines of one step, in the right order")


def underflow(gradients: Iterable[Tensor], scale: float = 1.0) -> float:
    """Return the share of the gradients that are not zero, but are when scaled and put in fp16."""
    raise NotImplementedError("TODO: count what is not zero, and what of it becomes zero")


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
        """Called for every tensor that autograd saves; returns what it is to keep instead."""
        raise NotImplementedError("TODO: count its storage once, if it is no parameter's")

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
