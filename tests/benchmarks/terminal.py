"""Programs in a real terminal, and a library for them: what the app's benchmarks time with."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.papers import snapshot_lines

_LONGEST = 5.0  # seconds
_TIMES = 200
_SILENCE = 0.06  # seconds; a key sooner after an escape would be read as one with it


class Program:
    """A program in a terminal of 120 columns and 40 lines."""

    def __init__(self, arguments: list[str], home: Path) -> None:
        self.began = time.perf_counter()
        self.pid, self._screen = pty.fork()
        if self.pid == 0:
            os.environ.update(
                TERM="xterm-256color", COLORTERM="truecolor", ASSISTANT_HOME=str(home)
            )
            os.execv(sys.executable, [sys.executable, *arguments])
        fcntl.ioctl(self._screen, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))

    def until(self, wanted: bytes, seconds: float = 30.0) -> float:
        """Return the seconds since it began until it wrote this."""
        seen, end = b"", time.perf_counter() + seconds
        while time.perf_counter() < end:
            seen += self.read(0.01)
            if wanted in seen:
                return time.perf_counter() - self.began
        raise SystemExit(f"never saw {wanted!r}")

    def read(self, seconds: float) -> bytes:
        ready, _, _ = select.select([self._screen], [], [], seconds)
        return os.read(self._screen, 1 << 16) if ready else b""

    def answer(self, key: str) -> float:
        """Return the milliseconds from a key to the first change on the screen."""
        while self.read(_SILENCE):
            pass
        before = time.perf_counter()
        os.write(self._screen, key.encode())
        if not self.read(_LONGEST):
            raise SystemExit(f"no answer to {key!r}")
        return 1_000 * (time.perf_counter() - before)

    def megabytes(self) -> float:
        told = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", told)
        return int(found[1]) / 1_000 if found else 0.0

    def end(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._screen)


def time_keys(home: Path, told: str, named: Sequence[tuple[str, str]], seen: bytes) -> None:
    """Start the app, and print how soon it answers each of these keys once it shows `seen`."""
    with running(["-m", "assistant"], home) as program:
        program.until(seen)
        time.sleep(2.0)
        for keys, name in named:
            times = sorted(program.answer(keys[n % len(keys)]) for n in range(_TIMES))
            print(
                f"{name:<12} {told:<16} p50 {times[len(times) // 2]:5.0f} ms"
                f"  p99 {times[int(len(times) * 0.99)]:5.0f} ms"
            )


@contextmanager
def running(arguments: list[str], home: Path) -> Iterator[Program]:
    """A program with these arguments to Python, ended with the block."""
    program = Program(arguments, home)
    try:
        yield program
    finally:
        program.end()


def made_library(folder: Path, works: int) -> Path:
    """Return a home with so many papers that read like papers; the app opens on them."""
    home = folder / "home"
    home.mkdir()
    lines = folder / "papers.jsonl"
    with lines.open("w", encoding="utf-8") as file:
        file.writelines(snapshot_lines(works))
    subprocess.run(
        [sys.executable, "-m", "assistant", "import", str(lines), "--no-embed"],
        env={**os.environ, "ASSISTANT_HOME": str(home)}, check=True, capture_output=True,
    )  # fmt: skip
    (home / "session.json").write_text('{"app": {"area": "papers"}}')
    return home
