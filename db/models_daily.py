"""The nouns of the daily loop: announcement days, profiles, digests, feeds."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models import Base


class Batch(Base):
    """One source's one announcement day of one category: what was expected, and the verdict.

    `expected` is null where nobody said how many there are; `missing` maps the source ids that
    are known to belong to it and have not come to how they were announced.
    """

    __tablename__ = "batches"
    __table_args__ = (
        CheckConstraint("state IN ('complete','partial','stale','holiday','failed')", name="state"),
        Index("ux_batches_day", "source", "category", "date", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    category: Mapped[str]
    date: Mapped[str]
    state: Mapped[str]
    expected: Mapped[int | None]
    detail: Mapped[str] = mapped_column(server_default="")
    missing: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    changed_at: Mapped[str]


class Announcement(Base):
    """A paper of a batch: how it was announced, and as which of its versions."""

    __tablename__ = "announcements"
    __table_args__ = (
        CheckConstraint("kind IN ('new','cross','replace','replace-cross')", name="kind"),
        Index("ix_announcements_work", "work_id"),
        {"sqlite_with_rowid": False},
    )

    batch_id: Mapped[int] = mapped_column(
        ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True
    )
    source_id: Mapped[str] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("works.id", ondelete="CASCADE"))
    kind: Mapped[str]
    number: Mapped[int]


class HttpValidator(Base):
    """What a server wants to be told so that it need not send the same again."""

    __tablename__ = "http_validators"
    __table_args__ = ({"sqlite_with_rowid": False},)

    address: Mapped[str] = mapped_column(primary_key=True)
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]


class Feed(Base):
    """Any RSS or Atom feed a person follows; `failure` says why it could not be read last time.

    A project's feed holds its releases; see `models_projects`.
    """

    __tablename__ = "feeds"
    __table_args__ = (CheckConstraint("kind IN ('feed','talks','project')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    added_at: Mapped[str]
    checked_at: Mapped[str | None]
    failure: Mapped[str | None]
    kind: Mapped[str] = mapped_column(server_default="feed")


class FeedItem(Base):
    """One entry of a feed; ids only grow, so a digest knows what came after it.

    `starts` is when the talk it announces begins.
    """

    __tablename__ = "feed_items"
    __table_args__ = (
        Index("ux_feed_items_guid", "feed_id", "guid", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feeds.id", ondelete="CASCADE"))
    guid: Mapped[str]
    title: Mapped[str]
    link: Mapped[str]
    published: Mapped[str | None]
    summary: Mapped[str]
    seen_at: Mapped[str]
    starts: Mapped[str | None]


class Profile(Base):
    """An interest with its own digest."""

    __tablename__ = "profiles"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[str]


class ProfileRule(Base):
    """What a profile follows or mutes: a category, an author, a search, a word, a track."""

    __tablename__ = "profile_rules"
    __table_args__ = (
        CheckConstraint("kind IN ('category','author','search','mute','track')", name="kind"),
        {"sqlite_with_rowid": False},
    )

    profile_id: Mapped[int] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)


class ProfileRating(Base):
    """A paper a profile likes (1) or dislikes (-1)."""

    __tablename__ = "profile_ratings"
    __table_args__ = (
        CheckConstraint("liked IN (-1, 1)", name="liked"),
        Index("ix_profile_ratings_work", "work_id"),
        {"sqlite_with_rowid": False},
    )

    profile_id: Mapped[int] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True
    )
    work_id: Mapped[int] = mapped_column(
        ForeignKey("works.id", ondelete="CASCADE"), primary_key=True
    )
    liked: Mapped[int]
    at: Mapped[str]


class Digest(Base):
    """What a profile was shown for a day, whole, and how far into the feeds it reached."""

    __tablename__ = "digests"
    __table_args__ = (Index("ux_digests_day", "profile_id", "date", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    profile_id: Mapped[int] = mapped_column(ForeignKey("profiles.id", ondelete="CASCADE"))
    date: Mapped[str]
    made_at: Mapped[str]
    last_item: Mapped[int] = mapped_column(server_default="0")
    document: Mapped[dict[str, Any]]


class Offered(Base):
    """A paper a profile's digest has weighed: whether it was shown, and as what version and venue.

    Nothing is offered twice unless one of the two has changed.
    """

    __tablename__ = "offered"
    __table_args__ = (
        Index("ix_offered_work", "work_id"),
        Index("ix_offered_digest", "digest_id"),
        {"sqlite_with_rowid": False},
    )

    profile_id: Mapped[int] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True
    )
    work_id: Mapped[int] = mapped_column(
        ForeignKey("works.id", ondelete="CASCADE"), primary_key=True
    )
    digest_id: Mapped[int] = mapped_column(ForeignKey("digests.id", ondelete="CASCADE"))
    shown: Mapped[int]
    number: Mapped[int]
    venue: Mapped[str | None]
