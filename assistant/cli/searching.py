"""`assistant search`."""

from typing import Any

import click

from assistant.cli.hits import hits_json, print_hits
from assistant.cli.output import json_option, note, print_json, progress
from assistant.cli.session import Session, session
from assistant.errors import NotFoundError, UsageError
from assistant.library import searches
from assistant.search.answers import MODES, Answer, Mode
from assistant.search.engine import SearchEngine
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
    save_as: str | None,
    saved: str | None,
    list_saved: bool,
    forget: str | None,
    as_json: bool,
) -> None:
    """Find papers by words, by meaning, or both.

    \b
    QUERY is words, a question or a pasted abstract, and any of
      "exact phrase"   -without   author:hinton   author:"Yann LeCun"   title:word
      cat:cs.LG        venue:ICLR  tag:thesis     year:2023  year:2020..  year:..2019
      is:unread  is:read  is:later  is:skimmed  is:starred  is:rated  is:liked  is:disliked
    A minus before a filter turns it round: -cat:cs.CV
    """
    with session() as s:
        if list_saved or forget:
            _keep_house(s, forget, as_json)
            return
        text = _query(s, " ".join(words), saved)
        if save_as:
            with s.database.write("save a search") as connection:
                searches.save(connection, save_as, text)
        with progress("Building the vector index", quiet=as_json) as bar:
            engine = SearchEngine(
                s.database, s.home, s.settings, announce=note, progress=bar.update
            )
            answer = engine.search(text, mode=mode, limit=limit, exact=exact)
        reasons = engine.explain(answer.hits, answer.query)
        if as_json:
            print_json(hits_json(answer.hits, reasons))
        else:
            _print_understanding(answer)
            print_hits(answer.hits, reasons)
        for notice in answer.notices:
            note(notice)


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


def _print_understanding(answer: Answer) -> None:
    if answer.corrected:
        note(f"Showing results for: {answer.corrected}   (--exact insists on your spelling)")
    elif answer.suggestion:
        note(f"Did you mean: {answer.suggestion}")
    if not answer.hits:
        note("Nothing found. Fewer words, or fewer filters, find more.")
