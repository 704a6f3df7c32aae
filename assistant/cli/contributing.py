"""`assistant progress contribute` and `contributions`: what you gave, as evidence for a skill."""

import time
from dataclasses import replace
from typing import Any

import click

from assistant.cli.completing import skill_ids
from assistant.cli.learning_session import LearningSession, learning
from assistant.cli.output import json_option, note, print_json
from assistant.cli.skill_pages import paragraph
from assistant.errors import AssistantError, SourceError
from assistant.skills import contributions as given
from assistant.skills.catalogue import find_skill
from assistant.skills.contributions import CLAIMED, WHATS, Contribution
from assistant.sources.github_names import Piece
from assistant.text import clean_line

_PARTLY = 3
_FIELDS = ("skill", "what", "state", "link", "title", "author", "note")


@click.command("contribute")
@click.argument("url")
@click.option(
    "--skill", required=True, shell_complete=skill_ids, help="The skill it is evidence for."
)
@click.option("--as", "what", type=click.Choice(WHATS), help="What it is; GitHub's pages say so.")
@click.option("--note", "noted", default="", help="What it is about, in a sentence.")
@click.option("--offline", is_flag=True, help="Ask nobody how it stands; log it as claimed.")
@json_option
def contribute(
    url: str, skill: str, what: str | None, noted: str, offline: bool, as_json: bool
) -> None:
    """Log what you gave to a project or a community: a pull request, an issue, a review, a talk.

    Of GitHub's pull requests and issues it is looked up how they stand: merged, open, closed. Where
    GitHub does not answer it is logged as claimed, and `progress contributions --check` asks later.
    `assistant paper undo` takes it back.
    """
    with learning() as s:
        found = find_skill(s.learner.curriculum, skill)
        web = s.session.settings.sources.github.web
        link, kind, piece = given.named(url, what, web)
        one = Contribution(found.id, kind, link, note=clean_line(noted, 300))
        if piece is not None and not offline:
            try:
                one = _looked_up(s, one, piece)
            except SourceError as error:
                _must_answer(error)
                note(f"Logged as claimed: {error.title} {error.why}".rstrip())
        before = next(
            (old for old in given.contributions(s.learner.deeds) if _same_thing(old, one)), None
        )
        event = None
        if before is None or (one.state, one.note or before.note) != (before.state, before.note):
            with s.session.database.write("log a contribution") as connection:
                event = given.contribute(connection, found, one).event
        standing = s.again().learner.standings[found.id]
    if as_json:
        told = {name: getattr(one, name) for name in _FIELDS}
        print_json({**told, "event": event, "skill_state": standing.state})
        return
    paragraph(f"{'Logged' if event else 'Logged already'}: {one.text}")
    if standing.has:
        click.echo(click.style(f"✓ {found.title} is proven: {standing.proof}.", fg="green"))
    elif one.what == "pull-request" and one.state != "merged":
        note("`assistant progress contributions --check` looks later whether it was merged.")


@click.command("contributions")
@click.option("--skill", shell_complete=skill_ids, help="Only those for this skill.")
@click.option("--check", is_flag=True, help="Ask GitHub how those stand that may have changed.")
@json_option
@click.pass_context
def contributions(ctx: click.Context, skill: str | None, check: bool, as_json: bool) -> None:
    """List what you contributed, the newest first, each as it stands."""
    failed = False
    with learning() as s:
        only = find_skill(s.learner.curriculum, skill).id if skill else None
        if check:
            failed = _check(s, only)
            s = s.again()
        found = [one for one in given.contributions(s.learner.deeds) if only in (None, one.skill)][
            ::-1
        ]
    if as_json:
        print_json([_as_json(one) for one in found])
    else:
        for one in found:
            at = f"{one.at.astimezone():%Y-%m-%d}" if one.at else ""
            paragraph(f"{at}  {one.skill}  {one.text}", hang=12)
        if not found:
            note("Nothing yet. `assistant progress contribute URL --skill ID` logs something.")
    if failed:
        ctx.exit(_PARTLY)


def _check(s: LearningSession, only: str | None) -> bool:
    """Ask how open and claimed ones stand, and log what has changed; tell whether any failed."""
    web = s.session.settings.sources.github.web
    failed = False
    for one in given.contributions(s.learner.deeds):
        skill = s.learner.curriculum.skills.get(one.skill)
        if skill is None or only not in (None, one.skill) or one.state not in ("open", CLAIMED):
            continue
        link, _, piece = given.named(one.link, one.what, web)
        if piece is None:
            continue
        try:
            now = _looked_up(s, replace(one, link=link), piece)
        except SourceError as error:
            note(f"{one.link}: {error.title} {error.why}".rstrip())
            failed = True
            continue
        if now.state != one.state:
            with s.session.database.write("log how a contribution stands") as connection:
                note(given.contribute(connection, skill, now).text)
    return failed


def _looked_up(s: LearningSession, one: Contribution, piece: Piece) -> Contribution:
    from assistant.sources.github import fetch_standing
    from assistant.sources.github_api import GithubApi

    api = GithubApi(s.session.settings.sources.github, time.sleep)
    found = fetch_standing(api, piece)
    return replace(one, state=found.state, title=found.title, author=found.author)


def _must_answer(error: SourceError) -> None:
    """Refuse what GitHub says is not there."""
    from assistant.sources.github_api import GoneError

    if isinstance(error, GoneError):
        raise AssistantError(
            error.title, why=error.why,
            hint="Check the address; --offline logs it unasked, as claimed.",
        ) from None  # fmt: skip


def _same_thing(old: Contribution, new: Contribution) -> bool:
    return (old.skill, old.what, old.link) == (new.skill, new.what, new.link)


def _as_json(one: Contribution) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in _FIELDS}
    return {**told, "at": one.at.isoformat() if one.at else None}
