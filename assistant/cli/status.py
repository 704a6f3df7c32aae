"""`assistant status`, and `assistant` alone."""

from datetime import datetime
from typing import Any

import click

from assistant.cli.output import json_option, megabytes, plural, print_json
from assistant.cli.session import Session, session
from assistant.search.embedding import Coverage, answering_model, embed_in_background, is_embedding
from assistant.search.encoders import encoder_key
from db import notes, personal, profiles, works
from db.doubts import count_doubts

_EMBEDDED_UNASKED = 1_000


@click.command("status")
@json_option
def status_command(as_json: bool) -> None:
    """Show the state of the library, and what to do next."""
    with session() as s:
        told, coverage = _state(s)
        if as_json:
            print_json(told)
        else:
            _print(told, coverage, embedding=is_embedding(s.home))


def welcome() -> None:
    """Show the state of the library, and on a first run start embedding it in the background."""
    with session() as s:
        told, coverage = _state(s)
        if (
            not coverage.embedded
            and told["works"] <= _EMBEDDED_UNASKED
            and not is_embedding(s.home)
        ):
            embed_in_background(s.home)
            _print(told, coverage, embedding=True)
            return
        _print(told, coverage, embedding=is_embedding(s.home))


def _state(s: Session) -> tuple[dict[str, Any], Coverage]:
    key = encoder_key(s.settings.search.model, s.home.models)
    answering = answering_model(s.database, s.settings, key)
    with s.database.read() as connection:
        counts = works.count_rows(connection)
        states = personal.count_states(connection)
        synced = personal.last_event(connection, "sync")
        imported = personal.last_event(connection, "import")
        tags = personal.all_tags(connection)
        noted = notes.count_notes(connection)
        liked = profiles.count_liked(connection)
        duplicates = count_doubts(connection)
    told = {
        "works": counts["works"],
        "versions": counts["versions"],
        "people": counts["people"],
        "embedded": answering.embedded,
        "model": answering.model_name,
        "configured_model": s.settings.search.model,
        "notes": noted,
        "reading": states,
        "tags": dict(tags[:50]),
        "last_sync": synced[0] if synced else None,
        "liked": liked,
        "duplicates": duplicates,
        "last_import": imported[0] if imported else None,
        "home": str(s.home.path),
        "bytes": s.home.library_file.stat().st_size,
    }
    return told, answering


def _print(told: dict[str, Any], coverage: Coverage, *, embedding: bool) -> None:
    rows = [
        ("papers", f"{told['works']:,} by {plural(told['people'], 'person', 'people')}"),
        ("by meaning", f"{coverage}, {coverage.model_name}"),
    ]
    reading = ", ".join(f"{count:,} {state}" for state, count in sorted(told["reading"].items()))
    if reading:
        rows.append(("reading", reading))
    if told["last_sync"]:
        moment = datetime.fromisoformat(told["last_sync"]).astimezone()
        rows.append(("synced", f"{moment:%Y-%m-%d %H:%M}"))
    if told["tags"]:
        rows.append(("tags", "  ".join(f"#{tag} {n}" for tag, n in list(told["tags"].items())[:8])))
    rows.append(("home", f"{told['home']}  ({megabytes(told['bytes'])})"))
    for label, value in rows:
        click.echo(f"{click.style(f'{label:<11}', dim=True)} {value}")
    click.echo()
    for step in _next_steps(told, coverage, embedding):
        click.echo(f"  {step}")


def _next_steps(told: dict[str, Any], coverage: Coverage, embedding: bool) -> list[str]:
    steps = []
    if not coverage.complete:
        if embedding:
            steps.append("Papers are being embedded in the background; search works meanwhile.")
        else:
            left = coverage.works - coverage.embedded
            steps.append(f"assistant embed                 {plural(left, 'paper')} to go")
    if told["configured_model"] != coverage.model_name:
        steps.append(f"{coverage.model_name} answers until {told['configured_model']} is ready.")
    if told["last_sync"]:
        steps.append("assistant digest                what is new, for you")
    else:
        steps.append("assistant sync                  fetch what arXiv announced last")
    if told["duplicates"]:
        pairs = plural(told["duplicates"], "pair")
        steps.append(f"assistant duplicates            {pairs} of papers may be one work")
    if not told["liked"]:
        steps.append("assistant profile like ID       teach the digest; a dozen likes do a lot")
    steps.append('assistant search "how to train with less memory"')
    steps.append("assistant import FILE           an arXiv snapshot, a .bib, an export")
    steps.append("assistant paper show ID         then rate, tag, read, open")
    return steps
