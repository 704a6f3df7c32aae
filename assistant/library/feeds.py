"""The feeds a person follows beside papers, brought up to date."""

from collections.abc import Callable
from dataclasses import dataclass

from assistant.config import FeedsSettings
from assistant.errors import NotFoundError, SourceError
from assistant.sources.feeds import FetchedItems, fetch_feed_items
from assistant.sources.polite import Validators
from assistant.text import clean_line
from db import announcing, feeds
from db.engine import Connection, Database

MAX_ADDRESS = 2_000
_KEY = "feed:"  # an address that `sync` asks for papers is not done with for feeds


@dataclass(frozen=True, slots=True)
class FeedOutcome:
    """What became of one feed: how many items are new, or why it could not be read."""

    title: str
    address: str
    new: int
    failure: str | None = None
    kind: str = feeds.FEED


def add_feed(
    database: Database,
    address: str,
    settings: FeedsSettings,
    *,
    pause: Callable[[float], None],
    kind: str | None = None,
) -> FeedOutcome:
    """Follow a feed, which must be readable now; its present items are known, not new.

    Of kind `talks`, each item is a talk, which starts when the feed says so, else when it was
    published. Without a kind, a calendar is of talks.

    Raises:
        SourceError: there is no feed at the address.
    """
    address = clean_line(address, MAX_ADDRESS)
    if address.startswith("webcal://"):
        address = f"https{address.removeprefix('webcal')}"
    fetched = fetch_feed_items(address, settings, pause=pause)
    address = fetched.moved_to or address
    if kind is None:
        kind = feeds.TALKS if fetched.calendar else feeds.FEED
    with database.write("follow a feed") as connection:
        feed = feeds.add_feed(connection, address, fetched.title, kind)
        return _kept(connection, feed, address, fetched.title, kind, fetched)


def find_feed(database: Database, named: str) -> feeds.FeedView:
    """Return the feed with this address, number or title.

    Raises:
        NotFoundError: no feed is called so, or several are.
    """
    with database.read() as connection:
        known = feeds.feeds(connection)
    found = [one for one in known if named in (str(one.id), one.address)]
    found = found or [one for one in known if named.lower() in one.title.lower()]
    if len(found) != 1:
        raise NotFoundError(
            f"{'No feed is' if not found else 'Several feeds are'} called"
            f" {clean_line(named, 80)!r}.",
            hint="`assistant feed list` shows each with its number.",
        )
    return found[0]


def sync_feeds(
    database: Database,
    settings: FeedsSettings,
    *,
    pause: Callable[[float], None],
    progress: Callable[[int, int, str], None] = lambda *_: None,
) -> list[FeedOutcome]:
    """Fetch what is new in every feed; one that fails is noted and costs no other.

    `progress` is called with feeds done and in all, and the title of the next one.
    """
    with database.read() as connection:
        known = feeds.feeds(connection)
    found = []
    for place, feed in enumerate(known):
        progress(place, len(known), feed.title)
        found.append(_synced(database, feed, settings, pause))
    if known:
        progress(len(known), len(known), "")
    return found


def _synced(
    database: Database,
    feed: feeds.FeedView,
    settings: FeedsSettings,
    pause: Callable[[float], None],
) -> FeedOutcome:
    with database.read() as connection:
        validators = Validators(*announcing.validators(connection, _KEY + feed.address))
    try:
        fetched = fetch_feed_items(feed.address, settings, pause=pause, validators=validators)
    except SourceError as error:
        why = f"{error.title} {error.why}".strip()
        with database.write("note a feed's failure") as connection:
            feeds.checked(connection, feed.id, failure=why)
        return FeedOutcome(feed.title, feed.address, 0, why, feed.kind)
    with database.write("store a feed's items") as connection:
        return _kept(connection, feed.id, feed.address, feed.title, feed.kind, fetched)


def _kept(
    connection: Connection, feed: int, address: str, title: str, kind: str, fetched: FetchedItems
) -> FeedOutcome:
    rows = [
        feeds.ItemRow(
            one.id,
            one.title,
            one.link or "",
            one.published,
            one.summary,
            one.starts or one.published if kind == feeds.TALKS else None,
        )
        for one in reversed(fetched.items or ())
    ]
    new = feeds.put_items(connection, feed, rows)
    moved = fetched.moved_to if fetched.moved_to != address else None
    title = fetched.title or title or address
    feeds.checked(connection, feed, title=title, address=moved)
    announcing.put_validators(
        connection, _KEY + (moved or address), fetched.etag, fetched.last_modified
    )
    return FeedOutcome(title, moved or address, new, kind=kind)
