"""The nouns of deadlines: conferences to come, as each collection tells them."""

from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models import Base


class Meeting(Base):
    """One edition of a conference as one collection tells it; `file` is where in it that stands.

    `until` is the last moment it tells of (ISO, UTC), null where all is still open.
    """

    __tablename__ = "meetings"
    __table_args__ = (
        Index("ix_meetings_until", "until"),
        {"sqlite_with_rowid": False},
    )

    collection: Mapped[str] = mapped_column(primary_key=True)
    edition: Mapped[str] = mapped_column(primary_key=True)
    file: Mapped[str]
    year: Mapped[int]
    until: Mapped[str | None]
    document: Mapped[dict[str, Any]]


class Collection(Base):
    """A collection of deadlines: when it was asked last, and how that went."""

    __tablename__ = "deadline_collections"
    __table_args__ = ({"sqlite_with_rowid": False},)

    name: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str]
    checked_at: Mapped[str]
    failure: Mapped[str | None]
