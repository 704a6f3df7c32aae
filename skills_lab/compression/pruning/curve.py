"""Draws accuracy against size as an SVG: lines with points, the size on a logarithmic axis."""

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 720, 420, 60, 50, 40, 230
COLOURS = ("#1b6ca8", "#d1495b", "#2e8b57", "#8d6a9f", "#edae49", "#444444", "#66a182", "#c06014")


def draw(title: str, across: str, series: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Return an SVG of accuracies in [0, 1] over sizes above 0, one line for each series."""
    sizes = [size for points in series.values() for size, _ in points]
    low, high = math.log10(min(sizes)), math.log10(max(sizes))
    span = max(high - low, 1e-9)

    def x(size: float) -> float:
        return LEFT + (math.log10(size) - low) / span * (WIDTH - LEFT - RIGHT)

    def y(share: float) -> float:
        return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="{LEFT}" y="20" font-size="14">{escape(title)}</text>',
        f'<text x="{LEFT}" y="{HEIGHT - 10}">{escape(across)}</text>',
    ]
    for tick in (0, 0.2, 0.4, 0.6, 0.8, 1.0):
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" '
            f'stroke="#ddd"/><text x="{LEFT - 30}" y="{y(tick) + 4:.1f}">{tick:.1f}</text>'
        )
    for size in sorted(set(sizes)):
        label = f"{size:,.0f}" if size >= 10 else f"{size:.3g}"
        parts.append(
            f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle" '
            f'font-size="9">{label}</text>'
        )
    for number, (name, points) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        line = " ".join(f"{x(size):.1f},{y(share):.1f}" for size, share in sorted(points))
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{x(size):.1f}" cy="{y(share):.1f}" r="3" fill="{colour}"/>'
            for size, share in points
        ]
        place = TOP + 18 * number
        parts.append(
            f'<rect x="{WIDTH - RIGHT + 15}" y="{place}" width="12" height="12" fill="{colour}"/>'
            f'<text x="{WIDTH - RIGHT + 33}" y="{place + 10}">{escape(name)}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"
