"""Markdown and source as parts of a page, laid out once for a width."""

from collections.abc import Sequence

from rich.text import Text

from assistant.text import clean
from assistant.tui.look import Look
from assistant.tui.widgets.page_list import Part

_WIDEST = 96
_MOST_LINES = 5_000


def markdown_parts(text: str, width: int, look: Look) -> list[Part]:
    """Return Markdown as lines of a width; what is long is shown as it is written."""
    from assistant.tui.notes.rendering import rendered

    page = rendered(text, min(width, _WIDEST), look)
    parts = []
    for strip in page.lines:
        line = Text()
        for segment in strip:
            style = segment.style
            line.append(segment.text, style.clear_meta_and_links() if style else None)
        parts.append(Part(line, fixed=True))
    return [*parts, Part(Text(page.told, "warn"))] if page.told else parts


def source_parts(text: str) -> Sequence[Part]:
    """Return Python with its lines numbered and coloured."""
    from rich.syntax import Syntax

    text = clean(text, 1_000_000)
    lines = Syntax("", "python", theme="ansi_dark", background_color="default").highlight(text)
    found = []
    for number, line in enumerate(lines.split("\n", allow_blank=True)[:_MOST_LINES], start=1):
        found.append(Part(Text(f"{number:>4}  ", "dim").append_text(line), fixed=True))
    return found
