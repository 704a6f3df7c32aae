"""Which day it is, by a feed and a listing that may each be late, empty, misdated or missing."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.library.sync.today import FAR_DAYS, days_between, judge
from assistant.sources.announced import KINDS, Announcement, DailyFeed, Kind, Listing
from assistant.sources.record import Record

DAYS = st.dates().filter(lambda day: 1992 <= day.year <= 2090).map(lambda day: day.isoformat())
NEAR = st.sampled_from([f"2025-11-{day:02}" for day in range(1, 29)])
IDS = st.sampled_from([f"2511.{number:05}" for number in range(12)])


def told(source_id: str, kind: Kind = "new") -> Announcement:
    return Announcement(Record("arxiv", source_id, "A Title"), kind)


def feed_of(day: str | None, *ids: str) -> DailyFeed:
    return DailyFeed("cs.LG", day, tuple(map(told, ids)))


def listing_of(day: str, *ids: str, more: int = 0) -> Listing:
    return Listing("cs.LG", day, dict.fromkeys(ids, "new"), len(ids) + more)


FEEDS = st.builds(
    lambda day, ids, kind: DailyFeed("cs.LG", day, tuple(told(one, kind) for one in ids)),
    st.none() | NEAR | DAYS,
    st.lists(IDS, unique=True),
    st.sampled_from(KINDS),
)
LISTINGS = st.builds(
    lambda day, ids, more: listing_of(day, *ids, more=more),
    NEAR | DAYS,
    st.lists(IDS, unique=True),
    st.integers(0, 3),
)


@given(st.none() | FEEDS, st.none() | LISTINGS)
def test_nothing_is_made_up(feed: DailyFeed | None, listing: Listing | None) -> None:
    today = judge(feed, listing)
    dated = [one.date for one in (feed, listing) if one is not None and one.date]
    if today is None:
        assert listing is None
        assert not dated
        return
    assert today.newest in dated
    assert today.date in dated
    given_ids = {id(one) for one in (feed.announcements if feed else ())}
    assert {id(one) for one in today.announcements} <= given_ids
    assert not (today.quiet and today.behind)
    assert not (today.quiet and today.announcements)
    if today.ids is None:
        assert today.expected is None
    else:
        assert listing is not None
        assert (today.ids, today.expected) == (listing.ids, listing.expected)
    if today.behind:
        assert 0 < days_between(today.date, today.behind) <= FAR_DAYS
    if today.earlier:
        assert days_between(str(today.earlier.date), today.date) > 0


@given(NEAR, st.lists(IDS, unique=True, min_size=1))
def test_agreeing_sources_are_believed(day: str, ids: list[str]) -> None:
    today = judge(feed_of(day, *ids), listing_of(day, *ids))
    assert today is not None
    assert (today.date, today.ids) == (day, dict.fromkeys(ids, "new"))
    assert [one.record.source_id for one in today.announcements] == ids
    assert today.quiet is today.behind is today.earlier is None


@given(NEAR, DAYS, st.lists(IDS, unique=True, min_size=1))
def test_one_wrong_date_moves_no_papers_back(day: str, other: str, ids: list[str]) -> None:
    """The same papers under dates far apart are those of the later day."""
    if abs(days_between(day, other)) <= FAR_DAYS:
        return
    for feed, listing in ((day, other), (other, day)):
        today = judge(feed_of(feed, *ids), listing_of(listing, *ids))
        assert today is not None
        assert today.date == max(day, other)
        assert today.ids is not None


def test_old_papers_under_a_new_date_are_of_the_old_day() -> None:
    today = judge(feed_of("2025-11-05", "a", "b"), listing_of("2025-11-04", "a", "b", "c"))
    assert today is not None
    assert (today.date, today.behind) == ("2025-11-04", "2025-11-05")


def test_new_papers_under_a_new_date_are_news_where_the_listing_is_late() -> None:
    today = judge(feed_of("2025-11-05", "d", "e"), listing_of("2025-11-04", "a", "b", "c"))
    assert today is not None
    assert (today.date, today.ids, len(today.announcements)) == ("2025-11-05", None, 2)


def test_a_late_feed_is_kept_for_its_own_day() -> None:
    today = judge(feed_of("2025-11-04", "a", "b"), listing_of("2025-11-05", "d", "e"))
    assert today is not None
    assert (today.date, today.announcements) == ("2025-11-05", ())
    assert today.earlier is not None


def test_an_empty_feed_after_the_listing_is_a_quiet_day() -> None:
    today = judge(feed_of("2025-11-05"), listing_of("2025-11-04", "a"))
    assert today is not None
    assert (today.date, today.quiet) == ("2025-11-04", "2025-11-05")


def test_an_empty_listing_proves_nothing() -> None:
    today = judge(feed_of("2025-11-05", "a"), listing_of("2025-11-05"))
    assert today is not None
    assert (today.ids, today.quiet, len(today.announcements)) == (None, None, 1)
    nothing = judge(None, listing_of("2025-11-05"))
    assert nothing is not None
    assert nothing.quiet == "2025-11-05"
