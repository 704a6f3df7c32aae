"""All labs with where one stands, and the page of the one at hand beside."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from assistant.tui.actions import bindings
from assistant.tui.area_screen import AreaScreen
from assistant.tui.areas.labs.browser import LabBrowser
from assistant.tui.widgets.query_bar import QueryBar
from assistant.tui.widgets.summary_line import SummaryLine

if TYPE_CHECKING:
    from assistant.skills.learner import Learner

_READING = "Reading your labs"


class LabsScreen(AreaScreen):
    """What one can do, check and measure."""

    AREA = "labs"
    SCOPES: ClassVar[tuple[str, ...]] = ("labs",)
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("labs"))

    def __init__(self) -> None:
        super().__init__()
        self._learner: Learner | None = None  # until the library was read
        self._filter = ""

    def body(self) -> ComposeResult:
        """Show the filter, a line on the labs, and the labs."""
        yield QueryBar("filter: words, a state, a theme, a skill   ! turns it round", plain=True)
        yield SummaryLine(id="count")
        yield LabBrowser()

    @property
    def browser(self) -> LabBrowser:
        """The list and the page."""
        return self.query_one(LabBrowser)

    @property
    def bar(self) -> QueryBar:
        """The filter."""
        return self.query_one(QueryBar)

    def on_mount(self) -> None:
        """Come back to where the person was."""
        state, browser = self.desk.state, self.browser
        self._filter = state.get(self.AREA, "filter", "")
        self.bar.set(self._filter)
        browser.set_class(state.get(self.AREA, "preview", True), "-preview")
        browser.rows.focus()
        browser.rows.come_back(state.get(self.AREA, "lab", "") or None)
        self.listen(self.desk.jobs.changed, self._jobs_changed)
        self.run_safely(self._read, _READING, only="read")

    def remember(self) -> None:
        """Keep filter, cursor and preview for the next start."""
        key, _ = self.browser.rows.place
        self.desk.state.put(
            self.AREA,
            filter=self._filter,
            lab=key if isinstance(key, str) else "",
            preview=self.browser.previews,
        )

    def library_changed(self) -> None:
        """Read again where the person stands; cursor and scroll stay."""
        self.run_safely(self._read, _READING, only="read")

    async def reveal(self, lab: str) -> None:
        """Put the cursor on a lab, the filter out of its way, and open its page."""
        self._filter = ""
        self.bar.set("")
        await self._read(lab)
        self.browser.read()

    async def _read(self, keep: str | None = None) -> None:
        await self.desk.library.opened()
        from assistant.skills.learner import read_learner
        from assistant.tui.areas.labs.standing import lab_standings

        home = self.desk.home
        self._learner = await self.desk.library.look(lambda database: read_learner(home, database))
        self.browser.learner = self._learner
        learner = self._learner
        self.browser.standings = await self.desk.library.look(
            lambda _: lab_standings(home, learner)
        )
        self.browser.forget()
        self._list(keep)

    def _list(self, keep: str | None = None) -> None:
        """List what the filter leaves."""
        if self._learner is None:
            return
        from assistant.tui.areas.labs.rows import LabRows, lab_rows

        rows, text = self.browser.rows, self._filter.strip()
        found = lab_rows(self.browser.standings, text, self._doing())
        source = LabRows(found, self._learner.now)
        rows.empty = f"No lab matches {text[:60]!r}.\nPress esc to see all of them."
        if text and keep is None and rows.key is not None and source.index_of(rows.key) is None:
            rows.cursor = 0
        self.browser.show_rows(source, keep=keep)
        self._show_count()
        self.refresh_bindings()

    def _doing(self) -> dict[str, str]:
        words = {"check": "checking …", "run": "running …"}
        return {
            job.argv[2]: words[job.argv[1]]
            for job in self.desk.jobs.running
            if job.argv[0] == "lab" and len(job.argv) > 2 and job.argv[1] in words
        }

    def _jobs_changed(self) -> None:
        """Show in the list which labs are at work."""
        doing = tuple(sorted(self._doing().items()))
        if self.is_mounted and doing != self._last_doing:
            self._last_doing = doing
            self._list()

    _last_doing: tuple[tuple[str, str], ...] = ()

    def _show_count(self) -> None:
        standings = self.browser.standings
        passed = sum(one.state == "passed" for one in standings.values())
        runs = sum(one.runs for one in standings.values())
        kept = f"{runs:,} run{'' if runs == 1 else 's'} kept"
        told = f"{passed:,} of {len(standings):,} labs passed · {kept}"
        if self.browser.saves.lab:
            told += f" · watching {self.browser.saves.lab}.py"
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
        self.do_labs_clear()
        self.browser.rows.focus()

    def on_panes_left(self) -> None:
        """Clear the filter on `esc`."""
        if self._filter:
            self.do_labs_clear()

    def _set_filter(self, text: str) -> None:
        if text != self._filter:
            self._filter = text
            self._list()

    def why_not(self, action: str) -> str | None:
        """Say why one of this area's actions cannot be done now."""
        if action == "labs.clear" and not self._filter:
            return "There is no filter to clear."
        return None

    def do_labs_filter(self) -> None:
        """Let the person type a filter."""
        self.bar.begin()

    def do_labs_clear(self) -> None:
        """Show everything again."""
        self.bar.set("")
        self._set_filter("")

    def do_labs_refresh(self) -> None:
        """Read labs and runs again."""
        self.library_changed()
