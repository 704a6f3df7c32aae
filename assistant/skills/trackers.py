"""A run's figures sent to an experiment tracker, by that tracker's own library; nothing goes out.

    tensorboard   event files, as `tensorboard --logdir FOLDER` shows them
    mlflow        an MLflow database, as `mlflow ui --backend-store-uri sqlite:///FOLDER/mlflow.db`
    wandb         an offline run of Weights & Biases, for `wandb sync` whenever one likes

Each comes as an extra: `pip install 'assistant[tensorboard]'`.
"""

import importlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from assistant.config import Home
from assistant.errors import AssistantError
from assistant.skills.runs import Curve, Run, curves

PROJECT = "assistant-labs"
_AT_ONCE = 1_000  # metrics in one batch of MLflow
_LONGEST = 500  # characters of a setting in MLflow


class TrackerError(AssistantError):
    """A tracker is not installed, or did not take a run."""


def send(home: Home, run: Run, tracker: str, folder: Path | None = None) -> Path:
    """Send a run's settings, figures and claims to a tracker and return the folder they are in.

    Raises:
        TrackerError: it is not installed, failed, or the run's curves are gone.
    """
    told = curves(home, run)
    if not told:
        raise TrackerError(
            f"{run.id} has no figures to send.", why="Its folder is gone, or it told none."
        )
    folder = folder or home.labs / "trackers" / tracker
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _SENDERS[tracker](run, told, folder)
    except TrackerError:
        raise
    except Exception as error:  # whatever another program's library may raise
        raise TrackerError(
            f"{tracker} did not take the run.", why=f"{type(error).__name__}: {error}"
        ) from error
    return folder


def _tensorboard(run: Run, told: Sequence[Curve], folder: Path) -> None:
    writer = _library("tensorboard.summary", "tensorboard").Writer(str(folder / run.id))
    try:
        for curve in told:
            for step, value in _points(curve):
                writer.add_scalar(curve.name, value, step=step)
        writer.flush()
    finally:
        writer.close()


def _mlflow(run: Run, told: Sequence[Curve], folder: Path) -> None:
    client_class = _library("mlflow.tracking", "mlflow").MlflowClient
    metric, param = (getattr(_library("mlflow.entities", "mlflow"), n) for n in ("Metric", "Param"))
    client = client_class(tracking_uri=f"sqlite:///{folder / 'mlflow.db'}")
    found = client.get_experiment_by_name(PROJECT)
    artifacts = (folder / "artifacts").as_uri()
    experiment = found.experiment_id if found else client.create_experiment(PROJECT, artifacts)
    made = client.create_run(experiment, run_name=run.id, tags={"lab": run.lab}).info.run_id
    params = [param(name, str(value)[:_LONGEST]) for name, value in _settings(run).items()]
    client.log_batch(made, params=params)
    moment = int(run.at.timestamp() * 1_000)
    metrics = [
        metric(_slug(curve.name), value, moment, step)
        for curve in told
        for step, value in _points(curve)
    ]
    for start in range(0, len(metrics), _AT_ONCE):
        client.log_batch(made, metrics=metrics[start : start + _AT_ONCE])
    client.set_terminated(made, status="FINISHED" if run.ok else "FAILED")


def _wandb(run: Run, told: Sequence[Curve], folder: Path) -> None:
    wandb = _library("wandb", "wandb")
    made = wandb.init(
        mode="offline", project=PROJECT, name=run.id, dir=str(folder), config=_settings(run),
        tags=[run.lab], settings=wandb.Settings(silent=True, console="off"),
    )  # fmt: skip
    try:
        by_step: dict[int, dict[str, float]] = {}
        for curve in told:
            for step, value in _points(curve):
                by_step.setdefault(step, {})[curve.name] = value
        for step in sorted(by_step):
            made.log(by_step[step], step=step)
    finally:
        made.finish(exit_code=0 if run.ok else 1)


_SENDERS: dict[str, Callable[[Run, Sequence[Curve], Path], None]] = {
    "tensorboard": _tensorboard,
    "mlflow": _mlflow,
    "wandb": _wandb,
}
TRACKERS = tuple(_SENDERS)


def _library(module: str, extra: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise TrackerError(
            f"{extra} is not installed.",
            why=str(error),
            hint=f"pip install 'assistant[{extra}]'",
        ) from error


def _points(curve: Curve) -> Iterator[tuple[int, float]]:
    for step, value in zip(curve.steps, curve.values, strict=True):
        if value is not None:
            yield step, value


def _settings(run: Run) -> dict[str, Any]:
    """Return what tells this run from others: what was asked, where it ran, what came of it."""
    data = run.data
    asked = {name: data.get(name) for name in ("lab", "scale", "seed", "device", "ok")}
    solution = (data.get("solution") or {}).get("digest", "reference")
    claims = {f"claim.{one.get('id')}": one.get("holds", "skipped") for one in data["claims"]}
    return {
        **asked, "solution": solution, "ended": _local(run.at),
        **(data.get("environment") or {}), **claims,
    }  # fmt: skip


def _local(moment: datetime) -> str:
    return moment.astimezone().isoformat(timespec="seconds")


def _slug(name: str) -> str:
    """Return a figure's name as MLflow takes it."""
    return "".join(one if one.isalnum() or one in "_-. /" else "_" for one in name)
