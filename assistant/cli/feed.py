"""`assistant feed`: blogs, talks and other feeds beside the papers."""

import time
from datetime import UTC, datetime

import click

from assistant.cli.groups import Group
from assistant.cli.output import json_option, note, plural, print_json
from assistant.cli.session import session
from assistant.library.feeds import add_feed, find_feed
from db import feeds


@click.group("feed", cls=Group)
def feed_command() -> None:
    """Follow any RSS or Atom feed, or a calendar of talks."""


@feed_command.command("add")
@click.argument("address")
@click.option(
    "--kind", type=click.Choice([feeds.FEED, feeds.TALKS]),
    help="Items of talks are shown with the day they are given; a calendar is of talks anyway.",
)  # fmt: skip
@json_option
def add(address: str, kind: str | None, as_json: bool) -> None:
    """Follow the feed at ADDRESS; what is new in it comes with `sync` and stands in the digest.

    It may be a calendar of talks (.ics) too. A project on GitHub, with its issues for
    newcomers: `assistant project follow OWNER/NAME`.
    """
    with session() as s:
        outcome = add_feed(
            s.database, address, s.settings.sources.feeds, pause=time.sleep, kind=kind
        )
    if as_json:
        told = {"title": outcome.title, "address": outcome.address, "items": outcome.new}
        print_json({**told, "kind": outcome.kind})
    else:
        click.echo(f"Following {outcome.title} ({plural(outcome.new, 'item')} so far).")


@feed_command.command("list")
@click.option("--kind", type=click.Choice([feeds.FEED, feeds.TALKS]), help="Only of this kind.")
@json_option
def list_(kind: str | None, as_json: bool) -> None:
    """List the feeds you follow."""
    with session() as s, s.database.read() as connection:
        known = [one for one in feeds.feeds(connection) if kind in (None, one.kind)]
    if as_json:
        names = ("id", "title", "address", "kind", "items", "checked_at", "failure")
        print_json([{name: getattr(one, name) for name in names} for one in known])
        return
    for one in known:
        told = "  talks" if one.kind == feeds.TALKS else ""
        click.echo(f"{one.id:>3}  {one.title}{told}  {click.style(one.address, dim=True)}")
        if one.failure:
            click.echo(f"     {click.style(one.failure, fg='red')}")
    if not known:
        note("You follow no feed. `assistant feed add ADDRESS` adds one.")


@feed_command.command("items")
@click.argument("feed", required=False)
@click.option("--kind", type=click.Choice(feeds.KINDS), multiple=True, help="Only of these kinds.")
@click.option("--upcoming", is_flag=True, help="Only talks to come, the next one first.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@json_option
def items(
    feed: str | None, kind: tuple[str, ...], upcoming: bool, limit: int, as_json: bool
) -> None:
    """Show what came in your feeds, the newest first: of all, or of one FEED."""
    with session() as s:
        chosen = find_feed(s.database, feed).id if feed else None
        starting = datetime.now(UTC).isoformat(timespec="seconds") if upcoming else None
        with s.database.read() as connection:
            found = feeds.newest_items(
                connection, limit, kinds=kind or feeds.KINDS, feed=chosen, starting=starting
            )
    if as_json:
        names = ("feed", "kind", "title", "link", "published", "starts", "summary")
        print_json([{name: getattr(one, name) for name in names} for one in found])
        return
    for one in found:
        click.echo(f"{_when(one)}  {one.title or '(no title)'}")
        click.echo(f"{' ' * 18}{click.style(f'{one.feed}  {one.link}', dim=True)}")
    if not found:
        note("No talk is announced." if upcoming else "Nothing came yet; `assistant sync` asks.")


def _when(item: feeds.ItemView) -> str:
    """Return an item's day, and of a talk the hour too, by the person's clock."""
    if item.starts:
        return f"{datetime.fromisoformat(item.starts).astimezone():%Y-%m-%d %H:%M}"
    return f"{(item.published or '')[:10]:<16}"


@feed_command.command("remove")
@click.argument("feed")
@json_option
def remove(feed: str, as_json: bool) -> None:
    """Stop following FEED, given by number, address or title; its items go with it."""
    with session() as s:
        found = find_feed(s.database, feed)
        with s.database.write("remove a feed") as connection:
            feeds.remove_feed(connection, found.id)
    if as_json:
        print_json({"removed": found.address})
    else:
        click.echo(f"No longer following {found.title}.")
        note(f"`assistant feed add {found.address}` follows it again.")
