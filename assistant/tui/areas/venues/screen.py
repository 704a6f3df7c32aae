"""Two panes under one bar: editions with what is mine of them, and deadlines."""

import textwrap
from collections.abc import Hashable
from datetime import UTC, datetime
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import ContentSwitcher

from assistant.errors import AssistantError
from assistant.tui.actions import bindings
from assistant.tui.area_screen import AreaScreen
from assistant.tui.areas.venues.browser import VenueBrowser, Wanted
from assistant.tui.areas.venues.due_browser import DueBrowser
from assistant.tui.areas.venues.model import DueKey, Held
from assistant.tui.widgets.pane_bar import PaneBar
from assistant.tui.widgets.query_bar import QueryBar
from assistant.tui.widgets.summary_line import SummaryLine

_PANES = {"editions": "Editions", "deadlines": "Deadlines"}
_READING = "Reading your venues"
_TICK = 1.0
_NARROW = 70


class VenuesScreen(AreaScreen):
    """What was accepted where, and what is due when."""

    AREA = "venues"
    SCOPES: ClassVar[tuple[str, ...]] = ("venues",)
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("venues"))
    DEFAULT_CSS = "VenuesScreen ContentSwitcher { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self._held: Held | None = None  # until the library was read
        self._filters = dict.fromkeys(_PANES, "")
        self._minute = ""

    def body(self) -> ComposeResult:
        """Show the panes' names, the filter, a line that sums up, and one of the panes."""
        kept = self.desk.state.get(self.AREA, "pane", "editions")
        yield PaneBar(_PANES)
        yield QueryBar("filter: words, a status, followed   ! turns it round", plain=True)
        yield SummaryLine(id="count")
        with ContentSwitcher(initial=kept if kept in _PANES else "editions"):
            yield VenueBrowser(id="editions")
            yield DueBrowser(self._list, self._read_again, id="deadlines")

    @property
    def pane(self) -> str:
        """The pane in sight."""
        return self.query_one(ContentSwitcher).current or "editions"

    @property
    def venues(self) -> VenueBrowser:
        """The editions."""
        return self.query_one(VenueBrowser)

    @property
    def deadlines(self) -> DueBrowser:
        """The deadlines."""
        return self.query_one(DueBrowser)

    @property
    def browser(self) -> VenueBrowser | DueBrowser:
        """The list and page in sight."""
        return self.venues if self.pane == "editions" else self.deadlines

    @property
    def bar(self) -> QueryBar:
        """The filter."""
        return self.query_one(QueryBar)

    # ---- coming, going, remembering

    def on_mount(self) -> None:
        """Come back to where the person was."""
        state = self.desk.state
        for pane in _PANES:
            self._filters[pane] = state.get(self.AREA, f"filter-{pane}", "")
        for browser in (self.venues, self.deadlines):
            browser.set_class(state.get(self.AREA, "preview", True), "-preview")
        self.deadlines.mine = state.get(self.AREA, "mine", False)
        self.deadlines.over = state.get(self.AREA, "over", False)
        self.venues.turned_down = state.get(self.AREA, "turned-down", False)
        self.venues.rows.come_back(state.get(self.AREA, "edition", "") or None)
        self.set_interval(_TICK, self.tick)
        self.listen(self.desk.jobs.changed, self._jobs_changed)
        self._show_pane(self.pane)
        self.run_safely(self._read, _READING, only="read")

    def remember(self) -> None:
        """Keep pane, filters, cursor and what is shown for the next start."""
        key, _ = self.venues.rows.place
        self.desk.state.put(
            self.AREA,
            **{f"filter-{pane}": text for pane, text in self._filters.items()},
            **{"turned-down": self.venues.turned_down},
            pane=self.pane,
            edition=key if isinstance(key, str) else "",
            preview=self.browser.previews,
            mine=self.deadlines.mine,
            over=self.deadlines.over,
        )

    def library_changed(self) -> None:
        """Read again what there is; cursor and scroll stay."""
        self._read_again()

    def tick(self) -> None:
        """Let the countdowns go on, once a minute."""
        minute = f"{datetime.now(UTC):%H:%M}"
        if self._minute != minute and self._held is not None:
            self._minute = minute
            if self.is_current:
                self._list()

    def _read_again(self) -> None:
        self.run_safely(self._read, _READING, only="read")

    async def _read(self, keep: str | None = None) -> None:
        await self.desk.library.opened()
        from assistant.tui.areas.venues import queries

        home, now, over = self.desk.home, datetime.now(UTC), self.deadlines.over
        try:
            self._held = await self.desk.library.read(
                lambda c: queries.held(c, home, now, over=over)
            )
        except AssistantError as error:
            # A venues.toml of one's own may have a fault.
            told = " ".join(filter(None, (error.title, error.why, error.hint)))
            for browser in (self.venues, self.deadlines):
                browser.rows.empty = textwrap.fill(told, _NARROW)
                browser.rows.refresh()
            raise
        self.venues.held = self.deadlines.held = self._held
        self.venues.forget()
        self._list(keep)

    # ---- what is listed

    def _list(self, keep: Hashable = None) -> None:
        """List what the filter leaves, in both panes."""
        if self._held is None:
            return
        self._list_venues(keep if isinstance(keep, str) else None)
        self._list_dues(cast("DueKey | None", keep) if isinstance(keep, tuple) else None)
        self._show_count()
        self.refresh_bindings()

    def _list_venues(self, keep: str | None) -> None:
        from assistant.tui.areas.venues.rows import VenueRows, venue_rows

        assert self._held is not None
        text, rows = self._filters["editions"].strip(), self.venues.rows
        source = VenueRows(venue_rows(self._held.listed, text), datetime.now(UTC))
        rows.empty = f"No venue matches {text[:60]!r}.\nPress esc to see all of them."
        if text and keep is None and rows.key is not None and source.index_of(rows.key) is None:
            rows.cursor = 0
        self.venues.show_rows(source, keep=keep)

    def _list_dues(self, keep: DueKey | None) -> None:
        from assistant.tui.areas.venues.due_rows import DueRows, due_rows
        from assistant.tui.areas.venues.telling import no_deadlines

        assert self._held is not None
        text, pane, now = self._filters["deadlines"].strip(), self.deadlines, datetime.now(UTC)
        rows = pane.rows
        mine = pane.mine and any(due.followed for due in self._held.dues.values())
        found = due_rows(self._held.dues, text, now, mine=mine, over=pane.over)
        rows.empty = no_deadlines(self._held, text, self.assistant.key_of, mine=mine)
        source = DueRows(found, now)
        if text and keep is None and rows.key is not None and source.index_of(rows.key) is None:
            rows.cursor = 0
        pane.show_rows(source, keep=keep)

    def _show_count(self) -> None:
        from assistant.tui.areas.venues.telling import dues_line, venues_line

        held = self._held
        assert held is not None
        told = venues_line(held, self.assistant.key_of)
        if self.pane == "deadlines":
            now, mine = datetime.now(UTC), self.deadlines.mine
            told = dues_line(held, self.deadlines.shown(), now, mine=mine)
        self.query_one("#count", SummaryLine).say(told)

    # ---- the panes

    def _show_pane(self, pane: str) -> None:
        self.query_one(ContentSwitcher).current = pane
        self.query_one(PaneBar).current = pane
        self.bar.set(self._filters[pane])
        self.browser.rows.focus()
        if self._held is not None:
            self._show_count()
            self.browser.show_page()

    def on_pane_bar_picked(self, event: PaneBar.Picked) -> None:
        """Go to the pane that was clicked."""
        self._show_pane(event.pane)

    def do_venues_pane(self) -> None:
        """Turn to the other pane."""
        self._show_pane("editions" if self.pane == "deadlines" else "deadlines")

    def on_wanted(self, event: Wanted) -> None:
        """Show an edition, a venue or a deadline, what hides it out of its way."""
        event.stop()
        if self._held is None:
            return
        if event.kind == "due":
            self._filters["deadlines"] = ""
            self.deadlines.mine = False
            self._show_pane("deadlines")
            self._list(event.key)
        elif event.kind == "venue":
            self._filters["editions"] = ""
            self._show_pane("editions")
            first = (k for k, one in self._held.listed.items() if event.key in (k, one.venue.id))
            self._list(next(first, None))
        self.browser.read()

    def _jobs_changed(self) -> None:
        """Show on the page that its papers are being ranked."""
        if self.is_mounted and self.is_current and self.pane == "editions":
            ranking = self.venues.is_ranking()
            if ranking != self._was_ranking:
                self._was_ranking = ranking
                self.venues.show_page()

    _was_ranking = False

    # ---- the filter

    def on_query_bar_changed(self, event: QueryBar.Changed) -> None:
        """Filter as the person types."""
        self._set_filter(event.text)

    def on_query_bar_accepted(self) -> None:
        """Go to what the filter left."""
        self.browser.rows.focus()

    def on_query_bar_left(self) -> None:
        """Clear the filter and go back to the list."""
        self.do_venues_clear()
        self.browser.rows.focus()

    def on_panes_left(self) -> None:
        """Clear the filter on `esc`."""
        if self._filters[self.pane]:
            self.do_venues_clear()

    def _set_filter(self, text: str) -> None:
        if text != self._filters[self.pane]:
            self._filters[self.pane] = text
            self._list()

    def why_not(self, action: str) -> str | None:
        """Say why one of this area's actions cannot be done now."""
        if action == "venues.clear" and not self._filters[self.pane]:
            return "There is no filter to clear."
        return None

    def do_venues_filter(self) -> None:
        """Let the person type a filter, the list in sight."""
        self.browser.leave_page()
        self.bar.begin()

    def do_venues_clear(self) -> None:
        """Show everything again."""
        self.bar.set("")
        self._set_filter("")

    def do_venues_refresh(self) -> None:
        """Read venues and deadlines again."""
        self.library_changed()
