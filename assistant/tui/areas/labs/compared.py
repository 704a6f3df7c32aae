"""Runs of a lab side by side."""

from collections.abc import Sequence

from assistant.skills import runs
from assistant.skills.runs import Curve, Row, Run
from assistant.tui.areas.labs.leaf import Leaf
from assistant.tui.areas.labs.plots import Line, longest, plot_parts, points_of
from assistant.tui.widgets.page_list import Part, part

_PLOT = 10
_LETTERS = "ABCDEFGHIJ"


class Compared(Leaf):
    """Runs of one lab side by side: a table, and a figure of each on the same axes."""

    def __init__(self, compared: Sequence[Run]) -> None:
        super().__init__(f"Compared: {compared[0].lab}")
        self._runs = compared
        self._rows = runs.compare(compared)
        self._curves: list[dict[str, Curve]] = [{} for _ in compared]

    def on_mount(self) -> None:
        """Read the curves."""
        self.run_safely(self._read, "Reading the runs")

    async def _read(self) -> None:
        home, compared = self.desk.home, self._runs

        def read(_: object) -> list[dict[str, Curve]]:
            return [{one.name: one for one in runs.curves(home, run)} for run in compared]

        self._curves = await self.desk.library.look(read)
        self.draw()

    def _height(self) -> int:
        """Return how many lines a curve has, so that some of the table is in sight as well."""
        return max(min((self.size.height - 12) // len(self._runs), _PLOT), 3)

    def figures(self) -> Sequence[str]:
        """Return the figures of which a run has a curve, those of all first."""
        steps = {name: one.steps for curves in self._curves for name, one in curves.items()}
        return sorted(
            longest(steps), key=lambda name: -sum(name in curves for curves in self._curves)
        )

    def parts(self) -> Sequence[Part]:
        """Return the plot above the table."""
        parts = []
        for letter, run in zip(_LETTERS, self._runs, strict=False):
            sign, style = ("✓ ", "good") if run.ok else ("✗ ", "bad")
            parts.append(part(f"{letter}  ", (sign, style), run.label, (f"  {run.id}", "dim")))
        if name := self.figure:
            lines = [
                Line(letter, points_of(curves[name].steps, curves[name].values))
                for letter, curves in zip(_LETTERS, self._curves, strict=False)
                if name in curves
            ]
            unit = next(curves[name].unit for curves in self._curves if name in curves)
            parts += [part(), *plot_parts(name, unit, lines, self.columns, self._height())]
        return [*parts, *_table(self._rows, self.columns, len(self._runs))]


def _table(rows: Sequence[Row], width: int, many: int) -> list[Part]:
    column = max(min((width - 32) // many - 1, 18), 8)
    name_wide = max(min(width - many * (column + 1) - 10, 56), 20)
    parts: list[Part] = []
    kind = ""
    for row in rows:
        if not row.shown:
            continue
        if row.kind != kind:
            kind = row.kind
            head = "".join(f" {letter:>{column}}" for letter in _LETTERS[:many])
            parts += [part(), part((f"{kind.capitalize():<{name_wide}}", "strong"), (head, "dim"),
                                   fixed=True)]  # fmt: skip
        cells = "".join(f" {_cut(cell, column):>{column}}" for cell in row.cells)
        ratio = f"  {row.times}" if row.times else ""
        name = row.label
        if len(name) > name_wide:
            parts.append(part(name))
            name = ""
        style = "accent" if row.differs else "dim"
        parts.append(part(f"{name:<{name_wide}}", (cells, style), (ratio, "warn"), fixed=True))
    return parts


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
