"""A chart of columns, drawn with eighths of a cell: exact enough to compare days, in few lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from assistant.tui.look import Look

_EIGHTHS = " ▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its height, and the label that may stand below it."""

    value: int
    label: str


def column_chart(columns: Sequence[Column], width: int, height: int, look: Look) -> list[Text]:
    """Return `height` lines of at most `width` cells: an axis to the left, labels below.

    The newest columns are drawn, as many as fit; the highest of them reaches the top line.
    """
    rows = max(height - 1, 1)
    most = max((one.value for one in columns), default=0)
    margin = len(f"{most:,}") + 1
    space = max(width - margin, 1)
    wide = max(min(space // max(len(columns), 1), 6), 1)
    shown = columns[-(space // wide) :]
    most = max((one.value for one in shown), default=0)
    gap = 1 if wide > 1 else 0
    lines = []
    for row in range(rows, 0, -1):
        tick = f"{most:,}" if row == rows else "0" if row == 1 and rows > 1 else ""
        line = Text(f"{tick:>{margin - 1}} ", look.dim, no_wrap=True, end="")
        cells = (_cell(one.value, most, rows, row) * (wide - gap) + " " * gap for one in shown)
        line.append("".join(cells), look.accent)
        lines.append(line)
    lines.append(Text(" " * margin + _labels(shown, wide), look.dim, no_wrap=True, end=""))
    return lines


def _cell(value: int, most: int, rows: int, row: int) -> str:
    """Return what a column shows in a row, the lowest being 1; a value above 0 is always seen."""
    filled = max(round(value * rows * 8 / most), 1) if value and most else 0
    return _EIGHTHS[max(0, min(8, filled - (row - 1) * 8))]


def _labels(columns: Sequence[Column], wide: int) -> str:
    """Return a line of labels below their columns, the newest's first of all, none touching."""
    line = [" "] * (len(columns) * wide)
    free = len(line)
    for place in range(len(columns) - 1, -1, -1):
        label = columns[place].label
        start = min(place * wide, len(line) - len(label))
        if label and start >= 0 and start + len(label) < free + (free == len(line)):
            line[start : start + len(label)] = label
            free = start
    return "".join(line).rstrip()
