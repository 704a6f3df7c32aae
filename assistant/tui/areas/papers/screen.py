"""The whole library: sorted, filtered as one types, with the paper at hand beside it."""

from array import array
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from assistant.tui.actions import bindings
from assistant.tui.area_screen import AreaScreen
from assistant.tui.papers.browser import PaperBrowser
from assistant.tui.widgets.query_bar import QueryBar
from assistant.tui.widgets.summary_line import SummaryLine

if TYPE_CHECKING:
    from db.listing import Sort

_SORTED: "dict[Sort, tuple[str, str]]" = {
    "published": ("oldest first", "newest first"),
    "added": ("first added first", "last added first"),
    "title": ("by title", "by title, Z first"),
    "rating": ("lowest rated first", "best rated first"),
    "venue": ("by venue", "by venue, Z first"),
}
_MOST_REMEMBERED = 1_000
_EMPTY_LIBRARY = "Your library is empty.\nPress S to fetch what was announced."


class PapersScreen(AreaScreen):
    """Every paper there is."""

    AREA = "papers"
    SCOPES: ClassVar[tuple[str, ...]] = ("papers",)
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("papers"))
    DEFAULT_CSS = """
    """

    def __init__(self) -> None:
        super().__init__()
        self._all: array[int] | None = None  # until the library was read
        self._sort: Sort = "published"
        self._descending = True
        self._filter = ""

    def body(self) -> ComposeResult:
        """Show the filter, a line on what is listed, and the papers."""
        yield QueryBar("filter: words, author: cat: year: venue: tag: is:   ! turns it round")
        yield SummaryLine(id="count")
        yield PaperBrowser(empty="Opening your library …")

    @property
    def browser(self) -> PaperBrowser:
        """The list and its preview."""
        return self.query_one(PaperBrowser)

    @property
    def bar(self) -> QueryBar:
        """The filter."""
        return self.query_one(QueryBar)

    def on_mount(self) -> None:
        """Come back to where the person was."""
        state = self.desk.state
        kept = state.get(self.AREA, "sort", "published")
        self._sort = next((name for name in _SORTED if name == kept), self._sort)
        self._descending = state.get(self.AREA, "descending", True)
        self._filter = state.get(self.AREA, "filter", "")
        self.bar.set(self._filter)
        self.browser.set_class(state.get(self.AREA, "preview", True), "-preview")
        self.browser.rows.focus()
        chosen = state.get(self.AREA, "selected", [])
        self.browser.rows.selected = {one for one in chosen if isinstance(one, int)}
        paper = state.get(self.AREA, "paper", 0) or None
        self.browser.rows.come_back(paper, state.get(self.AREA, "offset", 0))
        self.run_safely(self._read, "Reading the library", only="read")

    def remember(self) -> None:
        """Keep sort, filter, cursor, selection and preview for the next start."""
        chosen = self.browser.rows.selected
        paper, offset = self.browser.rows.place
        self.desk.state.put(
            self.AREA,
            sort=self._sort,
            descending=self._descending,
            filter=self._filter,
            paper=paper or 0,
            offset=offset,
            selected=[one for one in chosen if isinstance(one, int)][:_MOST_REMEMBERED],
            preview=self.browser.previews,
        )

    def library_changed(self) -> None:
        """Read the library again; cursor, scroll and selection stay."""
        self.run_safely(self._refresh, "Reading the library", only="read")

    async def show_paper(self, work: int) -> None:
        """Put the cursor on a paper, the filter out of its way, and open it."""
        self._filter = ""
        self.bar.set("")
        await self._read(keep=work)
        self.browser.rows.do_list_enter()

    async def show_filter(self, text: str) -> None:
        """List what a query matches, the cursor on its first paper."""
        self._filter = text
        self.bar.set(text)
        await self._read()
        self.browser.leave_page()
        self.browser.rows.move_to(0)

    def why_not(self, action: str) -> str | None:
        """Say why one of this area's actions cannot be done now."""
        if action == "papers.clear" and not self._filter:
            return "There is no filter to clear."
        return None

    def do_papers_filter(self) -> None:
        """Let the person type a filter."""
        self.bar.begin()

    def do_papers_clear(self) -> None:
        """Show everything again."""
        self.bar.set("")
        self._set_filter("")

    async def do_papers_next_unread(self) -> None:
        """Go to the next unread paper."""
        await self._unread(forwards=True)

    async def do_papers_previous_unread(self) -> None:
        """Go to the previous unread paper."""
        await self._unread(forwards=False)

    def do_papers_sort(self) -> None:
        """Sort by the next column."""
        names = list(_SORTED)
        self._sort = names[(names.index(self._sort) + 1) % len(names)]
        self._descending = self._sort not in ("title", "venue")
        self.run_safely(self._read, "Sorting", only="read")

    def do_papers_reverse(self) -> None:
        """Turn the order round."""
        self._descending = not self._descending
        self.run_safely(self._read, "Sorting", only="read")

    def do_papers_refresh(self) -> None:
        """Read the library again."""
        self.library_changed()

    def on_query_bar_changed(self, event: QueryBar.Changed) -> None:
        """Filter as the person types."""
        self._set_filter(event.text)

    def on_query_bar_accepted(self) -> None:
        """Go to what the filter left."""
        self.browser.rows.focus()

    def on_query_bar_left(self) -> None:
        """Clear the filter and go back to the list."""
        self.do_papers_clear()
        self.browser.rows.focus()

    def on_panes_left(self) -> None:
        """Clear the filter on `esc`."""
        if self._filter:
            self.do_papers_clear()

    def _set_filter(self, text: str) -> None:
        if text != self._filter:
            self._filter = text
            self.run_safely(self._narrow, "Filtering", only="narrow")

    async def _refresh(self) -> None:
        await self.browser.reload()
        await self._read()

    async def _read(self, keep: int | None = None) -> None:
        await self.desk.library.opened()
        from db import listing

        sort, descending = self._sort, self._descending
        self._all = await self.desk.library.read(
            lambda c: listing.ordered_ids(c, sort, descending=descending)
        )
        await self._narrow(keep)

    async def _narrow(self, keep: int | None = None) -> None:
        text, everything = self._filter, self._all
        if everything is None:
            return
        shown = everything
        if text.strip():
            from assistant.search.narrowing import narrow

            shown = await self.desk.library.read(lambda c: narrow(c, text, everything))
        rows = self.browser.rows
        rows.empty = (
            f"No paper matches {text.strip()[:60]!r}.\nPress esc to see all of them."
            if text.strip()
            else _EMPTY_LIBRARY
        )
        on = keep if keep is not None else rows.key
        if text.strip() and on not in shown:
            rows.move_to(0)
        self.browser.show_ids(shown, keep=keep)
        self._show_count()
        self.refresh_bindings()

    def on_row_list_moved(self) -> None:
        """Show how far down the list one is."""
        self._show_count()

    def _show_count(self) -> None:
        if self._all is None:
            return
        rows = self.browser.rows
        shown, every = len(rows.source), len(self._all)
        order = _SORTED[self._sort][self._descending]
        count = f"{shown:,} of {every:,} papers" if shown != every else f"{every:,} papers"
        place = f"{rows.cursor + 1:,} of " if shown else ""
        chosen = f" · {len(rows.selected):,} selected" if rows.selected else ""
        told = f"{place}{count} · {order}{chosen}"
        self.query_one("#count", SummaryLine).say(told)

    async def _unread(self, *, forwards: bool) -> None:
        from db import listing

        rows = self.browser.rows
        ids = getattr(rows.source, "ids", array("q"))
        opened = await self.desk.library.read(listing.opened_ids)
        places = range(rows.cursor + 1, len(ids)) if forwards else range(rows.cursor - 1, -1, -1)
        found = next((n for n in places if ids[n] not in opened), None)
        if found is None:
            self.assistant.say(f"Nothing unread {'below' if forwards else 'above'}.")
        else:
            rows.move_to(found)
