"""Data-parallel training held to its claims: in threads, in processes, and with a rank that dies.

Threads with a gloo group each show the arithmetic (milliseconds to start, the same collectives);
processes started by torchrun show the same for torch's DDP beside the one written out, and what
happens when a rank is killed or stalls.
"""

import copy
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn

from skills_lab.frame.data import digits
from skills_lab.frame.run import Run
from skills_lab.training.ddp import reference
from skills_lab.training.ddp.launch import launch
from skills_lab.training.ddp.models import Tied, normalised, seeded
from skills_lab.training.ddp.ranks import in_threads, reductions
from skills_lab.training.ddp.reference import DataParallel, global_mean, shard

RANKS = 3
BOUNDS = {"float32": 1e-6, "float64": 1e-14}
PER_STEP = 1_000_000  # bytes, more than the model has: one bucket


def run(run: Run) -> None:
    """State the claims about the gradients, then about processes, then about speed."""
    torch.set_num_threads(1)  # the ranks are what runs in parallel
    _gradients(run)
    _training(run)
    _what_does_not_hold(run)
    _messages(run)
    if run.budget["processes"]:
        _processes(run)
        _failures(run)
    else:
        why = f"the {run.scale} scale starts no processes"
        run.skip("torchrun", "Processes started by torchrun agree with the full batch", why)
        run.skip("failure", "A rank that dies or stalls ends the job with an error", why)
    _speed(run)


def _gradients(run: Run) -> None:
    parts = {
        "even": [slice(0, 20), slice(20, 40), slice(40, 60)],
        "uneven": [slice(0, 40), slice(40, 59), slice(59, 60)],
        "empty": [slice(0, 59), slice(59, 59), slice(59, 60)],
    }
    for name, dtype in (("float32", torch.float32), ("float64", torch.float64)):
        x, y = _batch(run, 60, dtype)
        apart = {kind: _apart(run, x, y, shards) for kind, shards in parts.items()}
        worst = max(apart.values())
        run.claim(
            f"parity_{name}",
            f"By hand, {RANKS} ranks have the full batch's gradients in {name}: even, uneven and "
            "empty shards, tied and frozen parameters",
            worst,
            f"≤ {BOUNDS[name]:g} of the largest",
            worst <= BOUNDS[name],
        )


def _training(run: Run) -> None:
    """Train three ranks and one process on the same digits, and compare the losses and the ends."""
    data, (_, y) = digits(run.seed), _digits(run)
    x = torch.from_numpy(data.train_x.copy()).double()
    steps, size = run.budget["steps"], run.budget["batch"]
    source = torch.Generator().manual_seed(run.seed)
    # 61 samples over 3 ranks are never even, so that averaging means would be seen.
    batches = [torch.randperm(len(x), generator=source)[:size] for _ in range(steps)]
    models = [seeded(Tied, run.seed + rank, torch.float64) for rank in range(RANKS)]
    whole = copy.deepcopy(models[0])

    def optimiser(model: nn.Module) -> torch.optim.Optimizer:
        return torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)

    alone, losses = optimiser(whole), []
    for step, batch in enumerate(batches):
        loss = F.cross_entropy(whole(x[batch]), y[batch])
        alone.zero_grad()
        loss.backward()
        alone.step()
        losses.append(loss.item())
        run.metric("loss, one process", step, loss.item())
    run.progress(1, 6, "one process has trained")

    def work(group: dist.ProcessGroup) -> list[float]:
        model = DataParallel(models[group.rank()], group, 4096)
        own, told = optimiser(model), []
        for batch in batches:
            part = batch[shard(len(batch), group.rank(), RANKS)]
            loss = global_mean(F.cross_entropy(model(x[part]), y[part], reduction="none"), group)
            own.zero_grad()
            loss.backward()
            model.finish()
            own.step()
            dist.all_reduce(total := loss.detach().clone(), group=group)
            told.append(total.item() / RANKS)
        return told

    seen = in_threads(RANKS, work, timeout=60)[0]
    run.progress(2, 6, f"{RANKS} ranks have trained")
    apart = max(abs(a - b) for a, b in zip(seen, losses, strict=True))
    run.claim(
        "losses",
        f"{steps} steps of {RANKS} ranks have the losses of one process (float64)",
        apart,
        "≤ 1e-10",
        apart <= 1e-10,
    )
    pairs = [zip(m.parameters(), models[0].parameters(), strict=True) for m in models[1:]]
    same = all(torch.equal(a, b) for pair in pairs for a, b in pair)
    run.claim(
        "identical",
        "After them all ranks hold the same weights, bit for bit",
        "equal" if same else "differ",
        "equal",
        same,
    )


def _what_does_not_hold(run: Run) -> None:
    x, y = _batch(run, 60, torch.float64)
    shards = [slice(0, 40), slice(40, 59), slice(59, 60)]
    off = _apart(run, x, y, shards, naive=True)
    run.claim(
        "naive",
        "Averaging each rank's own mean over shards of 40, 19 and 1 is not the full batch's "
        "gradient",
        off,
        "≥ 0.05 of the largest",
        off >= 0.05,
    )
    even = [slice(0, 20), slice(20, 40), slice(40, 60)]
    off = _apart(run, x, y, even, make=normalised)
    run.claim(
        "batch_norm",
        "With batch normalisation not even equal shards give it: each rank has its own statistics",
        off,
        "≥ 0.01 of the largest",
        off >= 0.01,
    )


def _messages(run: Run) -> None:
    """Count the all-reduces of a step with micro-batches, synchronised every time or once."""
    x, y = _batch(run, 48, torch.float32)
    counts = {}
    for quiet in (False, True):

        def work(group: dist.ProcessGroup, quiet: bool = quiet) -> int:
            model = DataParallel(nn.Linear(64, 10), group, PER_STEP)
            before = reductions(group)
            for micro in range(4):
                part = slice(12 * micro, 12 * micro + 12)
                if quiet and micro < 3:
                    with model.no_sync():
                        F.cross_entropy(model(x[part]), y[part]).backward()
                else:
                    F.cross_entropy(model(x[part]), y[part]).backward()
                    model.finish()
            return reductions(group) - before

        counts[quiet] = in_threads(2, work)[0]
    run.claim(
        "no_sync",
        "no_sync sends the gradients of 4 micro-batches once instead of 4 times",
        f"{counts[True]} and {counts[False]}",
        "1 and 4",
        counts == {True: 1, False: 4},
    )


def _processes(run: Run) -> None:
    run.progress(3, 6, "starting processes")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "parity.json"
        done = launch(RANKS, "--report", str(report), *_solution(), limit=run.budget["limit"])
        if done.code != 0:
            raise RuntimeError(f"torchrun ended with {done.code}:\n{done.output}")
        measured = json.loads(report.read_text())
    backend = measured["backend"]
    run.artifact("processes.json", json.dumps(measured, indent=2))
    for way, whose in (("hand", "The one written out"), ("torch", "torch's DDP")):
        for name, bound in BOUNDS.items():
            worst = max(measured[f"{way}, {kind}, {name}"] for kind in ("even", "uneven"))
            run.claim(
                f"torchrun_{way}_{name}",
                f"{whose}, {RANKS} processes over {backend}: the full batch's gradients in {name}, "
                "even and uneven",
                worst,
                f"≤ {bound:g} of the largest",
                worst <= bound,
            )
    off = measured["naive, uneven, float64"]
    run.claim(
        "torchrun_naive",
        "torch's DDP does not mend it: with each rank's own mean it is off",
        off,
        "≥ 0.05 of the largest",
        off >= 0.05,
    )


def _failures(run: Run) -> None:
    """Lose a rank, and see the job end: bounded by the group's timeout, not by patience."""
    limit, timeout = run.budget["limit"], 5
    cases = (("killed", "killed by SIGKILL"), ("stalled", f"stalled for ever, timeout {timeout} s"))
    for number, (case, text) in enumerate(cases):
        run.progress(4 + number, 6, f"a rank {text}")
        with tempfile.TemporaryDirectory() as folder:
            begun = Path(folder) / "begun"
            arguments = ("--case", case, "--timeout", str(timeout), "--report", str(begun))
            done = launch(2, *arguments, *_solution(), limit=limit)
            if not begun.exists():
                raise RuntimeError(f"not even the first step was done:\n{done.output}")
        run.metric(f"seconds until the job has ended, a rank {case}", 0, done.seconds, "s")
        failed = done.code not in (0, None)
        run.claim(
            case,
            f"A rank {text}: the job ends by itself, with an error",
            f"exit code {done.code} after {done.seconds:.0f} s",
            f"not 0, within {limit} s",
            failed,
        )
    run.progress(6, 6)


def _speed(run: Run) -> None:
    id, text = "speed", "Each of several GPUs keeps at least 0.7 of its speed alone"
    gpus = torch.cuda.device_count()
    if run.device.type != "cuda" or gpus < 2:
        has = f"{gpus} GPUs" if gpus != 1 else "one GPU, and NCCL refuses two ranks on it"
        run.skip(id, text, f"speed-up needs two GPUs or more; here: {has}")
        return
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "speed.json"
        settings = ("--case", "speed", "--samples", "8192", "--width", "8192", "--rounds", "31")
        done = launch(gpus, *settings, "--report", str(report), *_solution(), limit=300)
        if done.code != 0:
            raise RuntimeError(f"torchrun ended with {done.code}:\n{done.output}")
        measured = json.loads(report.read_text())
    run.artifact("speed.json", json.dumps(measured, indent=2))
    for way, share in measured["scaling"].items():
        run.claim(f"{id}_{way}", f"{text} ({way})", share, "≥ 0.7", share >= 0.7)


def _solution() -> tuple[str, ...]:
    """Return the argument that lets a learner's file stand in for the reference there too."""
    file = Path(str(reference.__file__))
    return () if file.parent == Path(__file__).parent else ("--solution", str(file))


def _digits(run: Run) -> tuple[Tensor, Tensor]:
    x, y, _, _ = digits(run.seed).tensors()
    return x, y


def _batch(run: Run, size: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    x, y = _digits(run)
    return x[:size].to(dtype), y[:size]


def _apart(run: Run, x: Tensor, y: Tensor, parts: list[slice], *, naive: bool = False,
           make: Callable[[], nn.Module] = Tied) -> float:  # fmt: skip
    """Return the largest difference from the full batch's gradients over the largest of those."""
    models = [seeded(make, run.seed + rank, x.dtype) for rank in range(len(parts))]
    whole = copy.deepcopy(models[0])
    F.cross_entropy(whole(x), y).backward()

    def work(group: dist.ProcessGroup) -> None:
        model = DataParallel(models[group.rank()], group, 4096)
        part = parts[group.rank()]
        losses = F.cross_entropy(model(x[part]), y[part], reduction="none")
        (losses.mean() if naive else global_mean(losses, group)).backward()
        model.finish()

    in_threads(len(parts), work)
    expected = [one.grad for one in whole.parameters()]
    largest = max(float(grad.abs().max()) for grad in expected if grad is not None)
    worst = 0.0
    for model in models:
        for ours, grad in zip(model.parameters(), expected, strict=True):
            if ours.grad is None or grad is None:
                worst = max(worst, 0.0 if ours.grad is grad else float("inf"))
            else:
                worst = max(worst, float((ours.grad - grad).abs().max()))
    return worst / largest
