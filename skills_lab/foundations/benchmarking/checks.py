"""What a harness is held to, on a simulated machine whose true times are known."""

import sys
from collections.abc import Callable
from types import ModuleType

import torch

from skills_lab.frame.checking import check

NOTICE = """\
• One inner function, `block`, holds everything about a single reading: wait, clock, calls, wait,
  clock. What surrounds it only decides who is read when.
• Ratios are taken within a round and the median afterwards. Dividing two medians would compare
  moments of the machine that may lie minutes apart.
• The order turns around every round, so that what the first pays, both pay equally often.
• The interval assumes nothing of the noise: it counts coins. Mean ± deviation would assume a bell,
  and timing noise is one-sided with a long tail."""


class Machine:
    """A simulated clock, and works that take their time on it.

    `queue` seconds are pending on the device; `drift` makes everything slower as time goes by;
    the clock ticks in steps of `tick`; `calls` says who was called, in order.
    """

    def __init__(self, *, drift: float = 0.0, tick: float = 0.0) -> None:
        self.now = 0.0
        self.queue = 0.0
        self.drift = drift
        self.tick = tick
        self.calls: list[str] = []

    def clock(self) -> float:
        """Read the time, as exactly as this clock can."""
        return self.now if not self.tick else int(self.now / self.tick) * self.tick

    def sync(self) -> None:
        """Wait for what is queued."""
        self.now += self.queue
        self.queue = 0.0

    def spend(self, seconds: float) -> None:
        """Let time pass, the slower the later it is."""
        self.now += seconds * (1 + self.drift * self.now)

    def work(self, name: str, cost: Callable[[int], float]) -> Callable[[], None]:
        """Return a work whose n-th call (from 0) takes cost(n) seconds."""
        count = 0

        def call() -> None:
            nonlocal count
            self.calls.append(name)
            self.spend(cost(count))
            count += 1

        return call


@check(
    "the interval of a median counts coins",
    proves="its ranks are those of the sign test, for few values and many",
    hints=(
        "The k-th smallest value is above the true median only if fewer than k are below it.",
        "That many or fewer heads in n fair coins: the sum of comb(n, i) / 2**n for i below k; "
        "twice that, for both sides, may be 1 - confidence at most.",
        "Take the largest such k, at least 1: Interval(median, ordered[k - 1], ordered[n - k]).",
    ),
)
def interval(solution: ModuleType) -> None:
    """Compare ranks with the tables of the sign test."""
    for n, k in ((1, 1), (5, 1), (6, 1), (9, 2), (12, 3), (20, 6), (40, 14)):
        values = [float(one) for one in range(n, 0, -1)]  # 1 to n, so that values are ranks
        found = solution.median_interval(values)
        assert found.median == (n + 1) / 2, f"the median of 1 to {n} is {(n + 1) / 2:g}"
        assert (found.low, found.high) == (k, n + 1 - k), (
            f"{n} values: ranks {found.low:g} to {found.high:g} instead of {k} to {n + 1 - k}"
        )
    wide = solution.median_interval([float(one) for one in range(1, 21)], 0.99)
    assert (wide.low, wide.high) == (4, 17), "20 values at 99%: ranks 4 to 17"


@check(
    "warm-up is not counted",
    proves="the first calls, 500 times as slow, leave no trace",
    hints=(
        "Call each contender `warmup` times before any clock is read.",
        "That goes for every contender, not only the first.",
    ),
)
def warmup(solution: ModuleType) -> None:
    """First calls that compile."""
    machine = Machine()
    cold = machine.work("cold", lambda n: 5.0 if n < 3 else 0.01)
    times = solution.measure({"cold": cold}, warmup=3, rounds=6, clock=machine.clock)
    taken = times["cold"].rounds
    assert len(taken) == 6, f"six rounds are asked for, {len(taken)} came back"
    assert max(taken) < 0.0101, f"a round read {max(taken):.3g} s for a call of 0.01 s"


@check(
    "the device has finished before the clock is read",
    proves="queued work is counted, and counted for whoever queued it",
    hints=(
        "A GPU call returns at once; sync() returns when the work is done.",
        "sync() before the second reading of the clock, or you time the queueing.",
        "And before the first: what the contender before you queued would be on your bill.",
    ),
)
def synchronised(solution: ModuleType) -> None:
    """A device that queues."""
    machine = Machine()

    def queueing(cost: float) -> Callable[[], None]:
        def call() -> None:
            machine.now += 1e-5
            machine.queue += cost

        return call

    contenders = {"long": queueing(0.08), "short": queueing(0.02)}
    times = solution.measure(contenders, rounds=6, sync=machine.sync, clock=machine.clock)
    for name, truth in (("long", 0.08), ("short", 0.02)):
        for taken in times[name].rounds:
            assert abs(taken / truth - 1) < 0.01, (
                f"a round read {taken:.3g} s for work of {truth} s on the device"
            )


@check(
    "short calls are timed in blocks",
    proves="calls of 50 ns under a clock that ticks in microseconds",
    hints=(
        "One such call takes no time at all, as far as this clock can tell.",
        "Time many calls between two readings and divide: as many as take min_seconds.",
        "Begin with one call and multiply, tenfold at most, until a block is long enough.",
    ),
)
def blocks(solution: ModuleType) -> None:
    """A clock too coarse for one call."""
    machine = Machine(tick=1e-6)
    tiny = machine.work("tiny", lambda n: 5e-8)
    times = solution.measure({"tiny": tiny}, rounds=4, min_seconds=1e-4, clock=machine.clock)
    for taken in times["tiny"].rounds:
        assert abs(taken / 5e-8 - 1) < 0.05, f"a round read {taken:.3g} s for calls of 5e-08 s"


@check(
    "a machine that grows slower is fair to all",
    proves="contenders are interleaved in rounds: equals read 1.00 under drift",
    hints=(
        "If all rounds of A come before all rounds of B, B gets the slower machine.",
        "In each round time every contender once.",
    ),
)
def drift(solution: ModuleType) -> None:
    """Everything takes ten times as long at the end as in the beginning."""
    machine = Machine(drift=0.5)
    same = {name: machine.work(name, lambda n: 0.02) for name in "AB"}
    times = solution.measure(same, rounds=40, clock=machine.clock)
    read = solution.speedup(times["A"], times["B"]).median
    assert abs(read - 1) < 0.05, f"two equal works read {read:.2f}x"


@check(
    "going first costs everyone the same",
    proves="the order changes from round to round",
    hints=(
        "A B, A B, A B: A always goes first.",
        "Turn the order around after every round: A B, B A, A B.",
    ),
)
def order(solution: ModuleType) -> None:
    """The last forty calls, which are twenty rounds of two."""
    machine = Machine()
    works = {name: machine.work(name, lambda n: 0.01) for name in "AB"}
    solution.measure(works, rounds=20, clock=machine.clock)
    firsts = set(machine.calls[-40::2])
    assert firsts == {"A", "B"}, f"{firsts.pop()} went first in every round"


@check(
    "moments stolen by others do not count",
    proves="a median of ratios within rounds: a third of the rounds disturbed, 2.00 is read",
    hints=(
        "A mean is moved by every disturbed round, a median by none until half of them are.",
        "Divide round by round, then take the median; dividing sums or means lets noise in.",
    ),
)
def stolen(solution: ModuleType) -> None:
    """Some rounds are disturbed for one contender, some for both."""
    slow, fast = [], []
    for number in range(21):
        load = 1 + number % 7  # shared by both in a round
        slow.append(2.0 * load * (30 if number % 9 == 0 else 1))
        fast.append(1.0 * load * (50 if number % 5 == 4 else 1))
    read = solution.speedup(solution.Timing(tuple(slow)), solution.Timing(tuple(fast)))
    assert abs(read.median - 2) < 0.02, f"twice as fast reads {read.median:.2f}x"
    turned = solution.speedup(solution.Timing(tuple(fast)), solution.Timing(tuple(slow)))
    assert abs(turned.median - 0.5) < 0.01, "the baseline is what is divided by the contender"


@check(
    "peak memory is what was held at once",
    proves="40 MB for a moment beside 40 MB kept: the peak is 80 MB, on the CPU under Linux",
    hints=(
        "What is held after the call is not what was held at its highest.",
        "Reset the mark before the call; what was held before is to be taken off.",
        "Write 5 to /proc/self/clear_refs, read VmHWM (in kB) from /proc/self/status.",
    ),
)
def memory(solution: ModuleType) -> None:
    """Allocate known amounts, after having held more before."""
    if not sys.platform.startswith("linux"):
        return
    size = 40 << 20  # beyond what the C library ever keeps for later
    torch.ones(3 * size // 4).sum()  # an earlier peak that must not be seen
    kept: list[torch.Tensor] = []

    def work() -> None:
        kept.append(torch.ones(size // 4))
        torch.ones(size // 4).sum()

    found = solution.peak_memory(work, torch.device("cpu"))
    assert 0.95 < found / (2 * size) < 1.1, (
        f"{found / 2**20:.0f} MB were read for a call that held 80 MB at its highest"
    )
