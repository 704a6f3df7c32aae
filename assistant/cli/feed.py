"""`assistant feed`: blogs, releases and other feeds beside the papers."""

import time

import click

from assistant.cli.groups import Group
from assistant.cli.output import json_option, note, plural, print_json
from assistant.cli.session import session
from assistant.library.feeds import add_feed, find_feed
from db import feeds


@click.group("feed", cls=Group)
def feed_command() -> None:
    """Follow any RSS or Atom feed: a blog, the releases of a project."""


@feed_command.command("add")
@click.argument("address")
@json_option
def add(address: str, as_json: bool) -> None:
    """Follow the feed at ADDRESS; what is new in it comes with `sync` and stands in the digest.

    A project's releases: https://github.com/OWNER/NAME/releases.atom
    """
    with session() as s:
        outcome = add_feed(s.database, address, s.settings.sources.feeds, pause=time.sleep)
    if as_json:
        told = {"title": outcome.title, "address": outcome.address, "items": outcome.new}
        print_json(told)
    else:
        click.echo(f"Following {outcome.title} ({plural(outcome.new, 'item')} so far).")


@feed_command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the feeds you follow."""
    with session() as s, s.database.read() as connection:
        known = feeds.feeds(connection)
    if as_json:
        names = ("id", "title", "address", "items", "checked_at", "failure")
        print_json([{name: getattr(one, name) for name in names} for one in known])
        return
    for one in known:
        click.echo(f"{one.id:>3}  {one.title}  {click.style(one.address, dim=True)}")
        if one.failure:
            click.echo(f"     {click.style(one.failure, fg='red')}")
    if not known:
        note("You follow no feed. `assistant feed add ADDRESS` adds one.")


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
