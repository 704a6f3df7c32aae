"""Venues as rows: those that are followed first, each edition with what one has of it."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime, timedelta

from rich.text import Text

from assistant.library.spacing import in_words
from assistant.library.venues.telling import EditionTold
from assistant.tui.areas.venues.cells import fitted, matches
from assistant.tui.areas.venues.model import Listed
from assistant.tui.areas.venues.times import countdown
from assistant.tui.look import Look

_NAME = 15
_WIDE = 70
STATES = {"complete": "good", "partial": "warn", "failed": "bad"}
"""State of an edition's list -> the style it is drawn in."""


class VenueRows:
    """Editions and venues under headings; a text is a heading."""

    height = 1

    def __init__(self, rows: Sequence[Listed | str], now: datetime) -> None:
        self._rows = rows
        self._now = now

    def __len__(self) -> int:
        return len(self._rows)

    def key(self, index: int) -> Hashable | None:
        """Return the edition's or the venue's id, None for a heading."""
        row = self._rows[index]
        return None if isinstance(row, str) else row.key

    def index_of(self, key: Hashable) -> int | None:
        """Return where it stands."""
        return next((n for n in range(len(self)) if self.key(n) == key), None)

    def lines(self, index: int, width: int, look: Look) -> list[Text]:
        """Draw a row: name, papers, what was read and liked, its list's state, what is due."""
        row = self._rows[index]
        line = Text(no_wrap=True, end="")
        if isinstance(row, str):
            line.append(row, look.strong)
            return [line]
        line.append(" ★ " if row.followed else "   ", look.accent)
        line.append(f"{fitted(row.name, _NAME)} ", look.plain)
        due = due_told(row, self._now)
        told = row.edition
        if told is None:
            room = max(width - line.cell_len - (len(due) + 2 if due else 0), 4)
            what = "nothing of it yet" if row.followed else row.venue.title
            line.append(fitted(what, room), look.dim)
        else:
            line.append(f"{told.papers:>6,} papers", look.plain)
            read, liked = row.read, row.liked
            line.append(f"{read or '·':>4} read", look.good if read else look.dim)
            line.append(f"{liked or '·':>4} liked", look.good if liked else look.dim)
            if width >= _WIDE:
                state, style = state_told(told, self._now)
                line.append(f"  {fitted(state, 14)}", getattr(look, style))
        if due:
            line.append(f"  {due}", look.accent)
        return [line]


def state_told(told: EditionTold, now: datetime) -> tuple[str, str]:
    """Return what an edition's list is like and how long ago that was seen, and its style."""
    state = told.state
    asked = max((one.checked_at for one in told.sources), default="")
    if not asked:
        return "from a file", "dim"
    ago = in_words(max(now - datetime.fromisoformat(asked), timedelta()))
    short = ago.replace(" days", " d").replace(" day", " d").replace(" months", " mo")
    return f"{state} {short}", STATES.get(state, "dim")


def due_told(row: Listed, now: datetime) -> str:
    """Return when the next thing is due at a venue: "due 12 d", "" where nothing is."""
    left = row.due.left(now) if row.due is not None else None
    return f"due {countdown(left).split(' ', 2)[0]} {_unit(left)}" if left is not None else ""


def venue_rows(listed: Mapping[str, Listed], words: str) -> list[Listed | str]:
    """Return venues under headings, those followed first; words narrow, after a ! turned round."""
    groups: dict[str, list[Listed]] = {"You follow": [], "In your library": [], "Also known": []}
    for one in listed.values():
        if not matches(_text_of(one), words):
            continue
        name = "You follow" if one.followed else "In your library" if one.edition else "Also known"
        groups[name].append(one)
    rows: list[Listed | str] = []
    for heading, held in groups.items():
        if held:
            # What there is to look at stands before what is still empty.
            rows += [heading, *sorted(held, key=lambda one: one.edition is None)]
    return rows


def _unit(left: timedelta) -> str:
    return "d" if left.days else "h" if left >= timedelta(hours=1) else "min"


def _text_of(one: Listed) -> str:
    words = [*one.venue.names(), one.name, "followed" if one.followed else ""]
    if one.edition is not None:
        words += [one.edition.state, *one.edition.counts, "read" if one.read else ""]
    return " ".join(words)
