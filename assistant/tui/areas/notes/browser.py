"""The list of notes, the note under the cursor, and what that is joined to."""

import asyncio
from collections.abc import Hashable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message

from assistant.tui.actions import bindings
from assistant.tui.areas.notes.changes import NoteChanges
from assistant.tui.notes.links_pane import Goal, Joined, JoinedRows, LinksPane
from assistant.tui.notes.page import NotePage
from assistant.tui.notes.rows import Folder, NoteRow, NoteRows
from assistant.tui.widgets.row_list import NoRows, RowList

_PAGE_AFTER = 0.03
_LINKS_AFTER = 0.15
_RELATED_AFTER = 0.5


class NoteBrowser(NoteChanges):
    """Three panes: side by side, the list above the others, or one at a time on a small screen."""

    SCOPES: ClassVar[tuple[str, ...]] = ("browser", "note")
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("browser", "note"))
    DEFAULT_CSS = """
    NoteBrowser { height: 1fr; layout: horizontal; }
    NoteBrowser > RowList { width: 1fr; height: 1fr; }
    NoteBrowser > Vertical { width: 1fr; height: 1fr; display: none; }
    NoteBrowser NotePage { height: 1fr; }
    NoteBrowser LinksPane { height: 30%; min-height: 5; display: none; }
    NoteBrowser.-links LinksPane { display: block; }
    NoteBrowser.-wide.-preview > RowList { width: 2fr; }
    NoteBrowser.-wide.-preview > Vertical { width: 3fr; display: block; }
    NoteBrowser.-tall { layout: vertical; }
    NoteBrowser.-tall.-preview > Vertical { height: 2fr; display: block; }
    NoteBrowser.-reading > Vertical { display: block; }
    NoteBrowser.-reading.-folded > RowList { display: none; }
    """

    class Wanted(Message):
        """Somebody wants to go where a link leads."""

        def __init__(self, goal: Goal) -> None:
            super().__init__()
            self.goal = goal

    class Shown(Message):
        """A note is being read."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    def __init__(self) -> None:
        super().__init__(classes="-preview -links")
        self.aside = ""
        """A note that is shown though the cursor is on none, or on another."""
        self._heading = ""
        self._joined_of = ""

    def compose(self) -> ComposeResult:
        """Show the list and, where there is room, the others."""
        yield RowList(empty="Opening your vault …")
        with Vertical():
            yield NotePage()
            yield LinksPane()

    @property
    def rows(self) -> RowList:
        """The list."""
        return self.query_one("NoteBrowser > RowList", RowList)

    @property
    def page(self) -> NotePage:
        """The note."""
        return self.query_one(NotePage)

    @property
    def links(self) -> LinksPane:
        """What it is joined to."""
        return self.query_one(LinksPane)

    @property
    def row(self) -> NoteRow | None:
        """The row under the cursor."""
        source = self.rows.source
        key = self.rows.key
        return source.row(key) if isinstance(source, NoteRows) and key is not None else None

    @property
    def path(self) -> str:
        """The note at hand, "" where there is none."""
        row = self.row
        return self.aside or (row.path if row is not None else "")

    def targets(self) -> list[str]:
        """Return the notes a key acts on: those selected, else the one at hand."""
        chosen = [key for key in self.rows.selected if isinstance(key, str)]
        return chosen or ([self.path] if self.path else [])

    # ---- what is shown

    def show_rows(self, rows: list[NoteRow], *, keep: Hashable | None = None) -> None:
        """List these; the cursor stays on its note, or goes to the one to `keep`."""
        self.rows.show(NoteRows(rows) if rows else NoRows(), keep=keep)
        self.show_page()

    def show_page(self) -> None:
        """Show the note at hand, once the cursor rests."""
        if self.page_is_seen:
            self.run_safely(self._show, "Showing the note", only="note")

    def show_anew(self) -> None:
        """Show the note at hand, and read again what it is joined to."""
        self._joined_of = ""
        self.show_page()

    def open(self, path: str, heading: str = "") -> None:
        """Read a note, at a heading, whether it is in the list or not."""
        place = self.rows.source.index_of(path)
        self._heading = heading
        self.aside = "" if place is not None else path
        if place is not None:
            self.rows.move_to(place)
        self.add_class("-reading")
        self.page.focus()
        self.show_page()

    async def _show(self) -> None:
        await asyncio.sleep(_PAGE_AFTER)
        await self.desk.library.opened()
        from assistant.tui.notes import queries

        path, heading = self.path, self._heading
        found = await self.desk.notes.read(lambda v: queries.sheet(v, path)) if path else None
        self._heading = ""
        self.page.empty = "" if found or not path else "It is not there any more.\nr looks again."
        self.page.show(found, heading=heading)
        self.links.empty = "Nothing is joined to it yet." if found else ""
        if found is None or path.startswith("."):
            self.show_joined([])
            return
        self.post_message(self.Shown(path))
        if path == self._joined_of or not self.has_class("-links"):
            return
        await asyncio.sleep(_LINKS_AFTER)
        rows = await self.desk.notes.read(lambda v: queries.neighbours(v, path))
        self.show_joined(rows)
        self._joined_of = path
        await asyncio.sleep(_RELATED_AFTER)
        if self.desk.meaning.warm:
            self.show_joined(rows + await self.related(path))

    def show_joined(self, rows: list[Joined]) -> None:
        """Show what a note is joined to."""
        self._joined_of = ""
        links = self.links
        if not links.has_focus:
            links.cursor = 0
        links.show(JoinedRows(rows) if rows else NoRows())

    # ---- moving about

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """Let the note follow the cursor."""
        if event.rows is self.rows:
            row = self.row
            if self.aside and row is not None and self.rows.has_focus:
                self.aside = ""
            self.show_page()
        else:
            event.stop()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Read the note, or go where a link leads; a folder is the screen's business."""
        if event.rows is self.links:
            event.stop()
            goal = self.links.goal(event.index)
            if goal is not None:
                self.post_message(self.Wanted(goal))
        elif self.row is not None and not isinstance(self.row.key, Folder):
            event.stop()
            self.aside = ""
            self.add_class("-reading")
            self.page.focus()
            self.show_page()

    def read(self) -> None:
        """Go to the note."""
        if self.path:
            self.open(self.path)

    def do_browser_scroll_down(self) -> None:
        """Scroll the note down."""
        self.page.do_page_half_down()

    def do_browser_scroll_up(self) -> None:
        """Scroll the note up."""
        self.page.do_page_half_up()

    def do_browser_pane(self) -> None:
        """Go to the next pane: list, note, what it is joined to."""
        if self.page.has_focus and self.links.display:
            self.links.focus()
        elif self.page.has_focus or self.links.has_focus:
            self.leave_page()
        elif self.page_is_seen:
            self.page.focus()
        else:
            self.read()

    def leave_page(self) -> None:
        """Go back to the list, and to the note under its cursor."""
        super().leave_page()
        if self.aside:
            self.aside = ""
            self.show_page()
