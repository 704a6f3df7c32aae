"""Forks work, kills it at a random moment, and tells what it had acknowledged."""

import math
import os
import random
import signal
import time
from collections.abc import Callable

Work = Callable[[Callable[[int], None]], None]
"""Work that is killed; it tells through what it is given what it has done."""


class Killer:
    """Kills work at moments of a span that follows the machine: stretched where kills come before
    the work has come far enough, shortened where it has come there, until that `share` of the lives
    comes far enough. How fast the machine is just now is nobody's guess.

    `enough` is what a life must have told; without it, it must have come to its end. `span` is
    where to begin, in seconds.
    """

    def __init__(self, seed: int, span: float, *, share: float, enough: int | None = None) -> None:
        self._chance = random.Random(seed)
        self._span = span
        self._share = share
        self._enough = enough

    def run(self, work: Work) -> tuple[int, bool]:
        """Return what the work told last, and whether it came to its end before the kill."""
        told, done = run_and_kill(work, self._chance.uniform(0.0, self._span))
        far = done or (self._enough is not None and told >= self._enough)
        self._span *= math.exp(0.3 * (self._share - far))
        return told, done


def seconds_of(work: Work) -> float:
    """Return how long a whole run takes on this machine now."""
    began = time.monotonic()
    _, finished = run_and_kill(work, 600)
    assert finished
    return time.monotonic() - began


def void(_: object) -> None:
    """Throw a value away."""


def run_and_kill(work: Work, after: float) -> tuple[int, bool]:
    """Fork, run `work(acknowledge)`, SIGKILL it `after` seconds; return (last told, finished)."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            work(lambda count: void(os.write(writing, count.to_bytes(4, "big"))))
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    deadline = time.monotonic() + after
    status = None
    while time.monotonic() < deadline:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            break
        time.sleep(0.001)
    else:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    told = b""
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    assert status is not None
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0, "the child failed"
    last = int.from_bytes(told[-4 - len(told) % 4 :][:4], "big") if len(told) >= 4 else 0
    return last, not os.WIFSIGNALED(status)
