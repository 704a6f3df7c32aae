"""Which day arXiv is at, judged from its feed and its listing page; they do not always agree."""

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.sources.announced import Announcement, DailyFeed, Kind, Listing


@dataclass(frozen=True, slots=True)
class Today:
    """The newest day a category has announced.

    `ids` says what belongs to it and `expected` how many that are, None where the listing page
    could not be had. `quiet` is a later day on which nothing was announced, `behind` a later day
    under whose date the feed still shows older papers, `earlier` a feed that is a day late.
    """

    date: str
    announcements: tuple[Announcement, ...]
    ids: Mapping[str, Kind] | None
    expected: int | None
    quiet: str | None = None
    behind: str | None = None
    earlier: DailyFeed | None = None


def judge(feed: DailyFeed | None, listing: Listing | None) -> Today | None:
    """Return which day it is and what is known of it; None where nobody says anything.

    The listing page is believed: it names its day and its count. The feed has been seen with
    yesterday's papers under today's date, and empty on a full day.
    """
    if listing is None:
        if feed is None or feed.date is None:
            return None
        if not feed.announcements:
            return Today(feed.date, (), None, None, quiet=feed.date)
        return Today(feed.date, feed.announcements, None, None)
    told = feed.announcements if feed else ()
    whole = len(listing.ids) >= listing.expected
    known = tuple(one for one in told if one.record.source_id in listing.ids)
    ahead = feed is not None and feed.date is not None and feed.date > listing.date
    if not ahead:
        mostly_known = 2 * len(known) >= len(told)
        strangers_stay = feed is not None and feed.date in (None, listing.date) and mostly_known
        mine = told if strangers_stay or not whole else known
        late = feed if feed and feed.date and feed.date < listing.date and told else None
        mine = () if late else mine
        return Today(listing.date, mine, listing.ids, listing.expected, earlier=late)
    assert feed is not None
    if not told:
        return Today(listing.date, (), listing.ids, listing.expected, quiet=feed.date)
    if 2 * len(known) >= len(told):
        return Today(listing.date, known, listing.ids, listing.expected, behind=feed.date)
    return Today(feed.date or listing.date, told, None, None)
