"""Checking a file whenever it is saved."""

import os
import select
import sys
import time

import click

from assistant.cli.lab_checking import Checking
from assistant.cli.output import note
from assistant.skills.labs import LabError

_LOOK_EVERY = 0.15


def watch_file(checking: Checking) -> None:
    """Check a file now and whenever it is saved, until the person ends it."""
    from skills_lab.frame.watching import SavedFile

    if not checking.file.is_file():
        raise LabError(
            f"There is no file {checking.file}.",
            hint=f"`assistant lab start {checking.lab.id}` makes one.",
        )
    saved = SavedFile(checking.file)
    asks = sys.stdin.isatty()
    keys = " · h Enter: hint · q Enter: end" if asks else ""
    try:
        while True:
            saved.take()
            click.echo(click.style(time.strftime("── %H:%M:%S ──"), dim=True))
            checking.check(stop=saved.saved)
            note(click.style(f"Watching {checking.file}{keys}", dim=True))
            while not saved.saved():
                if not asks:
                    time.sleep(_LOOK_EVERY)
                    continue
                key = _line_typed(_LOOK_EVERY)
                if key == "q":
                    return
                if key == "h":
                    checking.show_hint()
    except KeyboardInterrupt:
        return


def _line_typed(seconds: float) -> str | None:
    """Return what was typed before Enter; "q" at the end of input, None if nothing in the time."""
    ready, _, _ = select.select([sys.stdin], [], [], seconds)
    if not ready:
        return None
    line = os.read(sys.stdin.fileno(), 1024).decode(errors="replace")
    return line.strip().lower() if line else "q"
