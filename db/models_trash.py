"""The nouns of the trash: works a person threw away, whole, and what must not bring them back."""

from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models import Base


class Trashed(Base):
    """A work in the trash under its old id; `content` holds its rows of every table."""

    __tablename__ = "trash"
    __table_args__ = (Index("ix_trash_public_id", "public_id"),)

    work_id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str]
    title: Mapped[str]
    trashed_at: Mapped[str]
    content: Mapped[dict[str, Any]]


class TrashedIdentifier(Base):
    """A name of a work in the trash: what comes in under it stays out."""

    __tablename__ = "trash_identifiers"
    __table_args__ = (
        Index("ix_trash_identifiers_work", "work_id"),
        {"sqlite_with_rowid": False},
    )

    scheme: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("trash.work_id", ondelete="CASCADE"))


class TrashedAnnouncement(Base):
    """A paper of a batch that is in the trash: the batch lacks nothing by it."""

    __tablename__ = "trash_announcements"
    __table_args__ = (
        Index("ix_trash_announcements_work", "work_id"),
        {"sqlite_with_rowid": False},
    )

    batch_id: Mapped[int] = mapped_column(
        ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True
    )
    source_id: Mapped[str] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("trash.work_id", ondelete="CASCADE"))
    kind: Mapped[str]
    number: Mapped[int]
