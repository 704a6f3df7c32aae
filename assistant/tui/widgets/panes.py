"""A list with a page of what its cursor is on: side by side, stacked, or one at a time."""

from textual import events
from textual.message import Message
from textual.widget import Widget

from assistant.tui.acting import Acting
from assistant.tui.widgets.row_list import RowList

WIDE = 110
"""Columns from which list and page stand side by side."""
TALL = 36
"""Lines from which, on a narrower screen, the page stands below the list."""


class Panes(Widget, Acting):
    """Folds a list and its page to the room there is, and goes from one to the other.

    Its classes say how it stands: `-wide`, `-tall` or `-folded` by the room, `-preview` where the
    page is wanted beside the list, `-reading` where the page is what one is in.
    """

    class Left(Message):
        """`esc` was pressed with nothing left to close here."""

    @property
    def rows(self) -> RowList:
        """The list."""
        raise NotImplementedError

    @property
    def previews(self) -> bool:
        """Whether the page is wanted beside the list."""
        return self.has_class("-preview")

    @property
    def folded(self) -> bool:
        """Whether there is room for one of the two only."""
        return self.has_class("-folded")

    @property
    def reading(self) -> bool:
        """Whether the page is what one is in."""
        return self.has_class("-reading")

    @property
    def page_is_seen(self) -> bool:
        """Whether the page has to be made."""
        return self.reading or (self.previews and not self.folded)

    def show_page(self) -> None:
        """Show the page of the row under the cursor, once it rests there."""
        raise NotImplementedError

    def read(self) -> None:
        """Go to the page."""
        raise NotImplementedError

    def leave_page(self) -> None:
        """Go back to the list."""
        self.remove_class("-reading")
        self.rows.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Fold the panes to the room there is."""
        wide = event.size.width >= WIDE
        tall = not wide and event.size.height >= TALL
        self.set_class(wide, "-wide")
        self.set_class(tall, "-tall")
        self.set_class(not wide and not tall, "-folded")
        self.show_page()

    def refresh_keys(self) -> None:
        """Let the bar of keys say what can be done now."""
        self.screen.refresh_bindings()

    def do_browser_preview(self) -> None:
        """Show or hide the page beside the list."""
        if self.folded:
            self.leave_page() if self.reading else self.read()
            return
        self.toggle_class("-preview")
        if not self.previews:
            self.leave_page()
        self.show_page()

    def do_browser_back(self) -> None:
        """Leave the page, then the selection, then tell whoever is around us."""
        if self.reading or not self.rows.has_focus:
            self.leave_page()
        elif self.rows.selected:
            self.rows.selected.clear()
            self.rows.refresh()
        else:
            self.post_message(self.Left())
