"""A screen that shows one page and is left again: what runs, comparisons and references share."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from assistant.tui.acting import Acting
from assistant.tui.actions import Action, bindings, register
from assistant.tui.passing import PassingScreen
from assistant.tui.widgets.key_bar import KeyBar
from assistant.tui.widgets.page_list import PageList, Part
from assistant.tui.widgets.top_bar import TopBar

register(
    "leaf",
    "On a page of a lab",
    Action("leaf.next", "right", "Draw the next figure", "figure"),
    Action("leaf.previous", "left", "Draw the figure before", "before"),
    Action("leaf.stop", "x", "Stop the run; what it told is kept", "stop"),
    Action("leaf.note", "N", "Make a note of the run", "note"),
    Action("leaf.copy", "y", "Copy the page, or the run's id"),
    Action("leaf.back", "escape", "Back to the lab", "back"),
)


class Leaf(PassingScreen[None], Acting):
    """A page under a title."""

    SCOPES: ClassVar[tuple[str, ...]] = ("leaf",)
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("leaf"))
    DEFAULT_CSS = """
    Leaf { layout: vertical; }
    Leaf PageList, Leaf PageList:focus { height: 1fr; background: $background; }
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self._named = title
        self._figure = ""

    def compose(self) -> ComposeResult:
        """Show the page under its title."""
        yield TopBar("", self._named)
        yield PageList(empty="Reading …")
        yield KeyBar()

    @property
    def page(self) -> PageList:
        """The page."""
        return self.query_one(PageList)

    @property
    def columns(self) -> int:
        """How many cells a line of the page has."""
        return max(self.size.width - 4, 20)

    def figures(self) -> Sequence[str]:
        """Return the names of the figures that can be drawn, the one to begin with first."""
        return ()

    @property
    def figure(self) -> str:
        """The figure that is drawn, "" where there is none."""
        names = self.figures()
        return self._figure if self._figure in names else next(iter(names), "")

    def parts(self) -> Sequence[Part]:
        """Return the page."""
        raise NotImplementedError

    def draw(self) -> None:
        """Show the page as things are now."""
        if self.is_mounted:
            self.page.show_page(self._named, self.parts())
            self.refresh_bindings()

    def on_mount(self) -> None:
        """Show the page."""
        self.page.focus()
        self.draw()

    def on_resize(self) -> None:
        """Draw it to the new size."""
        self.draw()

    def why_not(self, action: str) -> str | None:
        """Say why something cannot be done here."""
        if action in ("leaf.next", "leaf.previous") and len(self.figures()) < 2:
            return "There is no other figure."
        if action == "leaf.stop":
            return "Nothing runs here."
        if action == "leaf.note":
            return "This is no run that was kept."
        return None

    def do_leaf_next(self) -> None:
        """Draw the next figure."""
        self._turn(1)

    def do_leaf_previous(self) -> None:
        """Draw the figure before."""
        self._turn(-1)

    def _turn(self, by: int) -> None:
        names = self.figures()
        self._figure = names[(names.index(self.figure) + by) % len(names)]
        self.draw()

    def do_leaf_stop(self) -> None:
        """Stop what runs."""

    async def do_leaf_note(self) -> None:
        """Make a note."""

    def do_leaf_copy(self) -> None:
        """Copy the page."""
        rows = self.page.source
        look, width = self.assistant.look, self.columns
        lines = [rows.lines(n, width, look)[0].plain for n in range(len(rows))]
        self.app.copy_to_clipboard("\n".join(lines))
        self.assistant.say("Copied the page.")

    def do_leaf_back(self) -> None:
        """Go back."""
        self.dismiss()
