"""Figures and curves as text."""

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BRAILLE = 0x2800


def number(value: object) -> str:
    """Return a figure in the fewest digits that tell it; "" for none."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.4g}" if abs(value) < 1_000 else f"{value:,.0f}"
    return f"{value:.1e}"


def megabytes(size: float) -> str:
    """Return bytes of memory as the labs' tables count them, in units of 2**20."""
    return f"{size / 2**20:,.0f} MB"


def sparkline(values: Sequence[float | None], width: int = 24) -> str:
    """Return a curve as a line of bars, the lowest value the lowest bar; "" under three points."""
    known = [value for value in values if value is not None]
    if len(known) < 3:
        return ""
    if len(known) > width:
        known = [known[round(i * (len(known) - 1) / (width - 1))] for i in range(width)]
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    return "".join(_BARS[round((value - low) / span * 7)] for value in known)


def plot(
    points: Sequence[tuple[float, float]],
    *,
    width: int,
    height: int,
    within: tuple[float, float, float, float] | None = None,
) -> list[str]:
    """Return points joined by lines as rows of Braille, (width, height) in cells.

    `within` gives (least x, most x, least y, most y), so that several curves share their axes.
    """
    canvas = [[0] * width for _ in range(height)]
    if points:
        left, right, low, high = within or bounds([points])
        across, up = 2 * width - 1, 4 * height - 1
        spots = [
            (
                round((x - left) / ((right - left) or 1) * across),
                up - round((y - low) / ((high - low) or 1) * up),
            )
            for x, y in points
        ]
        for (x0, y0), (x1, y1) in zip(spots, spots[1:] or spots, strict=False):
            steps = max(abs(x1 - x0), abs(y1 - y0), 1)
            for step in range(steps + 1):
                x = round(x0 + (x1 - x0) * step / steps)
                y = round(y0 + (y1 - y0) * step / steps)
                canvas[y // 4][x // 2] |= _DOTS[y % 4][x % 2]
    return ["".join(chr(_BRAILLE + cell) for cell in row) for row in canvas]


def bounds(curves: Sequence[Sequence[tuple[float, float]]]) -> tuple[float, float, float, float]:
    """Return (least x, most x, least y, most y) of curves' points."""
    xs = [x for curve in curves for x, _ in curve] or [0.0]
    ys = [y for curve in curves for _, y in curve] or [0.0]
    return min(xs), max(xs), min(ys), max(ys)
