"""A list with the details of the row under the cursor beside it, or instead of it."""

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from assistant.tui.acting import Acting
from assistant.tui.actions import bindings
from assistant.tui.widgets.row_list import RowList
from assistant.tui.widgets.summary_line import SummaryLine

WIDE = 110
"""Columns from which list and details stand side by side."""


class Details(VerticalScroll, can_focus=True):
    """A text that may be long; shown as it is, never as markup."""

    DEFAULT_CSS = """
    Details { padding: 0 1; scrollbar-size-vertical: 1; background: $surface; }
    Details > Static { width: 1fr; height: auto; }
    """

    def compose(self) -> ComposeResult:
        """Hold the text."""
        yield Static(markup=False)

    def show(self, text: Text) -> None:
        """Show a text, from its top if it is another one."""
        page = self.query_one(Static)
        if page.content != text:
            page.update(text)
            self.scroll_home(animate=False)


class ListPane(Widget, Acting):
    """A pane of Activity: a line that sums up, rows, and the details of one of them."""

    SCOPES: ClassVar[tuple[str, ...]] = ("details",)
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("details"))
    DEFAULT_CSS = """
    ListPane { layout: vertical; height: 1fr; }
    ListPane .panes { layout: horizontal; height: 1fr; }
    ListPane .panes > RowList { width: 1fr; height: 1fr; }
    ListPane .panes > Details { width: 1fr; height: 1fr; display: none; }
    ListPane.-wide .panes > RowList { width: 11fr; }
    ListPane.-wide .panes > Details { width: 9fr; display: block; }
    ListPane.-reading .panes > Details { display: block; }
    ListPane.-reading.-folded .panes > RowList { display: none; }
    """
    EMPTY: ClassVar[str] = ""

    @property
    def rows(self) -> RowList:
        """The list."""
        return self.query_one(RowList)

    @property
    def details(self) -> Details:
        """The details."""
        return self.query_one(Details)

    def compose(self) -> ComposeResult:
        """Show the list and, where there is room, the details."""
        yield SummaryLine()
        with Widget(classes="panes"):
            yield RowList(empty=self.EMPTY)
            yield Details()

    def show(self) -> None:
        """Read again what there is to list."""
        raise NotImplementedError

    def details_text(self) -> Text:
        """Return the details of the row under the cursor."""
        raise NotImplementedError

    def take_focus(self) -> None:
        """Let keys move through the list, or scroll the details where they alone are shown."""
        (self.details if self.has_class("-reading") else self.rows).focus()

    def say(self, told: str) -> None:
        """Write the line above the list."""
        self.query_one(SummaryLine).say(told)

    def show_details(self) -> None:
        """Show the details of the row under the cursor."""
        self.details.show(self.details_text() if len(self.rows.source) else Text())
        self.refresh_bindings()

    def on_resize(self, event: events.Resize) -> None:
        """Fold the details away where there is no room beside the list."""
        wide = event.size.width >= WIDE
        self.set_class(wide, "-wide")
        self.set_class(not wide, "-folded")

    def on_row_list_moved(self) -> None:
        """Let the details follow the cursor."""
        self.show_details()

    def on_row_list_chosen(self) -> None:
        """Go to the details."""
        self.add_class("-reading")
        self.show_details()
        self.details.focus()

    def why_not(self, action: str) -> str | None:
        """Say why an action cannot be done now."""
        if action == "details.copy" and not len(self.rows.source):
            return "There is nothing here to copy."
        return None

    def do_details_scroll_down(self) -> None:
        """Scroll the details down."""
        self.details.scroll_relative(y=max(self.details.size.height // 2, 1), animate=False)

    def do_details_scroll_up(self) -> None:
        """Scroll the details up."""
        self.details.scroll_relative(y=-max(self.details.size.height // 2, 1), animate=False)

    def do_details_copy(self) -> None:
        """Copy the details."""
        self.app.copy_to_clipboard(self.details_text().plain)
        self.assistant.say("Copied the details.")

    def do_details_back(self) -> None:
        """Leave the details."""
        if self.has_class("-reading") or self.details.has_focus:
            self.remove_class("-reading")
            self.rows.focus()
        else:
            self.leave()

    def leave(self) -> None:
        """Do what `esc` does in the list itself."""
