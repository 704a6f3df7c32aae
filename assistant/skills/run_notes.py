"""A run as a note: everything needed to read it again, and to repeat it."""

from typing import Any

from assistant.skills.figures import number
from assistant.skills.labs import find_lab
from assistant.skills.run_store import run_told
from assistant.skills.runs import Run

_MOST_FIGURES = 40


def run_title(run: Run) -> str:
    """Return what a note of a run is called."""
    whose = "my solution" if run.own else "reference"
    return f"{find_lab(run.lab).title}, {whose}, {run.at.astimezone():%Y-%m-%d %H.%M}"


def run_as_markdown(run: Run) -> str:
    """Return a run as Markdown: outcome, claims, figures, where it was made, how to repeat it."""
    data = run.data
    lines = [
        f"{run_told(data)[0].upper()}{run_told(data)[1:]}.",
        "",
        "## What I take from it",
        "",
        "",
    ]
    if data.get("claims"):
        lines += ["## Claims", "", "| | claim | measured | bound |", "|---|---|---:|---:|"]
        lines += [_claim(one) for one in data["claims"]]
        lines.append("")
    figures = list((data.get("figures") or {}).items())
    if figures:
        lines += ["## Figures", "", "| figure | last | unit |", "|---|---:|---|"]
        for name, told in figures[:_MOST_FIGURES]:
            lines.append(f"| {_cell(name)} | {number(told['value'])} | {_cell(told['unit'])} |")
        if len(figures) > _MOST_FIGURES:
            lines.append(f"| and {len(figures) - _MOST_FIGURES} more | | |")
        lines.append("")
    lines += ["## How it was made", ""]
    if data.get("solution"):
        lines.append(f"- solution `{data['solution']['file']}`, {data['solution']['digest']}")
    lines += [f"- seed {data['seed']}, scale {data['scale']}, {data['device']}"]
    lines += [f"- {name}: {value}" for name, value in (data.get("environment") or {}).items()]
    own = " --own" if data.get("solution") else ""
    command = (
        f"assistant lab run {run.lab}{own} --scale {data['scale']} --seed {data['seed']}"
        f" --device {data['device'].partition(':')[0]}"
    )
    lines += ["", f"Run `{run.id}`; again: `{command}`"]
    return "\n".join(lines)


def _claim(one: dict[str, Any]) -> str:
    if "holds" not in one:
        return f"| – | {_cell(one['text'])} | not verified: {_cell(one.get('why', ''))} | |"
    mark = "✓" if one["holds"] else "✗"
    return f"| {mark} | {_cell(one['text'])} | {number(one['measured'])} | {number(one['bound'])} |"


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")
