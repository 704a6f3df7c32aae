"""What the screens of all areas have in common."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.screen import Screen

from assistant.tui.acting import Acting
from assistant.tui.widgets.key_bar import KeyBar
from assistant.tui.widgets.top_bar import TopBar


class AreaScreen(Screen[None], Acting):
    """An area: the bar of places above, the area's body, the bar of keys below."""

    AREA: ClassVar[str]
    DEFAULT_CSS = "AreaScreen { layout: vertical; }"

    def compose(self) -> ComposeResult:
        """Put the body between the bars."""
        yield TopBar(self.AREA)
        yield from self.body()
        yield KeyBar()

    def on_mount(self) -> None:
        """Tell the app once this place is painted."""
        self.call_after_refresh(self.call_after_refresh, self.assistant.painted)

    def body(self) -> ComposeResult:
        """Yield what is between the bars."""
        raise NotImplementedError

    def library_changed(self) -> None:
        """Take note that papers came, went or changed by a job or an undo."""

    def remember(self) -> None:
        """Put into the desk's state what should survive a restart."""
