"""The jobs of this session: how far each is, how it ended, and a key to stop or start it again."""

import time
from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import BindingType

from assistant.text import clean, clean_line
from assistant.tui.actions import bindings
from assistant.tui.areas.activity.list_pane import ListPane
from assistant.tui.jobs.ending import came_of_it, missing
from assistant.tui.jobs.job import Job, duration
from assistant.tui.look import Look

_SIGNS = {
    "waiting": "…", "running": "▸", "done": "✓", "partly": "◐", "failed": "✗", "cancelled": "■"
}  # fmt: skip
_BAR = 20
_PARTS = " ▏▎▍▌▋▊▉█"


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
        head.append(f"  {times(one)}", look.dim)
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
    if job.share is not None:
        line.append(bar(job.share, _BAR), look.accent)
        line.append(f" {job.share:4.0%}  ")
    parts = [f"{int(job.done):,} of {job.total:,.0f}" if job.total else f"{int(job.done):,}"]
    if not job.done:
        parts.clear()
    if job.rate:
        parts.append(f"{job.rate:,.0f}/s" if job.rate >= 1 else f"{job.rate * 60:,.1f}/min")
    if job.eta is not None:
        parts.append(f"{duration(job.eta)} left")
    line.append(" · ".join(parts))
    doing = "stopping …" if job.stopping else " ".join(filter(None, (job.label, job.detail)))
    line.append(("  " if parts else "") + clean_line(doing), look.dim)
    return line


def bar(share: float, width: int) -> str:
    """Return a bar of `width` cells, a share of it filled to an eighth of a cell."""
    eighths = round(max(0.0, min(share, 1.0)) * width * 8)
    whole, rest = divmod(eighths, 8)
    part = _PARTS[rest] if rest else ""
    return "█" * whole + part + "░" * (width - whole - len(part))


def outcome(job: Job) -> str:
    """Say in a line what came of a job, or what it waits for."""
    if job.state == "waiting":
        return "begins when another one has ended"
    if job.error is not None:
        return f"{job.error.title} {job.error.why}".strip()
    if job.state == "cancelled":
        return "what is done is kept"
    return f"{came_of_it(job)} {missing(job) if job.state == 'partly' else ''}".strip()


def times(job: Job) -> str:
    """Say when a job began and how long it took, or runs."""
    if job.started is None:
        return ""
    until = job.finished if job.finished is not None else time.time()
    began = datetime.fromtimestamp(job.started)
    return f"{began:%H:%M:%S}, {duration(until - job.started)}"


class JobsPane(ListPane):
    """Running jobs first, then waiting ones, then those that ended, the newest first."""

    SCOPES: ClassVar[tuple[str, ...]] = ("jobs", "details")
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("jobs"))
    EMPTY = "Nothing runs.\nS fetches what was announced and makes the day's digest."

    def on_mount(self) -> None:
        """Follow the jobs."""
        self.listen(self.desk.jobs.changed, self._changed)

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
        running, waiting = (
            sum(job.state == state for job in jobs) for state in ("running", "waiting")
        )
        ended = len(jobs) - running - waiting
        self.say(f"{running:,} running · {waiting:,} waiting · {ended:,} ended" if jobs else "")
        self.show_details()

    def details_text(self) -> Text:
        """Return a job whole: what it is, how far or how it ended, all it said, its command."""
        job, look = self.job, self.assistant.look
        if job is None:
            return Text()
        text = Text(clean_line(job.title), look.strong)
        text.append(f"\n{job.state}", state_style(job, look))
        text.append(f"  {times(job)}\n\n", look.dim)
        if job.state == "running":
            text.append_text(progress_line(job, look))
        else:
            text.append(clean(outcome(job)))
        if job.error is not None and job.error.hint:
            text.append("\n\nWhat to do: ", look.accent)
            text.append(clean(job.error.hint))
        for heading, lines in (("It said", job.notes), ("Its output ends with", job.tail)):
            if lines:
                text.append(f"\n\n{heading}\n", look.accent)
                text.append(clean("\n".join(lines)))
        text.append(f"\n\nassistant {clean_line(' '.join(job.argv))}", look.dim)
        return text

    def why_not(self, action: str) -> str | None:
        """Say why an action cannot be done now."""
        job = self.job
        if action in ("job.cancel", "job.retry") and job is None:
            return "There is no job here."
        if action == "job.cancel" and job is not None and not job.active:
            return "It has ended already."
        if action == "job.retry" and job is not None and job.active:
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
