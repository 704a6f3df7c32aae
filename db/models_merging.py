"""The nouns of merging: what copies of one work are found by, and pairs a person is asked about."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models import Base


class MatchKey(Base):
    """A digest that copies of one work are likely to share; it proves nothing by itself."""

    __tablename__ = "match_keys"
    __table_args__ = (
        Index("ix_match_keys_work", "work_id"),
        {"sqlite_with_rowid": False},
    )

    key: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(
        ForeignKey("works.id", ondelete="CASCADE"), primary_key=True
    )


class Doubt(Base):
    """Two works that may be one: why, and how sure; gone once a person has decided."""

    __tablename__ = "doubts"
    __table_args__ = (
        Index("ux_doubts_pair", "work_a", "work_b", unique=True),
        Index("ix_doubts_b", "work_b"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    work_a: Mapped[int] = mapped_column(ForeignKey("works.id", ondelete="CASCADE"))
    work_b: Mapped[int] = mapped_column(ForeignKey("works.id", ondelete="CASCADE"))
    reason: Mapped[str]
    confidence: Mapped[float]
    found_at: Mapped[str]
