"""`assistant search`."""

from typing import Any

import click

from assistant.cli.hits import hits_json, print_hits
from assistant.cli.output import json_option, note, print_json, progress
from assistant.cli.session import Session, session
from assistant.errors import NotFoundError, UsageError
from assistant.library import searches
from assistant.search.answers import MODES, Mode
from assistant.search.engine import SearchEngine
from assistant.search.everything import KINDS, Everything, Found, Kind
from assistant.text import clean_line
from db import personal


# Words to exclude look like options: every option of this command is a long one.
@click.command(
    "search", context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]}
)
@click.argument("words", nargs=-1, metavar="QUERY")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option(
    "--mode",
    type=click.Choice(MODES),
    default="hybrid",
    show_default=True,
    help="Search by words and meaning, words alone, or meaning alone.",
)
@click.option("--exact", is_flag=True, help="Insist on the words as they are spelt.")
@click.option(
    "--only", type=click.Choice(KINDS), multiple=True, help="Search only these; may be repeated."
)
@click.option("--save", "save_as", metavar="NAME", help="Keep this query under a name.")
@click.option("--saved", metavar="NAME", help="Search with a query kept before.")
@click.option("--list-saved", is_flag=True, help="List the queries kept.")
@click.option("--forget", metavar="NAME", help="Forget a query kept before.")
@json_option
def search_command(
    words: tuple[str, ...],
    limit: int,
    mode: Mode,
    exact: bool,
    only: tuple[Kind, ...],
    save_as: str | None,
    saved: str | None,
    list_saved: bool,
    forget: str | None,
    as_json: bool,
) -> None:
    """Find papers and notes by words, by meaning, or both.

    \b
    QUERY is words, a question or a pasted abstract, and any of
      "exact phrase"   -without   author:hinton   author:"Yann LeCun"   title:word
      cat:cs.LG        venue:ICLR  venue:iclr-2026  status:oral   tag:thesis
      year:2023        year:2020..   year:..2019
      is:unread  is:read  is:later  is:skimmed  is:starred  is:rated  is:liked  is:disliked
    A minus before a filter turns it round: -cat:cs.CV
    status: is oral, spotlight, poster, accepted (in whatever way), rejected or withdrawn; the last
    two are found only if you ask for them.
    """
    with session() as s:
        if list_saved or forget:
            _keep_house(s, forget, as_json)
            return
        text = _query(s, " ".join(words), saved)
        if save_as:
            with s.database.write("save a search") as connection:
                searches.save(connection, save_as, text)
        refresh_notes(s)
        with progress("Building the vector index", quiet=as_json) as bar:
            engine = SearchEngine(
                s.database, s.home, s.settings, announce=note, progress=bar.update
            )
            everything = Everything(engine)
            found = everything.search(
                text, mode=mode, limit=limit, exact=exact, kinds=only or KINDS
            )
        reasons = everything.explain(found.hits, found.answer.query)
        if as_json:
            print_json(hits_json(found.hits, reasons))
        else:
            _print_understanding(found)
            print_hits(found.hits, reasons)
        for notice in found.notices:
            note(notice)


def refresh_notes(s: Session) -> None:
    """Take in what other programs changed in the vault, where there is one."""
    if s.settings.notes.vault or s.home.vault.is_dir():
        from assistant.notes.indexing import refresh
        from assistant.notes.vault import open_vault

        with progress("Reading notes") as bar:
            refresh(open_vault(s.home, s.settings, s.database), progress=bar.update)


def _query(s: Session, text: str, saved: str | None) -> str:
    if saved is not None:
        with s.database.read() as connection:
            kept = personal.saved_searches(connection)
        if saved not in kept:
            raise NotFoundError(
                f"No search is saved as {clean_line(saved, 60)!r}.",
                hint="`assistant search --list-saved` lists them.",
            )
        text = f"{kept[saved]} {text}".strip()
    if not text.strip():
        raise UsageError(
            "What should be searched for?",
            hint='assistant search "how to train with less memory" year:2020..',
        )
    return text


def _keep_house(s: Session, forget: str | None, as_json: bool) -> None:
    if forget is not None:
        with s.database.write("forget a search") as connection:
            searches.forget(connection, forget)
        note(f"Forgot {forget}.")
    with s.database.read() as connection:
        kept: dict[str, Any] = personal.saved_searches(connection)
    if as_json:
        print_json(kept)
        return
    for name, query in kept.items():
        click.echo(f"{name:<20} {query}")
    if not kept:
        note("No search is saved. `assistant search QUERY --save NAME` saves one.")


def _print_understanding(found: Found) -> None:
    answer = found.answer
    if answer.corrected:
        note(f"Showing results for: {answer.corrected}   (--exact insists on your spelling)")
    elif answer.suggestion:
        note(f"Did you mean: {answer.suggestion}")
    if not found.hits:
        note("Nothing found. Fewer words, or fewer filters, find more.")
