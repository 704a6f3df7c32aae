"""Checking a file whenever it is saved."""

import sys
import time
from collections.abc import Callable

import click

from assistant.cli.lab_checking import Checking
from assistant.cli.output import note
from assistant.skills.labs import LabError


def watch_file(checking: Checking) -> None:
    """Check a file now and whenever it is saved, until the person ends it."""
    from skills_lab.frame.watching import watch

    if not checking.file.is_file():
        raise LabError(
            f"There is no file {checking.file}.",
            hint=f"`assistant lab start {checking.lab.id}` makes one.",
        )
    asks = sys.stdin.isatty()
    keys = " · h Enter: hint · q Enter: end" if asks else ""

    def check(saved: Callable[[], bool]) -> None:
        click.echo(click.style(time.strftime("── %H:%M:%S ──"), dim=True))
        checking.check(stop=saved)
        note(click.style(f"Watching {checking.file}{keys}", dim=True))

    watch(checking.file, check, checking.show_hint, asks=asks)
