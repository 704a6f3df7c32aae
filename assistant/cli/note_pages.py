"""Notes on the command line: lists, links, a note's page."""

import shutil
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from assistant.cli.output import note, plural, shortened
from assistant.notes import files
from assistant.notes.indexing import Refreshed
from assistant.notes.linking import LinkOut, backlinks, links_out
from assistant.notes.vault import Vault
from assistant.text import clean
from db import notes as index

_SHOWN_PROBLEMS = 10
_MOST_RENDERED = 60_000


def views_json(found: Sequence[index.NoteView]) -> list[dict[str, Any]]:
    """Return notes as lists show them."""
    return [
        {
            "id": one.note_id, "path": one.path, "title": one.title, "created": one.created,
            "changed": _moment(one.modified_ns), "problem": one.problem,
        }
        for one in found
    ]  # fmt: skip


def note_json(vault: Vault, path: str) -> dict[str, Any]:
    """Return everything the index knows of a note, and its text."""
    text, digest = _text(vault, path)
    with vault.database.read() as connection:
        view = index.view(connection, path)
        assert view is not None
        tags = index.tags_of(connection, view.id)
        headings = index.headings_of(connection, path)
    return {
        **views_json([view])[0],
        "digest": digest, "properties": view.properties, "tags": tags, "headings": headings,
        "links": [one._asdict() for one in links_out(vault, path)],
        "backlinks": [one._asdict() for one in backlinks(vault, path)],
        "text": text,
    }  # fmt: skip


def print_note(vault: Vault, path: str, *, raw: bool) -> None:
    """Print a note to be read; `raw` prints its Markdown and nothing else."""
    text, _ = _text(vault, path)
    if raw:
        click.echo(text, nl=not text.endswith("\n"))
        return
    click.echo(click.style(path, dim=True))
    _render(text)
    print_links("Links to", links_out(vault, path))
    print_links("Linked from", backlinks(vault, path), source=True)


def print_notes(found: Sequence[index.NoteView]) -> None:
    """Print notes, one a line."""
    width = shutil.get_terminal_size().columns
    for one in found:
        line = f"{_moment(one.modified_ns)[:10]}  {one.path}"
        name = one.path.rpartition("/")[2].removesuffix(".md")
        title = f"  {one.title}" if one.title != name else ""
        click.echo(shortened(line + title, width))


def print_links(label: str, found: Sequence[LinkOut], *, source: bool = False) -> None:
    """Print links under a label: what each leads to, or with `source` where it stands."""
    if not found:
        return
    click.echo(click.style(label, dim=True))
    width = shutil.get_terminal_size().columns
    for one in found:
        what = one.path or one.target
        fragment = f"#{one.fragment}" if one.fragment else ""
        where = f"{one.source}:{one.line + 1}" if source else f"{what}{fragment}"
        told = f"  {where}"
        if one.state != "ok":
            told += click.style(f"  {one.state}", fg="red")
            told += f"  {one.target}{fragment}" if source else ""
        elif source:
            told += click.style(f"  {one.context}", dim=True)
        click.echo(told if len(told) < width else shortened(told, width + 8))


def tell_problems(report: Refreshed) -> None:
    """Tell what in the vault is not read, and why."""
    if report.problems:
        note(f"{plural(len(report.problems), 'file')} not read as a note:")
    for problem in report.problems[:_SHOWN_PROBLEMS]:
        note(f"  {problem.path}: {problem.why}")
    if len(report.problems) > _SHOWN_PROBLEMS:
        note(
            f"  and {len(report.problems) - _SHOWN_PROBLEMS:,} more: assistant note refresh --json"
        )


def _text(vault: Vault, path: str) -> tuple[str, str | None]:
    """A note's text, cleaned for the screen; an attachment has none."""
    with vault.database.read() as connection:
        view = index.view(connection, path)
    if view is not None and view.kind != "note":
        return "", view.digest
    text, digest = files.read_text(vault.locate(path))
    return clean(text, files.MOST_NOTE_BYTES), digest


def _render(text: str) -> None:
    from rich.console import Console
    from rich.markdown import Markdown

    from assistant.notes.frontmatter import split

    body = text[split(text)[2] :].strip()
    # Markdown that long takes seconds to lay out, and nobody reads it so.
    if len(body) > _MOST_RENDERED:
        click.echo(body)
        return
    width = min(shutil.get_terminal_size().columns, 100)
    page = Markdown(body, hyperlinks=False)
    for block in page.parsed:
        # A link's address is printed behind its text, which here is the address already.
        block.children = [one for one in block.children or () if one.markup != "autolink"]
    Console(width=width, highlight=False).print(page)


def _moment(nanoseconds: int) -> str:
    return datetime.fromtimestamp(nanoseconds / 1e9).astimezone().isoformat(timespec="seconds")
