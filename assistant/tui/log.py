"""What the app had to say: every notice and every error with its cause, and how to try again."""

import contextlib
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from assistant.text import clean, clean_line

Severity = Literal["information", "warning", "error"]

MOST_ENTRIES = 500
_LARGEST_FILE = 1_000_000
_LONGEST_DETAILS = 20_000


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One thing said; `details` is a traceback or a tail of output, `retry` does it once more."""

    text: str
    severity: Severity = "information"
    why: str = ""
    hint: str = ""
    details: str = ""
    retry: Callable[[], object] | None = None
    at: datetime = field(default_factory=datetime.now)

    def __post_init__(self) -> None:
        """Clean what may come from anywhere; of details the end is what matters."""
        details = clean(self.details[-_LONGEST_DETAILS:], _LONGEST_DETAILS)
        object.__setattr__(self, "text", clean_line(self.text))
        object.__setattr__(self, "why", clean(self.why))
        object.__setattr__(self, "hint", clean(self.hint))
        object.__setattr__(self, "details", details)


class Log:
    """The newest entries in memory, and all of them in a file that is never large."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.entries: deque[LogEntry] = deque(maxlen=MOST_ENTRIES)
        self.changed: list[Callable[[], object]] = []

    def add(self, entry: LogEntry) -> None:
        """Keep an entry; a file that cannot be written costs only the file."""
        self.entries.append(entry)
        with contextlib.suppress(OSError):
            self._write(entry)
        for tell in self.changed:
            tell()

    def _write(self, entry: LogEntry) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        if self.file.exists() and self.file.stat().st_size > _LARGEST_FILE:
            self.file.replace(self.file.with_suffix(".old.log"))
        told = [f"{entry.at:%Y-%m-%d %H:%M:%S} {entry.severity}: {entry.text}"]
        told += [f"  why: {entry.why}"] if entry.why else []
        told += ["  " + line for line in entry.details.splitlines()]
        with self.file.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write("\n".join(told) + "\n")


def entry_of(
    error: BaseException, *, doing: str = "", retry: Callable[[], object] | None = None
) -> LogEntry:
    """Return an error as an entry: ours say why and what to do, any other keeps its traceback."""
    title = getattr(error, "title", "")
    if title:
        return LogEntry(
            title, "error", getattr(error, "why", ""), getattr(error, "hint", ""), retry=retry
        )
    what = f"{type(error).__name__}: {error}".strip(": ")
    return LogEntry(
        f"Something broke{f' ({doing[:1].lower()}{doing[1:]})' if doing else ''}: {what}"[:300],
        "error",
        hint="Your library is whole. The log (6) has the details.",
        details="".join(traceback.format_exception(error)),
        retry=retry,
    )
