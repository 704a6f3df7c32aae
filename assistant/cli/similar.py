"""`assistant similar`."""

import click

from assistant.cli.hits import hits_json, print_hits
from assistant.cli.output import json_option, note, print_json, progress
from assistant.cli.session import find_work, session
from assistant.errors import NotFoundError
from assistant.search.engine import SearchEngine


@click.command("similar")
@click.argument("id")
@click.option("--limit", "-n", type=click.IntRange(1, 1000), default=10, show_default=True)
@json_option
def similar_command(id: str, limit: int, as_json: bool) -> None:
    """Find papers like one you have.

    ID is an arXiv id, a DOI, or the paper's address.
    """
    with session() as s:
        with s.database.read() as connection:
            work = find_work(connection, id)
        with progress("Building the vector index", quiet=as_json) as bar:
            engine = SearchEngine(
                s.database, s.home, s.settings, announce=note, progress=bar.update
            )
            hits = engine.similar(work.id, limit=limit)
        if not hits:
            raise NotFoundError(
                f"{work.public_id} is not embedded yet, so nothing can be compared with it.",
                hint="`assistant embed` embeds what is missing.",
            )
        if not engine.coverage.complete:
            note(f"By meaning, {engine.coverage}.")
        reasons = engine.explain_similar(hits, work)
        if as_json:
            print_json(hits_json(hits, reasons))
            return
        note(f"Like {work.title}")
        print_hits(hits, reasons)
