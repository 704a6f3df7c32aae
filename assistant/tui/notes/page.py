"""A note to be read: its facts above, its text below, and links that keys follow."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from assistant.tui.acting import Acting
from assistant.tui.actions import Action, bindings, register

if TYPE_CHECKING:
    from assistant.tui.notes.rendering import PageLink, Rendered

_CURSOR = Style(reverse=True)

register(
    "page",
    "In a note's text",
    Action("page.down", "j,down", "A line down"),
    Action("page.up", "k,up", "A line up"),
    Action("page.half-down", "ctrl+d,pagedown", "Half a page down"),
    Action("page.half-up", "ctrl+u,pageup", "Half a page up"),
    Action("page.top", "g,home", "The note's beginning"),
    Action("page.bottom", "G,end", "The note's end"),
    Action("page.next-link", "right", "The next link in it", "links"),
    Action("page.previous-link", "left", "The link before"),
    Action("page.follow", "enter", "Follow the link under the cursor", "follow"),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a page shows: a note's text below its facts.

    `why` says why it was found, `lost` are targets of links that lead nowhere.
    """

    path: str
    title: str
    facts: str
    text: str
    tags: Sequence[str] = ()
    problem: str = ""
    why: Sequence[str] = ()
    lost: Sequence[str] = field(default=())


class NotePage(ScrollView, Acting, can_focus=True):
    """One note, laid out in a thread to the width there is."""

    SCOPES: ClassVar[tuple[str, ...]] = ("page",)
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("page"))
    DEFAULT_CSS = """
    NotePage {
        padding: 0 1; overflow-x: hidden; background: $surface;
        scrollbar-size-vertical: 1; scrollbar-gutter: stable;
    }
    NotePage:focus { background: $surface-lighten-1; }
    """

    class Followed(Message):
        """A link of the note at `path` was followed."""

        def __init__(self, path: str, link: "PageLink") -> None:
            super().__init__()
            self.path = path
            self.link = link

    def __init__(self, *, empty: str = "", classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self.empty = empty
        self.sheet: Sheet | None = None
        self._drawn: Rendered | None = None
        self._head: list[Strip] = []
        self._link: int | None = None
        self._width = 0
        self._goal = ""

    @property
    def links(self) -> "Sequence[PageLink]":
        """The links on the page, in order."""
        return self._drawn.links if self._drawn is not None else ()

    def show(self, sheet: Sheet | None, *, heading: str = "") -> None:
        """Show a note, or none: from its top, at a heading, or where one was in the same note."""
        same = bool(sheet and self.sheet and sheet.path == self.sheet.path) and not heading
        if same and sheet == self.sheet and self._width == self._columns():
            return
        self.sheet, self._goal = sheet, heading
        if not same:
            self._link = None
        if sheet is None:
            self._put(None, keep=False)
        else:
            self.run_safely(lambda: self._draw(keep=same), "Drawing the note", only="draw")

    def on_resize(self, event: events.Resize) -> None:
        """Lay the note out anew where the width is another."""
        if self.sheet is not None and self._width != self._columns():
            self.run_safely(lambda: self._draw(keep=True), "Drawing the note", only="draw")

    async def _draw(self, *, keep: bool) -> None:
        # What draws Markdown is not needed before there is a note.
        from assistant.tui.notes.rendering import rendered

        sheet, width, look = self.sheet, self._columns(), self.assistant.look
        if sheet is None or width < 2:
            return
        drawn = await asyncio.to_thread(rendered, sheet.text, width, look, lost=sheet.lost)
        if self.sheet is sheet:
            self._width = width
            self._put(drawn, keep=keep)

    def _put(self, drawn: "Rendered | None", *, keep: bool) -> None:
        self._drawn = drawn
        self._head = self._heading() if drawn is not None else []
        if self._link is not None and self._link >= len(self.links):
            self._link = None
        self.virtual_size = Size(self._columns(), self._height())
        if not keep:
            line = drawn.line_of(self._goal) if drawn is not None and self._goal else None
            y = 0 if line is None else line + len(self._head)
            self.scroll_to(y=y, animate=False, immediate=True)
        self.refresh()

    def _height(self) -> int:
        if self._drawn is None:
            return 0
        return len(self._head) + len(self._drawn.lines) + (2 if self._drawn.told else 0)

    def _columns(self) -> int:
        return self.scrollable_content_region.width

    def _heading(self) -> list[Strip]:
        look, sheet = self.assistant.look, self.sheet
        assert sheet is not None
        said = [(sheet.path, look.dim), (sheet.facts, look.dim)]
        if not self._begins_with(sheet.title):
            said.insert(0, (sheet.title, look.strong))
        said.append((" ".join(f"#{tag}" for tag in sheet.tags), look.good))
        said += [(f"· {reason}", look.good) for reason in sheet.why]
        said.append((f"Not read whole: {sheet.problem}" if sheet.problem else "", look.warn))
        width, console = max(self._columns(), 1), self.app.console
        return [
            Strip([Segment(line.plain, style)])
            for text, style in said
            if text
            for line in Text(text).wrap(console, width)
        ] + [Strip([])]

    def _begins_with(self, title: str) -> bool:
        """Tell whether the note's own first line says what it is called."""
        first = self._drawn.lines[0].text if self._drawn and self._drawn.lines else ""
        return first.strip() == title

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        width, style = self._columns(), self.rich_style
        line, drawn = y + round(self.scroll_offset.y), self._drawn
        if drawn is None:
            told = self.empty.split("\n")
            text = told[y - 1] if 0 < y <= len(told) else ""
            strip = Strip([Segment(text, self.assistant.look.dim)])
        elif line < len(self._head):
            strip = self._head[line]
        elif line - len(self._head) < len(drawn.lines):
            strip = self._lit(drawn.lines[line - len(self._head)])
        elif drawn.told and line == self._height() - 1:
            strip = Strip([Segment(drawn.told, self.assistant.look.warn)])
        else:
            strip = Strip([])
        return strip.adjust_cell_length(width).apply_style(style)

    def _lit(self, strip: Strip) -> Strip:
        """Return a line with the link under the cursor standing out."""
        if self._link is None or not self.has_focus:
            return strip
        from assistant.tui.notes.rendering import link_of

        if all(link_of(one.style) != self._link for one in strip):
            return strip
        return Strip([
            Segment(one.text, one.style + _CURSOR)
            if one.style and link_of(one.style) == self._link else one
            for one in strip
        ])  # fmt: skip

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Follow the link that was clicked."""
        number = event.style.meta.get("note_link")
        if isinstance(number, int) and number < len(self.links):
            self._link = number
            self.do_page_follow()

    def why_not(self, action: str) -> str | None:
        """Say why something cannot be done on this page."""
        if action in ("page.next-link", "page.previous-link") and not self.links:
            return "There is no link in it."
        if action == "page.follow" and self._link is None:
            return (
                "→ goes to a link; enter follows it." if self.links else "There is no link in it."
            )
        return None

    def do_page_down(self) -> None:
        """Scroll a line down."""
        self._scroll(1)

    def do_page_up(self) -> None:
        """Scroll a line up."""
        self._scroll(-1)

    def do_page_half_down(self) -> None:
        """Scroll half a page down."""
        self._scroll(max(self.size.height // 2, 1))

    def do_page_half_up(self) -> None:
        """Scroll half a page up."""
        self._scroll(-max(self.size.height // 2, 1))

    def do_page_top(self) -> None:
        """Scroll to the top."""
        self.scroll_to(y=0, animate=False, immediate=True)

    def do_page_bottom(self) -> None:
        """Scroll to the end."""
        self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True)

    def do_page_next_link(self) -> None:
        """Put the cursor on the next link, the first in sight to begin with."""
        top = round(self.scroll_offset.y) - len(self._head)
        if self._link is None:
            found = (n for n, one in enumerate(self.links) if one.line >= top)
            self._go_to_link(next(found, 0))
        else:
            self._go_to_link((self._link + 1) % len(self.links))

    def do_page_previous_link(self) -> None:
        """Put the cursor on the link before."""
        here = self._link if self._link is not None else 0
        self._go_to_link((here - 1) % len(self.links))

    def do_page_follow(self) -> None:
        """Follow the link under the cursor."""
        if self._link is not None and self.sheet is not None:
            self.post_message(self.Followed(self.sheet.path, self.links[self._link]))

    def _go_to_link(self, number: int) -> None:
        self._link = number
        line = self.links[number].line + len(self._head)
        top, height = round(self.scroll_offset.y), self.size.height
        if not top <= line < top + height:
            self.scroll_to(y=max(line - height // 2, 0), animate=False, immediate=True)
        self.refresh()
        self.refresh_bindings()

    def _scroll(self, by: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + by, animate=False, immediate=True)

    def refresh_bindings(self) -> None:
        """Let the bar of keys say what can be done now."""
        self.screen.refresh_bindings()
