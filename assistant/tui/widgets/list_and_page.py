"""A list with the page of what the cursor is on: side by side, stacked, or one at a time."""

import asyncio
from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from assistant.tui.actions import bindings
from assistant.tui.widgets.page_list import PageList, Part
from assistant.tui.widgets.panes import Panes
from assistant.tui.widgets.row_list import NoRows, RowList, Rows

_PAGE_AFTER = 0.03


class ListAndPage(Panes):
    """Rows, and a page of parts that can be gone to."""

    SCOPES: ClassVar[tuple[str, ...]] = ("browser",)
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("browser"))
    DEFAULT_CSS = """
    ListAndPage { height: 1fr; layout: horizontal; }
    ListAndPage > #rows { width: 1fr; height: 1fr; }
    ListAndPage > #page { width: 1fr; height: 1fr; display: none; }
    ListAndPage.-wide.-preview > #rows { width: 11fr; }
    ListAndPage.-wide.-preview > #page { width: 9fr; display: block; }
    ListAndPage.-tall { layout: vertical; }
    ListAndPage.-tall.-preview > #page { display: block; }
    ListAndPage.-reading > #page { display: block; }
    ListAndPage.-reading.-folded > #rows { display: none; }
    """
    EMPTY: ClassVar[str] = ""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="-preview")

    def compose(self) -> ComposeResult:
        """Show the list and, where there is room, the page."""
        yield RowList(empty=self.EMPTY, id="rows")
        yield PageList(id="page")

    @property
    def rows(self) -> RowList:
        """The list."""
        return self.query_one("#rows", RowList)

    @property
    def page(self) -> PageList:
        """The page."""
        return self.query_one("#page", PageList)

    async def page_parts(self, key: Hashable) -> Sequence[Part]:
        """Return the page of a row."""
        raise NotImplementedError

    async def add_to_page(self, key: Hashable) -> None:
        """Add what takes longer to find, once the cursor rests."""

    def follow(self, key: Hashable) -> None:
        """Go where a place of the page leads."""

    def show_rows(self, rows: Rows, *, keep: Hashable | None = None) -> None:
        """List these; the cursor stays on its row, or goes to the one to `keep`."""
        self.rows.show(rows if len(rows) else NoRows(), keep=keep)
        self.show_page()

    def on_page_list_widened(self) -> None:
        """Make the page for the width it has now."""
        self.show_page()

    def show_page(self) -> None:
        """Show the page of the row under the cursor, once it rests there."""
        if self.page_is_seen:
            self.run_safely(self._show_page, "Showing the page", only="page")

    async def _show_page(self) -> None:
        await asyncio.sleep(_PAGE_AFTER)
        key = self.rows.key
        parts = await self.page_parts(key) if key is not None else ()
        self.page.show_page(key, parts)
        self.refresh_keys()
        if key is not None:
            await self.add_to_page(key)

    def read(self) -> None:
        """Go to the page."""
        if self.rows.key is not None:
            self.add_class("-reading")
            self.show_page()
            self.page.focus()

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """Let the page follow the cursor."""
        if event.rows is self.rows:
            self.show_page()
        else:
            event.stop()
            self.refresh_keys()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Go to the page, or where a place of it leads."""
        event.stop()
        if event.rows is self.rows:
            self.read()
        elif (key := self.page.key) is not None:
            self.follow(key)

    def do_browser_scroll_down(self) -> None:
        """Scroll the page down."""
        self.page.do_list_half_down()

    def do_browser_scroll_up(self) -> None:
        """Scroll the page up."""
        self.page.do_list_half_up()

    def do_browser_pane(self) -> None:
        """Go to the other pane."""
        self.leave_page() if self.page.has_focus else self.read()
