"""A digest for the terminal, and for the plain half of a mail."""

import re
from collections.abc import Sequence

import click
from rich.cells import cell_len, chop_cells

from assistant.digest.model import Digest, DigestEntry, FeedItem
from assistant.digest.renderers import words

WIDTH = 80
_MOST_WIDTH = 96  # longer lines are hard to read
_LEAST_WIDTH = 24
_INDENT = "    "
_LONGEST_SUMMARY = 300
_LONGEST_TITLE = 300
# East Asian scripts break between any two signs, but not before closing punctuation.
_PIECES = re.compile(
    r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef][、。，．・：；？！）」』】〉》]*"
    r"|[^\s\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]+|\s+"
)


def render_terminal(
    digest: Digest, *, width: int = WIDTH, color: bool = False, links: bool = False
) -> str:
    """Return a digest as lines of at most `width` cells; `links` adds each paper's address.

    Addresses are never broken, so that they can be clicked. Escape sequences are only ours, and
    only with `color`.
    """
    page = _Page(max(min(width, _MOST_WIDTH), _LEAST_WIDTH), color)
    _head(page, digest)
    for heading, entries in words.parted(digest):
        if heading != words.FOR_YOU:
            page.heading(heading)
        for number, entry in entries:
            _entry(page, number, entry, digest, links=links)
    if not digest.entries:
        why, then = words.nothing_new(digest)
        page.text(why)
        page.text(then, dim=True)
        page.blank()
    if digest.items:
        page.heading(words.FEEDS)
        for item in digest.items:
            _item(page, item, digest)
    if digest.deadlines:
        page.text(words.due_line(digest), dim=True)
        page.blank()
    if digest.entries:
        page.parts(words.NEXT_STEPS, " · ", dim=True)
    return page.told()


def wrap(text: str, width: int) -> list[str]:
    """Return text in lines of at most `width` terminal cells, broken between words where it can be.

    Wide signs count two cells.
    """
    lines, line, used = [], "", 0
    for piece in _PIECES.findall(text):
        cells = cell_len(piece)
        if used + cells > width and not piece.isspace():
            lines.append(line.rstrip())
            line, used = "", 0
            if cells > width:
                *full, piece = chop_cells(piece, width)
                lines += full
                cells = cell_len(piece)
        if line or not piece.isspace():
            line, used = line + piece, used + cells
    lines.append(line.rstrip())
    return [line for line in lines if line]


class _Page:
    def __init__(self, width: int, color: bool) -> None:
        self.width = width
        self._color = color
        self._lines: list[str] = []

    def text(self, text: str, first: str = "", rest: str | None = None, **style: object) -> None:
        """Add a wrapped paragraph; `first` and `rest` stand before its lines, unstyled."""
        rest = " " * cell_len(first) if rest is None else rest
        width = self.width - max(cell_len(first), cell_len(rest))
        for place, line in enumerate(wrap(text, width)):
            self._lines.append((rest if place else first) + self._styled(line, **style))

    def parts(self, parts: Sequence[str], between: str, **style: object) -> None:
        """Add phrases on one line if they fit, else each on its own."""
        line = between.join(parts)
        for one in [line] if cell_len(line) <= self.width else parts:
            self.text(one, "", "  ", **style)

    def whole(self, line: str, **style: object) -> None:
        """Add a line that must not be broken."""
        self._lines.append(self._styled(line, **style))

    def heading(self, text: str) -> None:
        """Begin a section."""
        self.text(text, fg="cyan", bold=True)
        self.blank()

    def blank(self) -> None:
        """Leave a line free."""
        self._lines.append("")

    def told(self) -> str:
        """Return all lines."""
        return "\n".join(self._lines).rstrip("\n") + "\n"

    def _styled(self, text: str, **style: object) -> str:
        return click.style(text, **style) if self._color and style else text  # type: ignore[arg-type]


def _head(page: _Page, digest: Digest) -> None:
    page.text(f"{digest.profile}  ·  {words.occasion(digest)}", bold=True)
    page.parts(words.batch_parts(digest), "; ")
    if digest.entries:
        page.text(words.ranked(digest), dim=True)
        page.text(digest.confidence, dim=True)
    page.blank()


def _entry(page: _Page, number: int, entry: DigestEntry, digest: Digest, *, links: bool) -> None:
    first = f"{number:>2}. "
    again = words.again(entry)
    if again:
        page.text(again, first, _INDENT, fg="yellow")
        first = _INDENT
    page.text(
        words.shortened(entry.title, _LONGEST_TITLE) or "(no title)", first, _INDENT, bold=True
    )
    facts = [entry.id, *words.facts(entry, digest)]
    page.text(" · ".join(facts), _INDENT, dim=True)
    address = words.page(entry)
    if links and address:
        page.whole(_INDENT + address)
    for reason in entry.reasons:
        page.text(reason, f"{_INDENT}+ ", _INDENT + "  ", fg="green")
    page.text(entry.extract, _INDENT)
    for other in entry.folded:
        page.text(f"also: {other.title} ({other.id})", _INDENT, f"{_INDENT}  ", dim=True)
    page.blank()


def _item(page: _Page, item: FeedItem, digest: Digest) -> None:
    page.text(item.title or "(no title)", " -  ", _INDENT, bold=True)
    day = words.item_day(item, digest)
    page.text(" · ".join(filter(None, (item.feed, day))), _INDENT, dim=True)
    page.text(words.shortened(item.summary, _LONGEST_SUMMARY), _INDENT)
    if words.is_web_address(item.link):
        page.whole(_INDENT + item.link)
    page.blank()
