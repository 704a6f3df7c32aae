"""Which day arXiv is at, judged from its feed and its listing page; they do not always agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from assistant.sources.announced import Announcement, DailyFeed, Kind, Listing

FAR_DAYS = 7
"""No feed or listing lags so far: one of the two, so far behind the other, has its date wrong."""


@dataclass(frozen=True, slots=True)
class Today:
    """The newest day a category has announced.

    `ids` says what belongs to it and `expected` how many that are, None where the listing page
    could not be had. `quiet` is the day of a feed without papers; `told_twice` says that the
    listing page has none of it either. `behind` is a later day under whose date the feed still
    shows older papers, `earlier` a feed that is a day late.
    """

    date: str
    announcements: tuple[Announcement, ...]
    ids: Mapping[str, Kind] | None
    expected: int | None
    quiet: str | None = None
    told_twice: bool = False
    behind: str | None = None
    earlier: DailyFeed | None = None

    @property
    def newest(self) -> str:
        """The latest day anything is said of."""
        return max(filter(None, (self.date, self.quiet, self.behind)))


def judge(feed: DailyFeed | None, listing: Listing | None) -> Today | None:
    """Return which day it is and what is known of it; None where nobody says anything.

    The listing page is believed: it names its day and its count. The feed has been seen with
    yesterday's papers under today's date, and empty on a full day.
    """
    told = feed.announcements if feed else ()
    day = feed.date if feed else None
    told_twice = bool(feed and listing and not listing.ids and listing.date == day)
    if listing is not None and not listing.ids:
        # A page without papers proves nothing; where there is no feed, it names the day to ask for.
        day, listing = day or listing.date, None
    ahead = days_between(listing.date, day) if listing and day else 0
    known = tuple(one for one in told if listing and one.record.source_id in listing.ids)
    agree = bool(told) and 2 * len(known) >= len(told)
    if listing is None or (ahead > FAR_DAYS and not agree):
        quiet = None if told else day
        return Today(day, told, None, None, quiet, told_twice) if day else None
    if not told or (ahead < -FAR_DAYS and not agree):
        quiet = day if ahead > 0 else None
        return Today(listing.date, (), listing.ids, listing.expected, quiet=quiet)
    if ahead > FAR_DAYS and day:
        return Today(day, told, listing.ids, listing.expected)
    if ahead > 0 and day:
        if agree:
            return Today(listing.date, known, listing.ids, listing.expected, behind=day)
        return Today(day, told, None, None)
    if ahead < 0 and not agree:
        return Today(listing.date, (), listing.ids, listing.expected, earlier=feed)
    whole = len(listing.ids) >= listing.expected
    # What a stale feed and the listing share was revised since: the feed's version is the old one.
    mine = told if agree or not whole else ()
    return Today(listing.date, mine, listing.ids, listing.expected)


def days_between(earlier: str, later: str) -> int:
    """Return how many days one ISO day lies after another."""
    return (date.fromisoformat(later[:10]) - date.fromisoformat(earlier[:10])).days
