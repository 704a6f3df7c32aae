"""`assistant duplicates`: pairs of papers that may be one, for a person to decide."""

import shutil
import textwrap
from typing import Any

import click

from assistant.cli.groups import Group
from assistant.cli.output import json_option, note, plural, print_json, progress, shortened
from assistant.cli.session import session
from assistant.library.duplicates import Pair, pairs_in_doubt, search_library, settle
from db.doubts import count_doubts
from db.works import WorkView

_WIDTH = 96


@click.group("duplicates", cls=Group, invoke_without_command=True)
@click.option(
    "--limit", "-n", type=click.IntRange(1), default=20, show_default=True, help="How many."
)
@json_option
@click.pass_context
def duplicates_command(ctx: click.Context, limit: int, as_json: bool) -> None:
    """List pairs of papers that may be one work, and decide about them.

    Copies of one work are merged by themselves where that is sure. What is not sure stands here,
    the likeliest first, until you merge a pair or keep it apart; `assistant paper undo` takes
    either back.
    """
    if ctx.invoked_subcommand is not None:
        return
    with session() as s, s.database.read() as connection:
        pairs = pairs_in_doubt(connection, limit)
        total = count_doubts(connection)
    if as_json:
        print_json({"pairs": [_told(pair) for pair in pairs], "total": total})
        return
    for pair in pairs:
        _show(pair)
    if not pairs:
        note("No pair is in doubt. `assistant duplicates find` compares the whole library.")
        return
    if total > len(pairs):
        note(f"{plural(total - len(pairs), 'more pair')}: --limit {total} shows all.")
    note("`assistant duplicates merge NUMBER...` or `assistant duplicates apart NUMBER...`")


@duplicates_command.command("merge")
@click.argument("numbers", metavar="NUMBER...", type=int, nargs=-1, required=True)
@json_option
def merge(numbers: tuple[int, ...], as_json: bool) -> None:
    """Make one work of each of these pairs; ratings, tags, notes and reading of both stay."""
    _settle(numbers, as_json, merge=True)


@duplicates_command.command("apart")
@click.argument("numbers", metavar="NUMBER...", type=int, nargs=-1, required=True)
@json_option
def apart(numbers: tuple[int, ...], as_json: bool) -> None:
    """Keep these pairs apart: they are two works, and nothing merges them by itself again."""
    _settle(numbers, as_json, merge=False)


@duplicates_command.command("find")
@click.option("--only-list", is_flag=True, help="Merge nothing: list the sure pairs too.")
@json_option
def find(only_list: bool, as_json: bool) -> None:
    """Compare the whole library: merge what is surely one work, list what may be.

    New papers are compared when they come; this is for those that came before.
    `assistant paper split ID` takes a merge back.
    """
    with session() as s, progress("Comparing", quiet=as_json) as bar:
        found = search_library(
            s.database,
            merge=not only_list,
            progress=lambda done, total: bar.update(done, total, f"{done:,} of {total:,}"),
        )
    if as_json:
        told = {"works": found.looked_at, "merged": found.merged, "doubtful": found.doubtful}
        print_json(told)
        return
    click.echo(
        f"{plural(found.looked_at, 'paper')} compared: {found.merged:,} merged,"
        f" {plural(found.doubtful, 'new pair')} in doubt."
    )
    if found.doubtful:
        note("`assistant duplicates` lists them.")


def _settle(numbers: tuple[int, ...], as_json: bool, *, merge: bool) -> None:
    with session() as s, s.database.write("decide about duplicates") as connection:
        pairs = settle(connection, numbers, merge=merge)
    if as_json:
        did = "merged" if merge else "apart"
        print_json([{did: [pair.one.public_id, pair.other.public_id]} for pair in pairs])
        return
    for pair in pairs:
        one, other = pair.one.public_id, pair.other.public_id
        click.echo(
            f"{other} is now part of {one}." if merge else f"{one} and {other} stay two works."
        )
    note("`assistant paper undo` takes that back.")


def _told(pair: Pair) -> dict[str, Any]:
    return {
        "number": pair.number,
        "confidence": pair.confidence,
        "reason": pair.reason,
        "papers": [
            {
                "id": work.public_id, "title": work.title, "authors": work.authors,
                "venue": work.venue, "year": work.year, "published": work.published,
            }
            for work in (pair.one, pair.other)
        ],
    }  # fmt: skip


def _show(pair: Pair) -> None:
    width = min(shutil.get_terminal_size().columns, _WIDTH)
    click.echo(f"{pair.number:>4}  {pair.confidence:.2f}  {shortened(pair.reason, width - 12)}")
    for work in (pair.one, pair.other):
        _show_work(work, width)
    click.echo()


def _show_work(work: WorkView, width: int) -> None:
    for line in textwrap.wrap(work.title, width - 6, max_lines=2, placeholder="…"):
        click.echo("      " + click.style(line, bold=True))
    facts = [work.public_id, work.venue, str(work.published or work.year or ""), work.authors]
    line = shortened("  ".join(filter(None, facts)), width - 6)
    click.echo("      " + click.style(line, dim=True))
