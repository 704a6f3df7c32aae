"""What each rank runs when torchrun starts it: parity, speed, or a rank that fails.

    torchrun --standalone --nproc-per-node 3 -m skills_lab.training.ddp.worker

Rank 0 prints what was measured as JSON, or writes it to `--report`. On a machine with a GPU for
each rank the group is NCCL's, else gloo's on the CPU: NCCL refuses two ranks on one GPU.
"""

import argparse
import copy
import json
import os
import signal
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from skills_lab.frame.catalogue import find_lab
from skills_lab.frame.solution import stand_in
from skills_lab.training.ddp.models import Tied, seeded
from skills_lab.training.ddp.ranks import loopback

Case = Callable[[torch.device, argparse.Namespace], dict[str, Any]]


def main() -> None:
    """Join the other ranks, run one case, and leave the group whatever happens."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--case", choices=("parity", "speed", "killed", "stalled"),
                        default="parity")  # fmt: skip
    parser.add_argument("--report", type=Path)
    parser.add_argument("--solution", type=Path, help="stands in for the lab's reference")
    parser.add_argument("--timeout", type=float, default=60, help="of a collective, in seconds")
    parser.add_argument("--samples", type=int, default=61)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    if "RANK" not in os.environ:
        parser.error("it is to be started by torchrun: the first lines of this file say how")
    if given.solution:
        stand_in(find_lab("ddp"), given.solution)
    device = _join(given.timeout)
    cases: dict[str, Case] = {"parity": _parity, "speed": _speed}
    try:
        measured = cases.get(given.case, _failing)(device, given)
        if dist.get_rank() == 0:
            text = json.dumps({"backend": dist.get_backend(), **measured}, indent=2)
            if given.report:
                given.report.write_text(text)
            else:
                print(text)  # noqa: T201  its output
    finally:
        dist.destroy_process_group()


def _join(timeout: float) -> torch.device:
    """Join the group torchrun describes in the environment, and return this rank's device."""
    rank, ranks = int(os.environ["LOCAL_RANK"]), int(os.environ["LOCAL_WORLD_SIZE"])
    if torch.cuda.device_count() >= ranks:
        torch.cuda.set_device(rank)
        device, backend = torch.device("cuda", rank), "nccl"
    else:
        loopback()
        torch.set_num_threads(1)
        device, backend = torch.device("cpu"), "gloo"
    dist.init_process_group(backend, timeout=timedelta(seconds=timeout))
    return device


def _parity(device: torch.device, given: argparse.Namespace) -> dict[str, Any]:
    """Return how far each way's gradients are from the full batch's: the worst rank's."""
    from skills_lab.training.ddp.reference import DataParallel, global_mean, shard

    rank, ranks, samples = dist.get_rank(), dist.get_world_size(), given.samples
    even = samples // ranks * ranks
    first = samples * 2 // 3  # two thirds on rank 0, the rest over the others
    rest = shard(samples - first, max(0, rank - 1), max(1, ranks - 1))
    lopsided = slice(0, first) if rank == 0 else slice(first + rest.start, first + rest.stop)
    measured: dict[str, Any] = {}
    for dtype, name in ((torch.float32, "float32"), (torch.float64, "float64")):
        source = torch.Generator().manual_seed(0)
        x = torch.randn(samples, 64, generator=source).to(device, dtype)
        y = torch.randint(10, (samples,), generator=source).to(device)
        for shards, part, count in (("even", shard(even, rank, ranks), even),
                                    ("uneven", lopsided, samples)):  # fmt: skip
            full = seeded(Tied, 0, dtype).to(device)
            F.cross_entropy(full(x[:count]), y[:count]).backward()
            for way in ("hand", "torch", "naive"):
                model = seeded(Tied, rank, dtype).to(device)  # ranks begin apart: to be mended
                if way == "hand":
                    wrapped: Any = DataParallel(model, bucket_bytes=4096)
                else:
                    wrapped = DistributedDataParallel(model, bucket_cap_mb=0.004)
                losses = F.cross_entropy(wrapped(x[part]), y[part], reduction="none")
                (losses.mean() if way == "naive" else global_mean(losses)).backward()
                if way == "hand":
                    wrapped.finish()
                measured[f"{way}, {shards}, {name}"] = _worst(_apart(model, full), device)
    return measured


def _apart(model: nn.Module, full: nn.Module) -> float:
    """Return the largest difference of two models' gradients, relative to the largest gradient."""
    pairs = [(a.grad, b.grad) for a, b in zip(model.parameters(), full.parameters(), strict=True)]
    if any((a is None) != (b is None) for a, b in pairs):
        return float("inf")
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    largest = max(float(b.abs().max()) for _, b in known)
    return max(float((a - b).abs().max()) for a, b in known) / largest


def _worst(value: float, device: torch.device) -> float:
    told = torch.tensor(value, dtype=torch.float64, device=device)
    dist.all_reduce(told, op=dist.ReduceOp.MAX)
    return told.item()


def _speed(device: torch.device, given: argparse.Namespace) -> dict[str, Any]:
    """Return samples a second of all ranks together against one alone, both ways, interleaved.

    Every rank has a batch of the same size in all cases, so 1.0 a rank is perfect scaling. Alone
    means without synchronising: the ranks run beside each other, as they do together.
    """
    from skills_lab.training.ddp.reference import DataParallel

    width = given.width
    made = nn.Sequential(
        nn.Linear(64, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 10)
    ).to(device)
    hand = DataParallel(copy.deepcopy(made))
    theirs = DistributedDataParallel(copy.deepcopy(made), bucket_cap_mb=1)
    x = torch.randn(given.samples, 64, device=device)
    y = torch.randint(10, (given.samples,), device=device)

    def step(model: Any, together: bool) -> None:
        with nullcontext() if together else model.no_sync():
            F.cross_entropy(model(x), y).backward()
        if together and model is hand:
            hand.finish()
        for one in model.parameters():
            one.grad = None

    cases = {"hand": (hand, True), "torch": (theirs, True), "alone": (theirs, False)}
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for turn in range(given.rounds + 3):
        for name, (model, together) in cases.items():
            dist.barrier()
            _wait(device)
            started = time.perf_counter()
            step(model, together)
            _wait(device)
            if turn >= 3:  # the first ones warm up
                seconds[name].append(_worst(time.perf_counter() - started, device))
    alone = statistics.median(seconds["alone"])
    return {
        "seconds": {name: _spread(all_of) for name, all_of in seconds.items()},
        "scaling": {name: alone / statistics.median(seconds[name]) for name in ("hand", "torch")},
        "ranks": dist.get_world_size(),
    }


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _spread(seconds: list[float]) -> dict[str, float]:
    low, _, high = statistics.quantiles(seconds, n=4)
    return {"median": statistics.median(seconds), "quartile 1": low, "quartile 3": high}


def _failing(device: torch.device, given: argparse.Namespace) -> dict[str, Any]:
    """Lose the last rank in the middle of a step: by a signal, or because it never goes on."""
    from skills_lab.training.ddp.reference import DataParallel, global_mean

    model = DataParallel(seeded(Tied, 0, torch.float32).to(device))
    x, y = torch.randn(4, 64, device=device), torch.zeros(4, dtype=torch.long, device=device)
    for step in range(3):
        if step == 1 and given.report and dist.get_rank() == 0:
            given.report.write_text("{}")
        if step == 1 and dist.get_rank() == dist.get_world_size() - 1:
            sys.stdout.flush()
            if given.case == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(3600)
        global_mean(F.cross_entropy(model(x), y, reduction="none")).backward()
        model.finish()
    return {}


if __name__ == "__main__":
    main()
    # A thread of the backend that still ends while C++ takes its objects down aborts the process.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
