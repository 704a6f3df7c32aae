"""A lab's exercise checked on the command line, once or again and again."""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli import events
from assistant.cli.output import note, print_json, shortened
from assistant.cli.session import Session
from assistant.cli.skill_pages import paragraph, width
from assistant.skills import labs
from assistant.skills.learner import read_learner

if TYPE_CHECKING:
    from skills_lab.frame.catalogue import Lab
    from skills_lab.frame.hints import Hint
    from skills_lab.frame.report import Told

_VERDICTS = {
    "passed": ("✓", "green"), "incorrect": ("✗", "red"), "not attempted": ("·", "yellow"),
    "broken": ("!", "red"), "not run": (" ", None),
}  # fmt: skip
_SHOWN_OUTPUT = 20


def solution_file(s: Session, lab: "Lab", named: str | None) -> Path:
    """Return the file of a person's solution: the one named, else the one in their folder."""
    return Path(named).expanduser().absolute() if named else labs.exercise_file(s.home, lab)


class Checking:
    """A lab and a file, checked once or again and again."""

    def __init__(self, s: Session, lab: "Lab", solution: str | None, *, as_json: bool) -> None:
        self.lab = lab
        self.file = solution_file(s, lab, solution)
        self._session = s
        self._as_json = as_json
        self._checked: labs.Checked | None = None

    def check(
        self, *, hint: bool = False, stop: Callable[[], bool] = lambda: False
    ) -> labs.Checked:
        """Check it, tell what came of it, and return that."""
        began = datetime.now(UTC)
        checked = labs.check(
            self._session.home, self._session.database, self.lab, self.file,
            on_verdict=self._verdict, stop=stop,
        )  # fmt: skip
        self._checked = checked
        if checked.event is None:
            return checked
        given = labs.next_hint(self._session.database, checked) if hint else None
        proven = self._proven_since(began) if checked.passed else []
        if self._as_json:
            print_json(self._json(checked, given, proven))
            return checked
        self._result(checked, proven)
        if given:
            _print_hint(given)
        elif not checked.passed:
            seen, total = labs.hints_left(checked)
            if seen < total:
                note(f"Hint {seen + 1} of {total}: assistant lab check {self.lab.id} --hint")
        return checked

    def show_hint(self) -> None:
        """Show the next hint for the first check that is open."""
        if self._checked is not None and self._checked.event is not None:
            given = labs.next_hint(self._session.database, self._checked)
            if given:
                _print_hint(given)

    def _verdict(self, told: "Told", verdict: Any) -> None:
        if events.wanted():
            events.emit("check", name=told.name, status=verdict.status, message=verdict.message)
        if self._as_json:
            return
        mark, colour = _VERDICTS[verdict.status]
        rest = told.proves if verdict.status == "passed" else verdict.status
        click.echo(click.style(shortened(f"{mark} {told.name}  {rest}", width()), fg=colour))
        if verdict.message:
            paragraph(verdict.message, 4)
        sys.stdout.flush()

    def _proven_since(self, moment: datetime) -> list[str]:
        learner = read_learner(self._session.home, self._session.database)
        return [
            id
            for id, one in learner.standings.items()
            if self.lab.id in one.skill.labs and one.proven and one.proven >= moment
        ]

    def _result(self, checked: labs.Checked, proven: Sequence[str]) -> None:
        report = checked.report
        output = labs.printed(report).strip()
        if output:
            lines = output.splitlines()
            cut = f", the last {_SHOWN_OUTPUT} of {len(lines)} lines" if len(lines) > 20 else ""
            click.echo(click.style(f"\nYour program printed{cut}:", dim=True))
            for line in lines[-_SHOWN_OUTPUT:]:
                click.echo(click.style(shortened(f"  {line}", width()), dim=True))
        if report.problem:
            mark, colour = _VERDICTS[report.status]
            click.echo(click.style(f"{mark} {report.status}: {report.problem}", fg=colour))
            return
        if checked.copied:
            click.echo()
            paragraph(checked.problem)
            return
        told = f"{report.passed} of {len(report.checks)} checks passed"
        click.echo(click.style(f"\n{told}", bold=True, fg="green" if checked.passed else None))
        if checked.passed:
            if report.notice:
                click.echo(click.style("\nWhat to notice in the reference", bold=True))
                for point in report.notice.replace("\n  ", " ").splitlines():
                    paragraph(point, hang=2)
                click.echo(click.style(f"assistant lab show {checked.lab} --reference", dim=True))
            for id in proven:
                click.echo(click.style(f"✓ proven: {id}", fg="green", bold=True))
            note("assistant skill next  what to learn next, and why")

    def _json(
        self, checked: labs.Checked, given: "Hint | None", proven: Sequence[str]
    ) -> dict[str, Any]:
        report = checked.report
        return {
            "lab": checked.lab, "file": str(checked.file),
            "status": labs.COPIED if checked.copied else report.status,
            "passed": report.passed, "event": checked.event, "problem": checked.problem or None,
            "checks": [
                {"name": told.name, "proves": told.proves, **vars(verdict)}
                for told, verdict in zip(report.checks, report.verdicts, strict=False)
            ],
            "output": labs.printed(report), "hint": vars(given) if given else None,
            "notice": report.notice if checked.passed else None, "proven": list(proven),
        }  # fmt: skip


def _print_hint(hint: "Hint") -> None:
    click.echo(click.style(f"\nHint {hint.number} of {hint.total} for “{hint.check}”", bold=True))
    paragraph(hint.text, 2)
