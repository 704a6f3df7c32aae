"""The last line of every place: the keys that do something here, taken from the registry."""

from rich.text import Text
from textual import events
from textual.app import RenderResult
from textual.widget import Widget

from assistant.tui.acting import Acting
from assistant.tui.actions import Action


class KeyBar(Widget, Acting):
    """As many keys as fit, those of the innermost place first; what cannot be done is dim."""

    DEFAULT_CSS = "KeyBar { height: 1; background: $panel; color: $foreground; }"

    def __init__(self) -> None:
        super().__init__()
        self._ends: list[tuple[int, Acting, Action]] = []

    def on_mount(self) -> None:
        """Redraw when the focus goes elsewhere or what can be done changes."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def render(self) -> RenderResult:
        """Draw the line."""
        look = self.assistant.look
        line = Text(" ", no_wrap=True, end="")
        self._ends = []
        last = [(place, one) for place, one in self._shown() if one.id == "app.help"]
        width = self.size.width - sum(self._width(one) for _, one in last)
        for place, one in [*(pair for pair in self._shown() if pair not in last), *last]:
            if (place, one) not in last and line.cell_len + self._width(one) > width:
                continue
            possible = place.why_not(one.id) is None
            line.append(self.assistant.keys_of(one)[0], look.accent if possible else look.dim)
            line.append(f" {one.short}  ", look.plain if possible else look.dim)
            self._ends.append((line.cell_len, place, one))
        return line

    async def on_click(self, event: events.Click) -> None:
        """Do what was clicked."""
        for end, place, one in self._ends:
            if event.x < end:
                await place.action_perform(one.id)
                return

    def _shown(self) -> list[tuple[Acting, Action]]:
        return [pair for pair in self.assistant.places_and_actions(self.screen) if pair[1].short]

    def _width(self, one: Action) -> int:
        return len(self.assistant.keys_of(one)[0]) + len(one.short) + 3
