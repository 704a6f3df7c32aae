"""Deadlines as rows: how long there is, what is due where, anywhere on earth and here."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from rich.text import Text

from assistant.library.deadlines.due import Due
from assistant.sources.meetings import MAIN_KINDS
from assistant.tui.areas.venues.cells import fitted, matches, named
from assistant.tui.areas.venues.model import DueKey
from assistant.tui.areas.venues.times import AOE, brief, countdown, here
from assistant.tui.look import Look

_COUNTDOWN, _EDITION, _WHAT = 10, 14, 15
_MOST_TEXT = 300
_URGENT, _SOON = timedelta(days=2), timedelta(days=14)


class DueRow(NamedTuple):
    """A deadline by its key, or a heading where `due` is None."""

    due: Due | None
    key: DueKey | None = None
    heading: str = ""


class DueRows:
    """Deadlines under headings, drawn as they stand at a moment."""

    height = 1

    def __init__(self, rows: Sequence[DueRow], now: datetime) -> None:
        self._rows = rows
        self._now = now

    def __len__(self) -> int:
        return len(self._rows)

    def key(self, index: int) -> Hashable | None:
        """Return the deadline's key, None for a heading."""
        return self._rows[index].key

    def index_of(self, key: Hashable) -> int | None:
        """Return where a deadline stands."""
        return next((n for n, row in enumerate(self._rows) if row.key and row.key == key), None)

    def lines(self, index: int, width: int, look: Look) -> list[Text]:
        """Draw a row."""
        row = self._rows[index]
        line = Text(no_wrap=True, end="")
        due = row.due
        if due is None:
            line.append(row.heading, look.strong)
            return [line]
        left = due.left(self._now)
        over = left is not None and left < timedelta()
        plain = look.dim if over else look.plain
        line.append(f"{countdown(left):>{_COUNTDOWN}}", getattr(look, urgency(left)))
        line.append(" ★ " if due.followed else "   ", look.accent)
        line.append(f"{named(due.name, due.year, _EDITION)} ", plain)
        line.append(fitted(what_told(due), _WHAT), plain)
        line.append(" ≠ " if due.disagreed else "   ", look.warn)
        if due.at is not None:
            aoe, mine = due.at.astimezone(AOE), here(due.at)
            line.append(f"{brief(aoe, self._now):>12} AoE", plain)
            line.append(f"  {brief(mine, self._now):>12}", look.dim)
        else:
            line.append("to be announced", look.dim)
        return [line]


def urgency(left: timedelta | None) -> str:
    """Return the style of a countdown."""
    if left is None or left < timedelta():
        return "dim"
    return "bad" if left <= _URGENT else "warn" if left <= _SOON else "plain"


def what_told(due: Due) -> str:
    """Return what is due in few letters: "abstract", "paper 2/4"."""
    what = due.kind.replace("_", " ")
    return f"{what} {due.round}/{due.rounds}" if due.rounds > 1 else what


def due_rows(
    dues: Mapping[DueKey, Due], words: str, now: datetime, *, mine: bool, over: bool
) -> list[DueRow]:
    """Return what has to be handed in: at venues one follows, elsewhere, and what is over.

    `mine` leaves out other venues, without `over` so is what is over; words narrow, after a ! they
    are turned round.
    """
    groups: dict[str, list[DueRow]] = {}
    gone: list[DueRow] = []
    for key, due in dues.items():
        if due.kind not in MAIN_KINDS or (mine and not due.followed):
            continue
        if (due.at is None and due.year < now.year) or not matches(_text_of(due), words):
            continue
        if due.at is not None and due.at < now:
            gone.append(DueRow(due, key))
        else:
            heading = "At venues you follow" if due.followed else "Elsewhere"
            groups.setdefault(heading, []).append(DueRow(due, key))
    rows: list[DueRow] = []
    for heading in ("At venues you follow", "Elsewhere"):
        if heading in groups:
            rows += [DueRow(None, heading=heading), *groups[heading]]
    if over and gone:
        rows += [DueRow(None, heading="Over"), *reversed(gone)]
    return rows


def _text_of(due: Due) -> str:
    words = (due.edition, due.full_name, due.key, *due.subjects, due.what, *due.places.values())
    marks = ("followed" if due.followed else "", "disagree" if due.disagreed else "")
    return " ".join((*(word[:_MOST_TEXT] for word in words), *marks))
