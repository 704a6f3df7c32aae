"""Finds the labs: every folder `<theme>/<lab>` with a `lab.toml`."""

import importlib
import importlib.util
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from types import ModuleType
from typing import Any

from skills_lab.frame.errors import LabError

ROOT = Path(__file__).resolve().parents[1]
THEMES = ("foundations", "training", "compression", "multimodal", "edge")
SCALES = ("tiny", "small", "full")
_KEYS = {"id", "title", "summary", "skills", "prerequisites", "extras", "budget"}


@dataclass(frozen=True, eq=False)
class Lab:
    """One lab: what its `lab.toml` says, and where it lies.

    `budgets` holds, for each scale, the steps and sizes its experiment reads.
    """

    id: str
    theme: str
    title: str
    summary: str
    skills: tuple[str, ...]
    prerequisites: tuple[str, ...]
    extras: tuple[str, ...]
    budgets: Mapping[str, Mapping[str, Any]]
    folder: Path

    @property
    def missing_extras(self) -> list[str]:
        """The packages it needs that are not installed, by their import name."""
        return [name for name in self.extras if importlib.util.find_spec(name) is None]

    def module(self, name: str) -> ModuleType:
        """Import one of its modules, such as `experiment`."""
        return importlib.import_module(f"skills_lab.{self.theme}.{self.id}.{name}")

    def describe(self) -> dict[str, Any]:
        """Return what programs are told of it."""
        return {
            "id": self.id,
            "theme": self.theme,
            "title": self.title,
            "summary": self.summary,
            "skills": list(self.skills),
            "prerequisites": list(self.prerequisites),
            "extras": list(self.extras),
            "missing_extras": self.missing_extras,
            "budgets": {scale: dict(budget) for scale, budget in self.budgets.items()},
            "folder": str(self.folder),
        }


@cache
def catalogue() -> Mapping[str, Lab]:
    """Return all labs by id: themes in their order, each lab after its prerequisites.

    Raises LabError if a `lab.toml` is not of the form, or labs need each other in a circle.
    """
    files = sorted(
        (path for theme in THEMES for path in (ROOT / theme).glob("*/lab.toml")),
        key=lambda path: (THEMES.index(path.parts[-3]), path.parts[-2]),
    )
    found = {lab.id: lab for lab in map(read_lab, files)}
    for lab in found.values():
        for needed in lab.prerequisites:
            if needed not in found:
                raise LabError(f"{lab.id}/lab.toml names the prerequisite {needed!r}, no such lab.")
    try:
        order = list(
            TopologicalSorter({i: lab.prerequisites for i, lab in found.items()}).static_order()
        )
    except CycleError as error:
        raise LabError(
            "Labs need each other in a circle.", why=" → ".join(error.args[1])
        ) from error
    depth: dict[str, int] = {}
    for name in order:
        depth[name] = 1 + max((depth[n] for n in found[name].prerequisites), default=0)
    ordered = sorted(found.values(), key=lambda lab: (THEMES.index(lab.theme), depth[lab.id]))
    return {lab.id: lab for lab in ordered}


def find_lab(name: str) -> Lab:
    """Return the lab of this id; raise LabError, with the nearest names, if there is none."""
    labs = catalogue()
    if name in labs:
        return labs[name]
    import difflib

    close = difflib.get_close_matches(name, labs, n=1)
    hint = f"Did you mean `{close[0]}`?" if close else "`python -m skills_lab list` shows them."
    raise LabError(f"There is no lab {name!r}.", hint=hint)


def read_lab(path: Path) -> Lab:
    """Read one `lab.toml`; raise LabError if it is not of the form."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LabError(f"{path} is not TOML.", why=str(error)) from error
    problems = list(_problems(told, path.parent.name))
    if problems:
        raise LabError(f"{path} is not of the form of a lab.", why="; ".join(problems))
    return Lab(
        id=told["id"],
        theme=path.parent.parent.name,
        title=told["title"],
        summary=told["summary"],
        skills=tuple(told["skills"]),
        prerequisites=tuple(told["prerequisites"]),
        extras=tuple(told["extras"]),
        budgets=told["budget"],
        folder=path.parent,
    )


def _problems(told: dict[str, Any], folder: str) -> list[str]:
    problems = [f"{key} is missing" for key in sorted(_KEYS - told.keys())]
    problems += [f"{key} is unknown" for key in sorted(told.keys() - _KEYS)]
    if told.get("id") != folder or not re.fullmatch(r"[a-z][a-z0-9_]*", folder):
        problems.append(f"id is to be the folder's name, {folder}, in small letters")
    for key in ("title", "summary"):
        text = told.get(key, "?")
        if not isinstance(text, str) or not text.strip() or "\n" in text or len(text) > 120:
            problems.append(f"{key} is to be one line of at most 120 characters")
    for key in ("skills", "prerequisites", "extras"):
        values = told.get(key, [])
        if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
            problems.append(f"{key} is to be a list of names")
    if not told.get("skills", True):
        problems.append("skills is empty")
    budget = told.get("budget", {})
    missing = [scale for scale in SCALES if not isinstance(budget.get(scale), dict)]
    return problems + [f"[budget.{scale}] is missing" for scale in missing]
