"""The line above a list that says what it holds."""

from rich.text import Text
from textual.widgets import Static


class SummaryLine(Static):
    """One line, cut at the edge; as it keeps its size, nothing is laid out anew for it."""

    DEFAULT_CSS = "SummaryLine { height: 1; padding: 0 1; color: $text-muted; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, markup=False)

    def say(self, told: str | Text) -> None:
        """Show this, as it is."""
        text = Text(told) if isinstance(told, str) else told
        text.no_wrap, text.overflow = True, "ellipsis"
        if text != self.content:
            self.update(text, layout=False)
