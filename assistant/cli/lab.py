"""`assistant lab`: exercises that check you, and measured runs that are kept."""

from pathlib import Path

import click

from assistant.cli import lab_pages
from assistant.cli.completing import lab_ids, run_ids
from assistant.cli.groups import Group
from assistant.cli.lab_checking import Checking, solution_file
from assistant.cli.output import json_option, note, print_json, progress
from assistant.cli.session import session
from assistant.skills import labs, running, runs, trackers

_solution = click.option(
    "--file",
    "--solution",  # as the exercises themselves say it
    "solution",
    type=click.Path(dir_okay=False),
    help="A solution elsewhere than in `labs` in your home.",
)


@click.group("lab", cls=Group)
def lab_command() -> None:
    """Start, check and run the labs of your skills; every check and run is kept."""


@lab_command.command("list")
@json_option
def list_labs(as_json: bool) -> None:
    """List the labs, with how far you are in each."""
    from assistant.cli.learning_session import learning

    with learning() as s:
        told = lab_pages.labs_json(s.session.home, s.learner)
    print_json(told) if as_json else lab_pages.print_labs(told)


@lab_command.command("show")
@click.argument("lab", shell_complete=lab_ids)
@click.option("--reference", is_flag=True, help="The reference implementation instead.")
@json_option
def show(lab: str, reference: bool, as_json: bool) -> None:
    """Show what a LAB is about, or its reference."""
    found = labs.find_lab(lab)
    file = labs.reference(found) if reference else found.folder / "README.md"
    text = file.read_text(encoding="utf-8")
    if as_json:
        print_json({**found.describe(), "file": str(file), "text": text})
    elif reference:
        click.echo(text, nl=False)
    else:
        lab_pages.print_markdown(text)


@lab_command.command("start")
@click.argument("lab", shell_complete=lab_ids)
@json_option
def start(lab: str, as_json: bool) -> None:
    """Write the exercise of a LAB into `labs` in your home; nothing is ever overwritten."""
    with session() as s:
        found = labs.find_lab(lab)
        path = labs.start(s.home, s.database, found)
    if as_json:
        print_json({"lab": found.id, "file": str(path)})
        return
    click.echo(f"Wrote {path}")
    for told in (
        f"assistant lab show {found.id}    what it is about",
        f"assistant lab check {found.id}   check it; --hint shows the next hint as well",
        f"assistant lab watch {found.id}   check it whenever you save",
    ):
        note(told)


@lab_command.command("check")
@click.argument("lab", shell_complete=lab_ids)
@click.option(
    "--hint",
    is_flag=True,
    help="Also the next hint for the first check that is open: one more each time.",
)
@_solution
@json_option
@click.pass_context
def check(ctx: click.Context, lab: str, hint: bool, solution: str | None, as_json: bool) -> None:
    """Check your file of a LAB's exercise.

    It is run in a process of its own, with limits of time, memory and output. Exit code 1 while a
    check is open.
    """
    with session() as s:
        checking = Checking(s, labs.find_lab(lab), solution, as_json=as_json)
        checked = checking.check(hint=hint)
    ctx.exit(0 if checked.passed else 1)


@lab_command.command("watch")
@click.argument("lab", shell_complete=lab_ids)
@_solution
def watch(lab: str, solution: str | None) -> None:
    """Check your file of a LAB now and whenever you save it, until ctrl+c.

    In a terminal, h and Enter shows the next hint, q and Enter ends.
    """
    from assistant.cli.lab_watching import watch_file

    with session() as s:
        watch_file(Checking(s, labs.find_lab(lab), solution, as_json=False))


@lab_command.command("run")
@click.argument("lab", shell_complete=lab_ids)
@click.option("--own", is_flag=True, help="Run your solution in place of the reference.")
@_solution
@click.option("--device", type=click.Choice(running.DEVICES), default="auto", show_default=True)
@click.option(
    "--scale",
    type=click.Choice(running.SCALES),
    default="small",
    show_default=True,
    help="small: a minute or so on two cores; full: for one large GPU; tiny: a glance.",
)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True)
@json_option
@click.pass_context
def run(
    ctx: click.Context,
    lab: str,
    own: bool,
    solution: str | None,
    device: str,
    scale: str,
    seed: int,
    as_json: bool,
) -> None:
    """Run the experiment of a LAB, verify its claims, and keep all of it.

    ctrl+c ends it with all it started; what it told until then is kept. Exit code 1 if a claim
    does not hold.
    """
    with session() as s:
        found = labs.find_lab(lab)
        file = solution_file(s, found, solution) if own or solution else None
        with progress(f"Running {found.id}", quiet=as_json) as bar:
            view = lab_pages.RunView(bar)
            ran = running.run(
                s.home, s.database, found, device=device, scale=scale, seed=seed, solution=file,
                on_event=view,
            )  # fmt: skip
        kept = runs.find_run(s.home, s.database, ran.id)
        if as_json:
            print_json(lab_pages.run_json(kept, whole=True))
        else:
            lab_pages.print_run(s.home, kept)
    ctx.exit(0 if ran.ok else 1)


@lab_command.command("runs")
@click.argument("lab", required=False, shell_complete=lab_ids)
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@json_option
def list_runs(lab: str | None, limit: int, as_json: bool) -> None:
    """List the runs that were kept, the newest first; of one LAB, or of all."""
    with session() as s:
        found = runs.list_runs(s.home, s.database, labs.find_lab(lab).id if lab else None)[:limit]
    if as_json:
        print_json([lab_pages.run_json(one) for one in found])
        return
    for one in found:
        lab_pages.print_run_line(one)
    if not found:
        note("Nothing was run yet: assistant lab run LAB")


@lab_command.command("result")
@click.argument("run", shell_complete=run_ids)
@json_option
def result(run: str, as_json: bool) -> None:
    """Show a RUN that was kept: claims, figures with their curves, environment."""
    with session() as s:
        kept = runs.find_run(s.home, s.database, run)
        if as_json:
            print_json(lab_pages.run_json(kept, whole=True))
        else:
            lab_pages.print_run(s.home, kept)


@lab_command.command("compare")
@click.argument("which", metavar="RUN RUN...", nargs=-1, required=True, shell_complete=run_ids)
@click.option("--curve", metavar="FIGURE", help="Draw this figure of every run over its steps.")
@json_option
def compare(which: tuple[str, ...], curve: str | None, as_json: bool) -> None:
    """Compare runs of one lab: mine against the reference, CPU against GPU, today against then.

    A RUN is its id or a part of it; a lab's id means its newest run.
    """
    with session() as s:
        found = [runs.find_run(s.home, s.database, one) for one in which]
        rows = runs.compare(found)
        if as_json:
            print_json(lab_pages.comparison_json(found, rows))
        else:
            lab_pages.print_comparison(found, rows)
            if curve is not None:
                lab_pages.print_curves(s.home, found, curve)


@lab_command.command("send")
@click.argument("run", shell_complete=run_ids)
@click.option(
    "--to", "tracker", type=click.Choice(trackers.TRACKERS), required=True, help="The tracker."
)
@click.option("--folder", type=click.Path(file_okay=False), help="Where its files are to be.")
@json_option
def send(run: str, tracker: str, folder: str | None, as_json: bool) -> None:
    """Send a RUN's figures to TensorBoard, MLflow or Weights & Biases, offline.

    Each is an extra: pip install 'assistant[tensorboard]'.
    """
    with session() as s:
        kept = runs.find_run(s.home, s.database, run)
        chosen = Path(folder).expanduser().absolute() if folder else None
        where = trackers.send(s.home, kept, tracker, chosen)
    if as_json:
        print_json({"run": kept.id, "tracker": tracker, "folder": str(where)})
    else:
        click.echo(f"Sent {kept.id} to {tracker} in {where}")


@lab_command.command("note")
@click.argument("run", shell_complete=run_ids)
@click.option("--title", help="What the note is called; without it, what the run says.")
@json_option
def make_note(run: str, title: str | None, as_json: bool) -> None:
    """Make a note of a RUN: claims, figures, environment, and room for your own words."""
    from assistant.notes.vault import open_vault
    from assistant.notes.writing import new_note
    from assistant.skills.run_notes import run_as_markdown, run_title

    with session() as s:
        from assistant.skills.catalogue import load_curriculum, skills_of_lab

        kept = runs.find_run(s.home, s.database, run)
        skills = skills_of_lab(load_curriculum(s.home), kept.lab)
        path = new_note(
            open_vault(s.home, s.settings, s.database),
            title or run_title(kept),
            folder="Labs",
            body=run_as_markdown(kept),
            tags=["lab"],
            skills=[one.id for one in skills],
        )
    if as_json:
        print_json({"path": path, "run": kept.id})
    else:
        click.echo(f"Wrote {path}")
