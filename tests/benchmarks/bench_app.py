"""The app in a real terminal: first picture, memory, and how soon a key is answered.

python -m tests.benchmarks.bench_app [--works 23000] [--runs 5] [--notes 5000] [--only-notes]

A library of papers that read like papers is made in a temporary home. Beside it stands a bare
Textual app. Keys are timed from the byte written to the change seen, 60 of each kind, first alone,
then while another process embeds the library at the priority of the app's own jobs. The same keys
are timed in Notes, in a vault of so many notes of some 4 KB, in the list of all of them.
"""

import argparse
import fcntl
import json
import os
import pty
import re
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.bench_notes import write_notes
from tests.fakes.papers import snapshot_lines

_BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("Papers")
Bare().run()
"""
_KEYS = (("j", "next line"), ("\x04", "half a page"), ("Gg", "the ends"), ("p", "preview"))
_NOTE_KEYS = (*_KEYS[:3], ("b", "its links"), ("/a\x0c\x1b", "filter"))
_LONGEST = 5.0  # seconds
_TIMES = 60


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
        while self.read(0.03):
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--works", type=int, default=23_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--notes", type=int, default=5_000)
    parser.add_argument("--only-notes", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = _library(Path(folder), asked.works)
        if asked.only_notes:
            _in_notes(home, asked.notes, asked.runs)
            return
        bare = Path(folder) / "bare.py"
        bare.write_text(_BARE)
        paints: dict[str, list[float]] = {"bare": [], "picture": [], "papers": [], "memory": []}
        for _ in range(asked.runs):
            with _running([str(bare)], home) as program:
                paints["bare"].append(program.until(b"Papers"))
            with _running(["-m", "assistant"], home) as program:
                paints["picture"].append(program.until(b"Papers"))
                paints["papers"].append(program.until(b"2024-"))
                time.sleep(1.0)
                paints["memory"].append(program.megabytes())
        print(f"{asked.works:,} works, {asked.runs} runs, medians")
        print(f"bare Textual app, first picture     {statistics.median(paints['bare']):.2f} s")
        print(f"assistant, first picture            {statistics.median(paints['picture']):.2f} s")
        print(f"assistant, papers in it             {statistics.median(paints['papers']):.2f} s")
        print(f"assistant, memory                   {statistics.median(paints['memory']):.0f} MB")
        _keys(home, "alone")
        _in_notes(home, asked.notes, asked.runs)
        embedding = subprocess.Popen(
            [sys.executable, "-m", "assistant", "embed", "--quiet"],
            env={**os.environ, "ASSISTANT_HOME": str(home), "ASSISTANT_NICE": "19"},
        )
        time.sleep(8.0)
        _keys(home, "while embedding")
        embedding.terminate()
        embedding.wait()


def _in_notes(home: Path, notes: int, runs: int) -> None:
    """Time the Notes area: its first picture, its list, and keys in it."""
    write_notes(home / "vault", notes)
    subprocess.run(
        [sys.executable, "-m", "assistant", "note", "refresh"],
        env={**os.environ, "ASSISTANT_HOME": str(home)}, check=True, capture_output=True,
    )  # fmt: skip
    state = {"app": {"area": "notes"}, "notes": {"view": "recent"}}
    (home / "session.json").write_text(json.dumps(state))
    listed = f"{notes:,} notes".encode()
    pictures, lists, memory = [], [], []
    for _ in range(runs):
        with _running(["-m", "assistant"], home) as program:
            pictures.append(program.until(b"Notes"))
            lists.append(program.until(listed))
            time.sleep(1.0)
            memory.append(program.megabytes())
    print(f"notes, first picture                {statistics.median(pictures):.2f} s")
    print(f"notes, {notes:,} of them listed         {statistics.median(lists):.2f} s")
    print(f"notes, memory                       {statistics.median(memory):.0f} MB")
    _keys(home, "in notes", _NOTE_KEYS, listed)
    (home / "session.json").write_text('{"app": {"area": "papers"}}')


def _keys(
    home: Path, told: str, keys_: Sequence[tuple[str, str]] = _KEYS, seen: bytes = b"2024-"
) -> None:
    with _running(["-m", "assistant"], home) as program:
        program.until(seen)
        time.sleep(2.0)
        for keys, name in keys_:
            times = sorted(program.answer(keys[n % len(keys)]) for n in range(_TIMES))
            print(
                f"{name:<12} {told:<16} p50 {times[len(times) // 2]:5.0f} ms"
                f"  p99 {times[int(len(times) * 0.99)]:5.0f} ms"
            )


@contextmanager
def _running(arguments: list[str], home: Path) -> Iterator[Program]:
    program = Program(arguments, home)
    try:
        yield program
    finally:
        program.end()


def _library(folder: Path, works: int) -> Path:
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


if __name__ == "__main__":
    main()
