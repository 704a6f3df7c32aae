"""The line above each list, and what stands where it is empty."""

from collections.abc import Callable, Iterable
from datetime import datetime

from assistant.library.deadlines.due import Due
from assistant.tui.areas.venues.model import Held

KeyOf = Callable[[str], str]


def venues_line(held: Held, key_of: KeyOf) -> str:
    """Sum up the editions."""
    listed = held.listed.values()
    followed = len({one.venue.id for one in listed if one.followed})
    editions = [one.edition for one in listed if one.edition]
    papers = sum(edition.papers for edition in editions)
    told = f"{followed:,} followed · {papers:,} papers of {_many(len(editions), 'edition')}"
    return told if followed else f"{told} · {key_of('venue.follow')} follows one"


def dues_line(held: Held, shown: Iterable[Due], now: datetime, *, mine: bool) -> str:
    """Sum up the deadlines that are listed."""
    shown = list(shown)
    told = [_many(len(shown), "deadline"), f"AoE, then your time ({now.astimezone():%Z})"]
    if mine:
        told.append("only venues you follow")
    if any(due.disagreed for due in shown):
        told.append("≠ collections disagree")
    if held.failures:
        told.append(f"could not be read: {'; '.join(held.failures)}")
    return " · ".join(told)


def no_deadlines(held: Held, text: str, key_of: KeyOf, *, mine: bool) -> str:
    """Say why no deadline is listed, and which key helps."""
    if text:
        return f"No deadline matches {text[:60]!r}.\nPress esc to see all of them."
    if not held.asked:
        return f"No deadlines are known yet.\nPress {key_of('deadline.sync')} to fetch them."
    if mine:
        return f"Nothing is due there.\nPress {key_of('deadline.mine')} to see all venues."
    return f"Nothing is due.\nPress {key_of('deadline.past')} to see what is over."


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
