"""Curves of figures drawn on the same axes, one below the other."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from assistant.skills.figures import bounds, number, plot
from assistant.tui.widgets.page_list import Part, part

_MARGIN = 11
_WIDEST = 96
_LEAST = 3
"""Points below which a curve tells nothing."""


class Line(NamedTuple):
    """A curve to be drawn: whose it is, and its points."""

    label: str
    points: Sequence[tuple[float, float]]


def longest(curves: Mapping[str, Sequence[float]]) -> list[str]:
    """Return the names of the curves (name -> steps) that tell something, the longest first."""
    named = [name for name, steps in curves.items() if len(steps) >= _LEAST]
    return sorted(named, key=lambda name: -len(curves[name]))


def points_of(steps: Sequence[float], values: Sequence[float | None]) -> list[tuple[float, float]]:
    """Return the points of a curve that are finite."""
    pairs = zip(steps, values, strict=False)
    return [(float(step), value) for step, value in pairs if value is not None]


def plot_parts(name: str, unit: str, lines: Sequence[Line], width: int, height: int) -> list[Part]:
    """Return a figure's curves, `height` lines each, with the edges of their common axes."""
    drawn = [one for one in lines if len(one.points) >= _LEAST]
    told = f"  {unit}" if unit else ""
    if not drawn:
        return [part((name, "accent"), (f"{told}  too few points for a curve", "dim"))]
    box = bounds([one.points for one in drawn])
    parts = []
    columns = max(min(width, _WIDEST) - _MARGIN, 8)
    for one in drawn:
        head = (f"  {one.label}", "dim") if one.label else ("", "dim")
        parts.append(part((name, "accent"), (told, "dim"), head))
        rows = plot(one.points, width=columns, height=height, within=box)
        for place, row in enumerate(rows):
            edge = box[3] if place == 0 else box[2] if place == len(rows) - 1 else None
            parts.append(
                part((f"{number(edge):>{_MARGIN - 1}} ", "dim"), (row, "accent"), fixed=True)
            )
    steps = f"step {number(box[0])} to {number(box[1])}"
    return [*parts, part((f"{'':>{_MARGIN}}{steps}", "dim"), fixed=True)]
