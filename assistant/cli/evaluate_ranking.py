"""`assistant evaluate ranking`."""

from pathlib import Path
from typing import Any

import click

from assistant.cli.output import json_option, note, plural, print_json, progress
from assistant.config import find_home, load_settings


@click.command("ranking")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--ablation", is_flag=True, help="Also measure it without each of its parts.")
@json_option
def ranking_command(folder: Path, ablation: bool, as_json: bool) -> None:
    """Measure the ranker on simulated readers, beside common baselines.

    FOLDER holds papers.jsonl.gz and users.jsonl. Readers' ratings of the first days are learnt
    from; each later day is ranked, and nDCG@10 averaged. Your library is not touched.
    """
    from assistant.digest.ranking_evaluation import evaluate_ranking, read_ranking_set
    from assistant.search.encoders import load_encoder

    home = find_home()
    settings = load_settings(home)
    judged = read_ranking_set(folder)
    if judged.unknown:
        note(f"Left out: {plural(judged.unknown, 'id')} that no paper has.")
    encoder = load_encoder(settings.search.model, home.models, device=settings.search.device)
    with progress("Evaluating", quiet=as_json) as bar:
        told = evaluate_ranking(
            judged,
            encoder,
            ablation=ablation,
            say=lambda what, done, total: bar.update(done, total, f"{what} {done:,} of {total:,}"),
        )
    if as_json:
        print_json(told)
        return
    papers = len(judged.papers)
    click.echo(f"{folder.name}: {plural(told['users'], 'reader')}, {papers:,} papers")
    _show("ranker", told["ndcg@10"])
    if ablation:
        click.echo()
        _show("assistant", told["ablation"])


def _show(label: str, measured: dict[str, Any]) -> None:
    click.echo(f"{label:<28} {'nDCG@10':>8}")
    for name, value in sorted(measured.items(), key=lambda one: -one[1]):
        click.echo(f"{name:<28} {value:>8.3f}")
