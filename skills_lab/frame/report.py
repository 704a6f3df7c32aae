"""Checks learners' files in a process of their own, and reports on each."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skills_lab.frame.catalogue import ROOT, Lab
from skills_lab.frame.checking import (
    BROKEN,
    INCORRECT,
    NOT_ATTEMPTED,
    NOT_RUN,
    PASSED,
    Verdict,
)
from skills_lab.frame.errors import LabError
from skills_lab.frame.sandbox import USUAL, Limits, run_limited
from skills_lab.frame.text import clean


@dataclass(frozen=True)
class Told:
    """What the lab says of one check."""

    name: str
    proves: str
    hints: tuple[str, ...]


@dataclass
class Report:
    """What came of checking one file.

    `problem` is why the file could not be checked at all, with no verdicts then; else there is a
    verdict for each check, in order.
    """

    checks: list[Told]
    verdicts: list[Verdict] = field(default_factory=list)
    problem: str = ""
    problem_status: str = BROKEN
    output: str = ""
    notice: str = ""
    stopped: bool = False

    @property
    def status(self) -> str:
        """The verdict on the whole file."""
        if self.problem:
            return self.problem_status
        statuses = {verdict.status for verdict in self.verdicts}
        for worst in (BROKEN, INCORRECT, NOT_ATTEMPTED):
            if worst in statuses:
                return worst
        return PASSED if self.verdicts else BROKEN

    @property
    def passed(self) -> int:
        """How many checks passed."""
        return sum(verdict.status == PASSED for verdict in self.verdicts)

    def first_open(self) -> Told | None:
        """Return the first check that has not passed."""
        pairs = zip(self.checks, self.verdicts, strict=False)
        return next((one for one, verdict in pairs if verdict.status != PASSED), None)


Watch = Callable[[Told, Verdict], None]


def check_files(
    lab: Lab,
    files: Sequence[Path],
    limits: Limits = USUAL,
    *,
    on_verdict: Watch = lambda check, verdict: None,
    stop: Callable[[], bool] = lambda: False,
) -> list[Report]:
    """Check files one after the other in one child process; return a report on each.

    Raises LabError if the lab itself cannot be checked here.
    """
    if lab.missing_extras:
        names = " ".join(lab.missing_extras)
        raise LabError(
            f"{lab.id} needs what is not installed: {names}.", hint=f"pip install {names}"
        )
    files = [file.resolve() for file in files]
    for file in files:
        if not file.is_file():
            raise LabError(f"There is no file {file}.", hint=f"`start {lab.id} DIR` makes one.")
    reading = _Reading(on_verdict)

    def command(report: int, lifeline: int) -> list[str]:
        bounds = [str(limits.memory), str(limits.cpu_seconds)]
        child = [sys.executable, "-P", "-m", "skills_lab.frame.child", lab.id]
        return [*child, str(report), str(lifeline), *bounds, *map(str, files)]

    paths = [str(ROOT.parent), os.environ.get("PYTHONPATH", "")]
    ended = run_limited(
        command,
        folder=files[0].parent,
        environment={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "PYTHONIOENCODING": "utf-8",
        },
        limits=limits,
        on_line=reading.line,
        stop=stop,
    )
    if not reading.checks:
        tail = clean(ended.output[-2_000:]).strip()
        raise LabError(f"The checks of {lab.id} do not load: {ended.why}.", why=tail)
    return reading.close(len(files), ended.why, clean(ended.output, 20_000))


class _Reading:
    """The child's report as it comes in."""

    def __init__(self, on_verdict: Watch) -> None:
        self.on_verdict = on_verdict
        self.checks: list[Told] = []
        self.notice = ""
        self.reports: list[Report] = []
        self.began = False
        self.done = False

    def line(self, line: str) -> None:
        try:
            event: dict[str, Any] = json.loads(line)
            self._event(event)
        except (ValueError, LookupError, TypeError):
            return  # a learner wrote to every descriptor there is

    def _event(self, event: dict[str, Any]) -> None:
        match event["event"]:
            case "ready":
                self.notice = event["notice"]
                self.checks = [
                    Told(one["name"], one["proves"], tuple(one["hints"])) for one in event["checks"]
                ]
            case "file":
                self.reports.append(Report(self.checks, notice=self.notice))
                self.began = False
            case "begin":
                self.began = True
            case "problem":
                self.reports[-1].problem = event["message"]
                self.reports[-1].problem_status = event["status"]
            case "end":
                verdict = Verdict(event["status"], event["message"], event["seconds"])
                self._add(self.reports[-1], verdict)
            case "done":
                self.done = True

    def _add(self, report: Report, verdict: Verdict) -> None:
        told = self.checks[len(report.verdicts)]
        report.verdicts.append(verdict)
        self.on_verdict(told, verdict)

    def close(self, files: int, why: str | None, output: str) -> list[Report]:
        """Return a report on each file, the process having ended for this reason."""
        why = why or "the process ended itself with code 0"
        if not self.done and self.reports:
            self._cut_off(self.reports[-1], why)
        for _ in range(files - len(self.reports)):
            self.reports.append(Report(self.checks, problem=f"not reached: {why}"))
        for report in self.reports:
            report.output = output
            report.stopped = why == "it was stopped"
        return self.reports

    def _cut_off(self, report: Report, why: str) -> None:
        if report.problem or len(report.verdicts) == len(self.checks):
            return
        if not report.verdicts and not self.began:
            report.problem = f"importing the file: {why}"
            return
        self._add(report, Verdict(BROKEN, why))
        while len(report.verdicts) < len(self.checks):
            self._add(report, Verdict(NOT_RUN))
