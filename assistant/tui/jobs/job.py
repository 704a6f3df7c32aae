"""One job: what it is, how far it is, how it ended."""

import itertools
import json
import math
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.text import clean_line
from assistant.tui.jobs.lab_told import LabTold

State = Literal["waiting", "running", "done", "partly", "failed", "cancelled"]
"""`partly` is exit code 3: done in part, and `result` says what is missing."""

_WINDOW_SECONDS = 20.0
_SOONEST = 0.5  # seconds; a rate over less is noise
_MOST_NOTES = 100
_TAIL = 40
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class JobError:
    """What happened, why, and what to do about it."""

    title: str
    why: str = ""
    hint: str = ""


@dataclass(slots=True, eq=False)
class Job:
    """A command in a child process; `argv` is what follows `assistant`.

    `started` and `finished` are seconds since the epoch; `rate` is per second over the last twenty
    seconds (or the last step, if that took longer), `eta` seconds to go, both None while nothing
    can be said.
    """

    title: str
    argv: tuple[str, ...]
    id: int = field(default_factory=lambda: next(_NUMBERS))
    state: State = "waiting"
    started: float | None = None
    finished: float | None = None
    label: str = ""
    done: float = 0
    total: float = 0
    detail: str = ""
    rate: float | None = None
    eta: float | None = None
    notes: deque[str] = field(default_factory=lambda: deque(maxlen=_MOST_NOTES))
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=_TAIL))
    error: JobError | None = None
    result: Any = None
    stopping: bool = False
    replaced: bool = False  # by one that does the same anew: how it ends is nothing to tell
    lab: LabTold = field(default_factory=LabTold)
    _window: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=500))

    @property
    def active(self) -> bool:
        """Whether it still has something to do."""
        return self.state in ("waiting", "running")

    @property
    def asks(self) -> bool:
        """Whether exit code 1 is an answer: a check that is open, a claim that does not hold."""
        return self.argv[:2] in (("lab", "check"), ("lab", "run"))

    @property
    def tells_what_failed(self) -> bool:
        """Whether with exit code 1 comes an answer that says of each list why it failed."""
        return self.argv[:2] in (("venue", "sync"), ("deadlines", "sync"))

    @property
    def share(self) -> float | None:
        """How much of it is done, 0 to 1, None where the total is not known."""
        return min(self.done / self.total, 1.0) if self.total > 0 else None

    def line(self) -> str:
        """Say in a line what it does, how far it is, and how long it will take."""
        parts = [self.title + (" (stopping)" if self.stopping else ""), self.detail]
        if self.total > 1:
            parts.append(f"{int(self.done):,} of {self.total:,.0f}")
        if self.eta is not None:
            parts.append(f"{duration(self.eta)} left")
        return " · ".join(part for part in parts if part)

    def take_line(self, line: str) -> None:
        """Take in what the child wrote to stderr: an event, or anything else."""
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            told = None
        taken = isinstance(told, dict) and self._take(told)
        if not taken and (cleaned := clean_line(line, 500)):
            self.tail.append(cleaned)

    def _take(self, told: dict[str, Any]) -> bool:
        kind = told.get("event")
        if kind == "note":
            self.notes.append(_line(told, "text"))
        elif kind == "error":
            self.error = JobError(_line(told, "title"), _line(told, "why"), _line(told, "hint"))
        elif kind == "progress":
            self._progress(told, time.monotonic())
        else:
            return self.lab.take(told)
        return True

    def _progress(self, told: dict[str, Any], now: float) -> None:
        label, done = _line(told, "label"), _number(told, "done")
        if label != self.label or done < self.done:  # another stage
            self._window.clear()
        self.label, self.done, self.total = label, done, _number(told, "total")
        self.detail = _line(told, "detail")
        self._window.append((now, done))
        # One from before the window stays: steps longer than it have a rate too.
        while len(self._window) > 2 and now - self._window[1][0] > _WINDOW_SECONDS:
            self._window.popleft()
        since, before = self._window[0]
        self.rate = self.eta = None
        if now - since >= _SOONEST and done > before:
            self.rate = (done - before) / (now - since)
            if self.total:
                self.eta = max(self.total - done, 0.0) / self.rate


def duration(seconds: float) -> str:
    """Return a span of time in one short word: 8 s, 3 min, 2 h."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    return f"{round(seconds / 60)} min" if seconds < 5_400 else f"{seconds / 3600:.1f} h"


def _line(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    return clean_line(value, 2_000) if isinstance(value, str) else ""


def _number(told: dict[str, Any], name: str) -> float:
    value = told.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return value if math.isfinite(value) and 0 <= value < 1e15 else 0
