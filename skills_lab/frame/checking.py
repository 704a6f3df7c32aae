"""The checks of a lab, and the verdict of one check on one solution.

passed         the solution does what the check demands
incorrect      it ran and does not
not attempted  it raised NotImplementedError: the exercise's own line is still there
broken         it could not be run to the end: an exit, a crash, a limit, a file that does not load
not run        an earlier check ended the process
"""

import linecache
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType, TracebackType
from typing import Any

from skills_lab.frame.text import clean

PASSED = "passed"
INCORRECT = "incorrect"
NOT_ATTEMPTED = "not attempted"
BROKEN = "broken"
NOT_RUN = "not run"

Verify = Callable[[ModuleType], None]


@dataclass(frozen=True)
class Check:
    """One check: its name, what it proves, its hints from a nudge to nearly the answer."""

    name: str
    proves: str
    hints: tuple[str, ...]
    verify: Verify


@dataclass(frozen=True)
class Verdict:
    """What one check said of one solution, with a message that helps."""

    status: str
    message: str = ""
    seconds: float = 0.0


def check(name: str, *, proves: str, hints: Iterable[str]) -> Callable[[Verify], Verify]:
    """Make a check of a function that takes the solution's module and raises if it is wrong."""

    def mark(verify: Verify) -> Verify:
        verify.__dict__["check"] = Check(name, proves, tuple(hints), verify)
        return verify

    return mark


def checks_of(module: ModuleType) -> list[Check]:
    """Return the checks a module defines, in the order it defines them."""
    marked = (getattr(value, "check", None) for value in vars(module).values() if callable(value))
    return [one for one in marked if isinstance(one, Check)]


def judge(one: Check, solution: ModuleType) -> Verdict:
    """Run one check on a solution and tell what came of it; nothing it raises escapes."""
    started = time.perf_counter()
    try:
        one.verify(solution)
        status, message = PASSED, ""
    except BaseException as error:
        status, message = explain(error, str(solution.__file__))
    return Verdict(status, clean(message), round(time.perf_counter() - started, 3))


def explain(error: BaseException, file: str) -> tuple[str, str]:
    """Return the verdict on what a solution in `file` raised, and the message for the learner."""
    frames = list(_frames(error.__traceback__))
    own = [(line, name) for path, line, name in frames if path == file]
    text = str(error).strip()
    if isinstance(error, NotImplementedError) and (
        text.startswith("TODO") or (frames and frames[-1][0] == file)
    ):
        return NOT_ATTEMPTED, text
    at = ""
    if own:
        line, name = own[-1]
        source = linecache.getline(file, line).strip()
        at = f" (your line {line}, in {name}: {source})"
    if isinstance(error, SystemExit):
        return BROKEN, f"it called exit with {error.code!r}{at}"
    if isinstance(error, MemoryError) or "allocate memory" in text:
        return BROKEN, f"it asked for more memory than it may have{at}"
    if not isinstance(error, Exception):
        return BROKEN, f"it raised {type(error).__name__}{at}"
    if isinstance(error, AssertionError) and not own:
        return INCORRECT, text or "what this check demands does not hold"
    first = "".join(traceback.format_exception_only(error)).strip().splitlines()
    told = first[0] if first else type(error).__name__
    when = at or " (when the check used what your code returned)"
    return INCORRECT, f"it raised {told}{when}"


def _frames(trace: TracebackType | None) -> Iterable[tuple[str, int, str]]:
    for frame, line in traceback.walk_tb(trace):
        code: Any = frame.f_code
        yield code.co_filename, line, code.co_name
