"""The runs that were kept: lists, one by its id, its curves, several side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.config import Home
from assistant.errors import NotFoundError, UsageError
from assistant.skills.figures import megabytes, number
from assistant.skills.run_store import RunFolder, adopt_interrupted, runs_folder
from assistant.text import clean_line
from db import learning
from db.engine import Database

LONGEST_CURVE = 2_000
_LABELS = {
    "ok": "every claim held", "error": "what went wrong", "seconds": "seconds",
    "peak_memory": "memory at most", "held": "claims that held", "failed": "claims that failed",
    "skipped": "claims not verified",
}  # fmt: skip
_ONLY_BAD = ("error", "failed", "skipped")
_DIGEST_SHOWN = 9


@dataclass(frozen=True, slots=True)
class Run:
    """A run: when it ended, and what the log keeps of it (`run_store.Summary.data`)."""

    at: datetime
    data: dict[str, Any]

    @property
    def id(self) -> str:
        """What it is called by."""
        return str(self.data["run"])

    @property
    def lab(self) -> str:
        """The lab that was run."""
        return str(self.data["lab"])

    @property
    def ok(self) -> bool:
        """Whether every claim held."""
        return self.data.get("ok") is True

    @property
    def own(self) -> bool:
        """Whether it ran the person's solution."""
        return bool(self.data.get("solution"))

    @property
    def label(self) -> str:
        """What tells it from others beside it: whose, where, when."""
        whose = "mine" if self.own else "reference"
        return f"{whose} {self.data.get('device')} {self.at.astimezone():%d %b %H:%M}"


@dataclass(frozen=True, slots=True)
class Curve:
    """A figure over the steps of a run; a value that was not finite is None."""

    name: str
    unit: str
    steps: tuple[int, ...]
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One thing compared: its value in each run, None where a run has none.

    `ratio` is the last over the first, where both are numbers and the first is not 0.
    """

    kind: str
    name: str
    unit: str
    values: tuple[Any, ...]

    @property
    def ratio(self) -> float | None:
        """The last value over the first."""
        first, last = self.values[0], self.values[-1]
        numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (first, last))
        return last / first if numbers and first else None

    @property
    def differs(self) -> bool:
        """Whether the runs differ in it."""
        return any(value != self.values[0] for value in self.values)

    @property
    def shown(self) -> bool:
        """Whether it tells a person anything: nothing equal that was only asked, nothing empty."""
        if self.kind in ("setting", "environment"):
            return self.differs
        if self.kind == "outcome" and self.name in _ONLY_BAD:
            return any(self.values)
        return any(value is not None for value in self.values)

    @property
    def label(self) -> str:
        """What it is called in a table."""
        if self.kind == "outcome":
            return _LABELS.get(self.name, self.name)
        return f"{self.name} ({self.unit})" if self.unit else self.name

    @property
    def cells(self) -> tuple[str, ...]:
        """Its values as a table shows them."""
        return tuple(_cell(self.kind, self.name, value) for value in self.values)

    @property
    def times(self) -> str:
        """How many times the first value the last one is, "" where that says nothing."""
        counted = self.kind == "outcome" and self.unit == ""
        if self.kind not in ("outcome", "figure") or counted or self.ratio is None:
            return ""
        return "" if f"{self.ratio:.2f}" == "1.00" else f"×{self.ratio:.3g}"


def _cell(kind: str, name: str, value: Any) -> str:
    match kind, name, value:
        case _, _, bool():
            return "yes" if value else "no"
        case "outcome", "peak_memory", int() | float():
            return megabytes(value)
        case "setting", "solution", str():
            return value[:_DIGEST_SHOWN]
    return number(value)


def list_runs(home: Home, database: Database, lab: str | None = None) -> list[Run]:
    """Return the runs, the newest first; those that were cut off are written down before."""
    adopt_interrupted(home, database)
    subject = f"lab:{lab}" if lab else None
    with database.read() as connection:
        rows = learning.events_in_time(connection, ["lab-run"], whole=True, subject=subject)
    return [Run(datetime.fromisoformat(row.at), row.data) for row in reversed(rows)]


def find_run(home: Home, database: Database, named: str) -> Run:
    """Return a run by its id or a part of it that only one has; a lab's id means its newest run.

    Raises:
        NotFoundError: there is none, or several are called so.
    """
    runs = list_runs(home, database)
    exact = [one for one in runs if one.id == named]
    newest = [one for one in runs if one.lab == named][:1]
    found = exact or newest or [one for one in runs if named and named in one.id]
    if len(found) != 1:
        several = f"Several runs are called so: {', '.join(one.id for one in found[:4])}."
        raise NotFoundError(
            f"No one run is called {clean_line(named, 80)!r}.",
            why=several if found else "",
            hint="`assistant lab runs` lists them.",
        )
    return found[0]


def curves(home: Home, run: Run) -> list[Curve]:
    """Return the figures of a run over its steps, as far as its folder is still there.

    A longer curve is thinned to at most 2,000 points.
    """
    points: dict[str, tuple[str, list[tuple[int, float | None]]]] = {}
    for event in RunFolder(runs_folder(home) / run.id).events():
        if event["event"] == "metric" and isinstance(event.get("step"), int):
            value = event.get("value")
            number = float(value) if isinstance(value, int | float) else None
            told = points.setdefault(event["name"], (str(event.get("unit", "")), []))
            told[1].append((event["step"], number))
    found = []
    for name, (unit, told_points) in points.items():
        kept = told_points
        if len(kept) > LONGEST_CURVE:
            last = len(kept) - 1
            kept = [kept[round(i * last / (LONGEST_CURVE - 1))] for i in range(LONGEST_CURVE)]
        found.append(
            Curve(name, unit, tuple(step for step, _ in kept), tuple(value for _, value in kept))
        )
    return found


def compare(runs: Sequence[Run]) -> list[Row]:
    """Return runs side by side: what they were asked, where they ran, what came of them.

    Raises:
        UsageError: there are fewer than two, or they are of different labs.
    """
    if len(runs) < 2:
        raise UsageError("Compare which runs?", hint="Name two or more: `assistant lab runs`.")
    labs = {one.lab for one in runs}
    if len(labs) > 1:
        raise UsageError(
            f"Runs of different labs cannot be compared: {', '.join(sorted(labs))}.",
            hint="Name runs of one lab.",
        )
    return [
        *_settings(runs), *_environments(runs), *_outcomes(runs), *_claims(runs), *_figures(runs)
    ]  # fmt: skip


def _settings(runs: Sequence[Run]) -> list[Row]:
    asked = ("scale", "seed", "device")
    rows = [Row("setting", name, "", tuple(run.data.get(name) for run in runs)) for name in asked]
    solutions = tuple((run.data.get("solution") or {}).get("digest", "reference") for run in runs)
    return [*rows, Row("setting", "solution", "", solutions)]


def _environments(runs: Sequence[Run]) -> list[Row]:
    told = [run.data.get("environment") or {} for run in runs]
    names = dict.fromkeys(name for one in told for name in one)
    rows = [Row("environment", name, "", tuple(one.get(name) for one in told)) for name in names]
    return [row for row in rows if row.differs]


def _outcomes(runs: Sequence[Run]) -> list[Row]:
    def row(name: str, unit: str = "") -> Row:
        return Row("outcome", name, unit, tuple(run.data.get(name) for run in runs))

    return [
        row("ok"), row("error"), row("seconds", "s"), row("peak_memory", "bytes"), row("held"),
        row("failed"), row("skipped"),
    ]  # fmt: skip


def _claims(runs: Sequence[Run]) -> list[Row]:
    told = [{str(one.get("id")): one for one in run.data.get("claims", [])} for run in runs]
    texts = {id: str(one.get("text", id)) for claims in told for id, one in claims.items()}
    return [
        Row("claim", text, "", tuple(claims.get(id, {}).get("measured") for claims in told))
        for id, text in texts.items()
    ]


def _figures(runs: Sequence[Run]) -> list[Row]:
    told = [run.data.get("figures", {}) for run in runs]
    units = {name: one.get("unit", "") for figures in told for name, one in figures.items()}
    return [
        Row("figure", name, unit, tuple(one.get(name, {}).get("value") for one in told))
        for name, unit in units.items()
    ]
