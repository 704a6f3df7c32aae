"""Markdown and source as parts of a page, laid out once for a width."""

import re
from collections.abc import Sequence
from functools import partial

from rich.style import Style
from rich.text import Text

from assistant.text import clean
from assistant.tui.look import Look
from assistant.tui.widgets.page_list import Part

_WIDEST = 96
_MOST_LINES = 5_000
_INDENT = 2
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def markdown_parts(text: str, width: int, look: Look) -> list[Part]:
    """Return Markdown as lines of a width; what is long is shown as it is written.

    Lines of code are cut where they are wider: drawings of signs would fall to pieces.
    """
    from assistant.tui.notes.rendering import rendered

    width = min(width, _WIDEST)
    page = rendered(_FENCED.sub(partial(_cut, width - _INDENT), text), width, look)
    parts = []
    for strip in page.lines:
        line = Text()
        for segment in strip:
            line.append(segment.text, _on_the_page(segment.style))
        parts.append(Part(line, fixed=True))
    return [*parts, Part(Text(page.told, "warn"))] if page.told else parts


def _cut(width: int, fenced: re.Match[str]) -> str:
    lines = fenced[0].split("\n")
    return "\n".join(line if len(line) <= width else f"{line[: width - 1]}…" for line in lines)


def _on_the_page(style: Style | None) -> Style | None:
    """Return a style without its ground, which is the page's, and without what it links to."""
    if style is None:
        return None
    return Style(
        color=style.color, bold=style.bold, italic=style.italic, underline=style.underline,
        dim=style.dim, strike=style.strike,
    )  # fmt: skip


def source_parts(text: str) -> Sequence[Part]:
    """Return Python with its lines numbered and coloured."""
    from rich.syntax import Syntax

    text = clean(text, 1_000_000)
    lines = Syntax("", "python", theme="ansi_dark", background_color="default").highlight(text)
    found = []
    for number, line in enumerate(lines.split("\n", allow_blank=True)[:_MOST_LINES], start=1):
        found.append(Part(Text(f"{number:>4}  ", "dim").append_text(line), fixed=True))
    return found
