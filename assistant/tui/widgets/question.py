"""A question answered with one key."""

from collections.abc import Mapping

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from assistant.tui.passing import PassingScreen

_IN_A_LINE = 4


class Question(ModalScreen[str | None], PassingScreen[str | None]):
    """Asks, and returns the key of the answer; `esc` is no answer."""

    DEFAULT_CSS = """
    Question { align: center middle; }
    Question > Vertical {
        width: 64; max-width: 90%; height: auto; padding: 1 2;
        background: $surface; border: round $primary;
    }
    Question Static { height: auto; }
    """

    def __init__(self, text: str, answers: Mapping[str, str]) -> None:
        super().__init__()
        self._text = text
        self._answers = answers

    def compose(self) -> ComposeResult:
        """Show the question above its answers."""
        line = Text()
        apart = "\n" if len(self._answers) > _IN_A_LINE else "   "
        for key, told in self._answers.items():
            line.append(f"{key} ", "bold")
            line.append(f"{told}{apart}")
        line.append("esc ", "bold")
        line.append("cancel")
        with Vertical():
            yield Static(Text(self._text + "\n"), markup=False)
            yield Static(line, markup=False)

    def on_key(self, event: events.Key) -> None:
        """Take the answer."""
        event.stop()
        if event.key == "escape":
            self.dismiss(None)
        elif event.character in self._answers:
            self.dismiss(event.character)
