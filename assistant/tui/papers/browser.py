"""A list of papers with the one under the cursor beside it, and all that keys do to papers."""

import asyncio
from array import array
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from assistant.tui.actions import bindings
from assistant.tui.notes.page import NotePage
from assistant.tui.papers.changes import PaperChanges
from assistant.tui.papers.noted import Noted
from assistant.tui.papers.preview import Preview
from assistant.tui.papers.rows import PaperCache, PaperRows
from assistant.tui.widgets.row_list import RowList, Rows

_PREVIEW_AFTER = 0.03
_SIMILAR_AFTER = 0.5
_SIMILAR = 5


class PaperBrowser(PaperChanges, Noted):
    """List and preview: side by side, one below the other, or one at a time on a small screen."""

    SCOPES: ClassVar[tuple[str, ...]] = ("browser", "paper")
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("browser", "paper"))
    DEFAULT_CSS = """
    PaperBrowser { height: 1fr; layout: horizontal; }
    PaperBrowser > RowList { width: 1fr; height: 1fr; }
    PaperBrowser > .page { width: 1fr; height: 1fr; display: none; }
    PaperBrowser.-wide.-preview > RowList { width: 11fr; }
    PaperBrowser.-wide.-preview > .-on { width: 9fr; display: block; }
    PaperBrowser.-tall { layout: vertical; }
    PaperBrowser.-tall.-preview > .-on { display: block; }
    PaperBrowser.-reading > .-on { display: block; }
    PaperBrowser.-reading.-folded > RowList { display: none; }
    """

    class Loaded(Message):
        """Rows came in or changed."""

    def __init__(self, *, empty: str = "", preview: bool = True) -> None:
        super().__init__()
        self.cache = PaperCache(self._load_soon)
        self.reasons: dict[int, Sequence[str]] = {}
        self.telling: dict[int, Sequence[str]] = {}
        """Sentences of abstracts that say the most."""
        self._empty = empty
        self.set_class(preview, "-preview")
        self._loading = False

    @property
    def rows(self) -> RowList:
        """The list."""
        return self.query_one(RowList)

    @property
    def page_is_seen(self) -> bool:
        """Whether the page has to be made: it also tells which notes there are to turn to."""
        return self.previews or self.reading

    def compose(self) -> ComposeResult:
        """Show the list and, where there is room, the preview."""
        yield RowList(empty=self._empty)
        yield Preview(classes="page -on")
        yield NotePage(classes="page")

    def show_ids(self, ids: "array[int]", *, keep: int | None = None) -> None:
        """List these works; the cursor stays on its paper, or goes to the one to `keep`."""
        self.show_rows(PaperRows(ids, self.cache), keep=keep)

    def show_rows(self, rows: Rows, *, keep: int | None = None) -> None:
        """List works drawn in another way; their keys are the works' ids."""
        self.rows.show(rows, keep=keep)
        self.show_page()

    def targets(self) -> list[int]:
        """Return the works that a key acts on: those selected, else the one under the cursor."""
        chosen = [key for key in self.rows.selected if isinstance(key, int)]
        if not chosen and isinstance(self.rows.key, int):
            chosen = [self.rows.key]
        return chosen

    async def reload(self, ids: Sequence[int] | None = None) -> None:
        """Read rows again, those in sight and near if none are named."""
        from assistant.tui.papers import queries

        known = list(self.cache.rows) if ids is None else [*ids]
        rows = await self.desk.library.read(lambda c: queries.rows(c, known[-2_000:], self.profile))
        if ids is None:
            self.cache.rows.clear()
        self.cache.put(rows)
        self.rows.refresh()
        self.post_message(self.Loaded())
        self.show_page()

    def show_page(self) -> None:
        """Load the page of the paper under the cursor, once it rests there."""
        if self.page_is_seen:
            self.run_safely(self._show_page, "Showing the paper", only="preview")

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """Let the preview follow the cursor."""
        if self.noting is not None:
            self.turn_to_note(None)
        self.show_page()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Read the paper."""
        event.stop()
        self.read()

    def read(self) -> None:
        """Go to the paper's page."""
        if self.rows.key is not None:
            self.add_class("-reading")
            self.show_page()
            self.pane.focus()

    def why_not(self, action: str) -> str | None:
        """Say why an action on papers cannot be done now."""
        if action.startswith("paper.") and not self.targets():
            return "There is no paper here."
        if action == "paper.notes" and not self.notes:
            return "It has no note yet; e writes one."
        return None

    def do_browser_scroll_down(self) -> None:
        """Scroll the preview down."""
        self.pane.scroll_relative(y=max(self.pane.size.height // 2, 1), animate=False)

    def do_browser_scroll_up(self) -> None:
        """Scroll the preview up."""
        self.pane.scroll_relative(y=-max(self.pane.size.height // 2, 1), animate=False)

    def do_paper_notes(self) -> None:
        """Read the paper's notes in its place, one after the other, then the paper again."""
        self.next_note()
        if self.folded and not self.reading:
            self.read()

    def do_browser_pane(self) -> None:
        """Go to the other pane."""
        if self.pane.has_focus:
            self.leave_page()
        elif self.pane.display:
            self.pane.focus()
        else:
            self.read()

    async def _show_page(self) -> None:
        await asyncio.sleep(_PREVIEW_AFTER)
        await self.desk.library.opened()
        from assistant.tui.papers import queries

        work = self.rows.key
        if not isinstance(work, int):
            self.show_notes_of_paper(())
            self.preview.show(None)
            return
        page: dict[str, Any] | None = await self.desk.library.read(
            lambda c: queries.page(c, work, self.profile)
        )
        home = self.desk.home
        skills = await self.desk.library.look(
            lambda database: queries.skills_of(database, home, work)
        )
        self.show_notes_of_paper(page["notes"] if page is not None else ())
        self.refresh_keys()
        self.preview.show(page, self.reasons.get(work, ()), self.telling.get(work, ()), skills)
        await asyncio.sleep(_SIMILAR_AFTER)
        if self.desk.meaning.warm:
            self.preview.show_similar(await self._similar(work))

    async def _similar(self, work: int) -> list[tuple[str, str, str]]:
        from assistant.tui.papers import queries

        found = await self.desk.meaning.similar(work, limit=_SIMILAR)
        return await self.desk.library.read(lambda c: queries.named_hits(c, found.hits))

    def _load_soon(self) -> None:
        if not self._loading:
            self._loading = True
            self.run_safely(self._load, "Loading rows")

    async def _load(self) -> None:
        from assistant.tui.papers import queries

        try:
            while ids := self.cache.take_missing():
                rows = await self.desk.library.read(
                    partial(queries.rows, ids=ids, name=self.profile)
                )
                self.cache.put(rows)
                self.rows.refresh()
        finally:
            self._loading = False
        self.post_message(self.Loaded())
