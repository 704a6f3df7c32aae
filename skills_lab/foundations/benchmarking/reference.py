"""A harness for timing code against code, which the other labs use.

Run the experiment    python -m skills_lab run benchmarking
Do the exercise       python -m skills_lab start benchmarking DIR
Use it                times = measure({"eager": f, "fused": g}, sync=synchroniser(device))
                      print(speedup(times["eager"], times["fused"]))     1.31x (1.29 to 1.34)

What fools a stopwatch, and what is done here against each:

    the first calls compile, allocate, fill caches    warm-up calls that are not timed
    a GPU call returns before the work is done        synchronise before reading the clock, twice
    a call is shorter than the clock can tell         blocks of as many calls as fill min_seconds
    the machine grows slower or busier over time      rounds: each times every contender once
    who goes first pays for cold caches               the order turns around every round
    another program steals a moment                   short blocks, many rounds, medians: what hits
                                                      less than half of the rounds does not count
    a number without its spread                       an interval that holds whatever the noise is

Ratios are taken within a round, where both contenders met the same machine, and only then is the
median taken: noise that both share cancels.

Kalibera, Jones, Rigorous Benchmarking in Reasonable Time, ISMM 2013
Chen, Revels, Robust Benchmarking in Noisy Environments (arXiv:1608.04295)
"""

import gc
import math
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

Work = Callable[[], object]


@dataclass(frozen=True)
class Interval:
    """A median, and between which values the true one lies with 95% confidence."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.3g}x ({self.low:.3g} to {self.high:.3g})"


@dataclass(frozen=True)
class Timing:
    """Seconds a call took in each round, in the order of the rounds."""

    rounds: tuple[float, ...]

    @property
    def seconds(self) -> Interval:
        """The median over the rounds."""
        return median_interval(self.rounds)


def median_interval(values: Sequence[float], confidence: float = 0.95) -> Interval:
    """Return the median of values and an interval that holds the true one so confidently.

    The k-th smallest and k-th largest of n values miss the median only if fewer than k of n fair
    coins fall on one side: a sum of binomials, whatever the distribution of the noise. With fewer
    than six values no two of them are so sure; then their range is returned.
    """
    ordered = sorted(values)
    n = len(ordered)
    missed, k = 0.0, 0
    while k < n // 2:  # the largest k whose interval is still sure enough
        missed += 2 * math.comb(n, k) / 2**n
        if missed > 1 - confidence:
            break
        k += 1
    k = max(k, 1)
    return Interval(statistics.median(ordered), ordered[k - 1], ordered[n - k])


def measure(
    contenders: Mapping[str, Work],
    *,
    rounds: int = 50,
    warmup: int = 3,
    min_seconds: float = 0.001,
    sync: Work = lambda: None,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Timing]:
    """Time all contenders against each other and return seconds a call of each, round by round.

    `sync` waits until the device is done; `clock` is only replaced to test the harness itself.
    """

    def block(work: Work, calls: int) -> float:
        """Seconds for a number of calls, from an idle device to an idle device."""
        sync()  # what was asked for before must not be counted
        start = clock()
        for _ in range(calls):
            work()
        sync()  # a GPU only queues the work: wait for its end
        return clock() - start

    calls = {}
    for name, work in contenders.items():
        for _ in range(warmup):
            work()
        calls[name] = 1
        while (took := block(work, calls[name])) < min_seconds:
            # Aim a little beyond, but at most tenfold: the clock may have seen next to nothing.
            wanted = 1.2 * min_seconds / took if took > 0 else 10
            calls[name] = math.ceil(calls[name] * min(10, max(1.5, wanted)))

    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    order = list(contenders)
    was_collecting = gc.isenabled()
    gc.disable()  # a collection would fall on whoever happens to run
    try:
        for _ in range(rounds):
            for name in order:
                seconds[name].append(block(contenders[name], calls[name]) / calls[name])
            order.reverse()  # A B, B A, A B: who goes first changes, and so does what came before
    finally:
        if was_collecting:
            gc.enable()
    return {name: Timing(tuple(taken)) for name, taken in seconds.items()}


def speedup(baseline: Timing, contender: Timing) -> Interval:
    """Return how many times as fast the contender is, from the ratios within each round."""
    pairs = zip(baseline.rounds, contender.rounds, strict=True)
    return median_interval([slow / fast for slow, fast in pairs])


def synchroniser(device: torch.device) -> Work:
    """Return what waits until all work on a device is done; a CPU never queues any."""
    if device.type == "cuda":
        return lambda: torch.cuda.synchronize(device)
    return lambda: None


def peak_memory(work: Work, device: torch.device) -> int:
    """Return how many bytes more than before a call of work held at its highest.

    On a GPU, torch's allocator counts. On a CPU under Linux, the kernel's high-water mark of the
    process is reset and read: it sees every library, in pages of 4 KB, but not memory that was
    freed earlier and not given back. Raises RuntimeError where neither can be had.
    """
    gc.collect()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        work()
        torch.cuda.synchronize(device)
        return torch.cuda.max_memory_allocated(device) - before
    if not sys.platform.startswith("linux"):
        raise RuntimeError("peak memory on a CPU is measured under Linux only")
    _give_back_freed_memory()
    Path("/proc/self/clear_refs").write_text("5")  # 5: set the high-water mark to what is held now
    before = _high_water_mark()
    work()
    return _high_water_mark() - before


def _high_water_mark() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("the kernel does not tell the high-water mark")


def _give_back_freed_memory() -> None:
    """Ask the C library to return what it keeps for later, which would hide the next use of it."""
    import ctypes

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only
    if trim is not None:
        trim(0)
