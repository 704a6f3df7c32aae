"""Labs and runs on the command line, and as programs are told of them."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from assistant.cli import events
from assistant.cli.output import Progress, plural, shortened
from assistant.cli.skill_pages import MARKS, paragraph, width
from assistant.config import Home
from assistant.skills import labs, runs
from assistant.skills.figures import bounds, megabytes, number, plot, sparkline
from assistant.skills.learner import Learner
from assistant.skills.runs import Row, Run
from assistant.text import clean

if TYPE_CHECKING:
    pass

_PLOT_HEIGHT = 8


def labs_json(home: Home, learner: Learner) -> list[dict[str, Any]]:
    """Return the labs, with the skills they belong to and how far the person is."""
    best: dict[str, tuple[int, int]] = {}
    counted: dict[str, int] = {}
    for deed in learner.deeds:
        if deed.kind == "lab-check":
            told = deed.data.get("passed", 0), deed.data.get("checks", 0)
            best[deed.id] = max(best.get(deed.id, (0, 0)), told)
        elif deed.kind == "lab-run":
            counted[deed.id] = counted.get(deed.id, 0) + 1
    return [
        {
            **lab.describe(),
            "skills": [one.id for one in learner.curriculum.skills.values() if lab.id in one.labs],
            "file": str(path) if (path := labs.exercise_file(home, lab)).exists() else None,
            "passed": best.get(lab.id, (0, 0))[0],
            "checks": best.get(lab.id, (0, 0))[1],
            "runs": counted.get(lab.id, 0),
        }
        for lab in labs.all_labs()
    ]  # fmt: skip


def print_labs(told: Sequence[dict[str, Any]]) -> None:
    """Print the labs by theme."""
    theme = ""
    for lab in told:
        if lab["theme"] != theme:
            theme = lab["theme"]
            click.echo(click.style(theme, dim=True))
        state = "proven" if lab["checks"] and lab["passed"] == lab["checks"] else (
            "started" if lab["file"] or lab["checks"] else "ready"
        )  # fmt: skip
        mark, colour = MARKS[state]
        how = f"{lab['passed']} of {lab['checks']} checks" if lab["checks"] else ""
        ran = plural(lab["runs"], "run") if lab["runs"] else ""
        needs = (
            f"needs pip install {' '.join(lab['missing_extras'])}" if lab["missing_extras"] else ""
        )
        head = f"{mark} {lab['id']:<14} {lab['title']}"
        tail = ", ".join(filter(None, (how, ran, needs)))
        click.echo(click.style(head, fg=colour) + (f"  {tail}" if tail else ""))
        paragraph(lab["summary"], 4, dim=True)


class RunView:
    """Follows a run: a bar for a person, events for a program that listens."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._last = ""

    def __call__(self, event: dict[str, Any]) -> None:
        """Take one event in."""
        match event["event"]:
            case "progress":
                note_text = clean(str(event.get("note") or ""), 60)
                self._bar.update(event["done"], event["total"], self._last or note_text)
            case "metric" if event.get("value") is not None:
                self._last = f"{event['name'][:24]} {number(event['value'])}"
        if events.wanted() and event["event"] in ("start", "metric", "claim", "skip"):
            told = {k: v for k, v in event.items() if isinstance(v, str | int | float)}
            events.emit(f"lab-{told.pop('event')}", **told)


def run_json(run: Run, *, whole: bool = False) -> dict[str, Any]:
    """Return a run; without `whole`, as lists show it."""
    heavy = ("claims", "figures", "environment", "artifacts", "budget")
    data = {name: value for name, value in run.data.items() if whole or name not in heavy}
    return {"at": run.at.isoformat(), **data}


def print_run_line(run: Run) -> None:
    """Print a run in one line."""
    mark, colour = ("✓", "green") if run.ok else ("✗", "red")
    seconds = run.data.get("seconds")
    took = f"{seconds:.0f} s" if isinstance(seconds, int | float) else ""
    whose = "mine" if run.own else "reference"
    line = f"{mark} {run.id:<36} {whose:<9} {run.data.get('device')!s:<7} {took:>6}"
    error = str(run.data.get("error") or "")
    click.echo(click.style(shortened(f"{line}  {error}".rstrip(), width()), fg=colour))


def print_run(home: Home, run: Run) -> None:
    """Print a run: figures with their curves, claims, where it was made."""
    data = run.data
    head = f"{data['device']} · {data['scale']} · seed {data['seed']}"
    whose = f" · your {data['solution']['file']}" if run.own else ""
    title = labs.find_lab(run.lab).title
    click.echo(click.style(title, bold=True) + click.style(f"  {head}{whose}", dim=True))
    drawn = {curve.name: sparkline(curve.values) for curve in runs.curves(home, run)}
    for name, told in (data.get("figures") or {}).items():
        left = shortened(name, 34)
        value = f"{number(told['value'])} {told['unit']}".strip() or "not finite"
        click.echo(shortened(f"  {left:<34} {value:>16}  {drawn.get(name, '')}", width()))
    if data.get("claims"):
        click.echo()
    for claim in data.get("claims", []):
        if "holds" in claim:
            mark, colour = ("✓", "green") if claim["holds"] else ("✗", "red")
            told = f"{number(claim['measured'])}, bound {number(claim['bound'])}"
        else:
            mark, colour, told = "–", "yellow", f"not verified here: {claim.get('why', '')}"
        click.echo(click.style(f"{mark} ", fg=colour) + f"{claim['text']}")
        click.echo(click.style(f"    {told}", dim=True))
    memory = data.get("peak_memory")
    took = [f"{data['seconds']:.1f} s"] if isinstance(data.get("seconds"), int | float) else []
    took += [f"{megabytes(memory)} at most"] if isinstance(memory, int) else []
    mark, colour = ("✓", "green") if run.ok else ("✗", "red")
    told = data.get("told", "")
    click.echo()
    for line in textwrap.wrap(f"{mark} {told}", width()):
        click.echo(click.style(line, fg=colour))
    click.echo(click.style(f"  {', '.join([*took, f'kept as {run.id}'])}", dim=True))


def comparison_json(found: Sequence[Run], rows: Sequence[Row]) -> dict[str, Any]:
    """Return runs side by side."""
    return {
        "runs": [run_json(one) for one in found],
        "rows": [
            {"kind": row.kind, "name": row.name, "unit": row.unit, "values": list(row.values),
             "ratio": row.ratio}
            for row in rows
        ],
    }  # fmt: skip


def print_comparison(found: Sequence[Run], rows: Sequence[Row]) -> None:
    """Print runs side by side; what is equal in all is left out of settings."""
    rows = [row for row in rows if row.shown]
    wide = max(len(cell) for row in rows for cell in row.cells)
    column = max(min((width() - 39) // len(found) - 1, wide), 8)
    name = width() - len(found) * (column + 1) - 9
    for place, run in enumerate(found):
        click.echo(f"{chr(ord('A') + place)}  {run.label}  {run.id}")
    head = "".join(f" {chr(ord('A') + place):>{column}}" for place in range(len(found)))
    click.echo(click.style(f"{'':<{name}}{head}", dim=True))
    kind = ""
    for row in rows:
        if row.kind != kind:
            kind = row.kind
            click.echo(click.style(kind, dim=True))
        cells = "".join(f" {shortened(one, column):>{column}}" for one in row.cells)
        label = shortened(row.label, name - 2)
        click.echo(f"  {label:<{name - 2}}{cells}  {row.times}".rstrip())


def print_curves(home: Home, found: Sequence[Run], named: str) -> None:
    """Draw a figure of every run over its steps, on the same axes."""
    drawn: list[tuple[str, list[tuple[float, float]]]] = []
    names: set[str] = set()
    for place, run in enumerate(found):
        told = runs.curves(home, run)
        names |= {one.name for one in told}
        for curve in told:
            if curve.name == named:
                pairs = zip(curve.steps, curve.values, strict=True)
                points = [(float(x), y) for x, y in pairs if y is not None]
                drawn.append((f"{chr(ord('A') + place)}  {run.label}", points))
    if not drawn:
        from assistant.errors import NotFoundError

        raise NotFoundError(
            f"None of these runs has a figure {clean(named, 60)!r}.",
            hint=f"They have: {', '.join(sorted(names)) or 'none that was kept'}.",
        )
    box = bounds([points for _, points in drawn])
    for label, points in drawn:
        click.echo(f"\n{label}  {named}")
        rows = plot(points, width=width() - 12, height=_PLOT_HEIGHT, within=box)
        for place, row in enumerate(rows):
            edge = box[3] if place == 0 else box[2] if place == len(rows) - 1 else None
            click.echo(f"{number(edge):>10}  {row}")
    click.echo(f"{'':>10}  {number(box[0])} to {number(box[1])} steps")


def print_markdown(text: str) -> None:
    """Print Markdown as a terminal shows it."""
    from rich.console import Console
    from rich.markdown import Markdown

    Console(width=width(), highlight=False).print(Markdown(text))
