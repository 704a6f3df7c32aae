"""What a solution of pruning is held to."""

import copy
from collections.abc import Callable
from types import ModuleType

import torch
from torch import Tensor, nn
from torch.nn.utils import prune

from skills_lab.compression.pruning.models import LAYERS, network
from skills_lab.frame.checking import check

NOTICE = """\
• `global_masks` ranks and does not compare with a threshold: weights that are equal, such as the
  zeros of a network pruned before, would all fall on one side of it.
• Masks are applied after the optimiser's step. Momentum, moments and weight decay move a weight
  whose gradient is zero, so a mask on gradients leaks.
• First-order scores are squared per batch. After training the mean gradient is nearly zero for all
  weights, and its product with them is noise.
• In `shrink` a channel is taken out of three places: the layer, its batch norm, and the inputs of
  the next layer, where a flatten makes S features of it. The result is a smaller dense network that
  needs no mask, no sparse kernel and no library: only that is faster everywhere."""


def _trained() -> nn.Sequential:
    """Return a network whose batch norms have seen something, in use."""
    model = network(4)
    for one in model:
        if isinstance(one, nn.BatchNorm2d):
            nn.init.uniform_(one.weight, 0.5, 1.5)
            nn.init.normal_(one.bias)
    for _ in range(3):
        model(torch.randn(16, 1, 8, 8))
    return model.eval()


@check(
    "weights are scored, biases and norms are not",
    proves="the weights of convolutions and linear layers, by the names the model gives them",
    hints=(
        "A batch norm also has a `weight`. Is it one?",
        "named_modules() gives names and modules; isinstance tells which are to be pruned.",
        "{f'{name}.weight': m.weight for name, m in model.named_modules() "
        "if isinstance(m, nn.Conv2d | nn.Linear)}; magnitude: weight.detach().abs()",
    ),
)
def scored(solution: ModuleType) -> None:
    """Compare names and values of a small network."""
    model = _trained()
    expected = {f"{place}.weight" for place in (0, 3, 8, 10)}
    found = solution.prunable(model)
    assert set(found) == expected, f"prunable are {sorted(found)}, expected {sorted(expected)}"
    scores = solution.magnitude(model)
    for name, weight in found.items():
        assert weight is model.get_parameter(name), f"{name} is not the model's own parameter"
        same = torch.equal(scores[name], weight.detach().abs())
        assert same, f"the magnitude of {name} is not |w|"
        assert not scores[name].requires_grad, f"the scores of {name} carry a gradient"


@check(
    "first order is squared batch by batch",
    proves="the mean of (w dL/dw)² over batches, which does not cancel",
    hints=(
        "Two batches pull a weight in opposite directions. Does it matter?",
        "Square w·g of each batch, then average over the batches.",
        "torch.autograd.grad(loss(), weights) for each batch; scores += (w * g)**2; / batches",
    ),
)
def importance(solution: ModuleType) -> None:
    """Use two batches whose gradients cancel."""
    model = nn.Sequential(nn.Linear(3, 2))
    weight = model.get_parameter("0.weight")
    directions = [torch.randn(2, 3) for _ in range(2)]
    directions.append(-directions[0])

    def loss_of(direction: Tensor) -> Callable[[], Tensor]:
        return lambda: (weight * direction).sum()  # whose gradient is the direction

    scores = solution.first_order(model, iter([loss_of(one) for one in directions]))
    expected = torch.stack([(weight.detach() * one) ** 2 for one in directions]).mean(0)
    apart = float((scores["0.weight"] - expected).abs().max())
    assert apart <= 1e-6, f"off by {apart:.3g} from the mean of (w g)² over three batches"
    assert weight.grad is None, "scoring has left gradients in the model"


@check(
    "the lowest of the whole network are masked",
    proves="exactly the share, ranked over all layers, also among equals; as torch's own pruning",
    hints=(
        "One threshold for each layer, or one for all?",
        "What does `score > threshold` do where many scores are equal to it?",
        "torch.cat of all flattened scores; torch.topk(flat, round(sparsity * n), largest=False) "
        "gives the places to set False; split and view_as.",
    ),
)
def masks(solution: ModuleType) -> None:
    """Compare counts, and with torch.nn.utils.prune.global_unstructured."""
    model = _trained()
    scores = {
        f"{place}.weight": model.get_parameter(f"{place}.weight").detach().abs()
        for place in (0, 3, 8, 10)
    }
    total = sum(one.numel() for one in scores.values())
    for sparsity in (0.0, 0.3, 0.9, 1.0):
        found = solution.global_masks(scores, sparsity)
        gone = total - sum(int(mask.sum()) for mask in found.values())
        wanted = round(sparsity * total)
        assert gone == wanted, f"sparsity {sparsity:g}: {gone} of {total} are masked, not {wanted}"
        theirs = copy.deepcopy(model)
        pairs = [(theirs[place], "weight") for place in (0, 3, 8, 10)]
        prune.global_unstructured(pairs, prune.L1Unstructured, amount=sparsity)
        for (module, _), (name, mask) in zip(pairs, found.items(), strict=True):
            assert mask.dtype == torch.bool, f"the mask of {name} is of {mask.dtype}, not bool"
            assert mask.shape == scores[name].shape, f"the mask of {name} has another shape"
            expected = module.get_buffer("weight_mask").bool()
            differ = int((mask != expected).sum())
            assert not differ, f"sparsity {sparsity:g}: {name} differs from torch's in {differ}"
    equal = {"a": torch.zeros(10), "b": torch.ones(10)}
    gone = sum(int((~mask).sum()) for mask in solution.global_masks(equal, 0.25).values())
    assert gone == 5, f"among equal scores {gone} are masked instead of 5 of 20"
    for bad in (-0.1, 1.1):
        try:
            solution.global_masks(scores, bad)
        except ValueError:
            continue
        raise AssertionError(f"sparsity {bad}: ValueError is to be raised, and was not")


@check(
    "what is masked stays zero while training goes on",
    proves="with momentum and weight decay, when applied after each step; the rest trains",
    hints=(
        "Which tensors does the optimiser hold: the model's own, or a product with a mask?",
        "Multiply the parameters in place.",
        "with torch.no_grad(): weights[name] *= mask",
    ),
)
def fine_tuning(solution: ModuleType) -> None:
    """Train with masks, and look at what is masked."""
    model = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3))
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=0.1)
    x = torch.randn(16, 6)

    def step() -> None:
        optimiser.zero_grad()
        model(x).square().sum().backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()

    step()  # now momentum points somewhere
    found = solution.global_masks(solution.magnitude(model), 0.5)
    before = {name: one.detach().clone() for name, one in model.named_parameters()}
    own = {name: id(one) for name, one in model.named_parameters()}
    solution.apply_masks(model, found)
    for name, mask in found.items():
        kept = torch.equal(model.get_parameter(name), before[name] * mask)
        assert kept, f"{name} is not itself times its mask"
    for _ in range(3):
        step()
        solution.apply_masks(model, found)
    assert own == {name: id(one) for name, one in model.named_parameters()}, (
        "a parameter was replaced: the optimiser goes on with the old one"
    )
    for name, mask in found.items():
        weight = model.get_parameter(name).detach()
        leaked = int((weight[~mask] != 0).sum())
        assert not leaked, f"{name}: {leaked} masked weights are not zero after training"
        assert not torch.equal(weight[mask], before[name][mask]), f"{name} has not trained"


@check(
    "channels are ranked",
    proves="a number per output channel; the L2 norm of torch's ln_structured; order kept",
    hints=(
        "A convolution's weight is (C_out, C_in, k, k): which dimension are the channels?",
        "Sum over everything but the first dimension; keep the strongest, not the weakest.",
        "scores.flatten(1).sum(1); torch.topk(importance, count).indices.sort().values",
    ),
)
def channels(solution: ModuleType) -> None:
    """Compare with torch.nn.utils.prune.ln_structured."""
    model = _trained()
    for place in LAYERS:
        layer, weight = model[place], model.get_parameter(f"{place}.weight").detach()
        numbers = solution.channel_importance(weight**2)
        expected = weight.flatten(1).norm(dim=1) ** 2
        assert numbers.shape == expected.shape, f"one number per channel, not {numbers.shape}"
        assert torch.allclose(numbers, expected), "the importance is not the sum over a channel"
        count = len(expected) // 2
        kept = solution.strongest(numbers, count)
        theirs = copy.deepcopy(layer)
        prune.ln_structured(theirs, "weight", len(expected) - count, n=2, dim=0)
        stays = theirs.get_buffer("weight_mask").flatten(1).any(1).nonzero().flatten()
        assert kept.tolist() == stays.tolist(), (
            f"layer {place}: kept are {kept.tolist()}, torch keeps {stays.tolist()}"
        )


@check(
    "the smaller network computes what the silenced one does",
    proves="real shapes: outputs equal those of the network whose other channels give zero",
    hints=(
        "Silence: a filter of zeros still has a bias, and its batch norm a shift.",
        "Shrink: beside its own rows, a channel is in the batch norm and the next layer's columns.",
        "After a flatten, channel c is the columns c*S to c*S+S-1 with S = in_features / width: "
        "(kept[:, None] * S + torch.arange(S)).flatten()",
    ),
)
def smaller(solution: ModuleType) -> None:
    """Shrink one layer, then several, and compare outputs, shapes and counts."""
    x = torch.randn(5, 1, 8, 8)
    for places in ((0,), (3,), (8,), LAYERS):
        model = _trained()
        state = {name: one.clone() for name, one in model.state_dict().items()}
        keep = {}
        for place in places:
            width = len(model.get_parameter(f"{place}.weight"))
            keep[place] = torch.randperm(width)[: width // 2].sort().values
        silent = solution.silence(model, keep)
        assert [a.shape for a in silent.parameters()] == [b.shape for b in model.parameters()], (
            "silence is to keep the shapes"
        )
        _is_silent(silent, model, keep, x)
        small = solution.shrink(model, keep)
        for name, one in model.state_dict().items():
            assert torch.equal(one, state[name]), f"the model itself has changed: {name}"
        what = f"layers {places} halved"
        with torch.no_grad():
            apart = float((small(x) - silent(x)).abs().max())
        assert apart <= 1e-4, f"{what}: the outputs differ from the silenced network's: {apart:.3g}"
        for place, indices in keep.items():
            rows = len(small[place].weight)
            assert rows == len(indices), f"{what}: layer {place} has {rows} channels"
            told = getattr(small[place], "out_channels", getattr(small[place], "out_features", 0))
            assert told == rows, f"{what}: layer {place} says that it has {told} outputs"
    count = solution.parameters(small)
    assert count == sum(one.numel() for one in small.parameters()), "parameters() miscounts"
    assert solution.parameters(silent) == solution.parameters(model), (
        "a zero is a number too: the silenced network is as large as it was"
    )
    try:
        solution.shrink(model, {10: torch.arange(5)})
    except ValueError:
        return
    raise AssertionError("shrinking the classes away: ValueError is to be raised, and was not")


def _is_silent(
    silent: nn.Sequential, model: nn.Sequential, keep: dict[int, Tensor], x: Tensor
) -> None:
    """Look behind the activation of each silenced layer."""
    for place, indices in keep.items():
        behind = {0: 3, 3: 6, 8: 10}[place]
        with torch.no_grad():
            out = silent[:behind](x)
        gone = [one for one in range(out.shape[1]) if one not in indices.tolist()]
        loud = float(out[:, gone].abs().max())
        assert loud == 0, f"layer {place}: a channel that is not kept still gives {loud:.3g}"
