"""`assistant deadlines`: what is due at conferences, and how long there is."""

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from assistant.cli import deadline_pages
from assistant.cli.groups import Group
from assistant.cli.output import json_option, note, plural, print_json, progress
from assistant.cli.session import Session, session
from assistant.errors import NotFoundError
from assistant.library.deadlines.due import Due, about, called, deadlines
from assistant.library.deadlines.icalendar import to_icalendar, write_icalendar
from assistant.library.deadlines.syncing import CollectionOutcome, sync_deadlines
from db import meetings, venues

_PARTLY = 3
_SHOWN = 30

_venue = click.option("--venue", "-v", help="Only this conference, by short or full name.")
_subject = click.option("--subject", help="Only conferences on this, such as 'machine learning'.")
_followed = click.option("--followed", is_flag=True, help="Only venues you follow.")
_days = click.option("--days", type=click.IntRange(0), help="Look no further ahead.")
_all = click.option(
    "--all", "everything", is_flag=True,
    help="Of every venue, and notifications, camera-ready copies and the like too.",
)  # fmt: skip


@click.group("deadlines", cls=Group, invoke_without_command=True)
@_venue
@_subject
@_followed
@_days
@_all
@click.option("--past", is_flag=True, help="Also what is over.")
@click.option("--limit", "-n", type=click.IntRange(1), default=_SHOWN, show_default=True)
@json_option
@click.pass_context
def deadlines_command(
    ctx: click.Context,
    venue: str | None,
    subject: str | None,
    followed: bool,
    days: int | None,
    everything: bool,
    past: bool,
    limit: int,
    as_json: bool,
) -> None:
    """List deadlines of conferences, and how long there is.

    Of the venues you follow, if you follow any and ask for nothing else. Two public collections are
    read; where they disagree, both are shown and the earlier counts. `venue follow` follows a
    venue, marked with a star here.
    """
    if ctx.invoked_subcommand is not None:
        return
    with session() as s:
        now = datetime.now(UTC)
        found = _asked_for(
            s, now, venue, subject, followed=followed, days=days, everything=everything, past=past
        )
        faults = _failures(s)
    shown = found[:limit]
    if as_json:
        print_json([deadline_pages.due_json(one, now) for one in shown])
        return
    deadline_pages.print_dues(shown, now, whole=venue is not None)
    if not found:
        note("Nothing is due. `--past` shows what is over, `--all` every kind of every venue.")
    if len(found) > limit:
        note(f"{plural(len(found) - limit, 'more deadline')}: --limit {len(found)} shows all.")
    for fault in faults:
        note(fault)


@deadlines_command.command("sync")
@json_option
@click.pass_context
def sync(ctx: click.Context, as_json: bool) -> None:
    """Ask the collections what is due; what has not changed is not sent again.

    `sync` does so too, once a day, if you follow venues. Exit code 3 says that one of them could
    not be had; what it told before is kept.
    """
    with session() as s:
        outcomes = sync_collections(s, quiet=as_json)
    if as_json:
        names = ("name", "meetings", "moved", "unchanged", "failure", "faults")
        print_json([{name: getattr(one, name) for name in names} for one in outcomes])
    else:
        deadline_pages.print_outcomes(outcomes)
    failed = [one for one in outcomes if one.failure]
    if failed:
        ctx.exit(1 if len(failed) == len(outcomes) else _PARTLY)


@deadlines_command.command("export")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@_venue
@_subject
@_followed
@_days
@_all
@click.option(
    "--alarm", "alarms", type=click.IntRange(0, 365), multiple=True,
    help="Remind so many days before; may be given again.",
)  # fmt: skip
@json_option
def export(
    file: Path,
    venue: str | None,
    subject: str | None,
    followed: bool,
    days: int | None,
    everything: bool,
    alarms: tuple[int, ...],
    as_json: bool,
) -> None:
    """Write deadlines as an iCalendar file, FILE.ics, that calendars take; `-` is the terminal.

    Taken again later, it moves what has moved and doubles nothing.
    """
    with session() as s:
        now = datetime.now(UTC)
        found = _asked_for(
            s, now, venue, subject, followed=followed, days=days, everything=everything
        )
    if str(file) == "-":
        sys.stdout.write(to_icalendar(found, now=now, alarms=alarms))
        return
    written = write_icalendar(file, found, now=now, alarms=alarms)
    if as_json:
        print_json({"path": str(file), "events": written})
    else:
        note(f"Wrote {plural(written, 'deadline')} to {file}.")


def sync_collections(s: Session, *, quiet: bool) -> list[CollectionOutcome]:
    """Ask every collection, showing progress."""
    with progress("Deadlines", quiet=quiet) as bar:
        return sync_deadlines(
            s.database,
            s.settings.sources.deadlines,
            pause=time.sleep,
            progress=lambda name, done, total: bar.update(
                done, total, f"{name} {done:,} of {total:,}"
            ),
        )


def _asked_for(
    s: Session,
    now: datetime,
    venue: str | None,
    subject: str | None,
    *,
    followed: bool,
    days: int | None,
    everything: bool,
    past: bool = False,
) -> list[Due]:
    with s.database.read() as connection:
        if not meetings.collections(connection):
            raise NotFoundError(
                "No deadlines are known yet.", hint="`assistant deadlines sync` fetches them."
            )
        follows = bool(venues.followed(connection))
        found: Sequence[Due] = deadlines(
            connection, now=now, own_venues=s.home.venues_file, days=days, past=past,
            every_kind=everything,
        )  # fmt: skip
    if venue:
        found = called(found, venue)
    if subject:
        found = about(found, subject)
    mine = [one for one in found if one.followed]
    if followed or (mine and not (venue or subject or everything)):
        return mine
    if follows and found and not (venue or subject or everything):
        note("Nothing is known to be due at the venues you follow; this is what is due elsewhere.")
    return list(found)


def _failures(s: Session) -> list[str]:
    with s.database.read() as connection:
        return [
            f"{one.name} could not be read last time: {one.failure}"
            for one in meetings.collections(connection)
            if one.failure
        ]
