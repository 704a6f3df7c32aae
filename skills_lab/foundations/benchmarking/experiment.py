"""The harness held to its claims: on a simulated machine, on equal models, and CPU against GPU."""

import copy
import os
import random
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from skills_lab.foundations.benchmarking.reference import (
    Interval,
    measure,
    median_interval,
    peak_memory,
    speedup,
    synchroniser,
)
from skills_lab.frame.run import Run


def run(run: Run) -> None:
    """Truth first, then this machine."""
    run.progress(0, 5, "a simulated machine")
    _simulated(run)
    run.progress(1, 5, "intervals")
    _coverage(run)
    run.progress(2, 5, "memory")
    _memory(run)
    run.progress(3, 5, "equal models")
    _equals(run)
    run.progress(4, 5, "CPU against GPU")
    _crossover(run)
    run.progress(5, 5)


def _simulated(run: Run) -> None:
    """Equal works on a machine that grows slower and whose first calls are slow."""

    def contenders() -> tuple[Callable[[], float], dict[str, Callable[[], None]]]:
        now = 0.0
        calls = {"A": 0, "B": 0}

        def call(name: str) -> None:
            nonlocal now
            calls[name] += 1
            cost = 0.02 if calls[name] > 3 else 0.1
            now += cost * (1 + now / 2)

        return lambda: now, {name: lambda name=name: call(name) for name in calls}  # type: ignore[misc]

    clock, works = contenders()
    taken = []
    for work in works.values():  # a stopwatch: all calls of one, then all of the other
        start = clock()
        for _ in range(40):
            work()
        taken.append(clock() - start)
    naive = taken[1] / taken[0]
    run.metric("stopwatch on equal works under drift", 0, naive, "x")
    clock, works = contenders()
    times = measure(works, rounds=40, clock=clock)
    read = speedup(times["A"], times["B"]).median
    run.claim(
        "drift",
        "Equal works on a simulated machine that slows down read 1.00 "
        f"(a stopwatch: B takes {naive:.2f} times as long as A)",
        read,
        "1.00 ± 0.05",
        abs(read - 1) <= 0.05,
    )


def _coverage(run: Run) -> None:
    """How often the interval holds the true median, under one-sided noise with a long tail."""
    source = random.Random(run.seed)
    trials = 2_000
    covered = 0
    for _ in range(trials):
        found = median_interval([source.lognormvariate(0, 1) for _ in range(20)])
        covered += found.low <= 1.0 <= found.high  # the median of this lognormal is 1
    share = covered / trials
    run.claim(
        "coverage",
        "The 95% interval of 20 rounds holds the true median under lognormal noise",
        share,
        "≥ 0.945 of 2,000 trials",
        share >= 0.945,
    )


def _memory(run: Run) -> None:
    size = 96 << 20

    def work() -> None:
        torch.ones(size // 4, device=run.device).sum()

    found = peak_memory(work, run.device)
    run.claim(
        "memory",
        "The peak memory of holding 96 MB for a moment",
        found / 2**20,
        "96 MB ± 5%",
        abs(found / size - 1) <= 0.05,
    )


def _equals(run: Run) -> None:
    """Two copies of one model, and one that computes twice as much."""
    width = run.budget["width"]
    one = _network(width, 4).to(run.device)
    other = copy.deepcopy(one)
    double = _network(width, 8).to(run.device)
    x = torch.randn(run.budget["batch"], width, device=run.device)
    works = {name: _forward(model, x) for name, model in
             (("one", one), ("other", other), ("double", double))}  # fmt: skip
    naive = _stopwatch(works["one"], run) / _stopwatch(works["other"], run)
    run.metric("one timed call each, without warm-up", 0, naive, "x")
    times = measure(works, rounds=run.budget["rounds"], sync=synchroniser(run.device))
    for name, taken in times.items():
        run.metric(f"{name}, a call", 0, taken.seconds.median * 1e3, "ms")
    equal = speedup(times["one"], times["other"])
    twice = speedup(times["double"], times["one"])
    if run.scale == "tiny":
        return  # too few and too short rounds to claim anything of
    run.claim(
        "equals",
        "Two identical models read 1.00 (interleaved medians, 95% interval)",
        _told(equal),
        "1.00 ± 0.05",
        abs(equal.median - 1) <= 0.05,
    )
    run.claim(
        "twice",
        "A model of twice as many equal layers reads 2.00",
        _told(twice),
        "2.00 ± 0.20",
        abs(twice.median - 2) <= 0.2,
    )


def _crossover(run: Run) -> None:
    """At which batch size the GPU overtakes the CPU, its transfers counted and not."""
    width, batches = run.budget["width"], run.budget["batches"]
    on_cpu = _network(width, 4)
    on_gpu = copy.deepcopy(on_cpu).to(run.device) if run.device.type == "cuda" else None
    counted: dict[int, Interval] = {}
    threads = torch.get_num_threads()
    torch.set_num_threads(_cores())  # the CPU at its best
    try:
        for batch in batches:
            x = torch.randn(batch, width)
            works = {"cpu": _forward(on_cpu, x)}
            if on_gpu is not None:
                works["gpu, transfers counted"] = _there_and_back(on_gpu, x, run.device)
                works["gpu, data there already"] = _forward(on_gpu, x.to(run.device))
            rounds = max(6, run.budget["rounds"] // 10)
            times = measure(works, rounds=rounds, sync=synchroniser(run.device))
            for name, taken in times.items():
                run.metric(f"{name}, samples a second", batch, batch / taken.seconds.median)
                if name != "cpu":
                    ratio = speedup(times["cpu"], taken)
                    run.metric(f"{name}, against the CPU", batch, ratio.median, "x")
            if on_gpu is not None:
                counted[batch] = speedup(times["cpu"], times["gpu, transfers counted"])
    finally:
        torch.set_num_threads(threads)
    text = "The GPU overtakes the CPU, transfers counted, from some batch size on"
    slogan = "A GPU is 10 to 100 times as fast as a CPU"
    if not counted:
        why = "no CUDA device; run it with --device cuda where there is one"
        run.skip("crossover", text, why)
        run.skip("slogan", slogan, why)
        return
    ahead = [batch for batch, ratio in counted.items() if ratio.low > 1]
    told = f"from {min(ahead)}" if ahead else "never"
    run.claim("crossover", text, told, f"within {max(batches)}", bool(ahead))
    best = max(counted.values(), key=lambda ratio: ratio.median)
    run.claim(
        "slogan",
        f"{slogan}: at its best batch here, transfers counted",
        _told(best),
        "10 to 100",
        10 <= best.median <= 100,
    )


def _network(width: int, depth: int) -> nn.Module:
    layers = [layer for _ in range(depth) for layer in (nn.Linear(width, width), nn.ReLU())]
    return nn.Sequential(*layers).eval()


def _forward(model: nn.Module, x: Tensor) -> Callable[[], object]:
    def call() -> None:
        with torch.inference_mode():
            model(x)

    return call


def _there_and_back(model: nn.Module, x: Tensor, device: torch.device) -> Callable[[], object]:
    def call() -> None:
        with torch.inference_mode():
            model(x.to(device)).cpu()

    return call


def _stopwatch(work: Callable[[], object], run: Run) -> float:
    start = time.perf_counter()
    work()
    synchroniser(run.device)()
    return time.perf_counter() - start


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _told(interval: Interval) -> str:
    return f"{interval.median:.3g} ({interval.low:.3g} to {interval.high:.3g})"
