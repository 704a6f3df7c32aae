"""Pruning held to its claims: the same as torch's, what is saved, and accuracy against size."""

import copy
import io
import statistics
import time
import zlib
from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import prune

from skills_lab.compression.pruning.curve import draw
from skills_lab.compression.pruning.models import LAYERS, accuracy, network, train
from skills_lab.compression.pruning.reference import (
    Scores,
    apply_masks,
    channel_importance,
    first_order,
    global_masks,
    magnitude,
    parameters,
    prunable,
    shrink,
    silence,
    strongest,
)
from skills_lab.foundations.benchmarking.reference import measure, speedup, synchroniser
from skills_lab.frame.data import digits
from skills_lab.frame.run import Run

Curve = dict[str, list[tuple[float, float]]]
Data = tuple[Tensor, Tensor, Tensor, Tensor]


def run(run: Run) -> None:
    """Train once, then prune in every way."""
    x, y, test_x, test_y = digits(run.seed).tensors(run.device)
    data = (x.view(-1, 1, 8, 8), y, test_x.view(-1, 1, 8, 8), test_y)
    torch.manual_seed(run.seed)
    dense = network(run.budget["width"]).to(run.device)
    run.progress(0, 4, "training the dense network")
    train(dense, data[0], y, run.budget["epochs"], 0.05, run.seed)
    run.metric("accuracy, dense", parameters(dense), accuracy(dense, *data[2:]))
    scores = {
        "magnitude": magnitude(dense),
        "first order": first_order(dense, _losses(dense, data)),
    }
    _parity(run, dense)
    _savings(run, dense)
    run.progress(1, 4, "single weights")
    _unstructured(run, dense, scores, data)
    run.progress(2, 4, "channels")
    _structured(run, dense, scores, data)
    run.progress(3, 4, "speed")
    _speed(run, dense, scores["magnitude"])
    run.progress(4, 4)


def _losses(model: nn.Module, data: Data) -> Iterator[Callable[[], Tensor]]:
    """Give a function for the loss of each batch of 64."""
    x, y = data[:2]
    for own_x, own_y in zip(x.split(64), y.split(64), strict=True):
        yield lambda own_x=own_x, own_y=own_y: F.cross_entropy(model(own_x), own_y)  # type: ignore[misc]


def _parity(run: Run, dense: nn.Sequential) -> None:
    """Compare with torch.nn.utils.prune, weights and channels."""
    apart = 0
    for sparsity in (0.5, 0.9):
        masks = global_masks(magnitude(dense), sparsity)
        theirs = copy.deepcopy(dense)
        pairs = [(theirs.get_submodule(name.removesuffix(".weight")), "weight") for name in masks]
        prune.global_unstructured(pairs, prune.L1Unstructured, amount=sparsity)
        for (module, _), mask in zip(pairs, masks.values(), strict=True):
            apart += int((module.get_buffer("weight_mask").bool() != mask).sum())
    run.claim("torch_global", "Global masks by magnitude are those of torch.nn.utils.prune",
              apart, "0 weights differ", apart == 0)  # fmt: skip
    apart = 0
    for place in LAYERS:
        weight = dense.get_parameter(f"{place}.weight").detach()
        kept = strongest(channel_importance(weight**2), len(weight) // 2)
        layer = copy.deepcopy(dense[place])
        prune.ln_structured(layer, "weight", len(weight) - len(kept), n=2, dim=0)
        stays = layer.get_buffer("weight_mask").flatten(1).any(1).nonzero().flatten()
        apart += len(set(kept.tolist()) ^ set(stays.tolist()))
    run.claim("torch_channels", "Channels by their L2 norm are those of its ln_structured",
              apart, "0 channels differ", apart == 0)  # fmt: skip


def _savings(run: Run, dense: nn.Sequential) -> None:
    """See what a mask saves on the disk, and that a smaller network is the silenced one."""
    masked = copy.deepcopy(dense)
    apply_masks(masked, global_masks(magnitude(masked), 0.9))
    before, after = _saved(dense), _saved(masked)
    run.claim(
        "mask_size",
        "With 90% of its weights masked, the network's file is as large as before",
        len(after) / len(before),
        "1.00 ± 0.01",
        abs(len(after) / len(before) - 1) <= 0.01,
    )
    packed = len(zlib.compress(after)) / len(zlib.compress(before))
    run.metric("zipped file, 90% masked over dense", 0, packed)
    keep = _strongest(dense, magnitude(dense), 0.5)
    small, silent = shrink(dense, keep).eval(), silence(dense, keep).eval()
    x = torch.randn(64, 1, 8, 8, device=run.device)
    with torch.no_grad():
        expected = silent(x)
        apart = float((small(x) - expected).abs().max() / expected.abs().max())
    run.claim(
        "shrunk",
        "The network with half of its channels computes what the one with the others silenced does",
        apart,
        "≤ 1e-05 relative",
        apart <= 1e-5,
    )
    share = len(_saved(small)) / len(before)
    bound = parameters(small) / parameters(dense)
    run.claim(
        "shrunk_size",
        f"And its file is smaller: it has {bound:.0%} of the parameters",
        share,
        "≤ 0.6 of the file",
        share <= 0.6,
    )


def _saved(model: nn.Module) -> bytes:
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return buffer.getvalue()


def _strongest(dense: nn.Module, scores: Scores | None, share: float) -> dict[int, Tensor]:
    """Return a share of each layer's channels: the strongest, or random ones without scores."""
    keep = {}
    for place in LAYERS:
        weight = dense.get_parameter(f"{place}.weight")
        count = max(1, round(share * len(weight)))
        if scores is None:
            numbers = torch.rand(len(weight), device=weight.device)
        else:
            numbers = channel_importance(scores[f"{place}.weight"])
        keep[place] = strongest(numbers, count)
    return keep


def _unstructured(run: Run, dense: nn.Sequential, scores: dict[str, Scores], data: Data) -> None:
    """Mask single weights by each score and at random, and fine-tune."""
    curve: Curve = {}
    leaked = 0
    total = sum(one.numel() for one in prunable(dense).values())
    for sparsity in run.budget["sparsities"]:
        for name in (*scores, "random"):
            draws = []
            for _ in range(run.budget["draws"] if name == "random" else 1):
                chosen = scores.get(name) or {
                    key: torch.rand_like(one) for key, one in scores["magnitude"].items()
                }
                masks = global_masks(chosen, sparsity)
                model = copy.deepcopy(dense)
                apply_masks(model, masks)
                _tune(run, model, data, lambda model=model, masks=masks: apply_masks(model, masks))  # type: ignore[misc]
                leaked += sum(
                    int((prunable(model)[key][~m] != 0).sum()) for key, m in masks.items()
                )
                draws.append(accuracy(model, *data[2:]))
            curve.setdefault(name, []).append((total * (1 - sparsity), statistics.mean(draws)))
            run.metric(f"accuracy, masked by {name}", round(1000 * sparsity), curve[name][-1][1])
    title = "Single weights masked, after fine-tuning: accuracy on the test part"
    across = "weights that are not zero (the file is no smaller)"
    run.artifact("weights.svg", draw(title, across, curve))
    run.claim("zeros", "What is masked stays zero through fine-tuning with momentum and decay",
              leaked, "0 weights", leaked == 0)  # fmt: skip
    if run.scale == "tiny":
        return
    at = run.budget["sparsities"].index(0.9)
    before = accuracy(dense, *data[2:])
    lost = before - curve["magnitude"][at][1]
    run.claim("nine_tenths", "With 90% of the weights masked by magnitude it is as accurate",
              lost, "≤ 0.04 lost", lost <= 0.04)  # fmt: skip
    ahead = curve["magnitude"][at][1] - curve["random"][at][1]
    run.claim("not_random", "With 90% masked at random it is not", ahead,
              "≥ 0.1 below magnitude", ahead >= 0.1)  # fmt: skip


def _tune(
    run: Run, model: nn.Module, data: Data, after_step: Callable[[], None] = lambda: None
) -> None:
    train(model, *data[:2], run.budget["tune_epochs"], 0.02, run.seed, after_step)


def _structured(run: Run, dense: nn.Sequential, scores: dict[str, Scores], data: Data) -> None:
    """Take channels out by each score and at random, fine-tune, and train the same from scratch."""
    squared = {key: one**2 for key, one in scores["magnitude"].items()}
    ways: dict[str, Scores | None] = {
        "magnitude": squared, "first order": scores["first order"], "random": None,
    }  # fmt: skip
    raw: Curve = {}
    tuned: Curve = {}
    scratch: list[tuple[float, float]] = []
    for share in run.budget["shares"]:
        for name, chosen in ways.items():
            first, last, size = [], [], 0
            for draw_number in range(run.budget["guesses"] if chosen is None else 1):
                model = shrink(dense, _strongest(dense, chosen, share))
                size = parameters(model)
                first.append(accuracy(model, *data[2:]))
                if draw_number < run.budget["draws"]:
                    _tune(run, model, data)
                    last.append(accuracy(model, *data[2:]))
            raw.setdefault(name, []).append((size, statistics.mean(first)))
            tuned.setdefault(name, []).append((size, statistics.mean(last)))
            run.metric(f"accuracy, channels by {name}, before tuning", size, raw[name][-1][1])
            run.metric(f"accuracy, channels by {name}", size, tuned[name][-1][1])
        torch.manual_seed(run.seed + 1)
        fresh = network(max(1, round(share * run.budget["width"]))).to(run.device)
        epochs = run.budget["epochs"] + run.budget["tune_epochs"]
        train(fresh, *data[:2], epochs, 0.05, run.seed)
        scratch.append((parameters(fresh), accuracy(fresh, *data[2:])))
        run.metric("accuracy, the same shape from scratch", parameters(fresh), scratch[-1][1])
    lines = {f"{name}, fine-tuned": points for name, points in tuned.items()}
    lines |= {f"{name}, before": points for name, points in raw.items()}
    lines["from scratch, as long"] = scratch
    title = "Channels taken out: accuracy on the test part"
    run.artifact("channels.svg", draw(title, "parameters (the file shrinks with them)", lines))
    if run.scale == "tiny":
        return
    most, half = (run.budget["shares"].index(share) for share in (0.75, 0.5))
    ahead = raw["first order"][most][1] - raw["random"][most][1]
    run.claim("chosen", "Three quarters of the channels, before fine-tuning: chosen by first order "
              "they are better than random ones", ahead, "≥ 0.02 accuracy",
              ahead >= 0.02)  # fmt: skip
    ahead = tuned["first order"][half][1] - tuned["random"][half][1]
    run.claim("random_recovers", "Half of them, after fine-tuning: hardly, random ones recover",
              ahead, "within ± 0.03 accuracy", abs(ahead) <= 0.03)  # fmt: skip
    quarter = run.budget["shares"].index(0.25)
    best = max(points[quarter][1] for name, points in tuned.items() if name != "random")
    behind = best - scratch[quarter][1]
    run.claim("scratch", "A quarter of the channels: the same shape trained from scratch as long "
              "as both trainings together is no worse", behind, "≤ 0.02 behind",
              behind <= 0.02)  # fmt: skip


def _speed(run: Run, dense: nn.Sequential, scores: Scores) -> None:
    """Time dense, masked and shrunk networks against each other."""
    dense = copy.deepcopy(dense).eval()
    masked = copy.deepcopy(dense)
    apply_masks(masked, global_masks(scores, 0.9))
    small = shrink(dense, _strongest(dense, scores, 0.25)).eval()
    x = torch.randn(run.budget["batch"], 1, 8, 8, device=run.device)

    def forward(model: nn.Module) -> Callable[[], object]:
        def work() -> object:
            with torch.no_grad():
                return model(x)

        return work

    models = {"dense": dense, "masked": masked, "small": small}
    works = {name: forward(model) for name, model in models.items()}
    sync = synchroniser(run.device)
    naive = []
    for name in ("dense", "masked"):  # as one would with a stopwatch: whoever is first pays
        started = time.perf_counter()
        works[name]()
        sync()
        naive.append(time.perf_counter() - started)
    run.metric(
        "what a stopwatch says of masks: first call over second", 0, naive[0] / naive[1], "x"
    )
    times = measure(works, rounds=run.budget["rounds"], sync=sync)
    of_masked, of_small = (speedup(times["dense"], times[name]) for name in ("masked", "small"))
    run.metric("speed, 90% masked over dense", 0, of_masked.median, "x")
    run.metric("speed, a quarter of the channels over dense", 0, of_small.median, "x")
    if run.scale == "tiny":
        return
    run.claim("mask_speed", "With 90% of its weights masked it is not faster (interleaved medians, "
              "dense is the baseline)", str(of_masked), "0.9x to 1.1x",
              0.9 <= of_masked.median <= 1.1)  # fmt: skip
    run.claim("small_speed", "With a quarter of its channels it is", str(of_small), "≥ 1.3x",
              of_small.median >= 1.3)  # fmt: skip
