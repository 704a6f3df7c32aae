"""Feeds a person follows beside papers, and what came in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, or_, select, text

from db.models_daily import Feed, FeedItem
from db.models_projects import Project
from db.personal import now

FEED, TALKS, PROJECT = "feed", "talks", "project"
"""The kinds of feeds: of anything, of talks and seminars, of a project's releases."""
KINDS = (FEED, TALKS, PROJECT)
_NEWS_DAYS = 30
_ITEM = (
    FeedItem.id, Feed.title, FeedItem.title, FeedItem.link, FeedItem.published, FeedItem.summary,
    FeedItem.starts, Feed.kind,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FeedView:
    """A feed with how many items it has brought; `failure` says why it could not be read last."""

    id: int
    address: str
    title: str
    checked_at: str | None
    failure: str | None
    items: int
    kind: str


class ItemRow(NamedTuple):
    """An item as it is kept; `guid` is what its feed knows it by."""

    guid: str
    title: str
    link: str
    published: str | None
    summary: str
    starts: str | None = None


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item of a feed; a talk has a moment it `starts`."""

    id: int
    feed: str
    title: str
    link: str
    published: str | None
    summary: str
    starts: str | None
    kind: str


def feeds(connection: Connection) -> list[FeedView]:
    """Return every feed but those of projects, in the order they were added."""
    count = (
        select(func.count()).where(FeedItem.feed_id == Feed.id).correlate(Feed).scalar_subquery()
    )
    query = select(
        Feed.id, Feed.address, Feed.title, Feed.checked_at, Feed.failure, count, Feed.kind
    ).order_by(Feed.id)
    query = query.where(Feed.kind != PROJECT)
    return [FeedView(*row) for row in connection.execute(query)]


def add_feed(connection: Connection, address: str, title: str, kind: str = FEED) -> int:
    """Add a feed, or find the one with this address; return its id."""
    row: int = connection.execute(
        text(
            "INSERT INTO feeds (address, title, added_at, kind)"
            " VALUES (:address, :title, :now, :kind) ON CONFLICT (address)"
            " DO UPDATE SET title=excluded.title, kind=excluded.kind RETURNING id"
        ),
        {"address": address, "title": title, "now": now(), "kind": kind},
    ).scalar_one()
    return row


def remove_feed(connection: Connection, feed: int) -> None:
    """Remove a feed with its items."""
    connection.execute(delete(Feed).where(Feed.id == feed))


def checked(
    connection: Connection, feed: int, *, title: str | None = None, address: str | None = None,
    failure: str | None = None,
) -> None:  # fmt: skip
    """Note that a feed was looked at just now, and how that went."""
    connection.execute(
        text(
            "UPDATE feeds SET checked_at = :now, failure = :failure,"
            " title = coalesce(:title, title), address = coalesce(:address, address)"
            " WHERE id = :feed"
        ),
        {"now": now(), "failure": failure, "title": title, "address": address, "feed": feed},
    )


def put_items(connection: Connection, feed: int, rows: Sequence[ItemRow]) -> int:
    """Add items not known yet; return how many. A talk that was put off has its new time."""
    before = _count(connection, feed)
    if rows:
        connection.execute(
            text(
                "INSERT INTO feed_items"
                " (feed_id, guid, title, link, published, summary, seen_at, starts)"
                " VALUES (:feed, :guid, :title, :link, :published, :summary, :now, :starts)"
                " ON CONFLICT (feed_id, guid) DO UPDATE SET starts=excluded.starts"
                " WHERE starts IS NOT excluded.starts"
            ),
            [{**one._asdict(), "feed": feed, "now": now()} for one in rows],
        )
    return _count(connection, feed) - before


def items_after(connection: Connection, last: int, limit: int = 100) -> list[ItemView]:
    """Return the items that came after one, oldest first; of very many only the newest.

    Talks long over when they came are no news, nor are releases of long before their project was
    followed; a project that is no longer followed has none.
    """
    fresh = func.date(FeedItem.seen_at, f"-{_NEWS_DAYS} days")
    when = func.coalesce(FeedItem.starts, FeedItem.published, FeedItem.seen_at)
    news = or_(Feed.kind == FEED, (func.coalesce(Project.followed, 1) == 1) & (when >= fresh))
    query = (
        select(*_ITEM)
        .join(Feed, Feed.id == FeedItem.feed_id)
        .outerjoin(Project, Project.feed_id == Feed.id)
        .where(FeedItem.id > last, news)
        .order_by(FeedItem.id.desc())
        .limit(limit)
    )
    return [ItemView(*row) for row in connection.execute(query)][::-1]


def newest_items(
    connection: Connection,
    limit: int,
    *,
    kinds: Sequence[str] = KINDS,
    feed: int | None = None,
    starting: str | None = None,
) -> list[ItemView]:
    """Return the newest items of feeds of these kinds, or of one feed; the newest first.

    With `starting` only talks that start at that ISO moment or later, the next one first.
    """
    query = (
        select(*_ITEM)
        .join(Feed, Feed.id == FeedItem.feed_id)
        .outerjoin(Project, Project.feed_id == Feed.id)
        .where(Feed.kind.in_(kinds), func.coalesce(Project.followed, 1) == 1)
        .limit(limit)
    )
    if feed is not None:
        query = query.where(Feed.id == feed)
    if starting is None:
        when = func.coalesce(FeedItem.starts, FeedItem.published, FeedItem.seen_at)
        query = query.order_by(when.desc(), FeedItem.id.desc())
    else:
        query = query.where(FeedItem.starts >= starting).order_by(FeedItem.starts, FeedItem.id)
    return [ItemView(*row) for row in connection.execute(query)]


def last_item(connection: Connection) -> int:
    """Return the id of the newest item, 0 where there is none."""
    return connection.execute(select(func.max(FeedItem.id))).scalar() or 0


def _count(connection: Connection, feed: int) -> int:
    query = select(func.count()).select_from(FeedItem).where(FeedItem.feed_id == feed)
    return connection.execute(query).scalar_one()
