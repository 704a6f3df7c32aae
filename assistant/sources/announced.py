"""What a source says it announced on one day: papers with how each was announced, and how many."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from assistant.sources.record import Record

Kind = Literal["new", "cross", "replace", "replace-cross"]
KINDS: tuple[Kind, ...] = ("new", "cross", "replace", "replace-cross")
"""New here; new and listed here too; a new version; a new version of one listed here too."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """One paper, and how its category announced it."""

    record: Record
    kind: Kind


@dataclass(frozen=True, slots=True)
class DailyFeed:
    """One category's announcements of one day, as its feed tells them.

    `date` is the ISO day of the announcement and None where the feed does not say; `unread` counts
    entries that could not be read; `capped` tells a feed that has as many entries as feeds may
    have.
    """

    category: str
    date: str | None
    announcements: tuple[Announcement, ...]
    unread: int = 0
    capped: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """One category's announcements of one day, as its listing page tells them: ids and counts.

    `ids` holds arXiv id -> kind for the entries the page shows, `expected` how many it says there
    are.
    """

    category: str
    date: str
    ids: Mapping[str, Kind]
    expected: int
