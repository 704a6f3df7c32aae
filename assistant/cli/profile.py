"""`assistant profile`: what each of your digests is about."""

from typing import Any

import click

from assistant.cli.groups import Group
from assistant.cli.output import json_option, note, print_json
from assistant.cli.session import find_work, session
from assistant.errors import UsageError
from assistant.library import following
from assistant.library.following import Following
from assistant.library.reading import Change
from db import profiles, works
from db.engine import Connection

_which = click.option("--profile", "-p", help="Which profile; without it the first one.")


@click.group("profile", cls=Group)
def profile_command() -> None:
    """Say what a digest is about: categories, authors, searches, likes, muted words."""


@profile_command.command("new")
@click.argument("name")
@click.argument("categories", nargs=-1)
@json_option
def new(name: str, categories: tuple[str, ...], as_json: bool) -> None:
    """Make a profile with a digest of its own, following CATEGORIES such as cs.RO."""
    with session() as s, s.database.write("make a profile") as connection:
        following.ensure_main(connection)
        change = following.new_profile(connection, name, categories)
    _told(change, as_json)


@profile_command.command("show")
@click.argument("name", required=False)
@json_option
def show(name: str | None, as_json: bool) -> None:
    """Show what a profile follows, likes and mutes; without NAME, every profile."""
    with session() as s, s.database.write("make the first profile") as connection:
        following.ensure_main(connection)
        names = [name] if name else [one.name for one in profiles.profiles(connection)]
        shown = []
        for one in names:
            profile = following.find_profile(connection, one)
            shown.append((profile, *_liked(connection, profile)))
    if as_json:
        told = [_profile_json(*one) for one in shown]
        print_json(told[0] if name else told)
        return
    for profile, liked, disliked in shown:
        _print_profile(profile, liked, disliked)


@profile_command.command("like")
@click.argument("ids", nargs=-1, required=True)
@click.option("--undo", is_flag=True, help="Neither like nor dislike it.")
@_which
@json_option
def like(ids: tuple[str, ...], undo: bool, profile: str | None, as_json: bool) -> None:
    """Like papers, so that the digest shows more of the kind."""
    _rate(ids, None if undo else 1, profile, as_json)


@profile_command.command("dislike")
@click.argument("ids", nargs=-1, required=True)
@_which
@json_option
def dislike(ids: tuple[str, ...], profile: str | None, as_json: bool) -> None:
    """Dislike papers, so that the digest shows fewer of the kind."""
    _rate(ids, -1, profile, as_json)


@profile_command.command("follow")
@click.argument("author", required=False)
@click.option("--search", "-s", help="Follow a query instead, in the language of `search`.")
@click.option("--stop", is_flag=True, help="No longer follow.")
@_which
@json_option
def follow(
    author: str | None, search: str | None, stop: bool, profile: str | None, as_json: bool
) -> None:
    """Follow an AUTHOR ("Yann LeCun"), or a search: what matches it ranks higher, and says so."""
    if (author is None) == (search is None):
        raise UsageError(
            "Follow whom, or what?",
            hint='assistant profile follow "Yann LeCun", or --search "mixture of experts".',
        )
    _follow("author" if author else "search", [author or search or ""], stop, profile, as_json)


@profile_command.command("mute")
@click.argument("words", nargs=-1, required=True)
@click.option("--stop", is_flag=True, help="No longer mute.")
@_which
@json_option
def mute(words: tuple[str, ...], stop: bool, profile: str | None, as_json: bool) -> None:
    """Keep papers with these WORDS out of the digest; quote what belongs together."""
    _follow("mute", words, stop, profile, as_json)


@profile_command.command("category")
@click.argument("categories", nargs=-1, required=True)
@click.option("--remove", is_flag=True, help="No longer follow them.")
@_which
@json_option
def category(categories: tuple[str, ...], remove: bool, profile: str | None, as_json: bool) -> None:
    """Follow arXiv CATEGORIES such as cs.LG: `sync` fetches them, the digest ranks them."""
    _follow("category", categories, remove, profile, as_json)


def _rate(ids: tuple[str, ...], liked: int | None, name: str | None, as_json: bool) -> None:
    with session() as s, s.database.write("rate a paper") as connection:
        following.ensure_main(connection)
        profile = following.find_profile(connection, name)
        found = [find_work(connection, one) for one in ids]
        changes = [following.like(connection, profile, work, liked) for work in found]
    _all_told(changes, as_json)


def _follow(kind: str, values: Any, stop: bool, name: str | None, as_json: bool) -> None:
    with session() as s, s.database.write("change a profile") as connection:
        following.ensure_main(connection)
        profile = following.find_profile(connection, name)
        changes = [
            following.follow(connection, profile, kind, value, stop=stop) for value in values
        ]
    _all_told(changes, as_json)


def _all_told(changes: list[Change], as_json: bool) -> None:
    if as_json and len(changes) > 1:
        print_json([_change_json(one) for one in changes])
        return
    for one in changes:
        _told(one, as_json)


def _told(change: Change, as_json: bool) -> None:
    if as_json:
        print_json(_change_json(change))
        return
    click.echo(f"{change.subject}  {change.text}")
    if change.event is None:
        note("It was so already.")


def _change_json(change: Change) -> dict[str, Any]:
    return {"id": change.subject, "change": change.text, "event": change.event}


def _liked(
    connection: Connection, profile: Following
) -> tuple[list[works.WorkView], list[works.WorkView]]:
    judged = profiles.judged_works(connection, profile.id, also_unclaimed=False)
    sides = [[one.work_id for one in judged if one.liked == side] for side in (1, -1)]
    liked, disliked = (works.view_works(connection, ids[::-1]) for ids in sides)
    return liked, disliked


def _profile_json(
    profile: Following, liked: list[works.WorkView], disliked: list[works.WorkView]
) -> dict[str, Any]:
    return {
        "name": profile.name,
        "categories": list(profile.categories),
        "authors": list(profile.authors),
        "searches": list(profile.searches),
        "muted": list(profile.muted),
        "tracks": list(profile.tracks),
        "liked": [{"id": one.public_id, "title": one.title} for one in liked],
        "disliked": [{"id": one.public_id, "title": one.title} for one in disliked],
    }


def _print_profile(
    profile: Following, liked: list[works.WorkView], disliked: list[works.WorkView]
) -> None:
    click.echo(click.style(profile.name, bold=True))
    for label, values in (
        ("categories", profile.categories),
        ("authors", profile.authors),
        ("searches", profile.searches),
        ("muted", profile.muted),
        ("tracks", profile.tracks),
    ):
        if values:
            click.echo(f"  {click.style(f'{label:<11}', dim=True)}{', '.join(values)}")
    for label, found in (("likes", liked), ("dislikes", disliked)):
        for place, one in enumerate(found):
            head = label if not place else ""
            click.echo(f"  {click.style(f'{head:<11}', dim=True)}{one.public_id}  {one.title}")
    if not liked:
        note("  It likes nothing yet: `assistant profile like ID` teaches it; a dozen do a lot.")
