"""What was measured on which machine: the kept runs of all labs, read and told in tables."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skills_lab.frame.bench import EVIDENCE
from skills_lab.frame.catalogue import catalogue
from skills_lab.frame.errors import LabError
from skills_lab.frame.human import number

_MISSING = "not measured yet"
_SIGNS = {True: "✓", False: "✗"}


@dataclass(frozen=True)
class Measured:
    """One lab's kept run: when, on what hardware, and what `bench` told of it."""

    date: str
    hardware: str
    outcome: Mapping[str, Any]

    @property
    def device(self) -> str:
        """`cpu` or `cuda`."""
        return "cuda" if str(self.outcome["device"]).startswith("cuda") else "cpu"

    @property
    def claims(self) -> list[Mapping[str, Any]]:
        """Its claims that were verified."""
        return [one for one in self.outcome["claims"] if one["event"] == "claim"]


def newest(folder: Path = EVIDENCE) -> dict[tuple[str, str], Measured]:
    """Return the newest kept run of each lab and device. Raises LabError on a broken file."""
    found: dict[tuple[str, str], Measured] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            for lab, outcome in told["labs"].items():
                run = Measured(told["date"], told["hardware"], outcome)
                found[lab, run.device] = run
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise LabError(f"{path} is no evidence.", why=str(error)) from error
    return found


def summary(runs: Mapping[tuple[str, str], Measured]) -> str:
    """Return a Markdown table of the labs: what each took and held, on the CPU and on a GPU."""
    rows = ["| lab | what it is | CPU: time, memory, claims | GPU |", "|---|---|---|---|"]
    for lab in catalogue().values():
        told = (_cost(runs.get((lab.id, device))) for device in ("cpu", "cuda"))
        rows.append(f"| {lab.id} | {lab.title} | {' | '.join(told)} |")
    return "\n".join(rows)


def details(runs: Mapping[tuple[str, str], Measured]) -> str:
    """Return, for each lab, a Markdown table of its claims as measured on the CPU and on a GPU."""
    return "\n\n".join("\n".join(_claims(lab, runs)) for lab in catalogue())


def _cost(run: Measured | None) -> str:
    if run is None:
        return _MISSING
    held = sum(claim["holds"] for claim in run.claims)
    memory = run.outcome["peak_memory"] / 2**20
    return f"{run.outcome['seconds']:.0f} s, {memory:,.0f} MB, {held} of {len(run.claims)}"


def _claims(lab: str, runs: Mapping[tuple[str, str], Measured]) -> Iterator[str]:
    yield f"### {lab}\n"
    for device in ("cpu", "cuda"):
        if run := runs.get((lab, device)):
            torch = run.outcome["environment"]["torch"]
            yield f"`{run.outcome['command']}` on {run.hardware}, torch {torch}, {run.date}.\n"
    texts: dict[str, str] = {}
    cells: dict[tuple[str, str], str] = {}
    for device in ("cpu", "cuda"):
        run = runs.get((lab, device))
        for claim in run.outcome["claims"] if run else ():
            texts.setdefault(claim["id"], claim["text"])
            cells[claim["id"], device] = _measured(claim)
    yield "| claim | measured on the CPU | on a GPU |"
    yield "|---|---|---|"
    for name, text in texts.items():
        cpu, gpu = (cells.get((name, device), _MISSING) for device in ("cpu", "cuda"))
        yield f"| {_cell(text)} | {cpu} | {gpu} |"


def _measured(claim: Mapping[str, Any]) -> str:
    if claim["event"] == "skip":
        return f"– {_cell(claim['why'])}"
    measured, bound = number(claim["measured"]), number(claim["bound"])
    return _cell(f"{_SIGNS[claim['holds']]} {measured} (bound {bound})")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
