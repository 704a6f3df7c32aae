"""`assistant project`: projects of GitHub, their releases, and what a newcomer can do for them."""

import time
from datetime import UTC, datetime
from typing import Any

import click

from assistant.cli.groups import Group
from assistant.cli.output import json_option, note, plural, print_json, progress, shortened
from assistant.cli.session import Session, session
from assistant.cli.skill_pages import width
from assistant.errors import UsageError
from assistant.library.projects import following
from assistant.library.projects.syncing import ProjectOutcome, sync_projects
from assistant.library.spacing import in_words
from assistant.text import clean_line
from db import feeds, projects
from db.projects import IssueRow, ProjectView

_PARTLY = 3
_NONE = "You follow no project. `assistant project follow OWNER/NAME` follows one."
_NAMES = click.argument("names", nargs=-1, metavar="[PROJECT]...")


@click.group("project", cls=Group)
def project_command() -> None:
    """Follow projects on GitHub: releases, and issues that are good to begin with."""


@project_command.command("follow")
@click.argument("name", metavar="PROJECT")
@click.option(
    "--label", "-l", "labels", multiple=True,
    help="Issues with this label are for you; several times for several. "
    f"[default: {', '.join(following.LABELS)}]",
)  # fmt: skip
@json_option
@click.pass_context
def follow(ctx: click.Context, name: str, labels: tuple[str, ...], as_json: bool) -> None:
    """Follow PROJECT, as owner/name or by its address, and fetch releases and open issues.

    New releases come with `sync` and stand in the digest. Again with other labels, it asks for
    issues with those. `assistant paper undo` takes it back.
    """
    chosen = _labels(labels)
    with session() as s:
        outcome = following.follow(
            s.database, name, chosen, s.settings.sources.github, pause=time.sleep
        )
    if as_json:
        print_json(outcome_json(outcome))
    else:
        click.echo(
            f"You follow {outcome.name}: {plural(outcome.releases, 'new release')},"
            f" {plural(outcome.issues, 'open issue')} for you."
        )
        _print_rest(outcome)
        if outcome.issues:
            note(f"`assistant project issues {outcome.name}` lists them.")
    if outcome.failure:
        ctx.exit(_PARTLY)


@project_command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the projects you follow."""
    with session() as s, s.database.read() as connection:
        known = projects.projects(connection)
    if as_json:
        names = (
            "name", "address", "labels", "releases", "issues", "checked_at", "issues_at", "failure",
        )  # fmt: skip
        print_json([{name: getattr(one, name) for name in names} for one in known])
        return
    for one in known:
        told = f"{plural(one.releases, 'release')}, {plural(one.issues, 'open issue')} for you"
        click.echo(f"{one.name}  {told}  {click.style(', '.join(one.labels), dim=True)}")
        if one.failure:
            click.echo(f"     {click.style(one.failure, fg='red')}")
    if not known:
        note(_NONE)


@project_command.command("unfollow")
@click.argument("name", metavar="PROJECT")
@json_option
def unfollow(name: str, as_json: bool) -> None:
    """Stop following PROJECT; `assistant paper undo` takes it back."""
    with session() as s:
        found = following.find_project(s.database, name)
        with s.database.write("stop following a project") as connection:
            change = following.unfollow(connection, found)
    if as_json:
        print_json({"name": found.name, "event": change.event})
    else:
        click.echo(f"No longer following {found.name}.")


@project_command.command("sync")
@_NAMES
@json_option
@click.pass_context
def sync(ctx: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """Fetch releases and open issues of all projects you follow, or of those named.

    `assistant sync` does it too. Exit code 3 says that something could not be had; what was there
    before is kept.
    """
    with session() as s:
        outcomes = sync_named(s, names, quiet=as_json)
    if as_json:
        print_json([outcome_json(one) for one in outcomes])
    else:
        print_outcomes(outcomes)
        if not outcomes:
            note(_NONE)
    if any(one.failure for one in outcomes):
        ctx.exit(_PARTLY)


@project_command.command("issues")
@_NAMES
@click.option("--label", "-l", "labels", multiple=True, help="Only with one of these labels.")
@click.option("--free", is_flag=True, help="Only those nobody is assigned to.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=30, show_default=True)
@json_option
def issues(
    names: tuple[str, ...], labels: tuple[str, ...], free: bool, limit: int, as_json: bool
) -> None:
    """List open issues that are good to begin with, those that changed last first.

    As of the last `sync`; an issue that was closed since is gone with the next one.
    """
    wanted = {one.casefold() for one in labels}
    with session() as s:
        chosen = _chosen(s, names)
        with s.database.read() as connection:
            found = [
                (project, issue)
                for project in chosen
                for issue in projects.issues(connection, project.id)
                if not (free and issue.assigned)
                and (not wanted or wanted & {one.casefold() for one in issue.labels})
            ]
    found.sort(key=lambda one: one[1].updated, reverse=True)
    if as_json:
        print_json([_issue_json(*one) for one in found[:limit]])
        return
    now = datetime.now(UTC)
    for project, issue in found[:limit]:
        _print_issue(project, issue, now)
    if len(found) > limit:
        note(f"{len(found) - limit:,} more; --limit shows them.")
    if not found:
        note("No such issue is open." if chosen else _NONE)


@project_command.command("releases")
@_NAMES
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@json_option
def releases(names: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List releases, the newest first."""
    with session() as s:
        chosen = _chosen(s, names)
        with s.database.read() as connection:
            found = [
                one
                for project in chosen
                for one in feeds.newest_items(
                    connection, limit, kinds=(feeds.PROJECT,), feed=project.id
                )
            ]
    found = sorted(found, key=lambda one: one.published or "", reverse=True)[:limit]
    if as_json:
        fields = ("title", "link", "published", "summary")
        print_json(
            [
                {"project": one.feed, **{name: getattr(one, name) for name in fields}}
                for one in found
            ]
        )
        return
    for one in found:
        click.echo(f"{(one.published or '')[:10]:<10}  {one.feed}  {one.title}")
        click.echo(click.style(f"            {one.link}", dim=True))
    if not found:
        note("No release is known." if chosen else _NONE)


def sync_named(s: Session, names: tuple[str, ...] = (), *, quiet: bool) -> list[ProjectOutcome]:
    """Sync the projects named, or all that are followed."""
    chosen = _chosen(s, names)
    with progress("Projects", quiet=quiet) as bar:
        return sync_projects(
            s.database, s.settings.sources.github,
            pause=time.sleep, progress=bar.update, chosen=chosen,
        )  # fmt: skip


def outcome_json(one: ProjectOutcome) -> dict[str, Any]:
    """Return what became of a project."""
    return {
        "name": one.name, "releases": one.releases, "new_issues": one.new_issues,
        "issues": one.issues, "notes": list(one.notes), "failure": one.failure,
    }  # fmt: skip


def print_outcomes(outcomes: list[ProjectOutcome]) -> None:
    """Print what became of projects, a line each; what to do about failures once."""
    hints = []
    for one in outcomes:
        told = [plural(one.releases, "new release")] if one.releases else []
        told += [plural(one.new_issues, "new issue") + " for you"] if one.new_issues else []
        click.echo(f"{one.name}: {', '.join(told) or one.failure or 'nothing new'}")
        _print_rest(one, again=bool(told), hint=False)
        hints += [one.hint] if one.hint else []
    for hint in dict.fromkeys(hints):
        note(hint)


def _print_rest(one: ProjectOutcome, *, again: bool = True, hint: bool = True) -> None:
    for told in one.notes:
        note(f"  {told}")
    if one.failure and again:
        note(f"  {one.failure}")
    if one.hint and hint:
        note(f"  {one.hint}")


def _chosen(s: Session, names: tuple[str, ...]) -> list[ProjectView]:
    if names:
        found = [following.find_project(s.database, name) for name in names]
        return list({one.id: one for one in found}.values())
    with s.database.read() as connection:
        return projects.projects(connection)


def _labels(told: tuple[str, ...]) -> list[str]:
    found = [clean_line(one, 101) for label in told for one in label.split(",")]
    found = list(dict.fromkeys(one for one in found if one))
    if len(found) > following.MOST_LABELS or any(len(one) > 100 for one in found):
        raise UsageError(
            f"At most {following.MOST_LABELS} labels of up to 100 characters can be asked for.",
            why="Each is a request of its own, and GitHub counts them.",
        )
    if told and not found:
        raise UsageError("A label cannot be empty.", hint='Such as --label "help wanted".')
    return found


def _issue_json(project: ProjectView, issue: IssueRow) -> dict[str, Any]:
    return {
        "project": project.name, **issue._asdict(), "labels": list(issue.labels),
        "assigned": bool(issue.assigned),
    }  # fmt: skip


def _print_issue(project: ProjectView, issue: IssueRow, now: datetime) -> None:
    click.echo(shortened(f"{project.name}#{issue.number}  {issue.title}", width()))
    age = in_words(now - datetime.fromisoformat(issue.created))
    told = [", ".join(issue.labels), f"{age} old", plural(issue.comments, "comment")]
    told += ["assigned"] if issue.assigned else []
    click.echo(click.style(f"    {' · '.join(told)}", dim=True))
    click.echo(click.style(f"    {issue.link}", dim=True))
