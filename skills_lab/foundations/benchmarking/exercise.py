"""Exercise: a harness for timing code against code.

What fools a stopwatch: first calls that compile and allocate; a GPU that only queues; calls shorter
than the clock can tell; a machine that grows busier; cold caches for whoever goes first; moments
stolen by other programs; numbers without their spread. Fill in what is marked TODO. The checks
replace the clock with a simulated one, so that they know what your harness should read. Hints come
one at a time with `check benchmarking --solution THIS_FILE --hint`.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

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

    The interval goes from the k-th smallest to the k-th largest value, k as large as confidence
    allows. Whatever the noise, it misses the true median only if fewer than k of n fair coins fall
    on one side. With too few values for any k, their range is returned.
    """
    raise NotImplementedError("TODO: the median, and the k that coins allow")


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
    raise NotImplementedError("TODO: warm up, find how many calls fill min_seconds, then rounds")


def speedup(baseline: Timing, contender: Timing) -> Interval:
    """Return how many times as fast the contender is, from the ratios within each round."""
    raise NotImplementedError("TODO: ratios first, then their median")


def synchroniser(device: torch.device) -> Work:
    """Return what waits until all work on a device is done; a CPU never queues any."""
    if device.type == "cuda":
        return lambda: torch.cuda.synchronize(device)
    return lambda: None


def peak_memory(work: Work, device: torch.device) -> int:
    """Return how many bytes more than before a call of work held at its highest.

    On a GPU ask torch's allocator; on a CPU under Linux the kernel (VmHWM in /proc/self/status,
    reset by writing 5 to /proc/self/clear_refs).
    """
    raise NotImplementedError("TODO: reset the high-water mark, run, read it")
