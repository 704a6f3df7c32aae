"""Runs long work in child processes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.config import Home

State = Literal["waiting", "running", "done", "partly", "failed", "cancelled"]


@dataclass(slots=True)
class Job:
    """A child process at work."""

    id: int
    title: str
    argv: Sequence[str] = ()
    state: State = "waiting"
    done: int = 0
    total: int | None = None
    detail: str = ""
    rate: float | None = None
    eta: float | None = None
    notes: list[str] = field(default_factory=list)
    error: Any = None


class JobRunner:
    """Placeholder shape until the runner lands."""

    def __init__(self, home: Home) -> None:
        self.changed: list[Callable[[], Any]] = []
        self.jobs: list[Job] = []

    @property
    def running(self) -> list[Job]:
        """Return the jobs that run."""
        return [one for one in self.jobs if one.state == "running"]

    def summary(self) -> str:
        """Say what runs in a few words."""
        return ""

    def start(self, job: Job) -> None:
        """Start a job."""
        self.jobs.append(job)

    def cancel(self, job: Job) -> None:
        """Stop a job."""

    async def stop_all(self) -> None:
        """Stop every job."""
