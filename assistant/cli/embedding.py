"""`assistant embed`."""

import os
import time

import click

from assistant.cli.output import json_option, note, plural, print_json, progress
from assistant.cli.session import Session, session


@click.command("embed")
@click.option("--background", is_flag=True, help="Do it in a process of its own, and return.")
@click.option("--quiet", is_flag=True, hidden=True)
@json_option
def embed_command(background: bool, quiet: bool, as_json: bool) -> None:
    """Give every paper and note its vector, so that it is found by meaning.

    Stop it whenever you like: the next call goes on where it was.
    """
    if niceness := os.environ.get("ASSISTANT_NICE"):
        os.nice(int(niceness))
    with session() as s:
        if background:
            from assistant.search.embedding import embed_in_background

            process = embed_in_background(s.home)
            if as_json:
                print_json({"process": process})
            else:
                note(f"Embedding in process {process}; `assistant status` shows how far it is.")
            return
        done, passages, seconds = embed_all(s, quiet=quiet or as_json)
        if as_json:
            print_json({"embedded": done, "passages": passages, "seconds": round(seconds, 2)})
        elif not done:
            note("Every paper has its vector already.")


def embed_all(s: Session, *, quiet: bool) -> tuple[int, int, float]:
    """Embed what is pending with progress; return how many papers and passages, and the seconds."""
    from assistant.search.embedding import embed_pending
    from assistant.search.encoders import load_encoder
    from assistant.search.section_vectors import embed_sections

    say = (lambda text: None) if quiet else note
    encoder = load_encoder(
        s.settings.search.model, s.home.models, device=s.settings.search.device, progress=say
    )
    start = time.monotonic()
    with progress("Embedding", quiet=quiet) as bar:

        def show(done: int, total: int) -> None:
            rate = (done - first[0]) / max(time.monotonic() - start, 1e-9) if first else 0.0
            first[:] = first or [done]
            bar.update(done, total, f"{done:,} of {total:,}, {rate:,.0f} a second")

        first: list[int] = []
        done = embed_pending(s.database, s.home, encoder, progress=show)
        passages = embed_sections(s.database, s.home, encoder, progress=bar.update)
    if passages and not quiet:
        note(f"Embedded {plural(passages, 'passage')} of your notes.")
    seconds = time.monotonic() - start
    if done and not quiet:
        note(
            f"Embedded {plural(done, 'paper')} in {seconds:,.0f} s"
            f" ({done / seconds:,.0f} a second, {encoder.runtime})."
        )
    return done, passages, seconds
