"""What a person sees of runs and checks."""

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from skills_lab.frame.checking import BROKEN, INCORRECT, NOT_ATTEMPTED, NOT_RUN, PASSED, Verdict
from skills_lab.frame.errors import LabError
from skills_lab.frame.events import Event
from skills_lab.frame.hints import Hint
from skills_lab.frame.report import Report, Told

_BARS = "▁▂▃▄▅▆▇█"
MARKS = {True: ("✓", "green"), False: ("✗", "red"), None: ("–", "yellow")}
_VERDICTS = {
    PASSED: ("✓", "green"),
    INCORRECT: ("✗", "red"),
    NOT_ATTEMPTED: ("·", "yellow"),
    BROKEN: ("!", "red"),
    NOT_RUN: (" ", "dim"),
}


def number(value: object) -> str:
    """Return a figure in the fewest digits that tell it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:.1e}"


def sparkline(values: list[float], width: int = 24) -> str:
    """Return a curve as a line of bars, the lowest value the lowest bar."""
    if len(values) < 3:
        return ""
    if len(values) > width:
        values = [values[round(i * (len(values) - 1) / (width - 1))] for i in range(width)]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    return "".join(_BARS[round((value - low) / span * 7)] for value in values)


def claims_table(title: str = "") -> Table:
    """Return an empty table of claims."""
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    table.add_column("")
    table.add_column("claim", overflow="fold", ratio=1)
    table.add_column("measured", justify="right", overflow="fold")
    table.add_column("bound", justify="right", overflow="fold")
    return table


def add_claim(table: Table, event: Event) -> None:
    """Add one `claim` or `skip` event to a table of claims."""
    if event["event"] == "skip":
        mark, style = MARKS[None]
        table.add_row(Text(mark, style), Text(event["text"]), Text("not verified here", style), "")
        table.add_row("", Text(event["why"], "dim"), "", "")
        return
    mark, style = MARKS[event["holds"]]
    measured, bound = number(event["measured"]), number(event["bound"])
    table.add_row(Text(mark, style), Text(event["text"]), Text(measured, style), Text(bound, "dim"))


class RunView:
    """Shows a run's events: a bar while it works, then claims, figures and files."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._claims = claims_table()
        self._metrics: dict[str, tuple[list[float], str]] = {}
        self._artifacts: list[Event] = []
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("starting", total=None)

    def __call__(self, event: Event) -> None:
        """Take one event in."""
        match event["event"]:
            case "start":
                self._start(event)
            case "progress":
                done, total = event["done"], event["total"]
                note = escape(event["note"]) or "working"
                self._bar.update(self._task, completed=done, total=total, description=note)
            case "metric":
                values, _ = self._metrics.setdefault(event["name"], ([], event["unit"]))
                if event["value"] is not None:
                    values.append(event["value"])
            case "claim" | "skip":
                add_claim(self._claims, event)
            case "artifact":
                self._artifacts.append(event)
            case "result":
                self._end(event)

    def close(self) -> None:
        """Take the bar away."""
        self._bar.stop()

    def _start(self, event: Event) -> None:
        told = f"{event['device']} · {event['scale']} · seed {event['seed']}"
        line = Text.assemble((event["title"], "bold"), "  ", (told, "dim"))
        if event["solution"]:
            line.append(f"  with {event['solution']}", "dim")
        self._console.print(line)
        self._bar.start()

    def _end(self, event: Event) -> None:
        self._bar.stop()
        show = self._console.print
        if self._metrics:
            table = Table(box=None, pad_edge=False)
            table.add_column("figure")
            table.add_column("last", justify="right")
            table.add_column("unit")
            table.add_column("curve")
            for name, (values, unit) in self._metrics.items():
                last = number(values[-1]) if values else "not finite"
                table.add_row(Text(name), last, Text(unit, "dim"), sparkline(values))
            show()
            show(table)
        if self._claims.row_count:
            show()
            show(self._claims)
        for artifact in self._artifacts:
            show(Text(f"wrote {artifact['path']}", "dim"), soft_wrap=True)
        claims = event["claims"]
        told = f"{claims['held']} claims hold"
        if claims["failed"]:
            told += f", {claims['failed']} do not"
        if claims["skipped"]:
            told += f", {claims['skipped']} not verified here"
        memory = f"{event['peak_memory'] / 2**20:,.0f} MB at most"
        mark, style = MARKS[event["ok"]]
        show()
        show(Text(f"{mark} {told}  ({event['seconds']:.1f} s, {memory})", style))
        if event["error"]:
            show(Text(f"  {event['error']}", "red"))


class CheckView:
    """Shows the verdicts on a solution as they come, then what to do next."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def verdict(self, told: Told, verdict: Verdict) -> None:
        """Show one verdict."""
        mark, style = _VERDICTS[verdict.status]
        line = Text.assemble((mark, style), " ", told.name)
        if verdict.status != PASSED:
            line.append(f"  {verdict.status}", style)
        else:
            line.append(f"  {told.proves}", "dim")
        self._console.print(line)
        if verdict.message:
            self._console.print(Text(_indented(verdict.message), style))

    def result(self, report: Report, lab: str, *, is_reference: bool) -> None:
        """Show the verdict on the file, what it printed, and the notice once it has passed."""
        show = self._console.print
        if report.output.strip() and not is_reference:
            lines = report.output.strip().splitlines()
            cut = f" (the last 20 of {len(lines)} lines)" if len(lines) > 20 else ""
            show(Text(f"\nYour program printed{cut}:", "dim"))
            show(Text(_indented("\n".join(lines[-20:])), "dim"))
        if report.problem:
            mark, style = _VERDICTS[report.status]
            show(Text(f"{mark} {report.status}: {report.problem}", style))
            return
        told = f"{report.passed} of {len(report.checks)} checks passed"
        style = "green" if report.status == PASSED else _VERDICTS[report.status][1]
        show()
        show(Text(told, f"bold {style}"))
        if report.status == PASSED and not is_reference:
            if report.notice:
                show(Text("\nWhat to notice in the reference", "bold"))
                show(Text(report.notice))
            show(Text(f"Read it: python -m skills_lab show {lab} --reference", "dim"))

    def hint(self, hint: Hint) -> None:
        """Show one hint."""
        head = f"Hint {hint.number} of {hint.total} for “{hint.check}”"
        self._console.print(Text(f"\n{head}", "bold"))
        self._console.print(Text(_indented(hint.text)))

    def hints_left(self, shown: int, total: int, command: str) -> None:
        """Say how to get the next hint, if there is one."""
        if shown < total:
            told = f"Hint {shown + 1} of {total}: {command}"
            self._console.print(Text(told, "dim"), soft_wrap=True)


def show_error(console: Console, error: LabError) -> None:
    """Print what happened, why, and what to do."""
    console.print(Text.assemble(("Error: ", "bold red"), error.title), soft_wrap=True)
    if error.why:
        console.print(Text(f"  Why: {error.why}"), soft_wrap=True)
    if error.hint:
        console.print(Text(f"  Try: {error.hint}"), soft_wrap=True)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.strip().splitlines())
