"""The lines above a day's papers: which day, how far one is, what the digest covers."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual.app import RenderResult
from textual.widget import Widget

from assistant.tui.acting import Acting
from assistant.tui.look import Look

if TYPE_CHECKING:
    from assistant.digest.days import Day
    from db.listing import PaperRow

_WIDE = 100
_SETTLED = ("complete", "holiday")
_WORDS = {"liked": "liked", "not": "disliked", "later": "for later", "read": "read"}
_SIGNS = {"liked": "+", "not": "-", "later": "◷", "read": "✓"}


class DayHeader(Widget, Acting):
    """The day and its progress above; batches, or the job at work, below."""

    DEFAULT_CSS = "DayHeader { height: 2; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._day: Day | None = None
        self._rows: Sequence[PaperRow | None] = ()
        self.working = ""
        """What is being done to this day; it stands in the place of the batches."""

    def show(self, day: "Day | None", rows: "Sequence[PaperRow | None]") -> None:
        """Show a day, and what became of its papers."""
        self._day, self._rows = day, rows
        self.refresh()

    def render(self) -> RenderResult:
        """Draw both lines."""
        look, width = self.assistant.look, self.content_size.width
        lines = [self._first(look, width), self._second(look)]
        for line in lines:
            line.truncate(width, overflow="ellipsis")
        return Text("\n", no_wrap=True, end="").join(lines)

    def _first(self, look: Look, width: int) -> Text:
        line = Text(no_wrap=True, end="")
        if self._day is None:
            return line
        from assistant.digest.renderers import words

        digest = self._day.digest
        if digest is None:
            line.append(words.long_day(self._day.today), look.strong)
        elif width >= _WIDE:
            line.append(words.long_day(digest.date), look.strong)
        else:
            line.append(words.short_day(digest.date, digest), look.strong)
        if len(self._day.profiles) > 1:
            line.append(f"  {self._day.profile}", look.accent)
        if not self._rows:
            return line
        kinds = [kind_of(row) for row in self._rows]
        done = sum(bool(kind) for kind in kinds)
        line.append(f"  {done} of {len(kinds)} ", look.plain)
        line.append_text(bar(kinds, min(len(kinds), width // 3), look))
        room = width - line.cell_len - 2
        counts = next((one for one in (counted(kinds), signed(kinds)) if len(one) <= room), "")
        line.append(f"  {counts}", look.dim)
        return line

    def _second(self, look: Look) -> Text:
        line = Text(no_wrap=True, end="")
        if self.working:
            line.append(self.working, look.accent)
            return line
        day = self._day
        if day is None or day.digest is None:
            return line
        from assistant.digest.renderers import words

        if day.after is None and day.date < day.today and (day.waiting or day.due):
            told = "r makes today's" if day.waiting else "S fetches what has been announced since"
            line.append(f"{told}  ", look.warn)
        parts = words.batch_states(day.digest)
        parts.sort(key=lambda part: part[0] in _SETTLED)  # what is wrong must not be cut off
        for place, (state, told) in enumerate(parts):
            line.append("; " if place else "", look.dim)
            line.append(told, look.dim if state in _SETTLED else look.warn)
        return line


def kind_of(row: "PaperRow | None") -> str:
    """Return what was decided on a paper in a word, "" where nothing was."""
    if row is None:
        return ""
    if row.liked:
        return "liked" if row.liked > 0 else "not"
    if row.state == "later":
        return "later"
    return "read" if row.state != "unread" or row.starred or row.tags else ""


def bar(kinds: Sequence[str], width: int, look: Look) -> Text:
    """Draw how far one is: a dot for each paper where there is room, in the papers' order."""
    styles: dict[str, Style] = {"liked": look.good, "not": look.bad, "later": look.warn}
    line = Text(no_wrap=True, end="")
    if len(kinds) <= width:
        for kind in kinds:
            style = styles.get(kind, look.accent) if kind else look.dim
            line.append("●" if kind else "○", style)
        return line
    full = width * sum(bool(kind) for kind in kinds) // len(kinds)
    line.append("●" * full, look.accent)
    line.append("○" * (width - full), look.dim)
    return line


def counted(kinds: Sequence[str]) -> str:
    """Say how many papers became what: "5 liked, 3 disliked"."""
    counts = Counter(kinds)
    return ", ".join(f"{counts[kind]} {told}" for kind, told in _WORDS.items() if counts[kind])


def signed(kinds: Sequence[str]) -> str:
    """Say the same in little room: "+5 -3"."""
    counts = Counter(kinds)
    return " ".join(f"{sign}{counts[kind]}" for kind, sign in _SIGNS.items() if counts[kind])
