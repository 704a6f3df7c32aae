"""What a solution of mixed precision is held to."""

import copy
import math
from types import ModuleType
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skills_lab.frame.checking import check

NOTICE = """\
• The order of a step is the whole art: unscale before clipping, or the norm is S times too large
  and every step is clipped to almost nothing; look for inf before stepping, or one overflow lives
  in Adam's moments for ever.
• `isfinite`, not `isinf`: an overflow in the middle of a backward pass arrives as NaN.
• The scale stays a power of two. Multiplying by it changes exponents only, so scaling and unscaling
  give back the same bits, and a run with scaling can be compared with one without.
• Storages are counted, not tensors. A view and its base are one piece of memory, a parameter is
  there anyway, and autocast's half copies of the weights are a piece of their own: on small batches
  they are larger than everything autocast saves."""


def _parameters(*values: float) -> list[nn.Parameter]:
    made = [nn.Parameter(torch.tensor([value])) for value in values]
    for one in made:
        one.grad = torch.ones(1)
    return made


@check(
    "the loss is scaled and the gradients are unscaled",
    proves="gradients come S times as large and go back to the same bits, in every group",
    hints=(
        "By the chain rule, what does a factor on the loss do to every gradient?",
        "An optimiser has param_groups, and a parameter that was not used has no gradient.",
        "for group in optimiser.param_groups: for p in group['params']: "
        "if p.grad is not None: p.grad /= self.value",
    ),
)
def scaling(solution: ModuleType) -> None:
    """Compare with the gradients of the loss itself."""
    scaler = solution.LossScaler(1024.0)
    model, x = nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 2)), torch.randn(6, 5)
    unused = nn.Parameter(torch.ones(1))
    groups = [{"params": list(layer.parameters())} for layer in (model[0], model[2])]
    optimiser = torch.optim.SGD([*groups, {"params": [unused]}], lr=0.1)
    model(x).square().mean().backward()
    expected = [one.grad.clone() for one in model.parameters() if one.grad is not None]
    optimiser.zero_grad()
    scaler.scale(model(x).square().mean()).backward()
    for one, grad in zip(model.parameters(), expected, strict=True):
        assert one.grad is not None, "the scaled loss is not connected to the model any more"
        assert torch.allclose(one.grad, grad * 1024), "the gradients are not 1024 times as large"
    scaler.unscale_(optimiser)
    for group, (layer, start) in enumerate(((model[0], 0), (model[2], 2))):
        for one, grad in zip(layer.parameters(), expected[start:], strict=False):
            same = one.grad is not None and torch.equal(one.grad, grad)
            assert same, f"param group {group}: after unscale_ the gradient is not what it was"
    try:
        scaler.unscale_(optimiser)
    except RuntimeError:
        return
    raise AssertionError("unscaling twice before update(): RuntimeError is to be raised")


@check(
    "an infinite gradient skips the step and halves the scale",
    proves="inf, -inf and NaN in any group leave weights, moments and step counts alone",
    hints=(
        "What would Adam's moments hold after one step with inf in a gradient?",
        "torch.isfinite is false for inf, -inf and NaN; one of them in any gradient is enough.",
        "step: unscale if not yet done, then optimiser.step() only if all were finite. "
        "update: value *= backoff, and begin counting anew.",
    ),
)
def skipping(solution: ModuleType) -> None:
    """Put what is not finite into one gradient of the first, the middle and the last group."""
    for bad in (math.inf, -math.inf, math.nan):
        for place in range(3):
            scaler = solution.LossScaler(256.0)
            made = _parameters(1.0, 2.0, 3.0)
            optimiser = torch.optim.AdamW([{"params": [one]} for one in made], lr=0.1)
            scaler.step(optimiser)
            scaler.update()
            before = copy.deepcopy((made, optimiser.state_dict()["state"]))
            for one in made:
                one.grad = torch.ones(1)
            made[place].grad = torch.tensor([bad])
            stepped = scaler.step(optimiser)
            scaler.update()
            what = f"{bad} in the gradient of group {place}"
            assert not stepped, f"{what}: step() returned {stepped!r}"
            for one, old in zip(made, before[0], strict=True):
                assert torch.equal(one, old), f"{what}: the weights have moved"
            for index, state in optimiser.state_dict()["state"].items():
                for name, value in state.items():
                    same = torch.equal(value, before[1][index][name])
                    assert same, f"{what}: the optimiser's {name} has changed"
            assert scaler.value == 128.0, f"{what}: the scale is {scaler.value}, not half of 256"


@check(
    "the scale grows after the interval",
    proves="it doubles after exactly `interval` good steps in a row, and counts anew",
    hints=(
        "An overflow in between: how many good steps in a row were there?",
        "good_steps counts since the last change of the scale, whatever the change was.",
        "good: good_steps += 1; if it equals interval: value *= growth, good_steps = 0. "
        "Bad: value *= backoff, good_steps = 0.",
    ),
)
def growing(solution: ModuleType) -> None:
    """Follow the scale through a known series of good and bad steps."""
    scaler = solution.LossScaler(8.0, interval=3)
    (one,) = made = _parameters(1.0)
    optimiser = torch.optim.SGD(made, lr=0.1)
    told = []
    for bad in map("x".__eq__, "...xx..x......."):
        one.grad = torch.tensor([math.inf if bad else 1.0])
        scaler.step(optimiser)
        scaler.update()
        told.append(scaler.value)
    expected = [8.0, 8, 16, 8, 4, 4, 4, 2, 2, 2, 4, 4, 4, 8, 8]
    assert told == expected, (
        f"from 8, interval 3, steps ...xx..x....... (x is bad): {told}, expected {expected}"
    )


@check(
    "it does what torch's GradScaler does",
    proves="the same scales and the same weights, bit for bit, over 120 steps with overflows",
    hints=(
        "Compare what happens at the first step where they differ: a good one or a bad one?",
        "The gradients are divided by the scale they were multiplied with, not by the next one.",
        "unscale_, step and update share one record per optimiser; update clears it.",
    ),
)
def parity(solution: ModuleType) -> None:
    """Run beside torch.amp.GradScaler with gradients that overflow now and then."""
    theirs: Any = torch.amp.GradScaler("cpu", init_scale=64.0, growth_interval=5)
    ours = solution.LossScaler(64.0, interval=5)
    x = torch.randn(16, 4)
    models = [nn.Linear(4, 3)]
    models.append(copy.deepcopy(models[0]))
    bad_steps = torch.rand(120) < 0.15
    optimisers = [torch.optim.Adam(model.parameters(), lr=0.05) for model in models]
    for step, bad in enumerate(bad_steps.tolist()):
        for model, optimiser, scaler in zip(models, optimisers, (theirs, ours), strict=True):
            optimiser.zero_grad()
            scaler.scale(model(x).square().mean()).backward()
            if bad:
                grad: Any = model.weight.grad
                grad[0, 0] = math.inf
            if step % 2:
                scaler.unscale_(optimiser)
            scaler.step(optimiser)
            scaler.update()
        assert ours.value == theirs.get_scale(), (
            f"step {step}: the scale is {ours.value}, torch's is {theirs.get_scale()}"
        )
        same = torch.equal(models[0].weight, models[1].weight)
        assert same, f"step {step}: the weights differ from those with torch's GradScaler"


@check(
    "two optimisers share one scale",
    proves="each skips for its own gradients; the scale falls once if any of them overflowed",
    hints=(
        "A generator and a discriminator: the loss of one overflows. Must the other wait?",
        "Remember per optimiser whether its gradients were finite.",
        "A dict from id(optimiser); update looks at all its values, then clears it.",
    ),
)
def two_optimisers(solution: ModuleType) -> None:
    """Let the first of two overflow, then the second."""
    for bad in (0, 1):
        scaler = solution.LossScaler(32.0)
        made = _parameters(1.0, 1.0)
        optimisers = [torch.optim.SGD([one], lr=0.1) for one in made]
        made[bad].grad = torch.tensor([math.inf])
        stepped = [scaler.step(optimiser) for optimiser in optimisers]
        scaler.update()
        assert stepped == [bad != 0, bad != 1], (
            f"optimiser {bad} overflowed, and the two steps returned {stepped}"
        )
        assert scaler.value == 16.0, f"the scale went from 32 to {scaler.value}, expected 16"


@check(
    "a checkpoint holds the scale",
    proves="a scaler that is saved and loaded goes on as if nothing had happened",
    hints=(
        "What changes from step to step?",
        "The value alone is not all: the next growth depends on the good steps so far.",
    ),
)
def checkpoint(solution: ModuleType) -> None:
    """Save in the middle of an interval."""
    (one,) = made = _parameters(1.0)
    optimiser = torch.optim.SGD(made, lr=0.1)

    def go(scaler: Any, steps: int) -> Any:
        for _ in range(steps):
            one.grad = torch.ones(1)
            scaler.step(optimiser)
            scaler.update()
        return scaler

    saved = go(solution.LossScaler(4.0, interval=4), 3).state_dict()
    resumed = solution.LossScaler(1.0, interval=4)
    resumed.load_state_dict(saved)
    value = go(resumed, 1).value
    assert value == 8.0, f"after 3 good steps, a resume and 1 more the scale is {value}, not 8"


@check(
    "gradients are clipped after they are unscaled",
    proves="a step in fp16 is the step in float32: the norm that is clipped is the true one",
    hints=(
        "Of which gradients is the norm that clip_grad_norm_ computes?",
        "Scaled gradients are 65536 times too large, so all of them would be clipped.",
        "zero_grad; autocast: compute_loss; scale(loss).backward(); unscale_; clip; step; update",
    ),
)
def clipping(solution: ModuleType) -> None:
    """Compare steps with a small, a large and an infinite bound on the norm."""
    x, y = torch.randn(32, 64) / 2, torch.randint(10, (32,))
    source = nn.Linear(64, 10)
    seen: list[torch.dtype] = []
    for max_norm in (0.01, 0.1, math.inf):
        for dtype in (torch.float32, torch.float16, torch.bfloat16):
            for scaled in (False, True) if dtype == torch.float16 else (False,):
                model = copy.deepcopy(source)
                optimiser = torch.optim.SGD(model.parameters(), lr=1.0)
                for one in model.parameters():
                    one.grad = torch.full_like(one, 7.0)  # of a step before: not to be added

                def compute_loss(model: nn.Module = model) -> Tensor:
                    logits = model(x)
                    seen.append(logits.dtype)
                    return F.cross_entropy(logits.float(), y)

                scaler = solution.LossScaler() if scaled else None
                solution.train_step(compute_loss, optimiser, scaler, dtype, max_norm)
                what = f"{dtype}, max_norm {max_norm:g}, {'with' if scaled else 'without'} scaler"
                assert seen[-1] == dtype, f"{what}: the logits came in {seen[-1]}"
                moved = _moved(source, model)
                expected = _expected(source, x, y, max_norm)
                apart = float((moved - expected).norm() / expected.norm())
                assert apart <= 0.02, (
                    f"{what}: the step is off by {apart:.1%} from the one in float32; its norm is "
                    f"{float(moved.norm()):.3g}, there {float(expected.norm()):.3g}"
                )


def _moved(source: nn.Module, model: nn.Module) -> Tensor:
    pairs = zip(source.parameters(), model.parameters(), strict=True)
    return torch.cat([(old - new).detach().flatten() for old, new in pairs])


def _expected(source: nn.Module, x: Tensor, y: Tensor, max_norm: float) -> Tensor:
    model = copy.deepcopy(source)
    F.cross_entropy(model(x), y).backward()
    flat = torch.cat([one.grad.flatten() for one in model.parameters() if one.grad is not None])
    return flat * min(1.0, max_norm / float(flat.norm()))


@check(
    "underflow is seen",
    proves="the share of gradients that half precision turns to zero, with and without scaling",
    hints=(
        "A gradient that is zero anyway is not lost.",
        "Scale first, then go to float16, then ask what is zero.",
        "there = g != 0; lost = there & ((g * scale).half() == 0); sum over all / sum of there",
    ),
)
def lost(solution: ModuleType) -> None:
    """Count by hand."""
    gradients = [torch.tensor([0.0, 1e-9, 1e-3, -1e-9]), torch.tensor([[1e-13], [1.0]])]
    for scale, expected in ((1.0, 3 / 5), (2.0**16, 1 / 5), (2.0**24, 0.0)):
        share = solution.underflow(iter(gradients), scale)
        assert abs(share - expected) < 1e-9, f"scale {scale:g}: {share:g}, expected {expected:g}"
    assert solution.underflow([torch.zeros(3)]) == 0, "no gradient at all: nothing was lost"


@check(
    "what forward saves is counted once",
    proves="activations without parameters, views and repeats; half copies of weights on their own",
    hints=(
        "x.view(...) is a tensor of its own, and no memory of its own.",
        "tensor.untyped_storage().data_ptr() says where a tensor lies, nbytes() how much there is.",
        "Return at once if the place is a parameter's or seen; hold the storage; if it is a copy "
        "of a weight add nbytes to weight_copies, else to activations. Always return the tensor.",
    ),
)
def saved(solution: ModuleType) -> None:
    """Compare with the bytes of small models, known by arithmetic."""
    x = torch.randn(8, 16)
    model = nn.Sequential(nn.Linear(16, 32), nn.Tanh(), nn.Linear(32, 4))
    with solution.watch_saved(model) as seen:
        out = model(x)
    # x (8, 16) for the first weight; tanh's output (8, 32), for tanh and for the second weight.
    _counts(seen, 4 * (8 * 16 + 8 * 32), 0, "Linear, Tanh, Linear")
    out.sum().backward()
    plain = copy.deepcopy(model)
    plain(x).sum().backward()
    same = all(
        a.grad is not None and b.grad is not None and torch.equal(a.grad, b.grad)
        for a, b in zip(model.parameters(), plain.parameters(), strict=True)
    )
    assert same, "watching has changed the gradients"
    with solution.watch_saved(model) as seen, torch.autocast("cpu", dtype=torch.bfloat16):
        model(x)
    # All in half precision, and so is the second weight, whose copy backward multiplies with.
    _counts(seen, 2 * (8 * 16 + 8 * 32), 2 * 32 * 4, "the same under autocast")


def _counts(seen: Any, activations: int, copies: int, what: str) -> None:
    told = f"{what}: {seen.activations} bytes of activations, {seen.weight_copies} of weight copies"
    assert (seen.activations, seen.weight_copies) == (activations, copies), (
        f"{told}; expected {activations} and {copies}"
    )
