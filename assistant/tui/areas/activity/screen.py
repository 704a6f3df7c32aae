"""Activity: four panes under one bar."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import ContentSwitcher

from assistant.tui.actions import bindings
from assistant.tui.area_screen import AreaScreen
from assistant.tui.areas.activity.charts_pane import ChartsPane
from assistant.tui.areas.activity.history_pane import HistoryPane
from assistant.tui.areas.activity.jobs_pane import JobsPane
from assistant.tui.areas.activity.list_pane import ListPane
from assistant.tui.areas.activity.log_pane import LogPane
from assistant.tui.widgets.pane_bar import PaneBar

PANES = {"jobs": "Jobs", "log": "Log", "charts": "Charts", "history": "History"}


class ActivityScreen(AreaScreen):
    """What runs, what was said, what was read, what I did."""

    AREA = "activity"
    SCOPES: ClassVar[tuple[str, ...]] = ("activity",)
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("activity"))
    DEFAULT_CSS = """
    ActivityScreen PaneBar { margin-bottom: 1; }
    ActivityScreen ContentSwitcher { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._seen = 0.0

    def body(self) -> ComposeResult:
        """Show the panes' names above one of them."""
        kept = self.desk.state.get(self.AREA, "pane", "jobs")
        first = kept if kept in PANES else "jobs"
        yield PaneBar(PANES)
        with ContentSwitcher(initial=first):
            yield JobsPane(id="jobs")
            yield LogPane(id="log")
            yield ChartsPane(id="charts")
            yield HistoryPane(id="history")

    @property
    def pane(self) -> ListPane | ChartsPane:
        """The pane in sight."""
        shown = self.query_one(ContentSwitcher).visible_content
        assert isinstance(shown, ListPane | ChartsPane)
        return shown

    def on_mount(self) -> None:
        """Begin with the pane the person left."""
        self.go(self.query_one(ContentSwitcher).current or "jobs")

    def on_screen_resume(self) -> None:
        """Show the newest error to somebody who comes to look for it."""
        errors = [one for one in self.desk.log.entries if one.severity == "error"]
        newest = errors[-1].at.timestamp() if errors else 0.0
        if newest > self._seen:
            self._seen = newest
            self.go("log")
            self.query_one(LogPane).show_newest_error()

    def remember(self) -> None:
        """Keep the pane for the next start."""
        self.desk.state.put(self.AREA, pane=self.query_one(ContentSwitcher).current)

    def library_changed(self) -> None:
        """Read again what the pane in sight shows of the library."""
        self.pane.show()

    def go(self, pane: str) -> None:
        """Show a pane, as things are now."""
        self.query_one(ContentSwitcher).current = pane
        self.query_one(PaneBar).current = pane
        self.pane.show()
        self.pane.take_focus()

    def on_pane_bar_picked(self, event: PaneBar.Picked) -> None:
        """Go to the pane that was clicked."""
        self.go(event.pane)

    def do_activity_pane(self) -> None:
        """Go to the next pane."""
        self._step(1)

    def do_activity_pane_back(self) -> None:
        """Go to the pane before."""
        self._step(-1)

    def do_activity_refresh(self) -> None:
        """Read again what the pane shows."""
        self.pane.show()

    def _step(self, by: int) -> None:
        names = list(PANES)
        here = names.index(self.query_one(ContentSwitcher).current or "jobs")
        self.go(names[(here + by) % len(names)])
