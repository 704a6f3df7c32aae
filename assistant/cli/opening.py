"""`assistant open`."""

import sys

import click

from assistant.cli.session import find_work, session
from assistant.errors import UsageError


@click.command("open")
@click.argument("paper", metavar="ID")
@click.pass_context
def open_command(ctx: click.Context, paper: str) -> None:
    """Open the app on a paper: an id, a DOI or an address."""
    with session() as s, s.database.read() as connection:
        found = find_work(connection, paper).public_id
    if ctx.obj is None or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "The app needs a terminal.", hint=f"`assistant paper show {found}` shows it here."
        )
    ctx.exit(ctx.obj(found))
