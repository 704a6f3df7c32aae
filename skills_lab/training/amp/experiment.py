"""Mixed precision held to its claims: the scaler, underflow in training, and the memory.

Training is on digits, an MLP with momentum, so that a lost gradient is a lost step (Adam divides
by the gradients' size and would hide it). A loss of small weight stands for every reason why
gradients are small: an auxiliary loss, a mean over many, a model that is nearly done.
"""

import copy
import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skills_lab.foundations.benchmarking.reference import measure, speedup, synchroniser
from skills_lab.frame.data import digits
from skills_lab.frame.run import Run
from skills_lab.training.amp.models import Transformer, mlp
from skills_lab.training.amp.reference import (
    LossScaler,
    split_memory,
    train_step,
    underflow,
    watch_saved,
)

SMALL = 2.0**-20
HALF = {"fp16": torch.float16, "bf16": torch.bfloat16}


def run(run: Run) -> None:
    """State the claims about the scaler, then train, then measure memory and speed."""
    if run.device.type == "cpu":
        torch.set_num_threads(1)  # models this small lose by sharing their work out
    _scaler(run)
    _clipping(run)
    _training(run)
    _memory(run)
    _speed(run)


def _scaler(run: Run) -> None:
    """Train beside torch's GradScaler, with gradients that overflow now and then."""
    steps = run.budget["parity_steps"]
    x, y, _, _ = digits(run.seed).tensors(run.device)
    models = [mlp(32).to(run.device)]
    models.append(copy.deepcopy(models[0]))
    optimisers = [torch.optim.Adam(model.parameters(), lr=0.01) for model in models]
    theirs: Any = torch.amp.GradScaler(run.device.type, init_scale=2.0**14, growth_interval=7)
    ours = LossScaler(2.0**14, interval=7)
    bad_steps = (torch.rand(steps) < 0.1).tolist()
    scales, torchs, skipped_moved = [], [], 0
    for bad in bad_steps:
        before = [one.detach().clone() for one in models[1].parameters()]
        for model, optimiser, scaler in zip(models, optimisers, (theirs, ours), strict=True):
            optimiser.zero_grad()
            scaler.scale(F.cross_entropy(model(x[:64]), y[:64])).backward()
            if bad:
                grad: Any = next(model.parameters()).grad
                grad[0, 0] = math.inf
            scaler.step(optimiser)
            scaler.update()
        if bad:
            pairs = zip(before, models[1].parameters(), strict=True)
            skipped_moved += any(not torch.equal(old, new) for old, new in pairs)
        scales.append(ours.value)
        torchs.append(theirs.get_scale())
    pairs = zip(models[0].parameters(), models[1].parameters(), strict=True)
    apart = max(float((a - b).detach().abs().max()) for a, b in pairs)
    run.claim(
        "scales",
        f"Over {steps} steps, {sum(bad_steps)} with an infinite gradient, the scale is torch's "
        "GradScaler's at every step",
        sum(a != b for a, b in zip(scales, torchs, strict=True)),
        "0 differences",
        scales == torchs,
    )
    run.claim("weights", "And so are the weights, bit for bit", apart, "0", apart == 0)
    run.claim(
        "skip",
        "An infinite gradient skips the step: no weight moves",
        skipped_moved,
        "0 steps moved",
        skipped_moved == 0,
    )
    falls = all(
        now == before / 2
        for before, now, bad in zip([2.0**14, *scales], scales, bad_steps, strict=False)
        if bad
    )
    run.claim("halved", "And halves the scale, every time", "yes" if falls else "no", "yes", falls)


def _clipping(run: Run) -> None:
    """Take one clipped step in each order, against the one in float32."""
    x, y, _, _ = digits(run.seed).tensors(run.device)
    source = mlp(32).to(run.device)
    moved = {}
    for order in ("float32", "unscale, clip", "clip, unscale"):
        model = copy.deepcopy(source)
        optimiser = torch.optim.SGD(model.parameters(), lr=1.0)
        scaler = LossScaler()
        loss = F.cross_entropy(model(x), y)
        if order == "float32":
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 0.1)
            optimiser.step()
        else:
            scaler.scale(loss).backward()
            if order == "unscale, clip":
                scaler.unscale_(optimiser)
            nn.utils.clip_grad_norm_(model.parameters(), 0.1)
            scaler.step(optimiser)
        pairs = zip(source.parameters(), model.parameters(), strict=True)
        moved[order] = torch.cat([(a - b).detach().flatten() for a, b in pairs])
    right = float((moved["unscale, clip"] - moved["float32"]).norm() / moved["float32"].norm())
    run.claim("clip", "Unscale, then clip: the clipped step is that of float32", right,
              "≤ 1e-05 relative", right <= 1e-5)  # fmt: skip
    short = float(moved["float32"].norm() / moved["clip, unscale"].norm())
    run.claim(
        "clip_first",
        "Clip, then unscale: the step is too short by the scale, 65,536",
        short,
        "≥ 1000 times",
        short >= 1000,
    )


def _training(run: Run) -> None:
    """Train with and without scaling, with a loss of weight 1 and of weight 2^-20."""
    cases = [
        ("fp32", torch.float32, False, 1.0),
        ("fp16", torch.float16, False, 1.0),
        ("fp16, scaled", torch.float16, True, 1.0),
        ("bf16", torch.bfloat16, False, 1.0),
        ("fp32, small", torch.float32, False, SMALL),
        ("fp16, small", torch.float16, False, SMALL),
        ("fp16, small, scaled", torch.float16, True, SMALL),
        ("bf16, small", torch.bfloat16, False, SMALL),
    ]
    accuracy, lost = {}, {}
    for done, (name, dtype, scaled, weight) in enumerate(cases):
        run.progress(done, len(cases) + 2, f"training in {name}")
        accuracy[name], lost[name] = _train(run, name, dtype, scaled, weight)
        run.metric(f"accuracy, {name}", run.budget["steps"], accuracy[name])
    without, with_scale = lost["fp32"]
    run.metric("gradients that fp16 turns to zero", 0, 100 * without, "%")
    run.metric("the same, scaled by 65,536", 0, 100 * with_scale, "%")
    if run.scale == "tiny":
        return
    run.claim(
        "underflow",
        "Of a trained model's gradients, fp16 loses a share to zero; scaling by 65,536 saves most",
        f"{without:.1%} to {with_scale:.1%}",
        "≥ 3%, and at most a quarter of it",
        without >= 0.03 and with_scale <= without / 4,
    )
    same = accuracy["fp32, small"] - accuracy["fp32"]
    run.claim(
        "fp32_small",
        "In float32 a loss of weight 2^-20 at a rate 2^20 times as high changes nothing",
        same,
        "0 ± 0.01 accuracy",
        abs(same) <= 0.01,
    )
    run.claim(
        "dead",
        "With a loss of weight 2^-20, fp16 without scaling learns nothing, in silence",
        accuracy["fp16, small"],
        "≤ 0.3 accuracy",
        accuracy["fp16, small"] <= 0.3,
    )
    for id, name, text in (
        ("saved", "fp16, small, scaled", "The same with scaling learns what float32 does"),
        ("bf16_small", "bf16, small", "bf16 learns it without scaling: its range is float32's"),
        ("fp16", "fp16, scaled", "With a loss of weight 1 fp16 with scaling learns it"),
        ("bf16", "bf16", "And bf16 without"),
        ("unscaled", "fp16", "And so does fp16 without: here the gradients it loses do not matter"),
    ):
        apart = accuracy["fp32"] - accuracy[name]
        run.claim(id, text, apart, "≤ 0.04 accuracy below float32", apart <= 0.04)


def _train(
    run: Run, name: str, dtype: torch.dtype, scaled: bool, weight: float
) -> tuple[float, tuple[float, float]]:
    """Train and return the accuracy, and what fp16 would lose of the gradients with and without."""
    x, y, test_x, test_y = digits(run.seed).tensors(run.device)
    torch.manual_seed(run.seed)
    model = mlp(run.budget["width"]).to(run.device)
    # lr / weight: in exact arithmetic the weight of the loss would change nothing.
    optimiser = torch.optim.SGD(model.parameters(), lr=0.2 / weight, momentum=0.9)
    scaler = LossScaler(interval=20) if scaled else None
    source = torch.Generator().manual_seed(run.seed)
    steps = run.budget["steps"]
    for step in range(steps):
        batch = torch.randint(len(x), (128,), generator=source).to(run.device)

        def loss(batch: Tensor = batch) -> Tensor:
            return weight * F.cross_entropy(model(x[batch]).float(), y[batch])

        value = train_step(loss, optimiser, scaler, dtype, max_norm=math.inf) / weight
        if step % max(1, steps // 20) == 0:
            run.metric(f"loss, {name}", step, value)
            if scaler:
                run.metric(f"log2 of the scale, {name}", step, math.log2(scaler.value))
    optimiser.zero_grad()
    F.cross_entropy(model(x), y).backward()
    grads = [one.grad for one in model.parameters() if one.grad is not None]
    with torch.no_grad():
        right = float((model(test_x).argmax(1) == test_y).float().mean())
    return right, (underflow(grads), underflow(grads, 2.0**16))


def _memory(run: Run) -> None:
    """Split the memory of a step, in float32 and under autocast, over batch sizes."""
    width = run.budget["width"]
    kinds: list[tuple[str, Callable[[], nn.Module], list[int]]] = [
        ("MLP", lambda: mlp(8 * width), run.budget["mlp_batches"]),
        ("transformer", lambda: Transformer(width), run.budget["transformer_batches"]),
    ]
    rows = ["model,batch,type,weights,gradients,optimiser,activations,weight copies,total"]
    shares: dict[tuple[str, int], tuple[float, float]] = {}
    for done, (kind, make, batches) in enumerate(kinds):
        run.progress(8 + done, 10, f"memory of the {kind}")
        for batch in batches:
            split = {
                name: _split(run, make, batch, dtype)
                for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16))
            }
            for name, parts in split.items():
                told = ",".join(f"{value}" for value in (*parts.values(), sum(parts.values())))
                rows.append(f"{kind},{batch},{name},{told}")
            activations = split["bf16"]["activations"] / split["fp32"]["activations"]
            total = sum(split["bf16"].values()) / sum(split["fp32"].values())
            shares[kind, batch] = activations, total
            run.metric(f"activations of the {kind}, bf16 over fp32", batch, activations)
            run.metric(f"all memory of the {kind}, bf16 over fp32", batch, total)
    run.progress(10, 10)
    run.artifact("memory.csv", "\n".join(rows) + "\n")
    smallest = kinds[0][2][0]
    half = max(share for (kind, _), (share, _) in shares.items() if kind == "MLP")
    run.claim("activations", "Autocast halves what an MLP saves for backward", half,
              "0.5 ± 0.03 of float32", abs(half - 0.5) <= 0.03)  # fmt: skip
    more_kept = min(share for (kind, _), (share, _) in shares.items() if kind == "transformer")
    run.claim(
        "transformer",
        "Not a transformer's: the residual stream and what is normalised stay float32",
        more_kept,
        "≥ 0.02 above the MLP's",
        more_kept >= half + 0.02,
    )
    more = shares["MLP", smallest][1]
    run.claim(
        "small_batch",
        f"But at a batch of {smallest} the MLP needs more memory than in float32: weights, "
        "gradients and moments stay, and half copies of the weights come on top",
        more,
        "> 1 of float32",
        more > 1,
    )


def _split(
    run: Run, make: Callable[[], nn.Module], batch: int, dtype: torch.dtype
) -> dict[str, int]:
    x, y = torch.rand(batch, 64, device=run.device), torch.zeros(batch, dtype=torch.long)
    model, y = make().to(run.device), y.to(run.device)

    def loss() -> Tensor:
        with torch.autocast(run.device.type, dtype=dtype, enabled=dtype != torch.float32):
            return F.cross_entropy(model(x), y)

    return split_memory(model, torch.optim.Adam(model.parameters()), loss)


def _speed(run: Run) -> None:
    """Time a training step in each type; on a CPU that is told, on a GPU it is a claim."""
    width, batch = run.budget["speed_width"], run.budget["speed_batch"]
    x = torch.rand(batch, 64, device=run.device)
    y = torch.zeros(batch, dtype=torch.long, device=run.device)

    def step(dtype: torch.dtype) -> Callable[[], None]:
        model = mlp(width).to(run.device)
        optimiser = torch.optim.SGD(model.parameters(), lr=0.0)
        parameters = list(model.parameters())

        def work() -> None:
            optimiser.zero_grad()
            with torch.autocast(run.device.type, dtype=dtype, enabled=dtype != torch.float32):
                loss = F.cross_entropy(model(x), y)
            torch.autograd.backward(loss, inputs=parameters)
            optimiser.step()

        return work

    works = {"fp32": step(torch.float32), **{name: step(dtype) for name, dtype in HALF.items()}}
    sync = synchroniser(run.device)
    times = measure(works, rounds=run.budget["rounds"], warmup=2, sync=sync)
    for name in HALF:
        gain = speedup(times["fp32"], times[name])
        id, text = f"speed_{name}", f"A step of an MLP of width {width} is faster in {name}"
        run.metric(f"speed of a step in {name} over fp32", batch, gain.median, "x")
        if run.device.type == "cuda":
            run.claim(id, text, str(gain), "≥ 1.5x fp32 without TF32", gain.median >= 1.5)
        else:
            why = f"no GPU here; on this CPU {gain} of the speed of fp32"
            run.skip(id, text, why)
    if run.device.type == "cuda":
        _gpu_memory(run)
    else:
        why = "no GPU here; on the CPU what autograd saves is counted"
        run.skip("gpu_memory", "The allocator holds what was counted, and little more", why)


def _gpu_memory(run: Run) -> None:
    """Compare what is counted with what the GPU's allocator holds after a forward pass."""
    counted, held = 0, 0
    batch = run.budget["transformer_batches"][-1]
    model = Transformer(run.budget["width"]).to(run.device)
    x = torch.rand(batch, 64, device=run.device)
    for dtype in (torch.float32, torch.bfloat16):
        with torch.autocast("cuda", dtype=dtype, enabled=dtype != torch.float32):
            model(x)  # the first call makes workspaces that stay
            torch.cuda.synchronize(run.device)
            before = torch.cuda.memory_allocated(run.device)
            with watch_saved(model) as saved:
                out = model(x).sum()
            torch.cuda.synchronize(run.device)
        held = torch.cuda.memory_allocated(run.device) - before
        counted = saved.activations + saved.weight_copies
        del out
        kind = str(dtype).removeprefix("torch.")
        run.metric(f"bytes the GPU holds over bytes counted, {kind}", batch, held / counted)
    run.claim(
        "gpu_memory",
        "The allocator holds what was counted, and little more (bfloat16)",
        held / counted,
        "0.9 to 1.3",
        0.9 <= held / counted <= 1.3,
    )
