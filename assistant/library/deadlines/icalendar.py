"""Deadlines as a calendar file (RFC 5545): folded lines, escaped text, UIDs that stay the same."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from assistant.errors import AssistantError
from assistant.library.deadlines.due import Due
from assistant.sources.meetings import MAIN_KINDS
from assistant.text import clean_line, digest64, title_key
from db.durable import replacing

_WIDEST = 75  # octets, without the line's end
_PRODUCT = "-//assistant//deadlines//EN"


def to_icalendar(dues: Iterable[Due], *, now: datetime, alarms: Iterable[int] = ()) -> str:
    """Return deadlines as an iCalendar document, with an alarm so many days before each.

    Times are in UTC. An event keeps its UID when its deadline moves, and its SEQUENCE grows, so
    that a calendar that takes the file again moves it. What is still open is left out.
    """
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", "X-WR-CALNAME:Deadlines",
    ]  # fmt: skip
    wanted = sorted(set(alarms), reverse=True)
    used: set[str] = set()
    for due in dues:
        if due.at is not None:
            lines += _event(due, now, wanted, used)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def write_icalendar(
    path: Path, dues: Iterable[Due], *, now: datetime, alarms: Iterable[int] = ()
) -> int:
    """Write deadlines as a file that is whole or not there; return how many have a date.

    Raises:
        AssistantError: it cannot be written.
    """
    dated = [one for one in dues if one.at]
    try:
        with replacing(path) as out:
            out.write(to_icalendar(dated, now=now, alarms=alarms))
    except OSError as error:
        raise AssistantError(f"Cannot write {path}.", why=error.strerror or str(error)) from error
    return len(dated)


def _event(due: Due, now: datetime, alarms: list[int], used: set[str]) -> Iterator[str]:
    assert due.at is not None
    summary = f"{due.edition}: {due.what}"
    yield "BEGIN:VEVENT"
    yield f"UID:{_uid(due, used)}"
    yield f"DTSTAMP:{_utc(now)}"
    yield f"DTSTART:{_utc(due.at)}"
    yield f"SEQUENCE:{max(len(one.was) for one in due.tellings)}"
    yield f"SUMMARY:{_escaped(summary)}"
    yield f"DESCRIPTION:{_escaped(_description(due))}"
    if due.link:
        yield f"URL:{clean_line(due.link, 500)}"
    if due.subjects:
        yield f"CATEGORIES:{','.join(map(_escaped, due.subjects[:10]))}"
    yield "TRANSP:TRANSPARENT"
    for days in alarms:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{_escaped(summary)}"
        yield f"TRIGGER:-P{days}D"
        yield "END:VALARM"
    yield "END:VEVENT"


def _uid(due: Due, used: set[str]) -> str:
    """Return a name of what is due, not of when; two of one kind and round are counted."""
    stem = f"{due.key or 'x'}-{due.year}-{title_key(due.kind)}-{due.round}"
    if due.kind not in MAIN_KINDS and due.label:
        stem += f"-{digest64(due.label.lower()) & 0xFFFFFF:06x}"
    number = 1
    while (uid := stem if number == 1 else f"{stem}-{number}") in used:
        number += 1
    used.add(uid)
    return f"{uid}@deadlines.assistant"


def _description(due: Due) -> str:
    lines = [due.full_name, due.label]
    lines += [
        f"{one.collection}: {one.told}" + ("" if one.zone_known else " (unknown time zone)")
        for one in due.tellings
    ]
    if due.disagreed:
        lines.append("The collections disagree; this is the earliest moment.")
    lines += [f"Takes place {dates} ({where})" for where, dates in due.dates.items()]
    lines += list(dict.fromkeys(due.places.values()))
    return "\n".join(line for line in lines if line)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    for special in ("\\", ";", ","):
        text = text.replace(special, f"\\{special}")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Yield a line in pieces of at most 75 octets, no character cut in two."""
    piece, size, room = "", 0, _WIDEST
    for character in line:
        octets = len(character.encode())
        if size + octets > room:
            yield piece
            # A continuation begins with a space, which counts.
            piece, size = " ", 1
        piece += character
        size += octets
    yield piece
