"""A run states claims, and its exit code is their verdict."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from skills_lab.frame.bench import save
from skills_lab.frame.catalogue import Lab, read_lab
from skills_lab.frame.errors import LabError
from skills_lab.frame.run import Run, run_lab
from tests.labs.toy import FILES, Toy

ROOT = Path(__file__).parents[2]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Return a function that runs an experiment of its own, and returns (ok, events)."""
    folder = tmp_path / "toy"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    lab = read_lab(folder / "lab.toml")

    def run(experiment: Any, **options: Any) -> tuple[bool, list[dict[str, Any]]]:
        events: list[dict[str, Any]] = []
        monkeypatch.setattr(Lab, "module", lambda self, name: SimpleNamespace(run=experiment))
        options = {"device": "cpu", "scale": "tiny", "out": tmp_path / "out"} | options
        ok = run_lab(lab, events.append, **options)
        json.dumps(events, allow_nan=False)
        return ok, events

    return run


def test_claims_that_hold(made: Any) -> None:
    def experiment(run: Run) -> None:
        import torch

        run.progress(1, 2, "half")
        run.metric("loss", 3, torch.tensor(0.5), "nats")
        run.metric("loss", 4, float("nan"))
        run.claim("same", "Both agree", torch.tensor(0.0), "0", torch.tensor(True))
        run.claim("inf", "It grows without bound", float("inf"), "∞", True)
        run.skip("gpu", "It is faster on a GPU", "there is none")
        run.artifact("curve.csv", "1,2\n")

    ok, events = made(experiment)
    assert ok
    by_kind = {event["event"]: event for event in events}
    assert [e["value"] for e in events if e["event"] == "metric"] == [0.5, None]
    assert [e["measured"] for e in events if e["event"] == "claim"] == [0.0, "inf"]
    assert Path(by_kind["artifact"]["path"]).read_text() == "1,2\n"
    assert by_kind["result"]["claims"] == {"held": 2, "failed": 0, "skipped": 1}
    assert by_kind["result"]["environment"]["torch"]


def test_a_claim_that_does_not_hold_fails_the_run(made: Any) -> None:
    ok, events = made(lambda run: run.claim("x", "x", 1, "0", False))
    assert not ok
    assert events[-1]["error"] is None


def test_a_run_that_verified_nothing_fails(made: Any) -> None:
    ok, events = made(lambda run: run.skip("gpu", "It is faster", "no GPU"))
    assert not ok
    assert events[-1]["error"] == "nothing was verified"


def test_a_crash_is_a_result(made: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def experiment(run: Run) -> None:
        run.claim("x", "x", 1, "1", True)
        raise MemoryError("too much")

    ok, events = made(experiment)
    assert not ok
    assert events[-1]["error"] == "MemoryError: too much"
    assert "Traceback" in capsys.readouterr().err


def test_the_same_claim_twice_is_a_fault(made: Any) -> None:
    def experiment(run: Run) -> None:
        run.claim("x", "x", 1, "1", True)
        run.skip("x", "x", "again")

    assert not made(experiment)[0]


@pytest.mark.parametrize("name", ["../escape", "a/b", "", "."])
def test_an_artifact_stays_in_its_folder(made: Any, name: str) -> None:
    ok, events = made(lambda run: run.artifact(name, b"x"))
    assert not ok
    assert "plain file name" in events[-1]["error"]


def test_the_seed_decides(made: Any) -> None:
    def experiment(run: Run) -> None:
        import random

        import numpy as np
        import torch

        drawn = random.random() + np.random.rand() + float(torch.rand(()))
        run.claim("drawn", "drawn", drawn, "", True)

    drawn = [made(experiment, seed=seed)[1][1]["measured"] for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_missing_device_is_said(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(LabError, match="no CUDA device"):
        made(lambda run: None, device="cuda")


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "skills_lab", *words],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "", "COLUMNS": "100"},
    )


def test_a_missing_device_is_an_exit_code_of_1_and_an_event() -> None:
    done = command("run", "custom_loss", "--device", "cuda", "--json")
    assert done.returncode == 1
    (event,) = map(json.loads, done.stdout.splitlines())
    assert (event["event"], event["ok"]) == ("result", False)
    assert "no CUDA device" in event["error"]
    assert "--device cpu" in done.stderr


def test_the_same_seed_gives_the_same_losses(tmp_path: Path) -> None:
    words = ("run", "custom_loss", "--scale", "tiny", "--json", "--device", "cpu", "--seed", "7")
    told = []
    for _ in range(2):
        events = [json.loads(line) for line in command(*words).stdout.splitlines()]
        assert events[-1]["ok"]
        told.append([event for event in events if event["event"] in ("metric", "claim")])
    assert len(told[0]) > 50
    assert told[0] == told[1]


def with_experiment(toy: Toy, body: str) -> None:
    experiment = toy.root / "skills_lab/foundations/toy/experiment.py"
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    experiment.write_text(
        "import os, time\nfrom skills_lab.foundations.toy.reference import double\n"
        f"def run(run):\n{lines}"
    )


def test_what_an_experiment_prints_does_not_disturb_the_events(toy: Toy) -> None:
    claim = "run.claim('x', 'x', double(1), '2', double(1) == 2)"
    with_experiment(toy, f"print('hello')\nos.write(1, b'world')\n{claim}")
    done = toy("run", "toy", "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["event"] for event in events] == ["start", "claim", "result"]
    assert "hello" in done.stderr
    assert "world" in done.stderr
    # A learner's file in the reference's place.
    toy.file.write_text("def double(x):\n    return 3 * x\n")
    done = toy("run", "toy", "--json", "--solution", str(toy.file))
    assert done.returncode == 1
    assert json.loads(done.stdout.splitlines()[1])["measured"] == 3


def test_a_run_is_cancelled_with_a_result(toy: Toy) -> None:
    with_experiment(toy, "run.progress(1, 2)\ntime.sleep(60)")
    with toy.start("run", "toy", "--json") as running:
        assert running.stdout is not None
        for line in running.stdout:
            if json.loads(line)["event"] == "progress":
                running.send_signal(signal.SIGTERM)
                break
        result = json.loads(running.stdout.readline())
    assert result["error"] == "cancelled"
    assert running.returncode == 1


def test_a_run_nobody_listens_to_ends(toy: Toy) -> None:
    with_experiment(toy, "while True:\n    run.progress(1, 2)\n    time.sleep(0.01)")
    with toy.start("run", "toy", "--json") as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.stdout.close()
        deadline = time.monotonic() + 200
        while running.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert running.stderr is not None
        assert "Traceback" not in running.stderr.read()


def test_bench_keeps_evidence_and_tells_what_failed(toy: Toy) -> None:
    with_experiment(
        toy, "run.metric('speed', 0, 3, 'm/s')\nrun.claim('x', 'It is so', 1, '1', True)"
    )
    folder = toy.file.parent
    done = toy("bench", "--save", str(folder), "--device", "cpu")
    assert done.returncode == 0, done.stderr
    assert "1 of 1 labs hold all their claims" in done.stdout
    assert "It is so" in done.stdout
    (file,) = folder.glob("*-cpu.json")
    (outcome,) = json.loads(file.read_text())["labs"].values()
    assert outcome["command"] == "python -m skills_lab run toy --device cpu --scale small --seed 0"
    assert outcome["claims"][0]["measured"] == 1
    assert outcome["figures"]["speed"] == {"unit": "m/s", "points": 1, "value": 3.0}
    told = toy("evidence", str(folder)).stdout
    assert "| It is so | ✓ 1 (bound 1) | not measured yet |" in told
    (folder / "later.json").write_text('{"labs": 3}')
    done = toy("evidence", str(folder))
    assert (done.returncode, "later.json is no evidence" in done.stderr) == (1, True)
    with_experiment(toy, "os._exit(9)")
    done = toy("bench", "--json", "--device", "cpu")
    assert done.returncode == 1
    assert json.loads(done.stdout)["toy"]["error"] == "it ended without a result"


def test_evidence_of_one_day_is_added_up(tmp_path: Path) -> None:
    ran = {"environment": {"cpu": "a CPU"}, "ok": True}
    save({"one": ran}, tmp_path, "small")
    path = save({"two": ran, "none": {"environment": None}}, tmp_path, "small")
    assert list(json.loads(path.read_text())["labs"]) == ["one", "two"]
    gpu = save({"one": {"environment": {"gpu": "NVIDIA H200", "cpu": "c"}}}, tmp_path, "full")
    assert gpu.name.endswith("-nvidia-h200-full.json")
    path.write_text("[]")
    with pytest.raises(LabError, match="cannot be kept"):
        save({"one": ran}, tmp_path, "small")
    assert path.read_text() == "[]"


def test_a_list_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['skills_lab', 'list']\n"
        "from skills_lab.frame.cli import main; main()\n"
        "heavy = {'torch', 'numpy', 'sklearn', 'assistant', 'db'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert "custom_loss" in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("show", "custom_los"), 1, "Did you mean `custom_loss`?"),
        (("run", "custom_loss", "--scale", "huge"), 2, "--scale"),
        (("fly",), 2, "No such command"),
    ],
)
def test_wrong_words_get_advice(words: tuple[str, ...], code: int, told: str) -> None:
    done = command(*words)
    assert done.returncode == code
    assert told in done.stderr


def test_show_tells_what_a_lab_is_about_and_its_reference() -> None:
    told = json.loads(command("show", "custom_loss", "--json").stdout)
    assert told["id"] == "custom_loss"
    assert told["text"].startswith("# ")
    reference = command("show", "custom_loss", "--reference").stdout
    assert reference == (ROOT / "skills_lab/foundations/custom_loss/reference.py").read_text()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('id = "toy"', 'id = "other"', "id is to be the folder's name"),
        ("[budget.full]", "", "[budget.full] is missing"),
        ("extras = []", "", "extras is missing"),
        ("extras = []", "extras = []\nextra = 1", "extra is unknown"),
        ('skills = ["doubling"]', "skills = []", "skills is empty"),
        ('title = "A toy"', "title = 3", "title is to be one line"),
        ("[budget.tiny]", "[budget.tiny", "is not TOML"),
    ],
)
def test_a_lab_file_that_is_not_of_the_form(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "toy" / "lab.toml"
    path.parent.mkdir()
    path.write_text(FILES["lab.toml"].replace(old, new))
    with pytest.raises(LabError) as error:
        read_lab(path)
    assert told in f"{error.value.title} {error.value.why}"
