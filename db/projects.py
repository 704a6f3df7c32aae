"""Projects a person follows: which, and the open issues each keeps for newcomers.

Their releases are the items of a feed of kind `project`: see `feeds`.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, text, update

from db.models_daily import Feed, FeedItem
from db.models_projects import Project, ProjectIssue
from db.personal import now


@dataclass(frozen=True, slots=True)
class ProjectView:
    """A project with how much of it is here; `id` is its feed's, `failure` says what went wrong
    last.
    """

    id: int
    name: str
    address: str
    labels: tuple[str, ...]
    followed: bool
    checked_at: str | None
    issues_at: str | None
    failure: str | None
    releases: int
    issues: int


class IssueRow(NamedTuple):
    """An open issue, as it is kept."""

    number: int
    title: str
    labels: tuple[str, ...]
    comments: int
    created: str
    updated: str
    link: str
    assigned: int


def list_key(project: int, label: str = "") -> str:
    """Return what the validators of a list are kept under: of releases, or of a label's issues."""
    return f"project:{project}:{label.casefold()}"


def projects(connection: Connection, *, followed: bool = True) -> list[ProjectView]:
    """Return the projects that are followed, by name; without `followed`, all there ever were."""
    releases = select(func.count()).where(FeedItem.feed_id == Feed.id).correlate(Feed)
    issues = select(func.count()).where(ProjectIssue.feed_id == Feed.id).correlate(Feed)
    query = (
        select(Feed.id, Project.name, Feed.address, Project.labels, Project.followed,
               Feed.checked_at, Project.issues_at, Feed.failure,
               releases.scalar_subquery(), issues.scalar_subquery())
        .join(Project, Project.feed_id == Feed.id)
        .order_by(func.lower(Project.name))
    )  # fmt: skip
    if followed:
        query = query.where(Project.followed == 1)
    return [
        ProjectView(id, name, address, tuple(labels), bool(is_followed), *rest)
        for id, name, address, labels, is_followed, *rest in connection.execute(query)
    ]


def project_named(connection: Connection, name: str) -> ProjectView | None:
    """Return the project of a name, followed or not; capitals do not matter."""
    known = projects(connection, followed=False)
    return next((one for one in known if one.name.lower() == name.lower()), None)


def add_project(
    connection: Connection, name: str, address: str, labels: Sequence[str]
) -> ProjectView:
    """Add a project that is followed from now on, with its feed."""
    row: int = connection.execute(
        text(
            "INSERT INTO feeds (address, title, added_at, kind)"
            " VALUES (:address, :name, :now, 'project') RETURNING id"
        ),
        {"address": address, "name": name, "now": now()},
    ).scalar_one()
    connection.execute(
        insert(Project).values(feed_id=row, name=name, labels=list(labels), followed=1)
    )
    return next(one for one in projects(connection) if one.id == row)


def set_following(
    connection: Connection, project: int, *, followed: bool, labels: Sequence[str]
) -> bool:
    """Make a project followed or not, and say which issues are asked for; False if it is gone.

    All of its lists are asked for anew then.
    """
    connection.execute(
        text("DELETE FROM http_validators WHERE address GLOB :lists"),
        {"lists": f"{list_key(project)}*"},
    )
    result = connection.execute(
        update(Project)
        .where(Project.feed_id == project)
        .values(followed=int(followed), labels=list(labels))
    )
    return bool(result.rowcount)


def rename(connection: Connection, project: int, name: str, address: str) -> None:
    """Call a project by another name."""
    connection.execute(update(Project).where(Project.feed_id == project).values(name=name))
    connection.execute(update(Feed).where(Feed.id == project).values(title=name, address=address))


def tags(connection: Connection, project: int) -> set[str]:
    """Return the tags of the releases that are here."""
    query = select(FeedItem.guid).where(FeedItem.feed_id == project)
    return set(connection.execute(query).scalars())


def issues(connection: Connection, project: int) -> list[IssueRow]:
    """Return a project's open issues, those that changed last first."""
    query = (
        select(ProjectIssue.number, ProjectIssue.title, ProjectIssue.labels, ProjectIssue.comments,
               ProjectIssue.created, ProjectIssue.updated, ProjectIssue.link,
               ProjectIssue.assigned)
        .where(ProjectIssue.feed_id == project)
        .order_by(ProjectIssue.updated.desc(), ProjectIssue.number.desc())
    )  # fmt: skip
    return [
        IssueRow(number, title, tuple(labels), *rest)
        for number, title, labels, *rest in connection.execute(query)
    ]


def put_issues(
    connection: Connection, project: int, rows: Iterable[IssueRow], *, kept: Collection[int]
) -> int:
    """Make these a project's open issues, beside those `kept`; return how many are new."""
    before = {one.number for one in issues(connection, project)}
    told = {one.number: one for one in rows}
    connection.execute(
        text(
            "DELETE FROM project_issues WHERE feed_id = :project AND number NOT IN"
            " (SELECT value FROM json_each(:kept))"
        ),
        {"project": project, "kept": json.dumps([*kept, *told])},
    )
    if told:
        connection.execute(
            text(
                "INSERT OR REPLACE INTO project_issues VALUES (:project, :number, :title, :labels,"
                " :comments, :created, :updated, :link, :assigned)"
            ),
            [
                {**one._asdict(), "project": project, "labels": json.dumps(list(one.labels))}
                for one in told.values()
            ],
        )  # fmt: skip
    return len(told.keys() - before)


def issues_had(connection: Connection, project: int) -> None:
    """Note that all issues that are asked for were had just now."""
    connection.execute(update(Project).where(Project.feed_id == project).values(issues_at=now()))
