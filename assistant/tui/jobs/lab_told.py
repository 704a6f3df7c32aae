"""What a lab tells while it is checked or run, taken in as it comes and bounded."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.text import clean, clean_line

_MOST_POINTS = 2_000
_MOST_FIGURES = 100
_MOST_CLAIMS = 300
_LONGEST = 300


@dataclass(slots=True)
class Figure:
    """A figure over the steps of a run; of a long one every other point was dropped, again and
    again, so that `every` is the distance of those that are kept. None is what was not finite.
    """

    unit: str
    steps: list[float] = field(default_factory=list)
    values: list[float | None] = field(default_factory=list)
    last: float | None = None
    every: int = 1
    _seen: int = 0

    def add(self, step: float, value: float | None) -> None:
        """Add a point."""
        self.last = value
        if self._seen % self.every == 0:
            self.steps.append(step)
            self.values.append(value)
        self._seen += 1
        if len(self.steps) >= _MOST_POINTS:
            self.steps, self.values = self.steps[::2], self.values[::2]
            self.every *= 2


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim: what was measured, its bound; `holds` is None where it was not verified."""

    text: str
    measured: str | float | None
    bound: str | float | None
    holds: bool | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check said."""

    name: str
    status: str
    message: str = ""
    proves: str = ""


@dataclass(slots=True)
class LabTold:
    """Everything a lab told so far."""

    device: str = ""
    figures: dict[str, Figure] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)

    def take(self, told: Mapping[str, Any]) -> bool:
        """Take one event in; False where it is none of a lab."""
        match told.get("event"):
            case "lab-start":
                self.device = _line(told, "device")
            case "lab-metric":
                self._metric(told)
            case "lab-claim" | "lab-skip":
                if len(self.claims) < _MOST_CLAIMS:
                    self.claims.append(claim_of(told))
            case "check":
                if len(self.verdicts) < _MOST_CLAIMS:
                    self.verdicts.append(verdict_of(told))
            case _:
                return False
        return True

    def _metric(self, told: Mapping[str, Any]) -> None:
        name, step = _line(told, "name"), _number(told.get("step"))
        if name not in self.figures and len(self.figures) < _MOST_FIGURES:
            self.figures[name] = Figure(_line(told, "unit"))
        if name in self.figures and step is not None:
            self.figures[name].add(step, _number(told.get("value")))


def claim_of(told: Mapping[str, Any]) -> Claim:
    """Return a claim as an event or the log tells it."""
    holds = told.get("holds")
    return Claim(
        _line(told, "text"),
        _value(told.get("measured")),
        _value(told.get("bound")),
        bool(holds) if holds is not None else None,
        _line(told, "why"),
    )


def verdict_of(told: Mapping[str, Any]) -> Verdict:
    """Return a verdict as an event or an answer tells it."""
    message = told.get("message")
    text = clean(message, 2_000) if isinstance(message, str) else ""
    return Verdict(_line(told, "name"), _line(told, "status"), text, _line(told, "proves"))


def _line(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return clean_line(value, _LONGEST) if isinstance(value, str) else ""


def _value(value: object) -> str | float | None:
    return clean_line(value, _LONGEST) if isinstance(value, str) else _number(value)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None
