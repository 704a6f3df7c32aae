"""Runs long work in child processes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assistant.config import Home


@dataclass(slots=True)
class Job:
    """A child process at work."""

    title: str


class JobRunner:
    """Placeholder shape until the runner lands."""

    def __init__(self, home: Home) -> None:
        self.changed: list[Callable[[], Any]] = []
        self.running: list[Job] = []

    def summary(self) -> str:
        """Say what runs in a few words."""
        return ""

    def cancel(self, job: Job) -> None:
        """Stop a job."""

    async def stop_all(self) -> None:
        """Stop every job."""
