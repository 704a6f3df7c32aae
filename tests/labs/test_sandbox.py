"""Limits hold for any program, its children and what leaves its group."""

import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from skills_lab.frame.sandbox import Ended, Limits, run_limited

NARROW = Limits(seconds=200, cpu_seconds=20, memory=200 << 20, output=1 << 16, processes=8)


def run(code: str, folder: Path, limits: Limits = NARROW) -> Ended:
    def command(report: int, lifeline: int) -> list[str]:
        return [sys.executable, "-c", f"REPORT, LIFE = {report}, {lifeline}\n{code}"]

    return run_limited(
        command,
        folder=folder,
        environment=dict(os.environ),
        limits=limits,
    )


def test_a_program_that_ends_well(tmp_path: Path) -> None:
    ended = run("import os; os.write(REPORT, b'one\\ntwo\\n'); print('seen')", tmp_path)
    assert ended == Ended(None, "seen\n", ["one", "two"])


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import time; time.sleep(60)", "longer than 1 s"),
        ("while True: pass", "longer than 1 s"),
        ("import mmap; m = mmap.mmap(-1, 1 << 29); m.write(bytes(1 << 29))\n"
         "import time; time.sleep(600)", "of memory"),
        ("import os\nfor _ in range(20): os.fork() or __import__('time').sleep(60)\n"
         "__import__('time').sleep(60)", "more than 8 processes"),
        ("while True: print('x' * 1000)", "printed more than"),
        ("import os\nwhile True: os.write(REPORT, b'x' * 10_000)", "told more than"),
        ("import sys; sys.exit(3)", "code 3"),
        ("import os; os.abort()", "SIGABRT (a crash of the interpreter)"),
    ],
)  # fmt: skip
def test_each_limit_is_named(tmp_path: Path, code: str, told: str) -> None:
    limits = Limits(1 if "longer" in told else 200, 20, 200 << 20, 1 << 16, 8)
    ended = run(code, tmp_path, limits)
    assert ended.why is not None
    assert told in ended.why


def test_no_child_outlives_it_not_even_out_of_its_session(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        "sleep = [sys.executable, '-c', 'import time; time.sleep(1000)']\n"
        "a = subprocess.Popen(sleep); b = subprocess.Popen(sleep, start_new_session=True)\n"
        "print(a.pid, b.pid, flush=True); time.sleep(1)"
    )
    pids = [int(word) for word in run(code, tmp_path).output.split()]
    assert len(pids) == 2
    deadline = time.monotonic() + 100
    while any(map(_runs, pids)):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_grandchild_that_keeps_the_output_open_does_not_hang_it(tmp_path: Path) -> None:
    code = "import os, time\nif os.fork() == 0: time.sleep(1000)\nprint('done')"
    assert run(code, tmp_path).output == "done\n"


def test_a_program_that_closes_everything_is_still_bounded(tmp_path: Path) -> None:
    code = "import os, time; os.closerange(0, 100); time.sleep(100)"
    ended = run(code, tmp_path, Limits(seconds=1))
    assert ended.why == "it took longer than 1 s"


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    run("pass", tmp_path)
    before = psutil.Process().num_fds()
    for _ in range(3):
        run("pass", tmp_path)
    with pytest.raises(FileNotFoundError):
        run("pass", tmp_path / "nowhere")
    assert psutil.Process().num_fds() == before


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
