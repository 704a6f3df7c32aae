"""A page to be read whose places can be gone to: text that wraps, some of it with a key."""

from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.console import Console
from rich.style import Style
from rich.text import Span, Text
from textual.geometry import Size
from textual.message import Message

from assistant.tui.look import Look
from assistant.tui.widgets.row_list import NoRows, RowList

_WIDEST = 96
_MOST_CHARACTERS = 4_000
_MOST_PARTS = 8_000
_MOST_KEPT = 4_000
_WRAPPING = Console(width=_WIDEST, force_terminal=False)
_NO_LEAD = Text()
Piece = str | tuple[str, str]
_Styled = tuple[str, tuple[Span, ...]]


class Part(NamedTuple):
    """A paragraph or a line of a page.

    `text` is styled with names of `Look`'s fields, so that it is drawn in the present theme;
    `lead` stands before its first line, and the others are indented by as much. `key` makes it a
    place to go to. `fixed` text is not wrapped but cut.
    """

    text: Text
    key: Hashable | None = None
    lead: Text = _NO_LEAD
    fixed: bool = False


def part(
    *pieces: Piece, lead: Sequence[Piece] = (), key: Hashable | None = None, fixed: bool = False
) -> Part:
    """Return a part made of texts and (text, style's name) pairs."""
    return Part(_joined(pieces), key, _joined(lead), fixed)


def _joined(pieces: Sequence[Piece]) -> Text:
    text = Text()
    for piece in pieces:
        told, style = (piece, "plain") if isinstance(piece, str) else piece
        room = _MOST_CHARACTERS - len(text)
        text.append(told if len(told) <= room else f"{told[: max(room - 1, 0)]}…", style)
    return text


class PageRows:
    """Parts laid out to a width, a line a row; the first line of a part carries its key."""

    height = 1

    def __init__(self, parts: Sequence[Part], width: int) -> None:
        self._lines: list[tuple[Text, Hashable | None]] = []
        self._places: dict[Hashable, int] = {}
        width = max(min(width, _WIDEST), 8)
        for one in parts[:_MOST_PARTS]:
            lines = _lines_of(one, width)
            if one.key is not None:
                self._places.setdefault(one.key, len(self._lines))
            self._lines.append((lines[0], one.key))
            self._lines += [(line, None) for line in lines[1:]]

    def __len__(self) -> int:
        return len(self._lines)

    def key(self, index: int) -> Hashable | None:
        """Return what a line stands for, None for text alone."""
        return self._lines[index][1]

    def index_of(self, key: Hashable) -> int | None:
        """Return the first line of a part."""
        return self._places.get(key)

    def lines(self, index: int, width: int, look: Look) -> list[Text]:
        """Draw a line."""
        line = self._lines[index][0].copy()
        line.spans = [
            Span(start, end, getattr(look, name, name) if isinstance(name, str) else name)
            for start, end, name in line.spans
        ]
        return [line]


def _lines_of(one: Part, width: int) -> Sequence[Text]:
    # A page that is drawn again differs in few of its parts, and wrapping is slow.
    return _laid_out(_styled(one.text), _styled(one.lead), one.fixed, width)


def _styled(text: Text) -> _Styled:
    ground = (Span(0, len(text), text.style),) if text.style else ()
    return text.plain, (*ground, *text.spans)


@lru_cache(_MOST_KEPT)
def _laid_out(told: _Styled, before: _Styled, fixed: bool, width: int) -> Sequence[Text]:
    text, lead = (Text(plain, spans=list(spans)) for plain, spans in (told, before))
    text.expand_tabs(4)
    room = max(width - lead.cell_len, 4)
    lines: list[Text] = []
    for paragraph in text.split("\n", allow_blank=True):
        lines += [paragraph] if fixed else paragraph.wrap(_WRAPPING, room) or [Text()]
    leads = [lead.copy(), *(Text(" " * lead.cell_len) for _ in lines)]
    if not fixed:
        for line in lines:
            line.rstrip()
    return [_plain(head.append_text(line)) for head, line in zip(leads, lines, strict=False)]


def _plain(line: Text) -> Text:
    line.no_wrap, line.end = True, ""
    return line


class PageList(RowList):
    """The page itself: the cursor goes from place to place, and scrolls where there is none."""

    DEFAULT_CSS = """
    PageList { padding: 0 1; background: $surface; scrollbar-gutter: stable; }
    PageList:focus { background: $surface-lighten-1; }
    """

    class Widened(Message):
        """The page has another width: what was laid out by whoever made it is to be made anew."""

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:
        super().__init__(empty=empty, id=id)
        self._width = 0
        self._parts: Sequence[Part] = ()
        self._of: object = None

    def show_page(self, of: object, parts: Sequence[Part]) -> None:
        """Show the page of something: from its top, or where one was if it is the same thing's."""
        same = of == self._of
        self._of, self._parts = of, parts
        self._lay_out(keep=same)

    def on_resize(self) -> None:
        """Lay the page out to the new width."""
        self._lay_out(keep=True)
        if self._width != (width := self.scrollable_content_region.width):
            self._width = width
            self.post_message(self.Widened())

    def _lay_out(self, *, keep: bool) -> None:
        width = self.scrollable_content_region.width
        on, y = (self.key, round(self.scroll_offset.y)) if keep else (None, 0)
        rows = PageRows(self._parts, width) if self._parts else NoRows()
        self.source = rows
        self.virtual_size = Size(0, len(rows))
        place = rows.index_of(on) if on is not None else None
        with self.prevent(self.Moved):
            self.set_reactive(PageList.cursor, place or 0)
        self.scroll_to(
            y=min(y, max(len(rows) - self.size.height, 0)), animate=False, immediate=True
        )
        self.refresh()

    def do_list_down(self) -> None:
        """Go to the next place where it is near, else scroll."""
        self._step(1)

    def do_list_up(self) -> None:
        """Go to the place before where it is near, else scroll."""
        self._step(-1)

    def do_list_top(self) -> None:
        """Go to the page's beginning."""
        with self.prevent(self.Moved):
            self.cursor = 0
        self._scroll(-len(self.source))

    def do_list_bottom(self) -> None:
        """Go to the page's end."""
        self._scroll(len(self.source))

    def do_list_half_down(self) -> None:
        """Scroll half a page down."""
        self._scroll(max(self.size.height // 2, 1))

    def do_list_half_up(self) -> None:
        """Scroll half a page up."""
        self._scroll(-max(self.size.height // 2, 1))

    def do_list_page_down(self) -> None:
        """Scroll a page down."""
        self._scroll(self._page())

    def do_list_page_up(self) -> None:
        """Scroll a page up."""
        self._scroll(-self._page())

    def go_to(self, key: Hashable) -> None:
        """Put the cursor on a place, if the page has it."""
        place = self.source.index_of(key)
        if place is not None:
            self.cursor = place

    def _step(self, by: int) -> None:
        top, height = round(self.scroll_offset.y), max(self.size.height, 1)
        start = self.cursor if top <= self.cursor < top + height else (
            top - 1 if by > 0 else top + height
        )  # fmt: skip
        at = start + by
        while 0 <= at < len(self.source) and self.source.key(at) is None:
            at += by
        near = 0 <= at < len(self.source) and top - height // 2 <= at < top + height + height // 2
        if near:
            self.cursor = at
        else:
            self._scroll(2 * by)

    def _scroll(self, by: int) -> None:
        self._go_to_line(round(self.scroll_offset.y) + by)

    def _go_to_line(self, y: int) -> None:
        y = max(min(y, len(self.source) - self.size.height), 0)
        self.scroll_to(y=y, animate=False, immediate=True)

    def _style_of(self, index: int) -> Style:
        if self.source.key(index) is None or not self.has_focus:
            return self.rich_style
        return super()._style_of(index)
