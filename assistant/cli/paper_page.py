"""A paper's page on the command line."""

import shutil
import textwrap
from typing import Any

import click

from assistant.cli.output import shortened
from assistant.library.page import paper_facts
from db import works
from db.engine import Connection


def print_paper(connection: Connection, work: works.WorkView) -> None:
    """Print a paper to be read at the terminal's width."""
    told = paper_facts(connection, work)
    width = min(shutil.get_terminal_size().columns, 96)
    click.echo(click.style("\n".join(textwrap.wrap(work.title, width)), bold=True))
    authors = told["authors"]
    shown = authors if len(authors) <= 12 else [*authors[:10], f"and {len(authors) - 10} more"]
    if shown:
        click.echo("\n".join(textwrap.wrap(", ".join(shown), width)))
    facts = [
        " ".join(filter(None, (work.venue, f"({work.status})" if work.status else ""))),
        work.published or work.year,
        " ".join(told["categories"]),
    ]
    click.echo(click.style("  ·  ".join(str(fact) for fact in facts if fact), dim=True))
    click.echo(_own_line(told))
    if work.abstract:
        click.echo()
        for paragraph in work.abstract.split("\n\n"):
            click.echo("\n".join(textwrap.wrap(" ".join(paragraph.split()), width)))
    click.echo()
    for label in ("page", "pdf"):
        if told[label]:
            click.echo(f"{label:<9} {told[label]}")
    click.echo(f"{'ids':<9} {', '.join(told['identifiers'])}")
    for version in told["versions"]:
        number = f" v{version['number']}" if version["number"] else ""
        when = version["published"] or version["year"] or ""
        told_by = f"{version['source']}{number}"
        at = [version["venue"] or version["submitted_to"], version["status"], version["session"]]
        extras = [", ".join(filter(None, at)), version["comment"], version["journal_ref"]]
        line = f"{'copy':<9} {told_by}  {when}  {'; '.join(filter(None, extras))}"
        click.echo("\n".join(textwrap.wrap(line, width, subsequent_indent=" " * 10)))
    others = works.also_by(connection, work.id)
    if others:
        click.echo()
        click.echo(click.style("Also by these authors in your library", dim=True))
        for name, public_id, title in others:
            click.echo(shortened(f"  {public_id}  {name}: {title}", width))


def _own_line(told: dict[str, Any]) -> str:
    parts = [told["state"]]
    if told["rating"]:
        parts.append("★" * told["rating"] + "☆" * (5 - told["rating"]))
    if told["starred"]:
        parts.append("starred")
    if told["tags"]:
        parts.append(" ".join(f"#{tag}" for tag in told["tags"]))
    return "  ·  ".join(parts)
