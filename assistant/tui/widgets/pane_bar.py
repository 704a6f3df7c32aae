"""The names of the panes of a place in a line; a click goes to one."""

from collections.abc import Mapping

from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import RenderResult
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from assistant.tui.acting import Acting


class PaneBar(Widget, Acting):
    """Panes by id, each with its title; the one in sight is marked."""

    DEFAULT_CSS = "PaneBar { height: 1; padding: 0 1; }"
    current: reactive[str] = reactive("")

    class Picked(Message):
        """A pane was clicked."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, panes: Mapping[str, str]) -> None:
        super().__init__()
        self._panes = panes

    def render(self) -> RenderResult:
        """Draw the line."""
        line = Text(no_wrap=True, end="")
        for name, title in self._panes.items():
            here = name == self.current
            line.append(f" {title} ", Style(bold=True, reverse=True) if here else Style())
            line.append("  ")
        return line

    def on_click(self, event: events.Click) -> None:
        """Go to the pane that was clicked."""
        x = 1
        for name, title in self._panes.items():
            x += len(title) + 4
            if event.x < x:
                self.post_message(self.Picked(name))
                return
