"""`assistant schedule`: the digest every morning, by the machine's own scheduler."""

import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from assistant.cli.groups import Group
from assistant.cli.output import json_option, note, print_json
from assistant.config import find_home, load_settings
from assistant.errors import UsageError

if TYPE_CHECKING:
    from assistant.digest.schedule import Scheduled, Times

_AT = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@click.group("schedule", cls=Group)
def schedule_command() -> None:
    """Have this machine sync and make your digest every morning."""


@schedule_command.command("install")
@click.option("--at", help="When, in this machine's time (HH:MM); by default just after arXiv.")
@click.option("--kind", type=click.Choice(["systemd", "launchd", "cron"]), help="By what.")
@json_option
def install(at: str | None, kind: str | None, as_json: bool) -> None:
    """Install it: `assistant digest --sync --deliver`, shortly after arXiv's announcements.

    It delivers to what `[digest]` in config.toml says: a folder, and a mail if `[digest.mail]`
    names a host.
    """
    from assistant.digest import schedule

    home = find_home()
    load_settings(home)  # a mistake in it should be seen now, not at night
    command = (sys.executable, "-m", "assistant", "digest", "--sync", "--deliver")
    scheduled = schedule.install(kind, command, _times(at), home.path)
    _show(scheduled, as_json)


@schedule_command.command("show")
@json_option
def show(as_json: bool) -> None:
    """Show what is installed, and when it runs next."""
    from assistant.digest import schedule

    scheduled = schedule.show()
    if scheduled is None:
        if as_json:
            print_json(None)
        else:
            note("Nothing is scheduled. `assistant schedule install` does.")
        return
    _show(scheduled, as_json)


@schedule_command.command("remove")
@json_option
def remove(as_json: bool) -> None:
    """Remove it; digests are made when you ask."""
    from assistant.digest import schedule

    removed = schedule.remove()
    if as_json:
        print_json({"removed": removed})
    else:
        click.echo(f"Removed from {', '.join(removed)}." if removed else "Nothing was scheduled.")


def _times(at: str | None) -> "Times | None":
    from assistant.digest.schedule import AFTER_ARXIV

    if at is None:
        return None
    found = _AT.fullmatch(at.strip())
    if found is None:
        raise UsageError(f"{at!r} is no time of day.", hint="For instance --at 07:30.")
    return replace(AFTER_ARXIV, hour=int(found[1]), minute=int(found[2]), zone=None)


def _show(scheduled: "Scheduled", as_json: bool) -> None:
    next_run = scheduled.next_run.astimezone()
    if as_json:
        print_json({
            "kind": scheduled.kind,
            "next_run": next_run.isoformat(timespec="minutes"),
            "place": scheduled.place,
            "active": scheduled.active,
        })  # fmt: skip
        return
    click.echo(f"{scheduled.kind}, next on {next_run:%A %d %B at %H:%M}")
    note(f"  {scheduled.place}")
    if not scheduled.active:
        note("  It is written down, but the scheduler does not run it.")
    note(f"  {scheduled.note}")
