"""Exercise: pruning, which weights a network can do without, and what that does and does not save.

Fill in what is marked TODO. The README says what to think of; hints come one at a time with
`check pruning --solution THIS_FILE --hint`.

Two questions, which papers answer in all four combinations:

    which weights matter?     magnitude     |w|           (Han et al. 2015): small ones do little
                              first order   E[(w dL/dw)^2]  (Molchanov et al. 2017, 2019): what
                                            the loss loses, to first order, if w became 0
    what is taken out?        unstructured  single weights: a mask of zeros, the shapes stay
                              structured    whole output channels: the shapes shrink

A mask saves nothing by itself. The tensor is as large on the disk and in memory, and a dense
matrix product multiplies zeros as fast as other numbers. Taking a channel out also takes it out of
what follows: its batch norm, and the inputs of the next layer, after a flatten several of them.

Shapes: C_out, C_in channels, k x k a kernel, S positions that a flatten lays out for each channel.
"""

import copy  # noqa: F401  for you to use
from collections.abc import Callable, Iterable, Mapping

import torch  # noqa: F401  for you to use
from torch import Tensor, nn

Scores = dict[str, Tensor]  # by the name of a weight, of its shape


def prunable(model: nn.Module) -> dict[str, Tensor]:
    """Return the weights of convolutions and linear layers by name: no biases, no norms.

    Those are few, and a norm's scale is near 1 because it is a scale, not because it matters.
    """
    raise NotImplementedError('TODO: named_modules, isinstance, f"{name}.weight"')


def magnitude(model: nn.Module) -> Scores:
    """Return |w| of every prunable weight."""
    raise NotImplementedError("TODO: one line")


def first_order(model: nn.Module, losses: Iterable[Callable[[], Tensor]]) -> Scores:
    """Return the mean over batches of (w dL/dw)^2, given a function for each batch's loss.

    Squared before they are averaged: where training has ended the mean gradient is near zero for
    every weight, and says nothing. The gradients of the batches are not.
    """
    raise NotImplementedError("TODO: torch.autograd.grad for each batch; square, then average")


def global_masks(scores: Scores, sparsity: float) -> dict[str, Tensor]:
    """Return masks, True where a weight stays, that take out the lowest share of all weights.

    One threshold for the whole network: layers that matter less are pruned more. Exactly
    round(sparsity * count) weights go, also where scores are equal. Raises ValueError for a
    sparsity outside [0, 1].
    """
    raise NotImplementedError("TODO: rank all weights together; masks of their shapes")


def apply_masks(model: nn.Module, masks: Mapping[str, Tensor]) -> None:
    """Set what is masked to zero; while fine-tuning after every step of the optimiser.

    Masking the gradients would not do: momentum, Adam's moments and weight decay move a weight
    whose gradient is zero.
    """
    raise NotImplementedError("TODO: in place, without a gradient")


def channel_importance(scores: Tensor) -> Tensor:
    """Return one number per output channel (C_out,), the sum of scores (C_out, C_in, k, k).

    To take the L2 norm of a filter, as Li et al. 2017 and torch's ln_structured do, hand it w^2.
    """
    raise NotImplementedError("TODO: a sum over all but the first dimension")


def strongest(importance: Tensor, count: int) -> Tensor:
    """Return the indices (count,) of the most important channels, in the order they had."""
    raise NotImplementedError("TODO: torch.topk, sorted")


def shrink(model: nn.Sequential, keep: Mapping[int, Tensor]) -> nn.Sequential:
    """Return a copy whose layers have only the output channels in `keep`, by the layer's place.

    The model is a chain of convolutions (without groups), batch norms, linear layers, and what has
    no parameters. Raises ValueError for a layer that is not one of these, or to shrink the last.
    """
    raise NotImplementedError("TODO: walk the chain, remembering which channels come in")


def _choose(layer: nn.Module, names: Iterable[str], indices: Tensor, dim: int = 0) -> None:
    """Replace tensors of a layer by what they hold at `indices` of a dimension."""
    for name in names:
        old = getattr(layer, name)
        if old is not None:
            new = old.detach().index_select(dim, indices)
            setattr(layer, name, nn.Parameter(new) if isinstance(old, nn.Parameter) else new)


def silence(model: nn.Sequential, keep: Mapping[int, Tensor]) -> nn.Sequential:
    """Return a copy of the same shapes whose channels not in `keep` give zero: a mask on channels.

    A zero filter alone does not: its bias and the batch norm's shift still speak.
    """
    raise NotImplementedError("TODO: weights, biases and batch norms of what is not kept to zero")


def parameters(model: nn.Module) -> int:
    """Return how many numbers a model has: a zero is one of them."""
    return sum(one.numel() for one in model.parameters())
