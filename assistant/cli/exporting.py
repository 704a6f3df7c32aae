"""`assistant export`."""

import sys
from pathlib import Path
from typing import Any, TextIO

import click

from assistant.cli.output import json_option, note, plural, print_json, progress
from assistant.cli.session import find_work, session
from assistant.errors import AssistantError, UsageError
from assistant.library.entries import load_whole_works
from assistant.library.exporting import FORMS, write
from db import works
from db.durable import replacing
from db.engine import Connection

_BY_SUFFIX = {".bib": "bibtex", ".json": "csl", ".md": "markdown", ".jsonl": "lines"}


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--form", type=click.Choice(FORMS), help="Told by the file's name if left out.")
@click.option("--id", "ids", multiple=True, help="Only this paper; may be given again.")
@click.option("--query", help="Only the papers a search's filters match, such as 'tag:thesis'.")
@json_option
def export_command(
    file: Path, form: str | None, ids: tuple[str, ...], query: str | None, as_json: bool
) -> None:
    """Write papers out: BibTeX, CSL-JSON, Markdown or JSON lines.

    FILE is written whole or not at all; `-` is the terminal.

    \b
    .bib    BibTeX, the published copy with its preprint's link
    .json   CSL-JSON, for Zotero, Pandoc and the like
    .md     Markdown, to be read
    .jsonl  JSON lines, with every copy, tag and rating

    What is exported imports again unchanged.
    """
    form = form or _BY_SUFFIX.get(file.suffix.lower())
    if form is None:
        raise UsageError(
            f"What form should {file} have?", hint=f"--form is one of {', '.join(FORMS)}."
        )
    with session() as s, s.database.read() as connection:
        wanted = _wanted(connection, ids, query)
        if str(file) == "-":
            _write(connection, wanted, form, sys.stdout, quiet=True)
            return
        _write_file(connection, wanted, form, file, quiet=as_json)
    if as_json:
        print_json({"path": str(file), "form": form, "works": len(wanted)})
    else:
        note(f"Wrote {plural(len(wanted), 'paper')} to {file}.")


def _wanted(connection: Connection, ids: tuple[str, ...], query: str | None) -> list[int]:
    if ids:
        return [find_work(connection, one).id for one in ids]
    if query is not None:
        from assistant.search.engine import ids_matching

        return ids_matching(connection, query)
    return works.work_ids_in_order(connection, limit=-1)


def _write(
    connection: Connection, wanted: list[int], form: str, out: TextIO | Any, *, quiet: bool
) -> None:
    with progress("Exporting", quiet=quiet) as bar:

        def counted() -> Any:
            for done, work in enumerate(load_whole_works(connection, wanted), start=1):
                if done % 500 == 0:
                    bar.update(done, len(wanted), f"{done:,} of {len(wanted):,}")
                yield work

        write(form, counted(), out)


def _write_file(
    connection: Connection, wanted: list[int], form: str, file: Path, *, quiet: bool
) -> None:
    try:
        with replacing(file) as partial:
            _write(connection, wanted, form, partial, quiet=quiet)
    except OSError as error:
        raise AssistantError(f"Cannot write {file}.", why=error.strerror or str(error)) from error
