"""The vault: a tree or a list, filtered as one types, and the note at hand beside it."""

from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from assistant.tui.actions import bindings
from assistant.tui.area_screen import AreaScreen
from assistant.tui.areas.notes.browser import NoteBrowser
from assistant.tui.areas.notes.going import Going
from assistant.tui.areas.notes.listing import NAMES, NONE, VIEWS, Listing
from assistant.tui.notes.rows import Folder
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.query_bar import QueryBar
from assistant.tui.widgets.question import Question
from assistant.tui.widgets.row_list import RowList
from assistant.tui.widgets.summary_line import SummaryLine

_EMPTY_VAULT = "Your vault is empty.\nn makes a note, c catches a thought,\nD opens the day's note."
_MOST_REMEMBERED = 1_000
_READING = "Reading your notes"


class NotesScreen(AreaScreen, Going):
    """Every note there is."""

    AREA = "notes"
    SCOPES: ClassVar[tuple[str, ...]] = ("notes",)
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("notes"))
    DEFAULT_CSS = """
    """

    def __init__(self) -> None:
        super().__init__()
        self._listing = Listing()
        self._view = "tree"
        self._filter = ""
        self._opened: set[str] = set()
        self._been, self._at = [], -1

    def body(self) -> ComposeResult:
        """Show the filter, a line on what is listed, and the notes."""
        yield QueryBar("filter: words of title or path, #tag   ! turns it round", plain=True)
        yield SummaryLine(id="count")
        yield NoteBrowser()

    @property
    def browser(self) -> NoteBrowser:
        """List, note and what it is joined to."""
        return self.query_one(NoteBrowser)

    @property
    def bar(self) -> QueryBar:
        """The filter."""
        return self.query_one(QueryBar)

    # ---- coming, going, remembering

    def on_mount(self) -> None:
        """Come back to where the person was."""
        state, browser = self.desk.state, self.browser
        kept = state.get(self.AREA, "view", "tree")
        self._view = kept if kept in NAMES else "tree"
        self._filter = state.get(self.AREA, "filter", "")
        self._opened = {one for one in state.get(self.AREA, "opened", []) if isinstance(one, str)}
        self.bar.set(self._filter)
        browser.set_class(state.get(self.AREA, "preview", True), "-preview")
        browser.set_class(state.get(self.AREA, "links", True), "-links")
        chosen = state.get(self.AREA, "selected", [])
        browser.rows.selected = {one for one in chosen if isinstance(one, str)}
        browser.rows.focus()
        on = state.get(self.AREA, "note", "")
        folder = state.get(self.AREA, "folder", "")
        keep = Folder(folder) if folder else on or None
        browser.rows.come_back(keep, state.get(self.AREA, "offset", 0))
        self.run_safely(self._read, _READING, only="read")

    def remember(self) -> None:
        """Keep view, filter, cursor, selection and panes for the next start."""
        browser, (key, offset) = self.browser, self.browser.rows.place
        chosen = [one for one in browser.rows.selected if isinstance(one, str)]
        self.desk.state.put(
            self.AREA,
            view=self._view,
            filter=self._filter,
            opened=sorted(self._opened)[:_MOST_REMEMBERED],
            note=key if isinstance(key, str) else "",
            folder=key.path if isinstance(key, Folder) else "",
            offset=offset,
            selected=sorted(chosen)[:_MOST_REMEMBERED],
            preview=browser.previews,
            links=browser.has_class("-links"),
        )

    def library_changed(self) -> None:
        """Show the vault as it is now."""
        self.notes_changed()

    def notes_changed(self) -> None:
        """Show the vault as it is now; cursor, scroll and selection stay."""
        self.browser.show_anew()
        self.run_safely(self._read, _READING, only="read")

    def back_to_note(self, path: str) -> None:
        """Put the cursor on a note that came back, if it is listed."""
        self.run_safely(partial(self._read, path), _READING, only="read")

    # ---- what is listed

    async def _read(self, keep: object = None) -> None:
        await self.desk.library.opened()
        await self._listing.read(self.desk, self._view)
        await self._list(keep)

    async def _list(self, keep: object = None) -> None:
        """List what the view and the filter leave."""
        if self._listing.standing is None:
            return
        text, listed = self._filter.strip(), self.browser.rows
        rows = await self._listing.rows(self.desk, self._view, text, self._opened)
        if text:
            listed.empty = f"No note matches {text[:60]!r}.\nPress esc to see all of them."
        else:
            listed.empty = NONE.get(self._view, _EMPTY_VAULT)
        present = {row.key for row in rows}
        listed.selected &= present
        if keep not in present:
            keep = None
        if keep is None and text and listed.key not in present:
            listed.cursor = 0
        self.browser.show_rows(rows, keep=keep)
        self._show_count()
        self.refresh_bindings()

    def _show_count(self) -> None:
        standing, listed = self._listing.standing, self.browser.rows
        if standing is None:
            return
        filtered = bool(self._filter.strip())
        told = self._listing.told(self._view, len(listed.source), filtered=filtered)
        if listed.selected:
            told += f" · {len(listed.selected):,} selected"
        if standing.due:
            told += f" · {standing.due:,} to review: {self.assistant.key_of('app.review')}"
        self.query_one("#count", SummaryLine).say(told)

    # ---- the filter

    def on_query_bar_changed(self, event: QueryBar.Changed) -> None:
        """Filter as the person types."""
        self._set_filter(event.text)

    def on_query_bar_accepted(self) -> None:
        """Go to what the filter left."""
        self.browser.rows.focus()

    def on_query_bar_left(self) -> None:
        """Clear the filter and go back to the list."""
        self.do_notes_clear()
        self.browser.rows.focus()

    def on_panes_left(self) -> None:
        """Clear the filter on `esc`."""
        if self._filter:
            self.do_notes_clear()
        elif self._view in NONE:
            self._set_view("tree")

    def _set_filter(self, text: str) -> None:
        if text != self._filter:
            self._filter = text
            self.run_safely(self._list, "Filtering", only="narrow")

    def on_row_list_moved(self) -> None:
        """Say how things stand."""
        self._show_count()
        self.refresh_bindings()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Open or close the folder under the cursor."""
        key = self.browser.rows.key
        if isinstance(key, Folder):
            self._opened ^= {key.path}
            self.run_safely(self._list, _READING, only="narrow")

    # ---- keys

    def why_not(self, action: str) -> str | None:
        """Say why one of this area's actions cannot be done now."""
        if action == "notes.clear" and not self._filter:
            return "There is no filter to clear."
        if action in ("notes.open-folder", "notes.close-folder") and not self._is_tree():
            return "There are folders in the tree only: v, then t."
        return super().why_not(action)

    def _is_tree(self) -> bool:
        return self._view == "tree" and not self._filter.strip()

    def do_notes_filter(self) -> None:
        """Let the person type a filter."""
        self.bar.begin()

    def do_notes_clear(self) -> None:
        """Show everything again."""
        self.bar.set("")
        self._set_filter("")

    def do_notes_view(self) -> None:
        """Ask what to list."""
        answers = {key: told for key, (_, told) in VIEWS.items()}
        self.app.push_screen(Question("List", answers), self._viewed)

    def _viewed(self, answer: str | None) -> None:
        if answer is not None:
            self._set_view(VIEWS[answer][0])

    def _set_view(self, view: str) -> None:
        self._view = view
        self.run_safely(self._read, _READING, only="read")

    def do_notes_open_folder(self) -> None:
        """Open the folder under the cursor."""
        key = self.browser.rows.key
        if isinstance(key, Folder) and key.path not in self._opened:
            self._opened.add(key.path)
            self.run_safely(self._list, _READING, only="narrow")
        else:
            self.browser.rows.do_list_enter()

    def do_notes_close_folder(self) -> None:
        """Close the folder, or the one around what the cursor is on."""
        folder = self._folder()
        key = self.browser.rows.key
        if isinstance(key, Folder) and key.path not in self._opened:
            folder = key.path.rpartition("/")[0]
        if folder:
            self._opened.discard(folder)
            self.run_safely(partial(self._list, Folder(folder)), _READING, only="narrow")

    def _folder(self) -> str:
        """Return the folder that the cursor is in or on."""
        key = self.browser.rows.key
        if isinstance(key, Folder):
            return key.path
        path = key if isinstance(key, str) else ""
        return "" if path.startswith(".") else path.rpartition("/")[0]

    def do_notes_new(self) -> None:
        """Ask for a title, and make the note."""
        folder = self._folder()
        where = f"In {folder}. " if folder else ""
        told = f"{where}A slash makes a path of the vault's own: Ideas/LoRA."
        self.app.push_screen(
            Prompt("A new note", told=told), partial(self.assistant.make_note, folder)
        )

    async def do_notes_refresh(self) -> None:
        """Look at every file again."""
        if await self.assistant.bring_notes_in_step():
            self.assistant.say("Your notes are as the files are.")
        self.notes_changed()

    # ---- going to a note

    async def reveal(self, path: str, heading: str = "", *, reading: bool = True) -> None:
        """Put the cursor on a note, the filter out of its way, and open it."""
        self._filter = ""
        self.bar.set("")
        if self._view in NONE:
            self._view = "tree"
        folder = path.rpartition("/")[0]
        while folder:
            self._opened.add(folder)
            folder = folder.rpartition("/")[0]
        await self._read(path)
        if reading:
            self.browser.open(path, heading)
