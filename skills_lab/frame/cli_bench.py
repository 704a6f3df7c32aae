"""`bench`: every lab's claims and figures in one table, and as evidence."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from skills_lab.frame.bench import EVIDENCE, Outcome, bench_lab, save
from skills_lab.frame.catalogue import catalogue, find_lab
from skills_lab.frame.cli import console, device_option, json_option, scale_option

if TYPE_CHECKING:
    from skills_lab.frame.events import Event

_CURVE = 10  # figures with as many points are curves, which `run` draws


@click.command()
@click.argument("labs", nargs=-1, metavar="[LAB]...")
@device_option
@scale_option
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True)
@click.option(
    "--save",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    is_flag=False,
    flag_value=str(EVIDENCE),
    help="Keep the results as evidence, in this folder or in skills_lab/evidence.",
)
@json_option
def bench(
    labs: tuple[str, ...], device: str, scale: str, seed: int, folder: Path | None, as_json: bool
) -> None:
    """Run all labs, or those named, and show every claim with what was measured."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    chosen = [find_lab(name) for name in labs] or list(catalogue().values())
    out = console()
    outcomes: dict[str, Outcome] = {}
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    err = console(err=True)
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("starting", total=None)
        for number, lab in enumerate(chosen, 1):
            head = f"{number} of {len(chosen)}  {lab.id}"
            bar.update(task, description=head)

            def follow(event: "Event", head: str = head) -> None:
                if event["event"] == "progress" and event["total"]:
                    done = event["done"] / event["total"]
                    bar.update(task, description=f"{head}  {done:.0%}  {event['note'][:60]}")

            outcome = bench_lab(lab, device=device, scale=scale, seed=seed, on_event=follow)
            outcomes[lab.id] = outcome
    if as_json:
        click.echo(json.dumps(outcomes, ensure_ascii=False, indent=1))
    else:
        for name, outcome in outcomes.items():
            _show(name, outcome)
    if folder is not None:
        path = save(outcomes, folder, scale)
        click.echo(f"Kept in {path}", err=True)
    good = sum(outcome["ok"] for outcome in outcomes.values())
    if not as_json:
        out.print(f"{good} of {len(outcomes)} labs hold all their claims")
    sys.exit(0 if good == len(outcomes) else 1)


def _show(name: str, outcome: Outcome) -> None:
    from rich.text import Text

    from skills_lab.frame.human import MARKS, add_claim, claims_table, number

    out = console()
    mark, style = MARKS[outcome["ok"]]
    about = outcome["device"] or "did not run"
    if outcome["peak_memory"]:
        about += f" · {outcome['seconds']:.1f} s · {outcome['peak_memory'] / 2**20:,.0f} MB"
    out.print(
        Text.assemble((mark, style), " ", (name, "bold"), f"  {outcome['title']}  ", (about, "dim"))
    )
    if outcome["error"]:
        out.print(Text(f"  {outcome['error']}", "red"))
    if outcome["claims"]:
        table = claims_table()
        for claim in outcome["claims"]:
            add_claim(table, claim)
        out.print(table)
    figures = [
        f"{key} {number(told['value'])} {told['unit']}".strip()
        for key, told in outcome["figures"].items()
        if told["points"] < _CURVE
    ]
    if figures:
        out.print(Text("   " + " · ".join(figures), "dim"))
    out.print()


@click.command()
@click.argument(
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=EVIDENCE,
    required=False,
)
@json_option
def evidence(folder: Path, as_json: bool) -> None:
    """Show what was measured before: the newest kept run of each lab, on the CPU and on a GPU.

    Ours, or what `bench --save` kept in a FOLDER of yours.
    """
    from skills_lab.frame.evidence import details, newest, summary

    runs = newest(folder)
    if as_json:
        kept = [
            {"lab": lab, "date": run.date, "hardware": run.hardware, **run.outcome}
            for (lab, _), run in runs.items()
        ]
        click.echo(json.dumps(kept, ensure_ascii=False, indent=1))
        return
    text = f"{summary(runs)}\n\n{details(runs)}\n"
    out = console()
    if not out.is_terminal:
        click.echo(text, nl=False)
        return
    from rich.markdown import Markdown

    out.print(Markdown(text))


COMMANDS = (bench, evidence)
