"""A run's figures in trackers, read back by their own libraries where these are installed."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from assistant.skills import running
from assistant.skills.trackers import PROJECT, TRACKERS
from tests.fakes.lab_children import GOOD
from tests.functional.command import assistant


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(running, "CHILD", GOOD)
    told = assistant("lab", "run", "custom_loss", "--device", "cpu", "--seed", 3, "--json")
    return str(told.json["run"])


def sent(run: str, tracker: str) -> Path:
    told = assistant("lab", "send", run, "--to", tracker, "--json")
    assert told.code == 0, told.err
    return Path(told.json["folder"])


@pytest.mark.parametrize("tracker", TRACKERS)
def test_what_is_not_installed_is_told(
    tracker: str, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(sys.modules):
        if name.partition(".")[0] == tracker:
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, tracker, None)
    told = assistant("lab", "send", run, "--to", tracker)
    assert told.code == 1
    assert f"pip install 'assistant[{tracker}]'" in told.err


def test_a_run_without_figures_is_told(run: str, home: Path) -> None:
    (home / "labs" / "runs" / run / "events.jsonl").unlink()
    told = assistant("lab", "send", run, "--to", "tensorboard")
    assert told.code == 1
    assert "no figures" in told.err


def installed(name: str) -> Any:
    return pytest.mark.skipif(
        importlib.util.find_spec(name) is None, reason=f"the extra {name} is not installed"
    )


@installed("tensorboard")
def test_tensorboard(run: str) -> None:
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    (file,) = (sent(run, "tensorboard") / run).glob("events.*")
    points = [
        (event.step, value.tag, round(value.tensor.float_val[0], 4))
        for event in EventFileLoader(str(file)).Load()
        for value in event.summary.value
    ]
    assert points[0] == (0, "loss", 4.0)
    assert points[-1] == (19, "loss", 0.2)
    assert len(points) == 20


@installed("mlflow")
@pytest.mark.filterwarnings("ignore")
def test_mlflow(run: str) -> None:
    folder = sent(run, "mlflow")
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{folder / 'mlflow.db'}")
    experiment = client.get_experiment_by_name(PROJECT)
    (found,) = client.search_runs([experiment.experiment_id])
    assert found.info.run_name == run
    assert found.data.params["seed"] == "3"
    assert found.data.params["claim.c"] == "True"
    history = client.get_metric_history(found.info.run_id, "loss")
    assert (history[0].step, history[0].value) == (0, 4.0)
    assert len(history) == 20


@installed("wandb")
def test_wandb_goes_nowhere(run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_API_KEY", "")
    folder = sent(run, "wandb")
    (file,) = folder.glob("wandb/offline-run-*/run-*.wandb")
    assert b"loss" in file.read_bytes()
    assert run.encode() in file.read_bytes()
