"""Whatever a lab does, its run ends as a clear result, and all it told is kept."""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from assistant.config import Home
from assistant.errors import NotFoundError, UsageError
from assistant.skills import running, runs
from assistant.skills.labs import LabError, find_lab
from assistant.skills.run_store import INTERRUPTED, RunStoreError, runs_folder
from db import learning
from db.engine import Database
from skills_lab.frame.sandbox import Limits
from tests.fakes.lab_children import GOOD, child, wait_until_none_is_left

LIMITS = Limits(seconds=300, cpu_seconds=30, memory=400 << 20, output=1 << 16, processes=8,
                report=1 << 18)  # fmt: skip
Runner = Callable[..., running.Ran]


@pytest.fixture
def run(home: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runner]:
    """Run a child in place of a lab."""

    def start(told: tuple[str, ...] = GOOD, **options: Any) -> running.Ran:
        monkeypatch.setattr(running, "CHILD", told)
        options = {"scale": "tiny", "device": "cpu", "limits": LIMITS} | options
        return running.run(Home(home), database, find_lab("custom_loss"), **options)

    yield start
    wait_until_none_is_left(runs_folder(Home(home)))


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def logged(database: Database) -> list[dict[str, Any]]:
    with database.read() as connection:
        rows = learning.events_in_time(connection, ["lab-run"], whole=True)
    return [row.data for row in rows]


def test_a_run_is_kept_whole(run: Runner, home: Path, database: Database) -> None:
    told: list[dict[str, Any]] = []
    ran = run(on_event=told.append, seed=3)
    assert ran.ok
    (data,) = logged(database)
    assert data == ran.data
    assert (data["seed"], data["scale"], data["device"]) == (3, "tiny", "cpu")
    assert (data["held"], data["failed"], data["skipped"]) == (1, 0, 1)
    assert data["environment"] == {"cpu": "a", "torch": "1"}
    assert data["figures"]["loss"] == {"unit": "nats", "points": 20, "value": 0.2}
    assert data["figures"]["gone"]["value"] is None
    assert [claim["id"] for claim in data["claims"]] == ["c", "gpu"]
    assert data["told"] == "ran custom_loss on cpu: 1 claim held"
    folder = runs_folder(Home(home)) / ran.id
    kept = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    assert kept == told
    assert [event["event"] for event in (kept[0], kept[-1])] == ["start", "result"]
    (found,) = runs.list_runs(Home(home), database)
    (curve, _) = runs.curves(Home(home), found)
    assert (curve.name, curve.steps[-1], curve.values[0]) == ("loss", 19, 4.0)


@pytest.mark.parametrize(
    ("then", "why"),
    [
        ("while True: pass", "it used more than 2 s of CPU"),
        ("time.sleep(600)", "it took longer than 100 s"),
        ("x = bytearray(1 << 31)", "MemoryError"),
        ("x = []\nwhile True: x.append(bytearray(10_000_000))", "MemoryError"),
        ("while True: print('x' * 10_000)", "it printed more than"),
        ("while True: tell(event='metric', name='m', step=0, value=1.0, unit='')",
         "it told more than"),
        ("sys.exit(3)", "it ended itself with code 3|ended itself with code 3"),
        ("sys.exit(0)", "without a result"),
        ("os._exit(0)", "without a result"),
        ("os.kill(os.getpid(), 11)", "SIGSEGV (a crash of the interpreter)"),
        ("os.kill(os.getpid(), 9)", "SIGKILL"),
        ("os.abort()", "SIGABRT"),
        ("open('big', 'wb').truncate(1 << 40)", "File too large"),
        ("raise RuntimeError('told why')", "RuntimeError: told why"),
        ("os.close(int(report)); time.sleep(0.2)", "without a result"),
        ("for _ in range(100):\n    if os.fork() == 0: time.sleep(30)\ntime.sleep(30)",
         "more than 8 processes|of memory"),
    ],
)  # fmt: skip
def test_whatever_it_does_it_ends_with_a_reason(
    then: str,
    why: str,
    run: Runner,
    home: Path,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = Limits(seconds=100, cpu_seconds=2, memory=400 << 20, output=1 << 16, processes=8,
                    report=1 << 18)  # fmt: skip
    ahead = 0.0
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + ahead, sleep=time.sleep)
    monkeypatch.setattr("skills_lab.frame.sandbox.time", clock)

    def listen(event: dict[str, Any]) -> None:
        nonlocal ahead
        if event["event"] == "skip" and "longer" in why:  # the last thing it tells
            ahead = 101.0

    ran = run(child(then), limits=limits, on_event=listen)
    assert not ran.ok
    error = str(ran.data["error"])
    assert any(one in error for one in why.split("|")), error
    (data,) = logged(database)
    assert data["error"] == ran.data["error"]
    assert data["figures"]["loss"]["points"] == 20, "what it told is kept"
    assert data["held"] == 1
    (found,) = runs.list_runs(Home(home), database)
    assert len(runs.curves(Home(home), found)[0].steps) == 20


def test_what_it_tells_is_not_trusted(run: Runner, home: Path, database: Database) -> None:
    bad = r"""
for line in ("{", "[1]", '{"event": 5}', '{"event": "metric"}', '{"event": "metric", "name": 1}',
             '{"event": "metric", "name": "n", "step": 0, "value": NaN}', "[" * 50_000,
             '{"event": "claim", "id": "x", "text": "\\u001b[31mred", "measured": 1, "bound": 1,'
             ' "holds": true}'):
    os.write(int(report), line.encode() + b"\n")
os.write(int(report), b"\xff\xfe\n")
os.write(int(report), b'{"event": "metric", "name": "' + b"n" * 200_000 + b'"}\n')
"""
    ran = run(child(bad, end=True))
    assert ran.ok
    (data,) = logged(database)
    assert [claim["text"] for claim in data["claims"]][-1] == "red"
    assert "n" not in data["figures"]
    assert runs.list_runs(Home(home), database)


def test_a_flood_of_claims_and_figures_is_bounded(run: Runner, database: Database) -> None:
    many = """
for n in range(900):
    tell(event="claim", id=str(n), text="t", measured=1, bound=1, holds=True)
    tell(event="metric", name=str(n), step=0, value=1.0, unit="")
"""
    run(child(many, end=True), limits=Limits(report=8 << 20))
    (data,) = logged(database)
    assert len(data["claims"]) == 300
    assert len(data["figures"]) == 500


def test_it_is_stopped_with_all_it_started(run: Runner, database: Database, home: Path) -> None:
    pids = home / "pids"
    then = f"""
import subprocess
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
one = subprocess.Popen(sleep, start_new_session=True)
open({str(pids)!r}, "w").write(f"{{os.getpid()}} {{one.pid}}")
time.sleep(600)
"""
    stopped: list[float] = []

    def stop() -> bool:
        if pids.exists() and pids.read_text().count(" ") and not stopped:
            stopped.append(time.monotonic())
        return bool(stopped)

    ran = run(child(then), stop=stop)
    assert time.monotonic() - stopped[0] < 60, "it was left to itself"
    assert ran.data["error"] == "cancelled"
    assert ran.data["figures"]["loss"]["points"] == 20
    assert not any(_lives(int(pid)) for pid in pids.read_text().split())


def test_ctrl_c_keeps_it_as_cancelled(run: Runner, database: Database) -> None:
    def listen(event: dict[str, Any]) -> None:
        if event["event"] == "skip":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(child("time.sleep(60)"), on_event=listen)
    (data,) = logged(database)
    assert data["error"] == "cancelled"
    assert data["held"] == 1


def test_a_fault_of_who_listens_ends_the_run(run: Runner, home: Path, database: Database) -> None:
    def listen(event: dict[str, Any]) -> None:
        if event["event"] == "claim":
            raise OSError("the screen is gone")

    with pytest.raises(OSError, match="the screen is gone"):
        run(child("time.sleep(60)"), on_event=listen)
    (data,) = logged(database)
    assert data["error"] == "the screen is gone"


def test_a_full_disk_is_told_and_the_log_kept(
    run: Runner, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    kept = 0

    def write(descriptor: int, data: Any) -> int:
        nonlocal kept
        kept += 1
        if kept > 10:
            raise OSError(28, "No space left on device")
        return real(descriptor, data)

    monkeypatch.setattr("assistant.skills.run_store.os.write", write)
    with pytest.raises(RunStoreError) as told:
        run(child("time.sleep(60)"))
    assert told.value.why == "No space left on device"
    (data,) = logged(database)
    assert not data["ok"]
    assert "cannot be kept" in data["error"]


def test_a_run_that_was_cut_off_is_written_down(
    run: Runner, home: Path, database: Database
) -> None:
    ran = run()
    folder = runs_folder(Home(home)) / ran.id
    orphan = folder.with_name("20260101-000000-custom_loss-dead")
    orphan.mkdir()
    (orphan / "request.json").write_text(
        (folder / "request.json").read_text().replace(ran.id, orphan.name)
    )
    lines = (folder / "events.jsonl").read_text().splitlines(keepends=True)
    (orphan / "events.jsonl").write_text("".join(lines[:11]) + lines[11][:20])
    (folder.parent / "empty").mkdir()
    for _ in range(2):
        found = {one.id: one for one in runs.list_runs(Home(home), database)}
        assert set(found) == {ran.id, orphan.name}
        assert found[orphan.name].data["error"] == INTERRUPTED
        assert found[orphan.name].data["figures"]["loss"]["points"] == 5


def test_runs_stand_side_by_side(
    run: Runner, home: Path, database: Database, tmp_path: Path
) -> None:
    solution = tmp_path / "mine.py"
    solution.write_text("x = 1\n")
    first, second = run(seed=1), run(seed=3, solution=solution)
    solution.unlink()
    assert (runs_folder(Home(home)) / second.id / "custom_loss.py").read_text() == "x = 1\n"
    found = [runs.find_run(Home(home), database, one.id) for one in (first, second)]
    rows = {(row.kind, row.name): row for row in runs.compare(found)}
    assert rows["figure", "loss"].values == (0.1, 0.2)
    assert rows["figure", "loss"].ratio == 2
    assert rows["setting", "seed"].differs
    assert rows["setting", "solution"].values[0] == "reference"
    assert rows["claim", "Both agree"].values == (1e-9, 1e-9)
    assert ("environment", "cpu") not in rows, "equal in both"
    assert (rows["figure", "loss"].times, rows["outcome", "held"].times) == ("×2", "")
    assert rows["outcome", "peak_memory"].label == "memory at most"
    assert rows["outcome", "peak_memory"].cells == ("0 MB", "0 MB")
    assert rows["outcome", "ok"].cells == ("yes", "yes")
    assert [rows["outcome", name].shown for name in ("ok", "error", "failed")] == [
        True, False, False
    ]  # fmt: skip
    with pytest.raises(UsageError):
        runs.compare(found[:1])
    with pytest.raises(NotFoundError):
        runs.find_run(Home(home), database, "custom_los")
    with pytest.raises(NotFoundError):
        runs.find_run(Home(home), database, "")
    assert runs.find_run(Home(home), database, "custom_loss").id == second.id
    assert runs.find_run(Home(home), database, first.id[-4:]).id == first.id


def test_what_is_not_there_is_not_run(run: Runner, tmp_path: Path) -> None:
    with pytest.raises(LabError):
        run(solution=tmp_path / "nothing.py")
    with pytest.raises(NotFoundError) as told:
        find_lab("autograde")
    assert "'autograd'" in told.value.hint


def test_a_real_lab_in_a_real_child(home: Path, database: Database) -> None:
    told: list[str] = []
    ran = running.run(
        Home(home), database, find_lab("custom_loss"), scale="tiny", device="cpu",
        on_event=lambda event: told.append(event["event"]),
    )  # fmt: skip
    assert ran.ok, ran.data["error"]
    assert ran.data["held"] >= 1
    assert ran.data["environment"]["torch"]
    assert (told[0], told[-1]) == ("start", "result")
