"""Runs a lab in a child process and keeps what it tells."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.config import Home
from assistant.errors import AssistantError
from assistant.skills.labs import LabError, digest_of
from assistant.skills.run_store import (
    CANCELLED,
    LONGEST_EVENT,
    Event,
    RunFolder,
    Summary,
    adopt_interrupted,
    log_run,
    new_folder,
    parsed,
)
from assistant.text import clean
from db.engine import Database

if TYPE_CHECKING:
    from skills_lab.frame.catalogue import Lab
    from skills_lab.frame.sandbox import Limits

DEVICES = ("auto", "cpu", "cuda")
SCALES = ("tiny", "small", "full")
_SECONDS = {"tiny": 600, "small": 1_800, "full": 43_200}
_LEAST_MEMORY = 3 << 30
_SHARE_OF_MEMORY = 0.8
_STOPPED = "it was stopped"
CHILD = ("-P", "-m", "assistant.skills.run_child")
"""What the interpreter is told to run; its arguments are told there."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run ended: its id, its entry in the log, and what that says."""

    id: str
    event: int
    data: dict[str, Any]

    @property
    def ok(self) -> bool:
        """Whether every claim held."""
        return self.data["ok"] is True


def run(
    home: Home,
    database: Database,
    lab: "Lab",
    *,
    device: str = "auto",
    scale: str = "small",
    seed: int = 0,
    solution: Path | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
    stop: Callable[[], bool] = lambda: False,
    limits: "Limits | None" = None,
) -> Ran:
    """Run a lab's experiment, on the person's solution if one is given, and keep all of it.

    `on_event` is told each event once it is kept. Whatever the lab does (a crash, a loop, too much
    memory or output), it ends as a result with the reason; `stop` ends it with its whole process
    group. A run that is interrupted is kept as cancelled before the exception goes on.

    Raises:
        LabError: there is no such solution.
        RunStoreError: the run cannot be kept.
    """
    adopt_interrupted(home, database)
    if solution is not None and not solution.is_file():
        raise LabError(
            f"There is no file {solution}.", hint=f"`assistant lab start {lab.id}` makes one."
        )
    request: dict[str, Any] = {
        "lab": lab.id, "device": device, "scale": scale, "seed": seed,
        "solution": {"file": solution.name, "digest": digest_of(solution)} if solution else None,
    }  # fmt: skip
    folder = new_folder(home, request)
    request["run"] = folder.id
    try:
        own = _kept_copy(folder, lab, solution)
        limits = limits or _limits(scale)
        command = _command(folder, lab, request, own, limits)
        told = _followed(folder, command, limits, on_event, stop)
        folder.finish(told.output)
        data = told.summary.data(request, told.why)
        with database.write("write down a run") as connection:
            event = log_run(connection, folder, data)
    finally:
        folder.lock.release()
    if told.broken is not None:
        raise told.broken
    return Ran(folder.id, event, data)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a run has told, what it printed beside, and why it ended, if not by itself.

    `broken` is what broke it off from our side.
    """

    summary: Summary
    output: str
    why: str | None
    broken: BaseException | None = None


def _followed(
    folder: RunFolder,
    command: Callable[[int, int], list[str]],
    limits: "Limits",
    on_event: Callable[[Event], None],
    stop: Callable[[], bool],
) -> _Told:
    from skills_lab.frame.sandbox import run_limited

    summary = Summary()

    def take(line: str) -> None:
        event = parsed(line[:LONGEST_EVENT])
        if event is not None:
            folder.keep(line[:LONGEST_EVENT])
            summary.take(event)
            on_event(event)

    try:
        ended = run_limited(
            command, folder=folder.path, environment=_environment(), limits=limits,
            on_line=take, stop=stop,
        )  # fmt: skip
    except KeyboardInterrupt as stopped:
        return _Told(summary, "", CANCELLED, stopped)
    except (AssistantError, OSError) as error:
        return _Told(summary, "", str(error), error)
    output = clean(ended.output, limits.output)
    why = CANCELLED if ended.why == _STOPPED else ended.why
    last = output.strip().splitlines()[-1:]
    if why and why != CANCELLED and last:
        why = f"{why}; it printed: {last[0][:300]}"
    return _Told(summary, output, why)


def _kept_copy(folder: RunFolder, lab: "Lab", solution: Path | None) -> Path | None:
    """Keep a solution as it is now: it may be edited while it runs, and compared next month."""
    if solution is None:
        return None
    try:
        return Path(shutil.copyfile(solution, folder.path / f"{lab.id}.py"))
    except OSError as error:
        raise LabError(f"Cannot read {solution}.", why=error.strerror or str(error)) from error


def _command(
    folder: RunFolder, lab: "Lab", request: Mapping[str, Any], own: Path | None, limits: "Limits"
) -> Callable[[int, int], list[str]]:
    words = ["run", lab.id, "--json", "--out", str(folder.path / "files")]
    for name in ("device", "scale", "seed"):
        words += [f"--{name}", str(request[name])]
    if own is not None:
        words += ["--solution", str(own)]
    # A GPU's driver maps far more memory than it takes.
    memory = limits.memory if request["device"] == "cpu" else 0

    def command(report: int, lifeline: int) -> list[str]:
        bounds = [str(memory), str(limits.cpu_seconds)]
        return [sys.executable, *CHILD, str(report), str(lifeline), *bounds, *words]

    return command


def _environment() -> dict[str, str]:
    root = Path(__file__).resolve().parents[2]
    path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH", "")]))
    return {
        **os.environ,
        "PYTHONPATH": path,
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _limits(scale: str) -> "Limits":
    import psutil

    from skills_lab.frame.sandbox import Limits

    memory = int(psutil.virtual_memory().total * _SHARE_OF_MEMORY)
    seconds = _SECONDS[scale]
    return Limits(
        seconds=seconds, cpu_seconds=seconds * (os.cpu_count() or 1),
        memory=max(memory, _LEAST_MEMORY), report=64 << 20,
    )  # fmt: skip
