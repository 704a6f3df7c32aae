"""Papers found, as a list for people and as JSON for programs."""

import shutil
import textwrap
from collections.abc import Sequence
from typing import Any

import click

from assistant.cli.output import shortened
from assistant.search.answers import Hit, Why
from assistant.search.everything import AnyHit, SectionHit

_MAX_WIDTH = 96
_MAX_AUTHORS = 3


def hits_json(hits: Sequence[AnyHit], reasons: Sequence[Why]) -> list[dict[str, Any]]:
    """Return what was found, with the reason for each; `kind` is paper, note or pdf."""
    return [
        {**_facts(hit), "score": round(hit.score, 4), "why": why.text,
         "matched": list(why.terms), "sentence": why.sentence}
        for hit, why in zip(hits, reasons, strict=True)
    ]  # fmt: skip


def _facts(hit: AnyHit) -> dict[str, Any]:
    if isinstance(hit, SectionHit):
        one = hit.section
        return {
            "id": hit.id, "kind": hit.kind, "title": one.title, "published": one.created,
            "venue": None, "year": None, "authors": "", "path": one.path,
            "heading": one.heading, "page": one.page, "line": one.line,
        }  # fmt: skip
    work = hit.work
    return {
        "id": work.public_id, "kind": "paper", "title": work.title, "published": work.published,
        "venue": work.venue, "year": work.year, "authors": work.authors, "status": work.status,
    }  # fmt: skip


def print_hits(hits: Sequence[AnyHit], reasons: Sequence[Why]) -> None:
    """Print what was found, at the terminal's width: title, who and when or where, why."""
    width = min(shutil.get_terminal_size().columns, _MAX_WIDTH)
    for place, (hit, why) in enumerate(zip(hits, reasons, strict=True), start=1):
        if isinstance(hit, SectionHit):
            _print_section(place, hit, why, width)
        else:
            _print_hit(place, hit, why, width)


def _print_section(place: int, hit: SectionHit, why: Why, width: int) -> None:
    one = hit.section
    label = click.style(hit.kind, fg="cyan")
    title = shortened(one.title or one.path, width - 6 - len(hit.kind))
    click.echo(f"{place:>2}. {label}  {click.style(title, bold=True)}")
    where = "  ".join(filter(None, [hit.id.partition(":")[2], one.heading]))
    click.echo("    " + click.style(shortened(where, width - 4), dim=True))
    for line in textwrap.wrap(why.text, width - 4, max_lines=2, placeholder="…"):
        click.echo("    " + line)


def _print_hit(place: int, hit: Hit, why: Why, width: int) -> None:
    work = hit.work
    indent = "    "
    title = textwrap.wrap(work.title, width - 4) or ["(no title)"]
    click.echo(f"{place:>2}. {click.style(title[0], bold=True)}")
    for line in title[1:]:
        click.echo(indent + click.style(line, bold=True))
    names = work.authors.split(", ") if work.authors else []
    who = ", ".join(names[:_MAX_AUTHORS]) + (" et al." if len(names) > _MAX_AUTHORS else "")
    when = str(work.published or work.year or "")
    special = f" ({work.status})" if work.venue and work.status in ("oral", "spotlight") else ""
    where = f"{work.venue}{special}" if work.venue else work.primary_category or work.status or ""
    facts = [work.public_id, when, where, who]
    line = shortened("  ".join(filter(None, facts)), width - 4)
    click.echo(indent + click.style(line, dim=True))
    for line in textwrap.wrap(why.text, width - 4, max_lines=2, placeholder="…"):
        click.echo(indent + line)
