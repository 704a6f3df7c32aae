"""A line in which a query is typed: its filters become chips, the word at hand is completed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from assistant.search.query import Query, parse_query
from assistant.tui.acting import Acting

if TYPE_CHECKING:
    from assistant.search.completing import Completion

_PAUSE = 0.06
_LONGEST = 1_000


class Chips(Static):
    """The active filters of a query, one chip each; a click takes one away."""

    class Removed(Message):
        """A chip was clicked."""

        def __init__(self, source: str) -> None:
            super().__init__()
            self.source = source

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._ends: list[tuple[int, str]] = []

    def show(self, query: Query, inverted: bool, style: str) -> None:
        """Draw a query's filters, exclusions and phrases."""
        sources = [one.source for one in query.filters]
        sources += [f"-{word}" for word in query.excluded]
        sources += [f'"{words}"' for words in query.phrases]
        line = Text(no_wrap=True, overflow="ellipsis")
        self._ends = []
        if inverted:
            line.append(" not: ", "bold")
        for source in sources:
            line.append(f" {source} ", f"reverse {style}")
            line.append("x ", "dim")
            self._ends.append((line.cell_len, source))
        self.update(line)
        self.display = bool(sources) or inverted

    def on_click(self, event: events.Click) -> None:
        """Take the chip that was clicked away."""
        place = event.get_content_offset(self)
        if place is None:
            return
        if source := next((source for end, source in self._ends if place.x < end), None):
            self.post_message(self.Removed(source))


class QueryBar(Widget, Acting):
    """The query line; `tab` completes the word at hand, `enter` or `down` goes to the list."""

    DEFAULT_CSS = """
    QueryBar { height: auto; max-height: 3; display: none; }
    QueryBar.-shown { display: block; }
    QueryBar Input { padding: 0 1; background: $surface; }
    QueryBar Input:focus { background: $surface-lighten-2; }
    QueryBar Static { height: 1; padding: 0 1; }
    QueryBar #completions { color: $text-muted; display: none; }
    """

    class Changed(Message):
        """The query is another one."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Accepted(Message):
        """The person is done typing."""

    class Left(Message):
        """The person gave the query up."""

    def __init__(self, placeholder: str, *, plain: bool = False) -> None:
        """Make an empty line; a `plain` one is words and nothing else, without chips."""
        super().__init__()
        self._placeholder = placeholder
        self._plain = plain
        self._completions: Sequence[Completion] = ()

    @property
    def input(self) -> Input:
        """The line itself."""
        return self.query_one(Input)

    @property
    def text(self) -> str:
        """What was typed."""
        return self.input.value

    def compose(self) -> ComposeResult:
        """Show the line, its completions, its chips."""
        yield Input(placeholder=self._placeholder, max_length=_LONGEST, compact=True)
        yield Static(id="completions", markup=False)
        yield Chips()

    def on_mount(self) -> None:
        """Have no chips yet."""
        self.query_one(Chips).display = False

    def begin(self) -> None:
        """Let the person type."""
        self.add_class("-shown")
        self.input.focus()

    def set(self, text: str) -> None:
        """Put a query into the line without telling anybody."""
        with self.input.prevent(Input.Changed):
            self.input.value = text
            self.input.cursor_position = len(text)
        self._show_chips()
        self.set_class(bool(text) or self.input.has_focus, "-shown")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell the new query once the fingers rest for a moment, and offer completions."""
        event.stop()
        self._show_chips()
        self.post_message(self.Changed(event.value))
        if not self._plain:
            self.run_safely(self._complete, "Completing", only="completions")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to the list."""
        event.stop()
        self._accept()

    def on_input_blurred(self) -> None:
        """Hide what is of use only while typing."""
        self.query_one("#completions").display = False
        self.set_class(bool(self.text), "-shown")

    def on_key(self, event: events.Key) -> None:
        """Complete on `tab`, leave on `esc`, go on to the list on `down`."""
        if event.key == "tab" and self._completions:
            self._take(self._completions[0])
        elif event.key in ("down", "tab"):
            self._accept()
        elif event.key == "escape":
            self.post_message(self.Left())
        else:
            return
        event.stop()
        event.prevent_default()

    def on_chips_removed(self, event: Chips.Removed) -> None:
        """Take a filter out of the query."""
        event.stop()
        left = self.text.replace(event.source, "", 1)
        self.input.value = " ".join(left.split())

    def _accept(self) -> None:
        self.post_message(self.Accepted())

    def _show_chips(self) -> None:
        if self._plain:
            return
        text = self.text
        inverted = text.startswith("!")
        query = parse_query(text.lstrip("!"))
        self.query_one(Chips).show(query, inverted, "bold")

    async def _complete(self) -> None:
        import asyncio

        await asyncio.sleep(_PAUSE)
        from assistant.search.completing import completions

        text, cursor = self.text, self.input.cursor_position
        found = await self.desk.library.read(lambda c: completions(c, text, cursor)) if text else []
        self._completions = found
        line = self.query_one("#completions", Static)
        shown = Text(no_wrap=True, overflow="ellipsis")
        if found:
            shown.append("tab ", "bold")
            for one in found:
                shown.append(f"{one.text} ")
                shown.append(f"{one.told}  " if one.told else " ", "dim")
        line.update(shown)
        line.display = bool(found) and self.input.has_focus

    def _take(self, completion: "Completion") -> None:
        text = self.text
        value = completion.text if completion.text.endswith(":") else f"{completion.text} "
        self.input.value = text[: completion.start] + value + text[completion.end :].lstrip()
        self.input.cursor_position = completion.start + len(value)
