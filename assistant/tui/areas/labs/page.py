"""A lab's page: where one stands, what runs, the checks, the runs, its skills, what it is about."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from assistant.skills.figures import megabytes, number, sparkline
from assistant.tui.areas.activity.jobs_pane import bar, outcome
from assistant.tui.areas.labs.queries import Sheet
from assistant.tui.areas.labs.standing import SIGNS, LabStanding
from assistant.tui.areas.skills.queries import Goal
from assistant.tui.areas.skills.rows import SIGNS as SKILL_SIGNS
from assistant.tui.jobs.job import Job, duration
from assistant.tui.jobs.lab_told import Claim, LabTold, Verdict
from assistant.tui.widgets.page_list import Part, Piece, part

VERDICTS = {
    "passed": ("✓", "good"), "incorrect": ("✗", "bad"), "not attempted": ("·", "warn"),
    "broken": ("!", "bad"), "not run": (" ", "dim"),
}  # fmt: skip
_BAR = 24
_CURVE = 32
_MOST_OUTPUT = 20
_MOST_FIGURES = 12


KeyOf = Callable[[str], str]


class Place(NamedTuple):
    """A place of a lab's page: a job or a run, by its id."""

    kind: str
    name: str | int


ABOUT = Place("about", "")


class Seen(NamedTuple):
    """What this session knows of a lab: its jobs, and what the newest check of the file said."""

    jobs: Sequence[Job]
    """Those that run or wait, the newest first."""
    memory: Mapping[int, int]
    """Job's id -> bytes it holds."""
    checked: Job | None
    hints: Sequence[Mapping[str, object]]
    watching: bool
    key_of: KeyOf
    """Action's id -> its key, the person's own."""


def page_parts(one: LabStanding, sheet: Sheet, seen: Seen, about: Sequence[Part]) -> list[Part]:
    """Return a lab's page; `about` is its README, laid out."""
    return [
        *_head(one, seen),
        *(
            line
            for job in seen.jobs
            for line in job_parts(job, seen.memory.get(job.id, 0), seen.key_of("lab.stop"))
        ),
        *(() if any(job.lab.verdicts for job in seen.jobs) else _checks(sheet, seen)),
        *_runs(sheet, seen),
        *_skills(sheet),
        part(),
        part(("What it is about", "strong"), ("  enter shows it whole", "dim"), key=ABOUT),
        part(),
        *about,
    ]


def _head(one: LabStanding, seen: Seen) -> list[Part]:
    sign, style = SIGNS[one.state]
    state = f"{sign} {one.told}"
    parts = [
        part((one.lab.title, "strong"), (f"  {one.lab.id}", "dim")),
        part((state, style), ("  · checked whenever you save" * seen.watching, "accent")),
        part(one.lab.summary),
    ]
    if one.lab.missing_extras:
        needs = f"It needs: pip install {' '.join(one.lab.missing_extras)}"
        parts.append(part((needs, "warn")))
    if one.written:
        told = f"labs/{one.file.name} in your home; {seen.key_of('lab.copy')} copies its path."
        parts.append(part((told, "dim")))
    else:
        start, edit = (seen.key_of(id) for id in ("lab.start", "lab.edit"))
        told = f"{start} writes its exercise into your folder, {edit} opens it."
        parts.append(part((told, "dim")))
    return parts


def job_parts(job: Job, memory: int, stop: str) -> list[Part]:
    """Return what a check or a run that is under way tells; `stop` is the key that ends it."""
    place = Place("job", job.id)
    parts = [part(), part((job.title, "strong"), (f"  {job.state}", "accent"), key=place)]
    if job.share is not None:
        left = f"  {duration(job.eta)} left" if job.eta is not None else ""
        line: list[Piece] = [(bar(job.share, _BAR), "accent"), f" {job.share:4.0%}", (left, "dim")]
        parts.append(part("  ", *line, (f"  {job.detail}", "dim"), fixed=True))
    facts = [job.lab.device, megabytes(memory) if memory else ""]
    told = " · ".join(filter(None, facts))
    if not job.active:
        parts.append(part((outcome(job), "dim"), lead=["  "]))
        return [*parts, *told_parts(job.lab)]
    ends = "stopping …" if job.stopping else f"{stop} stops it"
    parts.append(part((f"  {told or 'it is loading'}  {ends}", "dim"), fixed=True))
    return [*parts, *told_parts(job.lab)]


def told_parts(told: LabTold) -> list[Part]:
    """Return figures with their curves, claims and verdicts, as they came."""
    parts = figure_parts({
        name: (one.unit, one.last, one.values) for name, one in told.figures.items()
    })  # fmt: skip
    parts += [line for claim in told.claims for line in claim_parts(claim)]
    return parts + [line for verdict in told.verdicts for line in _verdict(verdict)]


Figures = Mapping[str, tuple[str, object, Sequence[float | None]]]
"""Name -> unit, last value, curve."""


def figure_parts(figures: Figures, most: int = _MOST_FIGURES) -> list[Part]:
    """Return figures, one a line, with their curves."""
    parts = []
    wide = min(max((len(name) for name in figures), default=0), 36)
    for name, (unit, last, values) in list(figures.items())[:most]:
        value = f"{number(last) or 'not finite'} {unit}".strip()
        short = name if len(name) <= wide else name[: wide - 1] + "…"
        curve = sparkline(values, _CURVE)
        parts.append(part(f"  {short:<{wide}} ", (f"{value:>14}  ", "accent"), (curve, "dim"),
                          fixed=True))  # fmt: skip
    more = len(figures) - most
    return [*parts, part((f"  and {more:,} more", "dim"))] if more > 0 else parts


def claim_parts(claim: Claim) -> list[Part]:
    """Return a claim with what was measured."""
    if claim.holds is None:
        lead: list[Piece] = ["  ", ("– ", "warn")]
        return [part(claim.text, (f"  not verified here: {claim.why}", "warn"), lead=lead)]
    sign, style = ("✓ ", "good") if claim.holds else ("✗ ", "bad")
    told = f"  {number(claim.measured)}, bound {number(claim.bound)}"
    return [part(claim.text, (told, style), lead=["  ", (sign, style)])]


def _checks(sheet: Sheet, seen: Seen) -> list[Part]:
    verdicts, problem, notice, output = list(sheet.verdicts), sheet.problem, "", ""
    told = seen.checked.result if seen.checked is not None else None
    if seen.checked is not None and isinstance(told, dict):
        from assistant.tui.jobs.lab_told import verdict_of

        found = told.get("checks")
        checks = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        verdicts = [verdict_of(one) for one in checks]
        problem = str(told.get("problem") or "")
        notice, output = str(told.get("notice") or ""), str(told.get("output") or "")
    if not verdicts and not problem:
        return []
    passed = sum(one.status == "passed" for one in verdicts)
    count = f"  {passed} of {len(verdicts)} pass" if verdicts else ""
    parts = [part(), part(("Checks", "strong"), (count, "dim"))]
    if problem:
        parts.append(part((problem, "bad"), lead=["  ", ("! ", "bad")]))
    hinted = {str(hint.get("check")) for hint in seen.hints}
    for verdict in verdicts:
        parts += _verdict(verdict)
        if verdict.status != "passed" and verdict.name in hinted:
            parts += _hints(seen.hints, verdict.name)
    if verdicts and passed < len(verdicts):
        told = f"  {seen.key_of('lab.hint')} shows the next hint for the first that is open."
        parts.append(part((told, "dim")))
    if notice:
        shows = f"  {seen.key_of('lab.reference')} shows it"
        parts += [part(), part(("What to notice in the reference", "strong"), (shows, "dim"))]
        parts.append(part(notice))
    if output.strip():
        lines = output.strip().splitlines()
        cut = (
            f", the last {_MOST_OUTPUT} of {len(lines):,} lines"
            if len(lines) > _MOST_OUTPUT
            else ""
        )
        parts += [part(), part((f"Your program printed{cut}", "strong"))]
        parts += [part((f"  {line}", "dim"), fixed=True) for line in lines[-_MOST_OUTPUT:]]
    return parts


def _verdict(verdict: Verdict) -> list[Part]:
    sign, style = VERDICTS.get(verdict.status, ("?", "dim"))
    rest = (verdict.proves, "dim") if verdict.status == "passed" else (verdict.status, style)
    parts = [part(f"{verdict.name}  ", rest, lead=["  ", (f"{sign} ", style)])]
    if verdict.message and verdict.status != "passed":
        parts.append(part((verdict.message, style), lead=["      "]))
    return parts


def _hints(hints: Sequence[Mapping[str, object]], check: str) -> list[Part]:
    return [
        part(str(one.get("text") or ""),
             lead=["      ", (f"Hint {one.get('number')} of {one.get('total')}: ", "accent")])
        for one in hints
        if one.get("check") == check
    ]  # fmt: skip


def _runs(sheet: Sheet, seen: Seen) -> list[Part]:
    if not sheet.runs:
        told = f"  {seen.key_of('lab.run')} runs it and keeps all of it."
        return [part(), part(("Runs", "strong")), part((told, "dim"))]
    parts = [part(), part(("Runs", "strong"), (f"  {len(sheet.runs):,}, the newest first", "dim"))]
    for run in sheet.runs:
        sign, style = ("✓", "good") if run.ok else ("✗", "bad")
        seconds = run.data.get("seconds")
        took = f"{seconds:.0f} s" if isinstance(seconds, int | float) else ""
        whose = "yours" if run.own else "reference"
        facts = f"{whose:<9} {run.data.get('device')!s:<6} {run.data.get('scale')!s:<5} {took:>6}"
        told = f"  {run.data.get('held', 0)} held"
        if failed := run.data.get("failed"):
            told += f", {failed} not"
        if run.data.get("error"):
            told = f"  {run.data['error']}"
        when = f"{run.at.astimezone():%d %b %H:%M}  "
        parts.append(part(f"  {when}", (f"{sign} ", style), facts, (told, "dim"),
                          key=Place("run", run.id), fixed=True))  # fmt: skip
    return parts


def _skills(sheet: Sheet) -> list[Part]:
    parts = [part(), part(("Skills it belongs to", "strong"))]
    for one in sheet.skills:
        sign, style = SKILL_SIGNS[one.state]
        key = Goal("skill", one.skill.id, f"skill:{one.skill.id}")
        lead: list[Piece] = ["  ", (f"{sign} ", style)]
        parts.append(part(one.skill.title, (f"  {one.state}", style), lead=lead, key=key))
    return parts
