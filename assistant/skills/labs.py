"""The labs as a person meets them: exercises in their folder, checks, hints."""

import ast
import hashlib
import shlex
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.config import Home
from assistant.errors import AssistantError, NotFoundError
from assistant.text import clean, clean_line
from db import personal
from db.engine import Database

if TYPE_CHECKING:
    from skills_lab.frame.catalogue import Lab
    from skills_lab.frame.hints import Hint
    from skills_lab.frame.report import Report, Told

_OUTPUT = 20_000
COPIED = "copied"
"""The status of a check that a copy of the reference passed: it proves nothing."""
_COPIED_TOLD = (
    "This is the reference itself, so it proves nothing of yours. "
    "Read it, put it away, and write your own."
)
OnVerdict = Callable[["Told", Any], None]


class LabError(AssistantError):
    """A lab cannot be started, checked or run here."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of checking a file; `event` holds it in the log, None where it was stopped."""

    lab: str
    file: Path
    report: "Report"
    event: int | None
    copied: bool = False

    @property
    def passed(self) -> bool:
        """Whether every check passed, on a file of the person's own."""
        from skills_lab.frame.checking import PASSED

        return not self.report.stopped and self.report.status == PASSED and not self.copied

    @property
    def problem(self) -> str:
        """Why the file as a whole is not taken, "" where its checks tell."""
        if self.copied:
            return _COPIED_TOLD
        return self.report.problem


def all_labs() -> "list[Lab]":
    """Return the labs there are, each after those it builds on."""
    from skills_lab.frame.catalogue import catalogue

    return list(catalogue().values())


def find_lab(named: str) -> "Lab":
    """Return the lab of this id.

    Raises:
        NotFoundError: there is none; the nearest name is told.
    """
    from skills_lab.frame.catalogue import catalogue

    labs = catalogue()
    if named in labs:
        return labs[named]
    import difflib

    close = difflib.get_close_matches(named, labs, n=1)
    raise NotFoundError(
        f"There is no lab {clean_line(named, 60)!r}.",
        hint=f"Did you mean {close[0]!r}?" if close else "`assistant lab list` shows them.",
    )


def exercise_file(home: Home, lab: "Lab") -> Path:
    """Return where a person's solution of a lab is, or will be."""
    return home.labs / f"{lab.id}.py"


def start(home: Home, database: Database, lab: "Lab") -> Path:
    """Write a lab's exercise into the person's folder and return where.

    Raises:
        LabError: it is there already (it stays as it is), or the folder cannot be written to.
    """
    from skills_lab.frame.starting import start_exercise

    path = exercise_file(home, lab)
    if path.exists():
        raise LabError(
            f"{path} is there already, and stays as it is.",
            hint=f"Go on with it: `assistant lab check {lab.id}`. To begin anew, rename it.",
        )
    with _translated():
        start_exercise(lab, home.labs)
    data = {"file": path.name, "told": f"began the lab {lab.title}"}
    with database.write("begin a lab") as connection:
        personal.append_event(connection, "lab-start", f"lab:{lab.id}", data)
    return path


def check(
    home: Home,
    database: Database,
    lab: "Lab",
    file: Path | None = None,
    *,
    on_verdict: OnVerdict = lambda told, verdict: None,
    stop: Callable[[], bool] = lambda: False,
) -> Checked:
    """Check a person's file and write down what came of it.

    The file is run in a process of its own, within limits of time, memory and output; `on_verdict`
    is told each check's verdict as it comes. What was stopped by `stop` is not written down. The
    lab's own reference, whatever its layout and comments, passes and proves nothing.

    Raises:
        LabError: the lab cannot be checked here, or there is no such file.
    """
    from skills_lab.frame.checking import PASSED
    from skills_lab.frame.report import check_files

    file = file or exercise_file(home, lab)
    if not file.is_file():
        raise LabError(
            f"There is no file {file}.", hint=f"`assistant lab start {lab.id}` makes one."
        )
    with _translated():
        (report,) = check_files(lab, [file], on_verdict=on_verdict, stop=stop)
    if report.stopped:
        return Checked(lab.id, file, report, None)
    copied = report.status == PASSED and _same_code(file, reference(lab))
    data = {
        "status": COPIED if copied else report.status,
        "passed": 0 if copied else report.passed, "checks": len(report.checks),
        "results": [
            [told.name, verdict.status]
            for told, verdict in zip(report.checks, report.verdicts, strict=False)
        ],
        "problem": _COPIED_TOLD if copied else clean_line(report.problem, 500),
        "seconds": round(sum(one.seconds for one in report.verdicts), 3),
        "file": file.name, "digest": digest_of(file),
        "told": f"checked {lab.id}: the reference itself" if copied else _told(lab, report),
    }  # fmt: skip
    with database.write("write down a check") as connection:
        event = personal.append_event(connection, "lab-check", f"lab:{lab.id}", data)
    return Checked(lab.id, file, report, event, copied)


def next_hint(database: Database, checked: Checked) -> "Hint | None":
    """Return the next hint for the first check that has not passed, and write down that it was
    given; None where nothing is open, or the file does not load.
    """
    from skills_lab.frame import hints

    first = checked.report.first_open()
    if first is None or not first.hints:
        return None
    with _translated():
        hint = hints.next_hint(checked.file, first)
    data = {
        "check": hint.check, "number": hint.number, "of": hint.total,
        "told": f"hint {hint.number} of {hint.total} for “{hint.check}”",
    }  # fmt: skip
    with database.write("write down a hint") as connection:
        personal.append_event(connection, "lab-hint", f"lab:{checked.lab}", data)
    return hint


def hints_left(checked: Checked) -> tuple[int, int]:
    """Return how many hints of the first open check were seen, and how many there are."""
    from skills_lab.frame import hints

    first = checked.report.first_open()
    return (hints.shown(checked.file, first), len(first.hints)) if first else (0, 0)


def printed(report: "Report") -> str:
    """Return what the person's program printed, cleaned."""
    return clean(report.output, _OUTPUT)


def about(lab: "Lab") -> str:
    """Return what a lab is about, as Markdown."""
    return (lab.folder / "README.md").read_text(encoding="utf-8")


def reference(lab: "Lab") -> Path:
    """Return where a lab's reference implementation is."""
    return lab.folder / "reference.py"


def digest_of(file: Path) -> str:
    """Return what a solution is known by: a digest of its content, "" where it is gone."""
    try:
        return hashlib.blake2b(file.read_bytes(), digest_size=12).hexdigest()
    except OSError:
        return ""


def _same_code(file: Path, other: Path) -> bool:
    """Tell whether two files hold the same code: all but layout and comments is compared.

    The texts in an exercise differ from the reference's, so what is solved in it never is.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # what Python says of it, the check told
            ours, theirs = (ast.dump(ast.parse(one.read_bytes())) for one in (file, other))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return ours == theirs


def _told(lab: "Lab", report: "Report") -> str:
    if report.problem:
        return f"checked {lab.id}: {report.status}: {clean_line(report.problem, 200)}"
    return f"checked {lab.id}: {report.passed} of {len(report.checks)} passed"


@contextmanager
def _translated() -> Iterator[None]:
    from skills_lab.frame.errors import LabError as Theirs

    try:
        yield
    except Theirs as error:
        hint = error.hint.replace("`python -m skills_lab", "`assistant lab")
        raise LabError(error.title, why=error.why, hint=hint) from error


def quoted(path: Path) -> str:
    """Return a path as a shell takes it."""
    return shlex.quote(str(path))
