"""Choosing one of many by typing a part of it: the base of palette and help."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from assistant.tui.acting import Acting
from assistant.tui.look import Look
from assistant.tui.passing import PassingScreen
from assistant.tui.widgets.row_list import RowList


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: its text, what stands before and after it, and what it stands for.

    A choice whose `value` is None is a heading.
    """

    text: str
    value: object
    before: str = ""
    after: str = ""


class ChoiceRows:
    """Choices as rows."""

    height = 1

    def __init__(self, choices: Sequence[Choice]) -> None:
        self.choices = choices
        self._before = max((len(one.before) for one in choices), default=0)

    def __len__(self) -> int:
        return len(self.choices)

    def key(self, index: int) -> object:
        """Return what tells a choice from others."""
        one = self.choices[index]
        return (one.before, one.text)

    def index_of(self, key: object) -> int | None:
        """Return where a choice is."""
        found = (n for n in range(len(self.choices)) if self.key(n) == key)
        return next(found, None)

    def lines(self, index: int, width: int, look: Look) -> list[Text]:
        """Draw a choice."""
        one = self.choices[index]
        line = Text(no_wrap=True, end="")
        if one.value is None:
            line.append(one.text, look.strong)
            return [line]
        if self._before:
            line.append(f" {one.before:<{self._before}} ", look.accent)
        line.append(f" {one.text}")
        if one.after:
            line.append(f"  {one.after}", look.dim)
        return [line]


class Picker(ModalScreen[object], PassingScreen[object], Acting):
    """A line to type in above the choices it leaves; `enter` returns the value chosen."""

    DEFAULT_CSS = """
    Picker { align: center top; }
    Picker > Vertical {
        width: 90; max-width: 96%; height: 80%; margin-top: 2; padding: 0 1;
        background: $surface; border: round $primary;
    }
    Picker Input { padding: 0 1; background: $surface-lighten-2; margin-bottom: 1; }
    Picker RowList { background: $surface; height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = []
    TITLE_TEXT: ClassVar[str] = ""
    PLACEHOLDER: ClassVar[str] = ""

    def compose(self) -> ComposeResult:
        """Show the line above the choices."""
        with Vertical() as box:
            box.border_title = self.TITLE_TEXT
            yield Input(placeholder=self.PLACEHOLDER, compact=True)
            yield RowList(empty="Nothing matches.\nType less, or press esc.")

    async def on_mount(self) -> None:
        """Show everything there is to choose."""
        self.query_one(RowList).can_focus = False
        await self._look_up("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the choices."""
        self.run_safely(lambda: self._look_up(event.value), "Looking it up", only="pick")

    def on_input_submitted(self) -> None:
        """Return what the cursor is on."""
        self._choose()

    def on_row_list_chosen(self) -> None:
        """Return what was clicked twice."""
        self._choose()

    def on_key(self, event: events.Key) -> None:
        """Move through the choices while the line keeps the focus."""
        rows = self.query_one(RowList)
        moves = {
            "down": rows.do_list_down,
            "up": rows.do_list_up,
            "ctrl+n": rows.do_list_down,
            "ctrl+p": rows.do_list_up,
            "pagedown": rows.do_list_page_down,
            "pageup": rows.do_list_page_up,
        }
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif event.key in moves:
            event.stop()
            event.prevent_default()
            moves[event.key]()

    async def found(self, text: str) -> Sequence[Choice]:
        """Return the choices that a text leaves; may take its time, a later text ends it."""
        raise NotImplementedError

    async def _look_up(self, text: str) -> None:
        choices = await self.found(text)
        await asyncio.sleep(0)
        rows = self.query_one(RowList)
        rows.show(ChoiceRows(choices))
        first = next((n for n, one in enumerate(choices) if one.value is not None), 0)
        rows.move_to(first)

    def _choose(self) -> None:
        rows = self.query_one(RowList)
        if isinstance(rows.source, ChoiceRows) and len(rows.source):
            value = rows.source.choices[rows.cursor].value
            if value is not None:
                self.dismiss(value)


def matches(text: str, *fields: str) -> bool:
    """Tell whether every word of a text is in one of the fields, without regard to case."""
    whole = " ".join(fields).casefold()
    return all(word in whole for word in text.casefold().split())
