"""Where a person stands with a lab: read from what they did, as the log tells it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from assistant.config import Home
from assistant.skills.learner import Learner

if TYPE_CHECKING:
    from assistant.skills.deeds import Deed
    from skills_lab.frame.catalogue import Lab

State = Literal["not started", "started", "attempted", "passed"]
SIGNS: dict[str, tuple[str, str]] = {
    "passed": ("✓", "good"), "attempted": ("◐", "accent"), "started": ("◔", "accent"),
    "not started": ("○", "plain"),
}  # fmt: skip
"""The sign of a state, and the style it is drawn in."""


@dataclass(frozen=True, slots=True)
class LabStanding:
    """A lab, the best that was checked of it (`passed` of `checks`), and its runs.

    `file` is the person's, `written` whether it is there.
    """

    lab: "Lab"
    file: Path
    written: bool
    state: State
    passed: int
    checks: int
    runs: int
    last: "Deed | None"
    """The newest run."""

    @property
    def told(self) -> str:
        """The state in words."""
        if self.state == "attempted":
            return f"{self.passed} of {self.checks} checks"
        return self.state


def lab_standings(home: Home, learner: Learner) -> dict[str, LabStanding]:
    """Return where one stands with every lab, each after those it builds on."""
    from assistant.skills.labs import all_labs, exercise_file

    best: dict[str, tuple[int, int, bool]] = {}
    started: set[str] = set()
    runs: dict[str, list[Deed]] = {}
    for deed in learner.deeds:
        if deed.kind == "lab-check":
            passed = deed.data.get("status") == "passed"
            told = (int(deed.data.get("passed", 0)), int(deed.data.get("checks", 0)), passed)
            before = best.get(deed.id, (-1, 0, False))
            # A lab may have more checks today than when it was passed.
            best[deed.id] = max(told, before, key=lambda one: (one[2], one[0]))
        elif deed.kind == "lab-start":
            started.add(deed.id)
        elif deed.kind == "lab-run":
            runs.setdefault(deed.id, []).append(deed)
    found = {}
    for lab in all_labs():
        done, checks, whole = best.get(lab.id, (0, 0, False))
        state: State = (
            "passed" if whole else "attempted" if lab.id in best
            else "started" if lab.id in started else "not started"
        )  # fmt: skip
        own, file = runs.get(lab.id, []), exercise_file(home, lab)
        found[lab.id] = LabStanding(
            lab, file, file.is_file(), state, done, checks, len(own), own[-1] if own else None
        )
    return found


def labs_told(home: Home, learner: Learner) -> dict[str, tuple[str, str]]:
    """Return lab -> its title, and where one stands with it in words."""
    return {id: (one.lab.title, one.told) for id, one in lab_standings(home, learner).items()}
