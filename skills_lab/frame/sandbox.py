"""Runs a program that may do anything, within limits of time, memory and output.

It guards against mistakes (a loop, a leak, a crash, a fork bomb), not against malice: a learner's
program is the learner's own, and may read and write what they may.
"""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_TICK = 0.05
_TREE_EVERY = 0.25


@dataclass(frozen=True)
class Limits:
    """What a program may take: seconds by the clock and of CPU, bytes, processes.

    `output` bounds what it prints, `report` what it tells.
    """

    seconds: float = 60
    cpu_seconds: int = 120
    memory: int = 3 << 30
    output: int = 1 << 20
    processes: int = 64
    report: int = 4 << 20


USUAL = Limits()


@dataclass(frozen=True)
class Ended:
    """How a program ended: `why` is None if by itself with code 0; its output and its report."""

    why: str | None
    output: str
    report: list[str]


@dataclass
class _Watched:
    process: subprocess.Popen[bytes]
    limits: Limits
    started: float = field(default_factory=time.monotonic)
    tree_seen: float = 0.0
    seen: dict[int, psutil.Process] = field(default_factory=dict)

    def excess(self) -> str | None:
        """Return which limit is passed, if one is."""
        now = time.monotonic()
        if now - self.started > self.limits.seconds:
            return f"it took longer than {self.limits.seconds:g} s"
        memory = 0
        with suppress(psutil.Error):
            leader = psutil.Process(self.process.pid)
            memory = leader.memory_info().rss
            if now - self.tree_seen > _TREE_EVERY:
                self.tree_seen = now
                self._look()
        alive = 0
        for one in self.seen.values():
            with suppress(psutil.Error):
                if one.is_running():
                    memory += one.memory_info().rss
                    alive += 1
        if memory > self.limits.memory:
            return f"it took more than {self.limits.memory / 2**30:g} GB of memory"
        if alive > self.limits.processes:
            return f"it started more than {self.limits.processes} processes"
        return None

    def kill(self) -> None:
        """End the program, its group, and every process of its that left the group."""
        self._look()  # what was started a moment ago as well
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        for one in self.seen.values():
            with suppress(psutil.Error):
                one.kill()
        self.process.wait()

    def _look(self) -> None:
        """Remember which processes the program has started."""
        with suppress(psutil.Error):
            leader = psutil.Process(self.process.pid)
            self.seen |= {one.pid: one for one in leader.children(recursive=True)}


def run_limited(
    command: Callable[[int, int], Sequence[str]],
    *,
    folder: Path,
    environment: Mapping[str, str],
    limits: Limits,
    on_line: Callable[[str], None] = lambda line: None,
    stop: Callable[[], bool] = lambda: False,
) -> Ended:
    """Run `command(report, lifeline)` in a folder until it ends, passes a limit, or `stop` says so.

    The program writes lines to the descriptor `report`, each told to `on_line` as it comes, and is
    to end when `lifeline` closes. Its standard output and error are read together and kept up to
    the limit; its standard input is empty. The whole process group is killed at the end.
    """
    report, report_end = os.pipe()
    lifeline_end, lifeline = os.pipe()
    try:
        process = subprocess.Popen(
            command(report_end, lifeline_end),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=(report_end, lifeline_end),
        )
    except BaseException:
        os.close(report)
        os.close(lifeline)
        raise
    finally:
        os.close(report_end)
        os.close(lifeline_end)
    watched = _Watched(process, limits)
    assert process.stdout is not None
    try:
        return _follow(watched, process.stdout.fileno(), report, on_line, stop)
    finally:
        watched.kill()
        process.stdout.close()
        os.close(report)
        os.close(lifeline)


def _follow(
    watched: _Watched,
    output: int,
    report: int,
    on_line: Callable[[str], None],
    stop: Callable[[], bool],
) -> Ended:
    printed, lines, pending = bytearray(), list[str](), bytearray()
    read = reported = 0
    why: str | None = None
    with selectors.DefaultSelector() as selector:
        for descriptor in (output, report):
            os.set_blocking(descriptor, False)
            selector.register(descriptor, selectors.EVENT_READ)
        ended = False
        while True:
            ready = selector.select(0 if ended else _TICK) if selector.get_map() else []
            if not selector.get_map() and not ended:
                time.sleep(_TICK)
            for key, _ in ready:
                data = _read(key.fd)
                if data is None:
                    continue
                if not data:
                    selector.unregister(key.fd)
                elif key.fd == output:
                    printed += data[: max(0, watched.limits.output - len(printed))]
                    read += len(data)
                else:
                    pending += data
                    reported += len(data)
                    *whole, rest = bytes(pending).split(b"\n")
                    pending = bytearray(rest)
                    for line in whole:
                        lines.append(line.decode(errors="replace"))
                        on_line(lines[-1])
            if why is None and read > watched.limits.output:
                why = f"it printed more than {watched.limits.output / 2**20:g} MB"
            if why is None and reported > watched.limits.report:
                why = f"it told more than {watched.limits.report / 2**20:g} MB"
            if ended and (not ready or why):
                break
            if not ended:
                why = why or watched.excess() or ("it was stopped" if stop() else None)
                if why or watched.process.poll() is not None:
                    ended = True
                    watched.kill()
    why = why or _told(watched.process.returncode, watched.limits)
    return Ended(why, printed.decode(errors="replace"), lines)


def _read(descriptor: int) -> bytes | None:
    try:
        return os.read(descriptor, 1 << 16)
    except BlockingIOError:
        return None


def _told(code: int, limits: Limits) -> str | None:
    """Return how a process ended, in words; None if well."""
    if code == 0:
        return None
    if code == -signal.SIGXCPU:
        return f"it used more than {limits.cpu_seconds} s of CPU"
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        meaning = " (a crash of the interpreter)" if -code in _CRASHES else ""
        return f"the process was ended by {name}{meaning}"
    return f"the process ended itself with code {code}"


_CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL}
