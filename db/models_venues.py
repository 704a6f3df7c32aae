"""The nouns of venues: which are followed, and what each source said of each edition."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models import Base


class FollowedVenue(Base):
    """A venue a person follows, with all its new editions."""

    __tablename__ = "followed_venues"
    __table_args__ = ({"sqlite_with_rowid": False},)

    venue: Mapped[str] = mapped_column(primary_key=True)
    followed_at: Mapped[str]


class Edition(Base):
    """What one source lists of one edition: how much was expected, and the verdict.

    `expected` is null where nobody said how many there are; what came is counted where it lies.
    """

    __tablename__ = "editions"
    __table_args__ = (
        CheckConstraint("state IN ('complete','partial','absent','failed')", name="state"),
        {"sqlite_with_rowid": False},
    )

    venue: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    expected: Mapped[int | None]
    detail: Mapped[str] = mapped_column(server_default="")
    checked_at: Mapped[str]
    changed_at: Mapped[str | None]
