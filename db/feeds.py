"""Feeds a person follows beside papers, and what came in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select, text

from db.models_daily import Feed, FeedItem
from db.personal import now


@dataclass(frozen=True, slots=True)
class FeedView:
    """A feed with how many items it has brought; `failure` says why it could not be read last."""

    id: int
    address: str
    title: str
    checked_at: str | None
    failure: str | None
    items: int


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item of a feed."""

    id: int
    feed: str
    title: str
    link: str
    published: str | None
    summary: str


def feeds(connection: Connection) -> list[FeedView]:
    """Return every feed, in the order they were added."""
    count = (
        select(func.count()).where(FeedItem.feed_id == Feed.id).correlate(Feed).scalar_subquery()
    )
    query = select(
        Feed.id, Feed.address, Feed.title, Feed.checked_at, Feed.failure, count
    ).order_by(Feed.id)
    return [FeedView(*row) for row in connection.execute(query)]


def add_feed(connection: Connection, address: str, title: str) -> int:
    """Add a feed, or find the one with this address; return its id."""
    row: int = connection.execute(
        text(
            "INSERT INTO feeds (address, title, added_at) VALUES (:address, :title, :now)"
            " ON CONFLICT (address) DO UPDATE SET title=excluded.title RETURNING id"
        ),
        {"address": address, "title": title, "now": now()},
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


def put_items(
    connection: Connection, feed: int, rows: Sequence[tuple[str, str, str, str | None, str]]
) -> int:
    """Add (guid, title, link, published, summary) of items not known yet; return how many."""
    before = _count(connection, feed)
    if rows:
        connection.execute(
            text(
                "INSERT INTO feed_items (feed_id, guid, title, link, published, summary, seen_at)"
                " VALUES (:feed, :guid, :title, :link, :published, :summary, :now)"
                " ON CONFLICT (feed_id, guid) DO NOTHING"
            ),
            [
                {"feed": feed, "guid": guid, "title": title, "link": link,
                 "published": published, "summary": summary, "now": now()}
                for guid, title, link, published, summary in rows
            ],
        )  # fmt: skip
    return _count(connection, feed) - before


def items_after(connection: Connection, last: int, limit: int = 100) -> list[ItemView]:
    """Return the items that came after one, oldest first; of very many only the newest."""
    query = (
        select(FeedItem.id, Feed.title, FeedItem.title, FeedItem.link, FeedItem.published,
               FeedItem.summary)
        .join(Feed, Feed.id == FeedItem.feed_id)
        .where(FeedItem.id > last)
        .order_by(FeedItem.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [ItemView(*row) for row in connection.execute(query)][::-1]


def last_item(connection: Connection) -> int:
    """Return the id of the newest item, 0 where there is none."""
    return connection.execute(select(func.max(FeedItem.id))).scalar() or 0


def _count(connection: Connection, feed: int) -> int:
    query = select(func.count()).select_from(FeedItem).where(FeedItem.feed_id == feed)
    return connection.execute(query).scalar_one()
