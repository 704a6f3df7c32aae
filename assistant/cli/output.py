"""What the commands print: data on stdout, messages and progress on stderr."""

import json
import os
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from assistant.cli import events
from assistant.config import find_home
from assistant.errors import AssistantError
from assistant.text import clean_line
from db.errors import DatabaseError

_EVENT_SECONDS = 0.1

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document, nothing else on stdout."
)


def print_json(document: Any) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def note(text: str) -> None:
    """Tell the person something that is not the answer; whether anybody reads it or not."""
    if events.wanted():
        if text.strip():
            events.emit("note", text=click.unstyle(text))
        return
    try:
        click.echo(text, err=True)
    except BrokenPipeError:
        events.forget_listener()


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """Return "1 paper" or "1,234 papers"."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def shortened(text: str, width: int) -> str:
    """Return one line of at most `width` characters, spaces kept."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def megabytes(size: int) -> str:
    """Return a size for people."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def show_error(error: AssistantError | DatabaseError) -> None:
    """Print what happened, why, and what to do."""
    if events.wanted():
        events.emit("error", title=error.title, why=error.why, hint=error.hint)
        return
    note(click.style("Error: ", fg="red", bold=True) + error.title)
    if error.why:
        note(f"  Why: {clean_line(error.why, 600)}")
    if error.hint:
        note(f"  Try: {error.hint}")


def show_crash(error: Exception) -> None:
    """Keep the traceback of a fault of ours in a file, and say where."""
    if os.environ.get("ASSISTANT_DEBUG"):
        raise error
    told = "".join(traceback.format_exception(error))
    title = f"Something broke inside assistant: {type(error).__name__}: {error}"
    try:
        logs = find_home().logs
        logs.mkdir(parents=True, exist_ok=True)
        path = logs / f"crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
        path.write_text(told, encoding="utf-8")
        where = f"The details are in {path}."
    except OSError:
        where = told
    show_error(AssistantError(clean_line(title, 300), why=where, hint="Your library is whole."))


class Progress:
    """A bar on stderr with count, rate and time left; silent where nobody watches."""

    def __init__(self, label: str, *, shown: bool) -> None:
        self._label = label
        self._shown = shown
        self._bar: Any = None
        self._task: Any = None

    def update(self, done: float, total: float, detail: str = "") -> None:
        """Show how far the work has come; `detail` stands beside the bar."""
        if not self._shown:
            return
        if self._bar is None:
            self._start()
        self._bar.update(self._task, completed=done, total=total or None, detail=detail)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            Progress,
            TaskProgressColumn,
            TextColumn,
            TimeRemainingColumn,
        )

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TextColumn("{task.fields[detail]}"),
            TimeRemainingColumn(compact=True),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(self._label, total=None, detail="")
        self._bar.start()


class EventProgress(Progress):
    """Progress as events: ten a second at most, and the last one whenever it comes."""

    def __init__(self, label: str) -> None:
        super().__init__(label, shown=False)
        self._told_at = -_EVENT_SECONDS
        self._waiting: dict[str, str | float] | None = None

    def update(self, done: float, total: float, detail: str = "") -> None:
        """Tell how far the work has come."""
        self._waiting = {"done": done, "total": total, "detail": detail}
        if time.monotonic() - self._told_at >= _EVENT_SECONDS:
            self._tell()

    def close(self) -> None:
        """Tell what was not told yet."""
        self._tell()

    def _tell(self) -> None:
        if self._waiting is not None:
            events.emit("progress", label=self._label, **self._waiting)
            self._told_at = time.monotonic()
            self._waiting = None


@contextmanager
def progress(label: str, *, quiet: bool = False) -> Iterator[Progress]:
    """Lend a progress bar, gone again at the end; `quiet` or a pipe shows none.

    A program that listens is told even so.
    """
    if events.wanted():
        bar: Progress = EventProgress(label)
    else:
        bar = Progress(label, shown=not quiet and sys.stderr.isatty())
    try:
        yield bar
    finally:
        bar.close()
