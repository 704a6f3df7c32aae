"""A small chart: one column a value, drawn in eighths of a line."""

from collections.abc import Sequence

from rich.text import Text

from assistant.tui.look import Look

_EIGHTHS = " ▁▂▃▄▅▆▇█"


def bars(
    title: str, values: Sequence[tuple[str, int]], look: Look, *, width: int, height: int = 4
) -> Text:
    """Draw (label, value) pairs as columns of at most three cells; the first and the last label
    stand below, the greatest value beside the title.

    Where there are more values than room, the last ones are drawn.
    """
    step = max(min(3, width // max(len(values), 1)), 1)
    shown = values[-(width // step) :] if values else []
    most = max((value for _, value in shown), default=0)
    text = Text(no_wrap=True, overflow="ellipsis", end="")
    text.append(title, look.strong)
    text.append(f"  most {most:,}" if most else "  none yet", look.dim)
    for line in range(height - 1, -1, -1):
        text.append("\n")
        for _, value in shown:
            eighths = -(-value * height * 8 // most) - line * 8 if most else 0
            sign = _EIGHTHS[max(0, min(8, eighths))]
            text.append(sign * max(step - 1, 1) + " " * (step > 1), look.accent)
    first, last = (shown[0][0], shown[-1][0]) if shown else ("", "")
    room = len(shown) * step - (step > 1)
    apart = room - len(first) - len(last)
    text.append("\n" + (first + " " * apart + last if apart > 0 else last), look.dim)
    return text
