"""Papers found, as a list for people and as JSON for programs."""

import shutil
import textwrap
from typing import Any

import click

from assistant.cli.output import shortened
from assistant.search.answers import Hit, Why

_MAX_WIDTH = 96
_MAX_AUTHORS = 3


def hits_json(hits: list[Hit], reasons: list[Why]) -> list[dict[str, Any]]:
    """Return what was found, with the reason for each."""
    return [
        {
            "id": hit.work.public_id,
            "title": hit.work.title,
            "score": round(hit.score, 4),
            "why": why.text,
            "matched": list(why.terms),
            "sentence": why.sentence,
            "published": hit.work.published,
            "venue": hit.work.venue,
            "year": hit.work.year,
            "authors": hit.work.authors,
        }
        for hit, why in zip(hits, reasons, strict=True)
    ]


def print_hits(hits: list[Hit], reasons: list[Why]) -> None:
    """Print what was found, at the terminal's width: title, who and when, why."""
    width = min(shutil.get_terminal_size().columns, _MAX_WIDTH)
    for place, (hit, why) in enumerate(zip(hits, reasons, strict=True), start=1):
        _print_hit(place, hit, why, width)


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
    facts = [work.public_id, when, work.venue or work.primary_category or "", who]
    line = shortened("  ".join(filter(None, facts)), width - 4)
    click.echo(indent + click.style(line, dim=True))
    for line in textwrap.wrap(why.text, width - 4, max_lines=2, placeholder="…"):
        click.echo(indent + line)
