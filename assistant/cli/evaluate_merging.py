"""`assistant evaluate merging`."""

import shutil
import textwrap
from pathlib import Path

import click

from assistant.cli.output import json_option, plural, print_json, progress

_WIDEST = 96


@click.command("merging")
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
def merging_command(folder: Path, as_json: bool) -> None:
    """Measure how copies of one work are merged, on copies whose works are known.

    FOLDER holds copies.jsonl: one copy a line, with work, title, authors, and what else is known
    (kind, venue, year, abstract, source, id, copy, identifiers). Your library is not touched.
    """
    from assistant.library.merging_evaluation import evaluate_merging, read_merging_set

    judged = read_merging_set(folder)
    with progress("Evaluating", quiet=as_json) as bar:
        told = evaluate_merging(
            judged,
            say=lambda what, done, total: bar.update(done, total, f"{what} {done:,} of {total:,}"),
        )
    if as_json:
        print_json(told)
        return
    click.echo(
        f"{folder.name}: {told['copies']:,} copies of {plural(told['works'], 'work')},"
        f" {plural(told['pairs'], 'pair')}, {told['seconds']:.1f} s"
    )
    click.echo(f"precision  {told['precision']:.4f}   of {plural(told['merged'], 'merged pair')}")
    click.echo(f"recall     {told['recall']:.4f}")
    click.echo(
        f"asked      {told['asked']:,}, of which {told['asked_rightly']:,} are one work;"
        f" answered, recall is {told['recall_with_answers']:.4f}"
    )
    click.echo()
    click.echo(f"{'kind':<28} {'pairs':>7} {'recall':>8}")
    for kind, measured in told["recall_by_kind"].items():
        click.echo(f"{kind:<28} {measured['pairs']:>7,} {measured['recall']:>8.4f}")
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    for what in ("wrong", "missed"):
        for example in told[what]:
            click.echo(f"\n{what} ({example['kind']})")
            for side in ("one", "other"):
                click.echo(textwrap.indent(textwrap.fill(example[side], width - 4), "  "))
