"""Charts: what was announced day by day, and what was read and liked week by week."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.widget import Widget

from assistant.tui.acting import Acting
from assistant.tui.areas.activity.list_pane import Details
from assistant.tui.look import Look
from assistant.tui.widgets.column_chart import Column, column_chart

_DAYS = 60
_WEEKS = 52
_LEAST_HEIGHT = 4
_MOST_HEIGHT = 12
Counts = Sequence[tuple[str, int]]


class ChartsPane(Widget, Acting):
    """Three charts, each below a sentence that says what is in it."""

    SCOPES: ClassVar[tuple[str, ...]] = ()
    DEFAULT_CSS = "ChartsPane { height: 1fr; } ChartsPane > Details { background: $background; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._announced: Counts = ()
        self._read: Counts = ()
        self._liked: Counts = ()

    def compose(self) -> ComposeResult:
        """Let charts that are higher than the screen scroll."""
        yield Details()

    def show(self) -> None:
        """Read the figures again."""
        self.run_safely(self._load, "Reading the figures", only="charts")

    def take_focus(self) -> None:
        """Let keys scroll the charts."""
        self.query_one(Details).focus()

    def on_resize(self) -> None:
        """Draw them to the new size."""
        self._draw()

    async def _load(self) -> None:
        from db import listing

        self._announced, self._read, self._liked = await self.desk.library.read(
            lambda c: (
                listing.announced_per_day(c, _DAYS),
                listing.events_per_week(c, ("state",), _WEEKS, states=("read", "skimmed")),
                listing.events_per_week(c, ("like",), _WEEKS),
            )
        )
        self._draw()

    def _draw(self) -> None:
        look = self.assistant.look
        width = max(self.size.width - 4, 20)
        height = max(_LEAST_HEIGHT, min(_MOST_HEIGHT, self.size.height // 3 - 3))
        parts = [
            _chart("Papers announced a day", self._announced, "day", width, height, look,
                   none="No announcement day was fetched yet: S fetches them."),
            _chart("Papers read a week", self._read, "week", width, height, look,
                   none="You marked no paper as read yet: m does, on a paper."),
            _chart("Papers liked and disliked a week", self._liked, "week", width, height, look,
                   none="You liked no paper yet: + does, on a paper."),
        ]  # fmt: skip
        self.query_one(Details).show(Text("\n\n").join(parts))


def _chart(
    title: str, counts: Counts, unit: str, width: int, height: int, look: Look, *, none: str
) -> Text:
    text = Text(title, look.strong)
    if not any(count for _, count in counts):
        return text.append(f"\n{none}", look.dim)
    first = next(n for n, (_, count) in enumerate(counts) if count)
    told = counts[first:] if unit == "week" else counts
    text.append(f"   {_summary(told, unit)}", look.dim)
    columns = [Column(count, f"{date.fromisoformat(day):%d %b}") for day, count in told]
    for line in column_chart(columns, width, height, look):
        text.append("\n")
        text.append_text(line)
    return text


def _summary(counts: Counts, unit: str) -> str:
    """Say in words what the columns show."""
    total = sum(count for _, count in counts)
    day, most = max(counts, key=lambda pair: pair[1])
    units = f"{len(counts):,} {unit}" + ("" if len(counts) == 1 else "s")
    return f"{total:,} in {units}; most {most:,}, {date.fromisoformat(day):%d %b %Y}"
