"""`assistant paper`: one paper, and what a person does with it."""

import webbrowser
from typing import Any

import click

from assistant.cli import related_pages
from assistant.cli.groups import Group
from assistant.cli.output import json_option, note, print_json
from assistant.cli.paper_page import print_paper
from assistant.cli.session import find_work, session
from assistant.errors import NotFoundError, UsageError
from assistant.library import merging, reading, trash, undoing
from assistant.library.links import paper_links
from assistant.library.page import paper_facts
from db import works

_ID_HELP = "ID is an arXiv id, a DOI, or the paper's address."


@click.group("paper", cls=Group, epilog=_ID_HELP)
def paper_command() -> None:
    """Show, open, rate, tag or mark a paper; undo, redo, trash; merge and split."""


@paper_command.command("show")
@click.argument("id")
@json_option
def show(id: str, as_json: bool) -> None:
    """Show everything the library knows of a paper, and the skills it belongs to."""
    with session() as s, s.database.read() as connection:
        work = find_work(connection, id)
        skills = related_pages.of_paper(s, work)
        if as_json:
            print_json({**paper_facts(connection, work), "skills": skills})
        else:
            print_paper(connection, work)
            related_pages.print_of_paper(skills)


@paper_command.command("open")
@click.argument("id")
@click.option("--pdf", is_flag=True, help="Open the PDF instead of the page.")
@click.option("--print", "only_print", is_flag=True, help="Print the address, open nothing.")
def open_(id: str, pdf: bool, only_print: bool) -> None:
    """Open a paper's page in the browser."""
    with session() as s, s.database.read() as connection:
        work = find_work(connection, id)
        links = paper_links(connection, work.id)
    address = links.pdf if pdf else links.page
    if address is None:
        raise NotFoundError(
            f"No {'PDF' if pdf else 'page'} is known for {work.public_id}.",
            hint="`assistant paper show` lists what is known.",
        )
    if only_print or not webbrowser.open(address):
        click.echo(address)


@paper_command.command("fetch")
@click.argument("id")
@json_option
def fetch(id: str, as_json: bool) -> None:
    """Fetch a paper's PDF, and make its pages searchable; goes on where it broke off."""
    from assistant.cli.fetching import fetch_paper

    fetch_paper(id, as_json)


@paper_command.command("rate")
@click.argument("id")
@click.argument("rating", type=click.IntRange(0, 5))
@json_option
def rate(id: str, rating: int, as_json: bool) -> None:
    """Rate a paper from 1 (not for me) to 5 (one of the best); 0 takes the rating away."""
    _change("rate a paper", id, as_json, lambda c, w: reading.set_rating(c, w, rating or None))


@paper_command.command("read")
@click.argument("id")
@click.option(
    "--as",
    "state",
    type=click.Choice(reading.STATES),
    default="read",
    show_default=True,
    help="How far you read it.",
)
@json_option
def read(id: str, state: str, as_json: bool) -> None:
    """Mark a paper read, skimmed, unread, or kept for later."""
    _change("mark a paper", id, as_json, lambda c, w: reading.set_state(c, w, state))


@paper_command.command("star")
@click.argument("id")
@click.option("--off", is_flag=True, help="Take the star away.")
@json_option
def star(id: str, off: bool, as_json: bool) -> None:
    """Star a paper."""
    _change("star a paper", id, as_json, lambda c, w: reading.set_star(c, w, not off))


@paper_command.command("tag")
@click.argument("id")
@click.argument("tags", nargs=-1)
@click.option("--remove", "-r", multiple=True, help="Take this tag away.")
@json_option
def tag(id: str, tags: tuple[str, ...], remove: tuple[str, ...], as_json: bool) -> None:
    """Add tags to a paper, or take them away."""
    if not tags and not remove:
        raise UsageError("Which tag?", hint="assistant paper tag ID to-read --remove old")
    _change(
        "tag a paper", id, as_json, lambda c, w: reading.change_tags(c, w, add=tags, remove=remove)
    )


@paper_command.command("undo")
@json_option
def undo(as_json: bool) -> None:
    """Undo the last thing you did to a paper or a profile; again for the one before."""
    with session() as s, s.database.write("undo a change") as connection:
        change = undoing.undo_last(connection)
    _told(change, as_json)


@paper_command.command("redo")
@json_option
def redo(as_json: bool) -> None:
    """Do again what was undone last; again for the one before."""
    with session() as s, s.database.write("redo a change") as connection:
        change = undoing.redo_last(connection)
    _told(change, as_json)


@paper_command.command("trash")
@click.argument("ids", metavar="[ID]...", nargs=-1)
@json_option
def trash_(ids: tuple[str, ...], as_json: bool) -> None:
    """Move papers to the trash, out of every list and search; without ID, show what is in it.

    What is in the trash stays out, whatever sync or import brings, until you restore it.
    """
    if not ids:
        _print_trash(as_json)
        return
    with session() as s, s.database.write("move papers to the trash") as connection:
        change = trash.trash_works(connection, [find_work(connection, one) for one in ids])
    _told(change, as_json)


@paper_command.command("restore")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@json_option
def restore(ids: tuple[str, ...], as_json: bool) -> None:
    """Bring papers back from the trash, with all you did with them."""
    with session() as s, s.database.write("restore papers") as connection:
        found = list(dict.fromkeys(trash.find_trashed(connection, one) for one in ids))
        change = trash.restore(connection, found)
    _told(change, as_json)


@paper_command.command("merge")
@click.argument("id")
@click.argument("other")
@json_option
def merge(id: str, other: str, as_json: bool) -> None:
    """Make one work of two that are the same; the first keeps its id."""
    with session() as s, s.database.write("merge two works") as connection:
        kept, taken = find_work(connection, id), find_work(connection, other)
        if kept.id == taken.id:
            raise UsageError(f"{id} and {other} are one work already.")
        merging.merge_works(connection, kept.id, taken.id)
    if as_json:
        print_json({"id": kept.public_id, "merged": taken.public_id})
    else:
        click.echo(f"{taken.public_id} is now part of {kept.public_id}.")
        note("`assistant paper undo` parts them again.")


@paper_command.command("split")
@click.argument("id")
@json_option
def split(id: str, as_json: bool) -> None:
    """Undo the last merge of a work that turns out to be two; it stays undone."""
    with session() as s, s.database.write("split a work") as connection:
        work = find_work(connection, id)
        _, parted = merging.split(connection, work.id)
        (view,) = works.view_works(connection, [parted])
    if as_json:
        print_json({"id": work.public_id, "parted": view.public_id})
    else:
        click.echo(f"{view.public_id} is a work of its own again: {view.title}")


def _print_trash(as_json: bool) -> None:
    with session() as s, s.database.read() as connection:
        held = trash.list_trash(connection)
    if as_json:
        print_json(
            [
                {"id": one.public_id, "title": one.title, "trashed_at": one.trashed_at}
                for one in held
            ]
        )
        return
    for one in held:
        click.echo(f"{one.trashed_at[:10]}  {one.public_id:<20} {one.title}")
    if not held:
        note("The trash is empty.")


def _change(purpose: str, id: str, as_json: bool, act: Any) -> None:
    with session() as s, s.database.write(purpose) as connection:
        change = act(connection, find_work(connection, id))
    _told(change, as_json)


def _told(change: reading.Change, as_json: bool) -> None:
    if as_json:
        print_json({"id": change.subject, "change": change.text, "event": change.event})
        return
    click.echo(f"{change.subject}  {change.text}")
    if change.event is None:
        note("It was so already.")
