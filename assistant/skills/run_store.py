"""What is kept of a run: its events as they come, then its summary in the log.

    labs/runs/ID/request.json   what was asked for
    labs/runs/ID/events.jsonl   every event, written before anybody is told of it
    labs/runs/ID/LAB.py         the solution that was run, where it was the person's
    labs/runs/ID/output.txt     what else was printed
    labs/runs/ID/files/         what the lab made

A run that was cut off leaves its folder and no entry in the log; the next look at the runs writes
one, saying that it was interrupted.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from filelock import FileLock, Timeout

from assistant.config import Home
from assistant.errors import AssistantError
from assistant.text import clean, clean_line
from db import learning
from db.durable import replacing
from db.engine import Connection, Database

Event = dict[str, Any]
INTERRUPTED = "it was interrupted: the program ended before the run did"
CANCELLED = "cancelled"
_MOST_CLAIMS = 300
_MOST_FIGURES = 500
_MOST_FILES = 200
LONGEST_EVENT = 100_000


class RunStoreError(AssistantError):
    """A run cannot be kept: a full disk, a folder that may not be written to."""


@dataclass(slots=True)
class Summary:
    """What a run's events amount to so far; figures have their last value and how many points."""

    result: Event | None = None
    claims: list[Event] = field(default_factory=list)
    figures: dict[str, dict[str, Any]] = field(default_factory=dict)
    artifacts: list[Event] = field(default_factory=list)
    device: str = ""
    budget: dict[str, Any] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        """Take one event in."""
        match event["event"]:
            case "start":
                self.device = str(event.get("device", ""))
                self.budget = event.get("budget") or {}
            case "claim" | "skip" if len(self.claims) < _MOST_CLAIMS:
                self.claims.append({k: v for k, v in event.items() if k != "event"})
            case "metric" if event.get("name") in self.figures or len(self.figures) < _MOST_FIGURES:
                told = self.figures.setdefault(
                    str(event["name"]), {"unit": event.get("unit", ""), "points": 0, "value": None}
                )
                told["points"] += 1
                if event.get("value") is not None:
                    told["value"] = event["value"]
            case "artifact" if len(self.artifacts) < _MOST_FILES:
                self.artifacts.append({"name": event.get("name"), "size": event.get("size")})
            case "result":
                self.result = event

    def data(self, request: Mapping[str, Any], why: str | None) -> dict[str, Any]:
        """Return what the log keeps; `why` is how it ended, where it had no result of its own."""
        result = self.result or {}
        error = result.get("error") if self.result else why or "it ended without a result"
        held = sum(claim.get("holds") is True for claim in self.claims)
        failed = sum(claim.get("holds") is False for claim in self.claims)
        ok = result.get("ok") is True and error is None
        data = {
            **request,
            "ok": ok,
            "error": error,
            "device": result.get("device") or self.device or request["device"],
            "seconds": result.get("seconds"),
            "peak_memory": result.get("peak_memory"),
            "held": held,
            "failed": failed,
            "skipped": len(self.claims) - held - failed,
            "budget": self.budget,
            "claims": self.claims,
            "figures": self.figures,
            "environment": result.get("environment"),
            "artifacts": self.artifacts,
        }
        return data | {"told": run_told(data)}


def run_told(data: Mapping[str, Any]) -> str:
    """Say in a line what came of a run."""
    whose = "your solution of " if data.get("solution") else ""
    told = f"ran {whose}{data['lab']} on {data['device']}"
    if data["error"]:
        return f"{told}: {clean_line(str(data['error']), 200)}"
    held = data["held"]
    claims = f"{held} claim{'s' if held != 1 else ''} held"
    claims += f", {data['failed']} not" if data["failed"] else ""
    return f"{told}: {claims}"


class RunFolder:
    """The folder of one run; its lock is held while the run is alive."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.name
        self.lock = FileLock(path / "lock")
        self._events: int | None = None

    @property
    def events_file(self) -> Path:
        """Every event, a line each."""
        return self.path / "events.jsonl"

    def keep(self, line: str) -> None:
        """Write one event; once this returns, killing the program does not lose it.

        Raises:
            RunStoreError: it cannot be written.
        """
        with _told(self.path):
            if self._events is None:
                flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
                self._events = os.open(self.events_file, flags, 0o600)
            left = memoryview(line.encode("utf-8", "surrogatepass") + b"\n")
            while left:
                left = left[os.write(self._events, left) :]

    def finish(self, output: str) -> None:
        """Let everything reach the disk.

        Raises:
            RunStoreError: it cannot be written.
        """
        with _told(self.path):
            if self._events is not None:
                os.fsync(self._events)
                os.close(self._events)
                self._events = None
            if output.strip():
                (self.path / "output.txt").write_text(output, encoding="utf-8")

    def request(self) -> dict[str, Any] | None:
        """Return what was asked for; None where that was not written to the end."""
        try:
            told = json.loads((self.path / "request.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return told if isinstance(told, dict) and {"run", "lab", "device"} <= told.keys() else None

    def events(self) -> Iterator[Event]:
        """Yield the events that were kept; a last one that was cut off is left out."""
        try:
            file = self.events_file.open(encoding="utf-8", errors="replace")
        except OSError:
            return
        with file:
            while line := file.readline(LONGEST_EVENT):
                if (event := parsed(line)) is not None:
                    yield event


def parsed(line: str) -> Event | None:
    """Return a line's event, its texts cleaned; None if it is none."""
    try:
        event = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        return None
    if event["event"] == "metric" and not isinstance(event.get("name"), str):
        return None
    cleaned: Event = _cleaned(event)
    return cleaned


def _refuse(constant: str) -> None:
    # SQLite's JSON has no NaN, and one in the log would break every question to it.
    raise ValueError(constant)


def new_folder(home: Home, request: dict[str, Any]) -> RunFolder:
    """Make the folder of a new run, under an id that nothing else has, and hold its lock.

    Raises:
        RunStoreError: it cannot be made.
    """
    moment = datetime.now(UTC)
    id = f"{moment:%Y%m%d-%H%M%S}-{request['lab']}-{uuid4().hex[:4]}"
    path = runs_folder(home) / id
    with _told(path):
        path.mkdir(parents=True, mode=0o700)
        folder = RunFolder(path)
        folder.lock.acquire(timeout=0)
        with replacing(path / "request.json", 0o600) as out:
            json.dump({**request, "run": id, "began": moment.isoformat()}, out)
    return folder


def runs_folder(home: Home) -> Path:
    """Return where the runs are kept."""
    return home.labs / "runs"


def log_run(
    connection: Connection, folder: RunFolder, data: dict[str, Any], at: str | None = None
) -> int:
    """Write a run's summary to the log and return the event's id."""
    moment = at or datetime.now(UTC).isoformat(timespec="microseconds")
    return learning.append_past(connection, moment, "lab-run", f"lab:{data['lab']}", data)


def adopt_interrupted(home: Home, database: Database) -> int:
    """Write down the runs that were cut off, and return how many there were."""
    try:
        paths = [one for one in runs_folder(home).iterdir() if one.is_dir()]
    except OSError:
        return 0
    if not paths:
        return 0
    with database.read() as connection:
        known = learning.run_ids(connection)
    adopted = 0
    for path in sorted(paths):
        if path.name in known:
            continue
        folder = RunFolder(path)
        with suppress(Timeout, OSError), folder.lock.acquire(timeout=0):
            adopted += _adopt(database, folder)
    return adopted


def _adopt(database: Database, folder: RunFolder) -> bool:
    request = folder.request()
    if request is None:
        return False
    summary = Summary()
    for event in folder.events():
        summary.take(event)
    data = summary.data(request, INTERRUPTED)
    with database.write("write down an interrupted run") as connection:
        if folder.id in learning.run_ids(connection):
            return False
        log_run(connection, folder, data, at=_last_moment(folder, request))
    return True


def _last_moment(folder: RunFolder, request: Mapping[str, Any]) -> str:
    """When a run was last alive, as far as its files tell."""
    try:
        seconds = folder.events_file.stat().st_mtime
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OSError, ValueError):
        moment = datetime.fromisoformat(request["began"])
    return moment.isoformat(timespec="microseconds")


def _cleaned(value: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        return clean(value, 2_000)
    if depth > 6:
        return None
    if isinstance(value, list):
        return [_cleaned(one, depth + 1) for one in value[:1_000]]
    if isinstance(value, dict):
        return {clean_line(k, 100): _cleaned(v, depth + 1) for k, v in value.items()}
    return value


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunStoreError(
            f"The run cannot be kept in {path}.",
            why=error.strerror or str(error),
            hint="Free some space, or see who may write there: `assistant doctor`.",
        ) from error
