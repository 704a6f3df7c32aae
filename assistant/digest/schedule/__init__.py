"""The digest every morning, by the machine's own scheduler."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.digest.schedule import cron, launchd, systemd
from assistant.digest.schedule.job import Job, ScheduleError, check
from assistant.digest.schedule.times import AFTER_ARXIV, Times, in_local_time, next_run

__all__ = [
    "AFTER_ARXIV",
    "KINDS",
    "ScheduleError",
    "Scheduled",
    "Times",
    "install",
    "remove",
    "show",
]

_SCHEDULERS = {"systemd": systemd, "launchd": launchd, "cron": cron}
KINDS = tuple(_SCHEDULERS)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A job that runs by itself: by which scheduler, when, next when, and written where.

    `active` is False if it is written down but its scheduler does not run it; `note` says what this
    scheduler does after sleep.
    """

    kind: str
    times: Times
    next_run: datetime
    place: str
    active: bool
    note: str


def install(kind: str | None, command: Sequence[str], times: Times | None, home: Path) -> Scheduled:
    """Let the machine run a command (absolute path first) at these times, shortly after arXiv's
    announcements by default; an earlier job of ours is replaced.

    `kind` is one of `KINDS`; None takes the first this machine has.

    Raises:
        ScheduleError: there is no such scheduler here, or it refuses.
        AssistantError: the time zone is unknown.
    """
    chosen = _chosen(kind)
    job = Job(tuple(command), times or AFTER_ARXIV, home.absolute())
    check(job)
    # For systemd too: here an unknown zone comes to light before anything is written.
    local = in_local_time(job.times, datetime.now(UTC).date())
    if chosen != "systemd":
        job = replace(job, times=local)
    try:
        job.log.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = error.strerror or str(error)
        raise ScheduleError(f"Cannot make {job.log.parent}.", why=why) from None
    _SCHEDULERS[chosen].install(job)
    for other, scheduler in _SCHEDULERS.items():
        if other != chosen:
            scheduler.remove()
    found = show()
    if found is None:
        raise ScheduleError(f"{chosen} took the job and does not have it.")
    return found


def show() -> Scheduled | None:
    """Return the job that is installed, None if there is none.

    Raises:
        ScheduleError: a scheduler does not answer.
    """
    for kind, scheduler in _SCHEDULERS.items():
        found = scheduler.installed()
        if found is not None:
            coming = next_run(found.times, datetime.now(UTC))
            return Scheduled(kind, found.times, coming, found.place, found.active, scheduler.NOTE)
    return None


def remove() -> list[str]:
    """Remove the job from wherever it is installed; return the schedulers that had it.

    Raises:
        ScheduleError: a scheduler refuses.
    """
    return [kind for kind, scheduler in _SCHEDULERS.items() if scheduler.remove()]


def _chosen(kind: str | None) -> str:
    if kind is not None and kind not in _SCHEDULERS:
        raise ScheduleError(
            f"There is no scheduler called {kind!r}.", hint=f"One of {', '.join(KINDS)}."
        )
    for name in [kind] if kind else KINDS:
        if _SCHEDULERS[name].available():
            return name
    raise ScheduleError(
        f"This machine has no {kind}." if kind else "This machine has no scheduler we know.",
        hint=f"We know {', '.join(KINDS)}; or run the command by other means each weekday.",
    )
