"""`python -m skills_lab`: what a person or a program asks of the labs."""

import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skills_lab.frame.catalogue import SCALES, Lab, catalogue, find_lab
from skills_lab.frame.errors import LabError

if TYPE_CHECKING:
    from rich.console import Console

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON and nothing else on stdout."
)
device_option = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="Where to run; auto takes the GPU if there is one.",
)
scale_option = click.option(
    "--scale",
    type=click.Choice(SCALES),
    default="small",
    show_default=True,
    help="small: under a minute on two cores; full: for one large GPU; tiny: for tests.",
)


def console(*, err: bool = False) -> "Console":
    """Return where people are shown things."""
    from rich.console import Console

    return Console(stderr=err, highlight=False, markup=False, emoji=False)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog="Exit codes: 0 all claims hold or all checks passed, 1 not so, 2 wrong usage.",
)
def cli() -> None:
    """Labs: reference implementations that prove themselves, and exercises that check you."""


@cli.command("list")
@json_option
def list_labs(as_json: bool) -> None:
    """List the labs, each after those it builds on."""
    labs = list(catalogue().values())
    if as_json:
        _print_json([lab.describe() for lab in labs])
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for column in ("lab", "", "builds on"):
        table.add_column(column, overflow="fold")
    theme = ""
    for lab in labs:
        if lab.theme != theme:
            theme = lab.theme
            table.add_row(Text(theme, "dim"))
        told = Text(lab.summary)
        if lab.missing_extras:
            told.append(f"  (needs pip install {' '.join(lab.missing_extras)})", "yellow")
        table.add_row(Text(f"  {lab.id}", "bold"), told, Text(", ".join(lab.prerequisites), "dim"))
    console().print(table)


@cli.command()
@click.argument("lab")
@click.option("--reference", is_flag=True, help="Show the reference implementation instead.")
@json_option
def show(lab: str, reference: bool, as_json: bool) -> None:
    """Show what a LAB is about, or its reference."""
    found = find_lab(lab)
    file = found.folder / ("reference.py" if reference else "README.md")
    text = file.read_text(encoding="utf-8")
    if as_json:
        _print_json({**found.describe(), "file": str(file), "text": text})
        return
    out = console()
    if not reference:
        from rich.markdown import Markdown

        out.print(Markdown(text))
    elif out.is_terminal:
        from rich.syntax import Syntax

        out.print(Syntax(text, "python", theme="ansi_dark", line_numbers=True))
    else:
        click.echo(text, nl=False)


@cli.command()
@click.argument("lab")
@device_option
@scale_option
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True)
@click.option(
    "--solution",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Measure this file in place of the reference.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder for its files; a new temporary one otherwise.",
)
@json_option
def run(
    lab: str,
    device: str,
    scale: str,
    seed: int,
    solution: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Run a LAB's experiment and verify its claims.

    With --json, one event a line. Runs with the same seed give the same losses on one machine.
    """
    from skills_lab.frame.events import Sink, json_lines
    from skills_lab.frame.run import run_lab

    found = find_lab(lab)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    view = None
    sink: Sink
    if as_json:
        # What libraries print must not get between the events.
        descriptor = os.dup(1)
        os.dup2(2, 1)
        sink = json_lines(descriptor)
    else:
        from skills_lab.frame.human import RunView

        sink = view = RunView(console())
    try:
        ok = run_lab(
            found, sink, device=device, scale=scale, seed=seed, out=out, solution=solution
        )  # fmt: skip
    except LabError as error:
        if as_json:
            why = f"{error.title} {error.why}".strip()
            sink({"event": "result", "lab": found.id, "ok": False, "error": why})
        raise
    finally:
        if view:
            view.close()
    sys.exit(0 if ok else 1)


def main() -> None:
    """Run the command line; every error ends as advice."""
    from skills_lab.frame import cli_bench, cli_check

    for command in (*cli_check.COMMANDS, *cli_bench.COMMANDS):
        cli.add_command(command)
    try:
        cli.main(prog_name="python -m skills_lab", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except LabError as error:
        from skills_lab.frame.human import show_error

        show_error(console(err=True), error)
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        sys.exit(130)


def _print_json(document: Any) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


__all__ = ["Lab", "cli", "console", "main"]
