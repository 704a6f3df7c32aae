"""What I did: every change to the library in words, the newest first."""

from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text

from assistant.tui.areas.activity.list_pane import ListPane
from assistant.tui.look import Look

if TYPE_CHECKING:
    from assistant.library.history import Happening

_MOST = 300


class HistoryRows:
    """Things that happened, one line each."""

    height = 1

    def __init__(self, happenings: "Sequence[Happening]") -> None:
        self.happenings = happenings

    def __len__(self) -> int:
        return len(self.happenings)

    def key(self, index: int) -> Hashable:
        """Return when and to what it happened."""
        one = self.happenings[index]
        return (one.at, one.kind, one.subject)

    def index_of(self, key: Hashable) -> int | None:
        """Return where it is."""
        return next((n for n in range(len(self)) if self.key(n) == key), None)

    def lines(self, index: int, width: int, look: Look) -> list[Text]:
        """Draw one: when, what, and to which paper."""
        one = self.happenings[index]
        style = look.dim if one.undone else look.plain
        line = Text(f" {shown_time(one.at):%m-%d %H:%M} ", look.dim, no_wrap=True, end="")
        line.append("↶ " if one.undone else "  ", look.warn)
        line.append(one.text, style)
        if one.title:
            line.append(f"  {one.title}", look.dim)
        elif one.count > 1:
            line.append(f"  {one.count:,} papers", look.dim)
        if one.undone:
            line.append("  (undone)", look.dim)
        return [line]


def shown_time(at: str) -> datetime:
    """Return a moment of the log, which is in UTC, in this machine's time."""
    return datetime.fromisoformat(at).astimezone()


class HistoryPane(ListPane):
    """The newest things that happened."""

    SCOPES: ClassVar[tuple[str, ...]] = ("details",)
    EMPTY = "Nothing happened yet.\nWhat you do to papers is listed here, and z undoes it."

    def show(self) -> None:
        """Read the newest things again."""
        self.run_safely(self._read, "Reading what happened", only="history")

    def details_text(self) -> Text:
        """Return all that is known of what happened."""
        look = self.assistant.look
        source = self.rows.source
        if not isinstance(source, HistoryRows) or not source:
            return Text()
        one = source.happenings[self.rows.cursor]
        text = Text(one.text.capitalize(), look.strong)
        text.append(f"\n{shown_time(one.at):%Y-%m-%d %H:%M:%S}", look.dim)
        if one.title:
            text.append(f"\n\n{one.title}")
        elif one.count > 1:
            text.append(f"\n\n{one.count:,} papers at once")
        if one.subject:
            text.append(f"\n{one.subject}", look.accent)
        if one.undone:
            text.append("\n\nIt was undone since.", look.warn)
        return text

    async def _read(self) -> None:
        from assistant.library.history import recent_events

        found = await self.desk.library.read(lambda c: recent_events(c, _MOST))
        rows = self.rows
        at_top = rows.cursor == 0
        rows.show(HistoryRows(found), keep=HistoryRows(found).key(0) if found and at_top else None)
        undo, redo = (self._key(name) for name in ("app.undo", "app.redo"))
        self.say(f"{undo} undoes the newest thing you did, {redo} does it again")
        self.show_details()

    def _key(self, name: str) -> str:
        app = self.assistant
        return app.keys_of(next(one for one in app.own_actions() if one.id == name))[0]
