"""The nouns of projects: which are followed, and the open issues each keeps for newcomers."""

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.models import Base


class Project(Base):
    """A project of GitHub, whose releases are the items of a feed.

    `labels` are those of issues that are asked for; `issues_at` is when all of them were had last.
    One that is no longer followed keeps what came.
    """

    __tablename__ = "projects"
    __table_args__ = ({"sqlite_with_rowid": False},)

    feed_id: Mapped[int] = mapped_column(
        ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str]
    labels: Mapped[list[Any]]
    followed: Mapped[int]
    issues_at: Mapped[str | None]


class ProjectIssue(Base):
    """An open issue of a project with one of the labels that are asked for."""

    __tablename__ = "project_issues"
    __table_args__ = ({"sqlite_with_rowid": False},)

    feed_id: Mapped[int] = mapped_column(
        ForeignKey("projects.feed_id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    labels: Mapped[list[Any]]
    comments: Mapped[int]
    created: Mapped[str]
    updated: Mapped[str]
    link: Mapped[str]
    assigned: Mapped[int]
