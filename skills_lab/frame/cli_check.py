"""`check`, `start` and `watch`: a learner and their file."""

import shlex
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from skills_lab.frame.catalogue import Lab, find_lab
from skills_lab.frame.cli import console, json_option

if TYPE_CHECKING:
    from skills_lab.frame.events import Event
    from skills_lab.frame.hints import Hint
    from skills_lab.frame.report import Report


@click.command()
@click.argument("lab")
@click.option(
    "--solution",
    type=click.Path(path_type=Path),
    help="The file to check; the lab's own reference otherwise.",
)
@click.option(
    "--hint",
    is_flag=True,
    help="Also show the next hint for the first check that has not passed: one more each time.",
)
@json_option
def check(lab: str, solution: Path | None, hint: bool, as_json: bool) -> None:
    """Check a solution of a LAB's exercise.

    The file is run in a process of its own with limits of time, memory and output.
    """
    found = find_lab(lab)
    session = _Session(found, solution, as_json)
    sys.exit(0 if session.check(hint=hint) else 1)


@click.command()
@click.argument("lab")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def start(lab: str, folder: Path) -> None:
    """Write a LAB's exercise into DIR as <lab>.py; what is there is never overwritten."""
    from skills_lab.frame.starting import start_exercise

    found = find_lab(lab)
    path = start_exercise(found, folder)
    quoted = shlex.quote(str(path))
    click.echo(f"Wrote {path}")
    click.echo(f"Read   python -m skills_lab show {found.id}")
    click.echo(f"Check  python -m skills_lab check {found.id} --solution {quoted}")
    click.echo(f"Watch  python -m skills_lab watch {found.id} {quoted}")


@click.command()
@click.argument("lab")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
def watch(lab: str, file: Path, as_json: bool) -> None:
    """Check FILE now and whenever it is saved, until Ctrl-C.

    In a terminal, h and Enter shows the next hint, q and Enter ends.
    """
    from skills_lab.frame import watching

    session = _Session(find_lab(lab), file, as_json)
    asks = sys.stdin.isatty() and not as_json
    keys = " · h Enter: hint · q Enter: end" if asks else ""

    def check_now(saved: Callable[[], bool]) -> None:
        if not as_json:
            console().rule(time.strftime("%H:%M:%S"), style="dim", align="left")
        session.check(stop=saved)
        if not as_json:
            click.secho(f"Watching {file}{keys}", dim=True)

    watching.watch(file.resolve(), check_now, session.show_hint, asks=asks)


class _Session:
    """A lab and a file, checked once or again and again."""

    def __init__(self, lab: Lab, file: Path | None, as_json: bool) -> None:
        from skills_lab.frame.events import json_lines
        from skills_lab.frame.human import CheckView

        self.lab = lab
        self.file = file or lab.folder / "reference.py"
        self.is_reference = file is None
        self.view = CheckView(console())
        write = json_lines(1)
        self.tell: Callable[[Event], None] = write if as_json else lambda event: None
        self.as_json = as_json
        self.report: Report | None = None

    def check(self, *, hint: bool = False, stop: Callable[[], bool] = lambda: False) -> bool:
        """Check it, tell what came of it, and return whether it passed."""
        from skills_lab.frame.checking import PASSED, Verdict
        from skills_lab.frame.errors import LabError
        from skills_lab.frame.report import Told, check_files

        def show(told: Told, verdict: Verdict) -> None:
            about = {"name": told.name, "proves": told.proves, "hints": len(told.hints)}
            self.tell({"event": "check", **about, **vars(verdict)})
            if not self.as_json:
                self.view.verdict(told, verdict)

        self.tell({"event": "start", "lab": self.lab.id, "file": str(self.file)})
        try:
            (report,) = check_files(self.lab, [self.file], on_verdict=show, stop=stop)
        except LabError as error:
            why = f"{error.title} {error.why}".strip()
            self.tell({"event": "result", "status": "broken", "problem": why})
            raise
        self.report = report
        if report.stopped:
            self.tell({"event": "result", "status": "stopped"})
            return False
        passed = report.status == PASSED
        if report.output.strip():
            self.tell({"event": "output", "text": report.output})
        next_hint = self._next_hint() if hint else None
        counts = {"passed": report.passed, "checks": len(report.checks)}
        told: Event = {"event": "result", "status": report.status, **counts}
        told["problem"] = report.problem or None
        if passed:
            told["notice"] = report.notice
            told["reference"] = str(self.lab.folder / "reference.py")
        self.tell(told)
        if not self.as_json:
            self.view.result(report, self.lab.id, is_reference=self.is_reference)
            if next_hint:
                self.view.hint(next_hint)
            self._offer_hint()
        return passed

    def show_hint(self) -> None:
        """Show the next hint for the first check that has not passed."""
        hint = self._next_hint()
        if hint:
            self.view.hint(hint)

    def _next_hint(self) -> "Hint | None":
        from skills_lab.frame.hints import next_hint

        first = self.report.first_open() if self.report else None
        if first is None or not first.hints or self.is_reference:
            return None
        hint = next_hint(self.file, first)
        self.tell({"event": "hint", **asdict(hint)})
        return hint

    def _offer_hint(self) -> None:
        from skills_lab.frame.hints import shown

        first = self.report.first_open() if self.report else None
        if first is not None and not self.is_reference:
            command = f"python -m skills_lab check {self.lab.id} --solution "
            command += f"{shlex.quote(str(self.file))} --hint"
            self.view.hints_left(shown(self.file, first), len(first.hints), command)


COMMANDS = (check, start, watch)
