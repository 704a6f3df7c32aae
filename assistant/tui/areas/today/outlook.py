"""What stands in the papers' place where none is left to read: how it went, and what is next."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from assistant.tui.acting import Acting
from assistant.tui.widgets.bars import bars
from assistant.tui.widgets.picker import Choice, ChoiceRows
from assistant.tui.widgets.row_list import RowList

Chart = Sequence[tuple[str, int]]


class Step(NamedTuple):
    """Something one can do next: an action by its id, or a day to go to."""

    text: str
    action: str = ""
    key: str = ""
    day: str | None = None


class Told(NamedTuple):
    """A headline, sentences below it, the steps one can take, and values for the charts."""

    title: str
    sentences: Sequence[str] = ()
    steps: Sequence[Step] = ()
    announced: Chart = ()
    judged: Chart = ()


class Outlook(VerticalScroll, Acting, can_focus=False):
    """A few quiet lines, steps to choose from, and two small charts."""

    DEFAULT_CSS = """
    Outlook { align: center top; padding: 1 1 0 1; }
    Outlook > Vertical { width: 100%; max-width: 96; height: auto; }
    Outlook Static { height: auto; }
    Outlook RowList { height: 1; margin: 1 0; }
    Outlook Horizontal { height: auto; }
    Outlook Horizontal > Static { width: 1fr; margin-right: 2; }
    """

    class Chosen(Message):
        """A step was chosen."""

        def __init__(self, step: Step) -> None:
            super().__init__()
            self.step = step

    def __init__(self) -> None:
        super().__init__()
        self._told = Told("")

    def compose(self) -> ComposeResult:
        """Hold the words, the steps and the charts."""
        with Vertical():
            yield Static(id="told", markup=False)
            yield RowList()
            with Horizontal():
                yield Static(id="announced", markup=False)
                yield Static(id="judged", markup=False)

    @property
    def steps(self) -> RowList:
        """The steps."""
        return self.query_one(RowList)

    def show(self, told: Told) -> None:
        """Show this; the cursor stays on its step."""
        self._told = told
        self.steps.styles.height = max(len(told.steps), 1)
        self.steps.display = bool(told.steps)
        self.steps.show(ChoiceRows([Choice(one.text, one, one.key) for one in told.steps]))
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Draw the charts to the new room."""
        self._draw()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Tell which step it is."""
        event.stop()
        self.post_message(self.Chosen(self._told.steps[event.index]))

    def _draw(self) -> None:
        look, told = self.assistant.look, self._told
        text = Text()
        text.append(told.title, look.strong)
        for sentence in told.sentences:
            text.append(f"\n{sentence}", look.dim)
        self.query_one("#told", Static).update(text)
        width = max((min(self.size.width, 96) - 6) // 2, 10)
        height = 6 if self.app.size.height >= 36 else 3
        charts = {"#announced": ("Papers a day", told.announced),
                  "#judged": ("Papers judged a week", told.judged)}  # fmt: skip
        for name, (title, values) in charts.items():
            chart = bars(title, values, look, width=width, height=height) if values else Text()
            self.query_one(name, Static).update(chart)
            self.query_one(name).display = bool(values)
