"""Deadlines as lists for people and as JSON for programs."""

import shutil
import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from assistant.cli.output import note, plural, shortened
from assistant.library.deadlines.due import Due, Telling
from assistant.library.deadlines.syncing import CollectionOutcome

_WIDEST = 96
_INDENT = 9
_SOON = timedelta(days=7)


def due_json(due: Due, now: datetime) -> dict[str, Any]:
    """Return what is due under the names other programs rely on."""
    left = due.left(now)
    return {
        "edition": due.edition,
        "venue": due.venue or due.key,
        "followed": due.followed,
        "kind": due.kind,
        "label": due.label,
        "round": due.round,
        "rounds": due.rounds,
        "at": _utc(due.at),
        "days_left": round(left / timedelta(days=1), 2) if left is not None else None,
        "disagreed": due.disagreed,
        "moved_from": _utc(due.moved_from),
        "told": [
            {
                "collection": one.collection, "at": _utc(one.at), "as_written": one.told,
                "zone_known": one.zone_known, "extended": one.extended,
            }
            for one in due.tellings
        ],
        "full_name": due.full_name,
        "link": due.link,
        "subjects": list(due.subjects),
        "takes_place": dict(due.dates),
        "place": dict(due.places),
    }  # fmt: skip


def print_dues(dues: Sequence[Due], now: datetime, *, whole: bool) -> None:
    """Print deadlines at the terminal's width; `whole` adds when and where the meeting is."""
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    last = ""
    for due in dues:
        _print_due(due, now, width)
        if whole and due.edition != last:
            _print_meeting(due, width)
        last = due.edition
    if dues:
        note(f"Times are those of this machine ({datetime.now().astimezone():%Z}).")


def print_outcomes(outcomes: Sequence[CollectionOutcome]) -> None:
    """Print what became of each collection."""
    for one in outcomes:
        if one.failure:
            click.echo(f"{one.name:<12} {click.style('failed', fg='red')}: {one.failure}")
            continue
        told = "nothing new" if one.unchanged else plural(one.moved, "deadline") + " moved"
        click.echo(f"{one.name:<12} {plural(one.meetings, 'meeting')}, {told}")
        for fault in one.faults[:5]:
            note(f"  passed over: {fault}")
        if len(one.faults) > 5:
            note(f"  and {len(one.faults) - 5} more")


def _print_due(due: Due, now: datetime, width: int) -> None:
    left = due.left(now)
    soon = left is not None and timedelta() <= left <= _SOON
    ahead = click.style(f"{_left(left):>{_INDENT - 2}}", fg="red" if soon else None, bold=soon)
    when = due.at.astimezone().strftime("%a %d %b %Y %H:%M") if due.at else "to be announced"
    star = "*" if due.followed else " "
    title = shortened(f"{due.edition}  {due.what}", width - _INDENT - 26)
    click.echo(f"{ahead} {star}{when:<23}  {click.style(title, bold=True)}")
    for line, loud in _details(due):
        for piece in textwrap.wrap(line, width - _INDENT):
            shown = click.style(piece, dim=not loud, fg="yellow" if loud else None)
            click.echo(" " * _INDENT + shown)


def _details(due: Due) -> list[tuple[str, bool]]:
    lines: list[tuple[str, bool]] = []
    if due.disagreed:
        told = "; ".join(f"{one.collection} says {_as_written(one)}" for one in due.tellings)
        lines.append((f"The collections disagree: {told}.", True))
    else:
        first = next((one for one in due.tellings if one.at), due.tellings[0])
        who = ", ".join(one.collection for one in due.tellings)
        lines.append((f"{_as_written(first)} ({who})", False))
        open_still = [one.collection for one in due.tellings if one.at is None]
        if due.at and open_still:
            lines.append((f"{', '.join(open_still)}: still to be announced", True))
    if due.moved_from is not None:
        lines.append((f"moved from {due.moved_from.astimezone():%a %d %b %Y %H:%M}", True))
    elif any(one.extended for one in due.tellings):
        lines.append(("extended", True))
    return lines


def _print_meeting(due: Due, width: int) -> None:
    lines = [due.full_name]
    if due.dates and due.dates_agree:
        lines.append(f"takes place {next(iter(due.dates.values()))}")
    for where, dates in {} if due.dates_agree else due.dates.items():
        lines.append(f"takes place {dates}, says {where}")
    lines += list(dict.fromkeys(due.places.values()))
    lines += [due.link, *(text for text in due.notes.values())]
    for line in filter(None, lines):
        for piece in textwrap.wrap(line, width - _INDENT):
            click.echo(" " * _INDENT + click.style(piece, dim=True))


def _as_written(telling: Telling) -> str:
    return telling.told if telling.zone_known else f"{telling.told} (unknown time zone)"


def _left(left: timedelta | None) -> str:
    if left is None:
        return "open"
    if left < timedelta():
        return "over"
    hours = int(left / timedelta(hours=1))
    if hours < 1:
        return f"{int(left / timedelta(minutes=1))} min"
    return f"{hours} h" if hours < 48 else f"{hours // 24} d"


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
