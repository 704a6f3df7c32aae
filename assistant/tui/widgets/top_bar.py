"""The first line of every place: where one is, where one can go, and what is running."""

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import RenderResult
from textual.widget import Widget

from assistant.tui.acting import Acting
from assistant.tui.areas import areas


class TopBar(Widget, Acting):
    """Areas with their keys on the left, jobs on the right; a click goes to an area."""

    DEFAULT_CSS = "TopBar { height: 1; background: $panel; color: $foreground; }"

    def __init__(self, current: str, title: str = "") -> None:
        super().__init__()
        self._current = current
        self._title = title

    def on_mount(self) -> None:
        """Redraw when a job moves on."""
        self.listen(self.desk.jobs.changed, self._redraw)

    def render(self) -> RenderResult:
        """Draw the line."""
        look = self.assistant.look
        line = Text(no_wrap=True, end="")
        for area in areas():
            here = area.id == self._current
            line.append(f" {area.key} ", look.accent if here else look.dim)
            line.append(f"{area.title} ", Style(bold=True, underline=True) if here else look.plain)
        if self._title:
            line.append(f"  {self._title}", look.strong)
        room = self.size.width - line.cell_len - 2
        told = next((one for one in self.desk.jobs.summaries() if cell_len(one) <= room), "")
        if told:
            line.append(" " * (room - cell_len(told) + 1))
            line.append(told, look.accent)
        line.truncate(self.size.width, overflow="ellipsis")
        return line

    def on_click(self, event: events.Click) -> None:
        """Go to the area that was clicked."""
        x = 0
        for area in areas():
            x += len(area.key) + len(area.title) + 3
            if event.x < x:
                self.assistant.go(area.id)
                return

    def _redraw(self) -> None:
        self.refresh()
