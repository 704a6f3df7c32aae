"""The jobs of this session: how far each is, how it ended, and a key to stop or start it again."""

from collections.abc import Hashable, Sequence
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import BindingType

from assistant.text import clean, clean_line
from assistant.tui.actions import bindings
from assistant.tui.areas.activity.list_pane import ListPane
from assistant.tui.jobs.runner import Job
from assistant.tui.look import Look

_SIGNS = {
    "waiting": "…", "running": "▸", "done": "✓", "partly": "◐", "failed": "✗", "cancelled": "■"
}  # fmt: skip
_BAR = 20
_PARTS = " ▏▎▍▌▋▊▉█"
_UNDER_WAY = ("waiting", "running")


class JobRows:
    """Jobs, two lines each: what and how it stands; how far, or what came of it."""

    height = 2

    def __init__(self, jobs: Sequence[Job]) -> None:
        self.jobs = jobs

    def __len__(self) -> int:
        return len(self.jobs)

    def key(self, index: int) -> Hashable:
        """Return the job's id."""
        return self.jobs[index].id

    def index_of(self, key: Hashable) -> int | None:
        """Return where a job is."""
        return next((n for n, one in enumerate(self.jobs) if one.id == key), None)

    def lines(self, index: int, width: int, look: Look) -> list[Text]:
        """Draw a job."""
        one = self.jobs[index]
        style = state_style(one, look)
        head = Text(f" {_SIGNS[one.state]} ", style, no_wrap=True, end="")
        head.append(clean_line(one.title), look.strong)
        head.append(f"  {one.state}", style)
        body = Text("   ", no_wrap=True, end="")
        if one.state == "running":
            body.append_text(progress_line(one, look))
        else:
            body.append(clean_line(outcome(one)), look.dim)
        return [head, body]


def state_style(job: Job, look: Look) -> Style:
    """Return the style that says how a job stands."""
    styles = {"done": look.good, "partly": look.warn, "failed": look.bad, "running": look.accent}
    return styles.get(job.state, look.dim)


def progress_line(job: Job, look: Look) -> Text:
    """Return how far a job is: a bar where the end is known, count, rate, estimate, detail."""
    line = Text()
    parts = []
    if job.total:
        share = min(job.done / job.total, 1.0)
        line.append(bar(share, _BAR), look.accent)
        line.append(f" {share:4.0%}  ")
        parts.append(f"{job.done:,} of {job.total:,}")
    elif job.done:
        parts.append(f"{job.done:,}")
    if job.rate:
        parts.append(f"{job.rate:,.0f}/s" if job.rate >= 1 else f"{job.rate * 60:,.0f}/min")
    if job.eta is not None:
        parts.append(f"{shown_seconds(job.eta)} left")
    line.append(" · ".join(parts))
    if job.detail:
        line.append(("  " if parts else "") + clean_line(job.detail), look.dim)
    return line


def bar(share: float, width: int) -> str:
    """Return a bar of `width` cells, a share of it filled to an eighth of a cell."""
    eighths = round(max(0.0, min(share, 1.0)) * width * 8)
    whole, rest = divmod(eighths, 8)
    part = _PARTS[rest] if rest else ""
    return "█" * whole + part + "░" * (width - whole - len(part))


def shown_seconds(seconds: float) -> str:
    """Return a time span as people say it, two units at most."""
    whole = max(round(seconds), 1)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {left} s" if minutes else f"{left} s"


def outcome(job: Job) -> str:
    """Say in a line what came of a job, or what it waits for."""
    if job.state == "waiting":
        return "begins when the one before it has ended"
    if job.state == "failed" and job.error is not None:
        return str(getattr(job.error, "title", job.error))
    return " ".join(job.notes)


class JobsPane(ListPane):
    """Running jobs first, then waiting ones, then those that ended, the newest first."""

    SCOPES: ClassVar[tuple[str, ...]] = ("jobs", "details")
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("jobs"))
    EMPTY = "Nothing runs.\nS fetches what was announced and makes the day's digest."

    def on_mount(self) -> None:
        """Follow the jobs."""
        self.desk.jobs.changed.append(self._changed)

    def on_unmount(self) -> None:
        """Stop listening."""
        if self._changed in self.desk.jobs.changed:
            self.desk.jobs.changed.remove(self._changed)

    @property
    def job(self) -> Job | None:
        """The job under the cursor."""
        source = self.rows.source
        return source.jobs[self.rows.cursor] if isinstance(source, JobRows) and source else None

    def show(self) -> None:
        """List the jobs as they stand."""
        order = {"running": 0, "waiting": 1}
        newest = reversed(self.desk.jobs.jobs)
        jobs = sorted(newest, key=lambda job: order.get(job.state, 2))
        self.rows.show(JobRows(jobs))
        running, waiting = (sum(job.state == state for job in jobs) for state in _UNDER_WAY[::-1])
        ended = len(jobs) - running - waiting
        self.say(f"{running:,} running · {waiting:,} waiting · {ended:,} ended" if jobs else "")
        self.show_details()

    def details_text(self) -> Text:
        """Return a job whole: what it is, how far or how it ended, all it said, its command."""
        job, look = self.job, self.assistant.look
        if job is None:
            return Text()
        text = Text(clean_line(job.title), look.strong)
        text.append(f"\n{job.state}\n", state_style(job, look))
        if job.state == "running":
            text.append("\n")
            text.append_text(progress_line(job, look))
        for note in job.notes:
            text.append(f"\n{clean(note)}")
        if job.error is not None:
            text.append(f"\n{clean(outcome(job))}", look.bad)
            for label, name in (("Why", "why"), ("What to do", "hint")):
                if told := getattr(job.error, name, ""):
                    text.append(f"\n\n{label}: ", look.accent)
                    text.append(clean(told))
        text.append(f"\n\n{clean_line(' '.join(job.argv))}", look.dim)
        return text

    def why_not(self, action: str) -> str | None:
        """Say why an action cannot be done now."""
        job = self.job
        if action in ("job.cancel", "job.retry") and job is None:
            return "There is no job here."
        if action == "job.cancel" and job is not None and job.state not in _UNDER_WAY:
            return "It has ended already."
        if action == "job.retry" and job is not None and job.state in _UNDER_WAY:
            return "It is under way."
        return super().why_not(action)

    def do_job_cancel(self) -> None:
        """Stop the job under the cursor."""
        if self.job is not None:
            self.desk.jobs.cancel(self.job)
            self.assistant.say(f"Stopping: {self.job.title}. What is done is kept.")

    def do_job_retry(self) -> None:
        """Start it again."""
        if self.job is not None:
            self.assistant.retry_job(self.job)

    def _changed(self) -> None:
        if self.is_mounted and self.display:
            self.show()
