"""`assistant evaluate`."""

from pathlib import Path

import click

from assistant.cli.evaluate_merging import merging_command
from assistant.cli.evaluate_ranking import ranking_command
from assistant.cli.groups import Group
from assistant.cli.output import json_option, plural, print_json, progress
from assistant.config import find_home, load_settings
from assistant.search.evaluation import evaluate_search, read_judged_set


@click.group("evaluate", cls=Group)
def evaluate_command() -> None:
    """Measure search, ranking and merging on sets whose truth is known."""


evaluate_command.add_command(ranking_command)
evaluate_command.add_command(merging_command)


@evaluate_command.command("search")
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
def search(folder: Path, as_json: bool) -> None:
    """Measure words, meaning and both on a BEIR folder.

    FOLDER holds corpus.jsonl, queries.jsonl and qrels/test.tsv. Your library is not touched; the
    model is the one in your settings, so this is a way to choose one.
    """
    home = find_home()
    settings = load_settings(home)
    judged = read_judged_set(folder)
    with progress("Evaluating", quiet=as_json) as bar:
        told = evaluate_search(
            judged,
            home,
            settings,
            say=lambda what, done, total: bar.update(done, total, f"{what} {done:,} of {total:,}"),
        )
    if as_json:
        print_json(told)
        return
    queries, documents = plural(told["queries"], "query", "queries"), told["documents"]
    click.echo(f"{folder.name}: {queries} over {documents:,} documents, {told['model']}")
    click.echo(f"{'':<10} {'nDCG@10':>8} {'recall@100':>11}")
    for mode, measures in told["modes"].items():
        click.echo(f"{mode:<10} {measures['ndcg@10']:>8.3f} {measures['recall@100']:>11.3f}")
