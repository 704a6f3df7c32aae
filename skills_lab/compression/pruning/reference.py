"""Pruning: which weights a network can do without, and what that does and does not save.

Run the experiment    python -m skills_lab run pruning
Do the exercise       python -m skills_lab start pruning DIR

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

import copy
from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Tensor, nn

Scores = dict[str, Tensor]  # by the name of a weight, of its shape


def prunable(model: nn.Module) -> dict[str, Tensor]:
    """Return the weights of convolutions and linear layers by name: no biases, no norms.

    Those are few, and a norm's scale is near 1 because it is a scale, not because it matters.
    """
    return {
        f"{name}.weight": module.weight
        for name, module in model.named_modules()
        if isinstance(module, nn.Conv2d | nn.Linear)
    }


def magnitude(model: nn.Module) -> Scores:
    """Return |w| of every prunable weight."""
    return {name: weight.detach().abs() for name, weight in prunable(model).items()}


def first_order(model: nn.Module, losses: Iterable[Callable[[], Tensor]]) -> Scores:
    """Return the mean over batches of (w dL/dw)^2, given a function for each batch's loss.

    Squared before they are averaged: where training has ended the mean gradient is near zero for
    every weight, and says nothing. The gradients of the batches are not.
    """
    weights = prunable(model)
    scores = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    batches = 0
    for compute_loss in losses:
        gradients = torch.autograd.grad(compute_loss(), list(weights.values()))
        for (name, weight), gradient in zip(weights.items(), gradients, strict=True):
            scores[name] += (weight.detach() * gradient) ** 2
        batches += 1
    return {name: score / batches for name, score in scores.items()}


def global_masks(scores: Scores, sparsity: float) -> dict[str, Tensor]:
    """Return masks, True where a weight stays, that take out the lowest share of all weights.

    One threshold for the whole network: layers that matter less are pruned more. Exactly
    round(sparsity * count) weights go, also where scores are equal. Raises ValueError for a
    sparsity outside [0, 1].
    """
    if not 0 <= sparsity <= 1:
        raise ValueError(f"sparsity is a share between 0 and 1, not {sparsity}")
    flat = torch.cat([score.flatten() for score in scores.values()])
    keep = torch.ones_like(flat, dtype=torch.bool)
    # By rank and not by a threshold: `score > threshold` would drop everything that equals it.
    keep[torch.topk(flat, round(sparsity * flat.numel()), largest=False).indices] = False
    parts = keep.split([score.numel() for score in scores.values()])
    return {
        name: part.view_as(score) for (name, score), part in zip(scores.items(), parts, strict=True)
    }


def apply_masks(model: nn.Module, masks: Mapping[str, Tensor]) -> None:
    """Set what is masked to zero; while fine-tuning after every step of the optimiser.

    Masking the gradients would not do: momentum, Adam's moments and weight decay move a weight
    whose gradient is zero.
    """
    weights = prunable(model)
    with torch.no_grad():
        for name, mask in masks.items():
            weights[name].mul_(mask)


def channel_importance(scores: Tensor) -> Tensor:
    """Return one number per output channel (C_out,), the sum of scores (C_out, C_in, k, k).

    To take the L2 norm of a filter, as Li et al. 2017 and torch's ln_structured do, hand it w^2.
    """
    return scores.flatten(1).sum(1)


def strongest(importance: Tensor, count: int) -> Tensor:
    """Return the indices (count,) of the most important channels, in the order they had."""
    return torch.topk(importance, count).indices.sort().values


def shrink(model: nn.Sequential, keep: Mapping[int, Tensor]) -> nn.Sequential:
    """Return a copy whose layers have only the output channels in `keep`, by the layer's place.

    The model is a chain of convolutions (without groups), batch norms, linear layers, and what has
    no parameters. Raises ValueError for a layer that is not one of these, or to shrink the last.
    """
    last = max(i for i, one in enumerate(model) if isinstance(one, nn.Conv2d | nn.Linear))
    if last in keep:
        raise ValueError("the last layer's outputs are the classes: they stay")
    kept: Tensor | None = None  # the channels that are left of what comes into a layer; None: all
    width = 0  # and how many there were
    shrunk = copy.deepcopy(model)
    for place, layer in enumerate(shrunk):
        if isinstance(layer, nn.Conv2d | nn.Linear):
            if isinstance(layer, nn.Conv2d) and layer.groups != 1:
                raise ValueError("a convolution in groups ties its inputs to its outputs")
            if kept is not None:
                span = layer.weight.shape[1] // width  # S behind a flatten, else 1:
                places = torch.arange(span, device=kept.device)  # channel c is c*S to c*S + S - 1
                _choose(layer, ("weight",), (kept[:, None] * span + places).flatten(), dim=1)
            width, kept = len(layer.weight), keep.get(place)
            if kept is not None:
                _choose(layer, ("weight", "bias"), kept)
            out, into = layer.weight.shape[:2]
            if isinstance(layer, nn.Conv2d):
                layer.out_channels, layer.in_channels = out, into
            else:
                layer.out_features, layer.in_features = out, into
        elif isinstance(layer, nn.BatchNorm2d | nn.BatchNorm1d):
            if kept is not None:
                _choose(layer, ("weight", "bias", "running_mean", "running_var"), kept)
                layer.num_features = len(kept)
        elif any(True for _ in layer.parameters()):
            raise ValueError(f"{type(layer).__name__} is a layer that shrink does not know")
    return shrunk


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
    silent = copy.deepcopy(model)
    gone: Tensor | None = None
    with torch.no_grad():
        for place, layer in enumerate(silent):
            if isinstance(layer, nn.Conv2d | nn.Linear):
                gone = None
                if place in keep:
                    gone = torch.ones(
                        len(layer.weight), dtype=torch.bool, device=layer.weight.device
                    )
                    gone[keep[place]] = False
            if gone is not None and isinstance(layer, nn.Conv2d | nn.Linear | nn.BatchNorm2d):
                layer.weight[gone] = 0
                if layer.bias is not None:
                    layer.bias[gone] = 0
    return silent


def parameters(model: nn.Module) -> int:
    """Return how many numbers a model has: a zero is one of them."""
    return sum(one.numel() for one in model.parameters())
