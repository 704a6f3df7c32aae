"""What the screens of all areas have in common."""

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.screen import Screen

from assistant.tui.acting import Acting
from assistant.tui.widgets.key_bar import KeyBar
from assistant.tui.widgets.top_bar import TopBar


class AreaScreen(Screen[None], Acting):
    """An area: the bar of places above, the area's body, the bar of keys below."""

    AREA: ClassVar[str]
    # Not the filter, which would be seen until the focus goes on.
    AUTO_FOCUS: ClassVar[str | None] = "RowList"
    DEFAULT_CSS = "AreaScreen { layout: vertical; }"
    _coming: "Callable[[], Coroutine[Any, Any, None]] | None" = None

    def compose(self) -> ComposeResult:
        """Put the body between the bars."""
        yield TopBar(self.AREA)
        yield from self.body()
        yield KeyBar()

    def on_mount(self) -> None:
        """Do what one came for, and tell the app once this place is painted."""
        if self._coming is not None:
            self.run_safely(self._coming, "Going there", only="read")
        self.call_after_refresh(self.call_after_refresh, self.assistant.painted)

    async def when_ready(self, work: "Callable[[], Coroutine[Any, Any, None]]") -> None:
        """Do something to this place: now, or once it has its body."""
        if self.query(KeyBar):
            await work()
        else:
            self._coming = work

    def body(self) -> ComposeResult:
        """Yield what is between the bars."""
        raise NotImplementedError

    def library_changed(self) -> None:
        """Take note that papers came, went or changed by a job or an undo."""

    def remember(self) -> None:
        """Put into the desk's state what should survive a restart."""
