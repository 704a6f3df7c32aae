"""A line of text asked for, with suggestions to choose from."""

from collections.abc import Callable, Sequence

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from assistant.tui.passing import PassingScreen


class Prompt(ModalScreen[str | None], PassingScreen[str | None]):
    """Asks for a line and returns it; `esc` returns None. `told` explains what is wanted."""

    DEFAULT_CSS = """
    Prompt { align: center middle; }
    Prompt > Vertical {
        width: 70; max-width: 95%; height: auto; padding: 0 1;
        background: $surface; border: round $primary;
    }
    Prompt Static { height: auto; color: $text-muted; padding: 0 1; }
    Prompt Input { padding: 0 1; background: $surface-lighten-2; }
    """

    def __init__(
        self,
        title: str,
        *,
        value: str = "",
        told: str = "",
        suggest: Callable[[str], Sequence[str]] = lambda _: (),
    ) -> None:
        super().__init__()
        self._title = title
        self._value = value
        self._told = told
        self._suggest = suggest

    def compose(self) -> ComposeResult:
        """Show the line, what it is for, and what could be meant."""
        with Vertical() as box:
            box.border_title = Text(self._title).plain.replace("[", "\\[")
            yield Input(self._value, compact=True)
            yield Static(self._hint(self._value), markup=False)

    def on_mount(self) -> None:
        """Begin at the end of the line."""
        self.query_one(Input).action_end()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what could be meant."""
        self.query_one(Static).update(self._hint(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Return the line."""
        self.dismiss(event.value)

    def on_key(self, event: events.Key) -> None:
        """Leave on `esc`; complete on `tab`."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif event.key == "tab":
            event.stop()
            event.prevent_default()
            found = self._suggest(self.query_one(Input).value)
            if found:
                self.query_one(Input).value = found[0]
                self.query_one(Input).action_end()

    def _hint(self, value: str) -> Text:
        found = list(self._suggest(value))
        line = Text(self._told)
        if found:
            line.append(("\n" if self._told else "") + "tab: ", "bold")
            line.append("  ".join(found))
        return line
