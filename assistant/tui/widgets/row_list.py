"""A list as long as it likes: only the rows in sight are ever drawn, or even loaded."""

from collections.abc import Hashable
from typing import ClassVar, Protocol

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from assistant.tui.acting import Acting
from assistant.tui.actions import bindings
from assistant.tui.look import Look


class Rows(Protocol):
    """What a list shows: a number of rows, each with a key that outlives the row's place.

    A row without a key is a heading: the cursor passes it by.

    `lines` draws row `index` as `height` lines of at most `width` cells; what is not loaded yet is
    drawn as a placeholder, and whoever loads it calls `RowList.refresh`. Texts are plain: nothing
    in them is ever read as markup.
    """

    height: int

    def __len__(self) -> int: ...
    def key(self, index: int) -> Hashable | None: ...  # noqa: D102
    def index_of(self, key: Hashable) -> int | None: ...  # noqa: D102
    def lines(self, index: int, width: int, look: Look) -> list[Text]: ...  # noqa: D102


class NoRows:
    """An empty list."""

    height = 1

    def __len__(self) -> int:
        return 0

    def key(self, index: int) -> Hashable:
        """Never called."""
        raise IndexError(index)

    def index_of(self, key: Hashable) -> int | None:
        """Nothing is here."""
        return None

    def lines(self, index: int, width: int, look: Look) -> list[Text]:
        """Never called."""
        raise IndexError(index)


class RowList(ScrollView, Acting, can_focus=True):
    """Rows with a cursor; the cursor stays on its row when others come and go around it."""

    SCOPES = ("list",)
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("list"))
    DEFAULT_CSS = """
    RowList {
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        background: $background;
    }
    """

    cursor: reactive[int] = reactive(0, repaint=False)

    class Moved(Message):
        """The cursor is on another row."""

        def __init__(self, rows: "RowList", index: int) -> None:
            super().__init__()
            self.rows = rows
            self.index = index

        @property
        def control(self) -> "RowList":
            """The list."""
            return self.rows

    class Chosen(Moved):
        """A row was opened."""

    def __init__(
        self, *, empty: str = "", id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.source: Rows = NoRows()
        self.selected: set[Hashable] = set()
        self.empty = empty
        self._awaited: tuple[Hashable, int] | None = None

    @property
    def key(self) -> Hashable | None:
        """The key of the row under the cursor."""
        return self.source.key(self.cursor) if len(self.source) else None

    @property
    def place(self) -> tuple[Hashable | None, int]:
        """Where the person stands: the key of the row, and how many lines below the top it is."""
        return self._awaited or (self.key, self.offset_of_cursor)

    @property
    def offset_of_cursor(self) -> int:
        """How many lines below the list's top the cursor is."""
        return self.cursor * self.source.height - round(self.scroll_offset.y)

    def come_back(self, key: Hashable | None, offset: int = 0) -> None:
        """Put the cursor on this row, so many lines below the top, once there are rows."""
        self._awaited = (key, offset) if key is not None else None

    def show(self, source: Rows, *, keep: Hashable | None = None) -> None:
        """Show other rows; the cursor goes to the row `keep`, else stays with the row it is on.

        Where that row is gone the cursor stays at its place, or at the end. On the screen it stays
        where it was.
        """
        wanted, offset = self.place
        wanted = keep if keep is not None else wanted
        if len(source):
            self._awaited = None
        self.source = source
        self.virtual_size = Size(0, len(source) * source.height)
        place = source.index_of(wanted) if wanted is not None else None
        index = place if place is not None else min(self.cursor, max(len(source) - 1, 0))
        with self.prevent(self.Moved):
            self.cursor = self._past_headings(index, 1)
        # The row under the cursor stays at its height on the screen.
        y = max(self.cursor * source.height - offset, 0)
        self.scroll_to(y=y, animate=False, immediate=True)
        self._keep_in_sight()
        self.refresh()
        if len(source):
            self.post_message(self.Moved(self, self.cursor))

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, the nearest there is."""
        if len(self.source):
            step = 1 if index > self.cursor else -1
            self.cursor = self._past_headings(max(0, min(index, len(self.source) - 1)), step)

    def _past_headings(self, index: int, step: int) -> int:
        """Return the nearest row that is no heading, looking first where the cursor was going."""
        for way in (step, -step):
            place = index
            while 0 <= place < len(self.source):
                if self.source.key(place) is not None:
                    return place
                place += way
        return index

    def watch_cursor(self, old: int, new: int) -> None:
        """Draw the row that was left and the one reached, and no other."""
        self._refresh_row(old)
        self._refresh_row(new)
        self._keep_in_sight()
        self.post_message(self.Moved(self, new))

    def do_list_down(self) -> None:
        """Go to the next row."""
        self.move_to(self.cursor + 1)

    def do_list_up(self) -> None:
        """Go to the previous row."""
        self.move_to(self.cursor - 1)

    def do_list_top(self) -> None:
        """Go to the first row."""
        self.move_to(0)

    def do_list_bottom(self) -> None:
        """Go to the last row."""
        self.move_to(len(self.source) - 1)

    def do_list_half_down(self) -> None:
        """Go half a page down."""
        self.move_to(self.cursor + max(self._page() // 2, 1))

    def do_list_half_up(self) -> None:
        """Go half a page up."""
        self.move_to(self.cursor - max(self._page() // 2, 1))

    def do_list_page_down(self) -> None:
        """Go a page down."""
        self.move_to(self.cursor + self._page())

    def do_list_page_up(self) -> None:
        """Go a page up."""
        self.move_to(self.cursor - self._page())

    def do_list_enter(self) -> None:
        """Open the row under the cursor."""
        if len(self.source):
            self.post_message(self.Chosen(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a second click opens the row."""
        index = (event.y + self.scroll_offset.y) // self.source.height
        if 0 <= index < len(self.source) and self.source.key(index) is not None:
            self.cursor = index
            if event.chain > 1:
                self.do_list_enter()

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._keep_in_sight()

    def on_focus(self) -> None:
        """Show the cursor as the one that keys move."""
        self._refresh_row(self.cursor)

    def on_blur(self) -> None:
        """Show the cursor as one that keys do not move."""
        self._refresh_row(self.cursor)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        width = self.scrollable_content_region.width
        index, line = divmod(y + self.scroll_offset.y, self.source.height)
        if index >= len(self.source):
            return self._blank(y, width)
        look = self.assistant.look
        if index == self.cursor:
            look = look._replace(dim=look.plain)  # grey on the cursor's colour is hard to read
        text = self.source.lines(index, width, look)[line]
        text.truncate(width, overflow="ellipsis")
        strip = Strip(text.render(self.app.console), text.cell_len)
        strip = strip.adjust_cell_length(width)
        if self.source.key(index) in self.selected:
            strip = Strip.join([Strip([Segment("▌", look.accent)], 1), strip.crop(1)])
        return strip.apply_style(self._style_of(index))

    def _blank(self, y: int, width: int) -> Strip:
        if len(self.source) or not self.empty:
            return Strip.blank(width, self.rich_style)
        told = self.empty.split("\n")
        line = y - 1
        text = told[line] if 0 <= line < len(told) else ""
        style = self.rich_style + self.assistant.look.dim
        return Strip([Segment(f"  {text}", style)]).adjust_cell_length(width, style)

    def _style_of(self, index: int) -> Style:
        style, look = self.rich_style, self.assistant.look
        if self.source.key(index) in self.selected:
            style += look.selected
        if index == self.cursor:
            style += look.cursor if self.has_focus or not self.can_focus else look.cursor_blurred
        return style

    def _page(self) -> int:
        return max(self.size.height // self.source.height, 1)

    def _refresh_row(self, index: int) -> None:
        self.refresh_lines(index * self.source.height, self.source.height)

    def _keep_in_sight(self) -> None:
        height = self.source.height
        top, page = self.cursor * height, self.size.height
        if not page:
            return
        if page >= 2 * height and self.cursor and self.source.key(self.cursor - 1) is None:
            top -= height  # its heading comes into sight with it
        if top < self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, immediate=True)
            return
        top = self.cursor * height
        if top + height > self.scroll_offset.y + page:
            self.scroll_to(y=top + height - page, animate=False, immediate=True)

    def row_region(self, index: int) -> Region:
        """Return where a row is on the list's own surface."""
        height = self.source.height
        return Region(0, index * height - self.scroll_offset.y, self.size.width, height)
