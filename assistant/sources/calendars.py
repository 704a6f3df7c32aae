"""Calendars of talks and seminars (iCalendar, RFC 5545) as items.

Of an event that repeats only those of its dates are taken that the calendar tells one by one, which
is how seminars announce who speaks. A zone that is unknown is taken for the calendar's own, else
for UTC.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from assistant.sources.addresses import web_link
from assistant.sources.courtesy import Again
from assistant.sources.deadline_times import find_zone
from assistant.sources.feed_items import MAX_ITEMS, MAX_SUMMARY, Item, plain_text
from assistant.text import clean, clean_line

MAX_LINES = 500_000
_BEGIN = b"BEGIN:VCALENDAR"
_LINE = re.compile(r'([A-Za-z0-9-]{1,60})((?:;[^:"]{0,500}|"[^"]{0,500}")*):(.*)', re.DOTALL)
_ZONE = re.compile(r';TZID="?([^;":]{1,100})', re.IGNORECASE)
_MOMENT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

Fields = dict[str, tuple[str, str]]


def is_calendar(body: bytes) -> bool:
    """Tell whether a document is a calendar."""
    return body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")[: len(_BEGIN)].upper() == _BEGIN


def read_calendar_items(body: bytes) -> tuple[str, tuple[Item, ...]]:
    """Return a calendar's name and its events, of very many those that start last.

    Raises:
        Again: it is not whole, or longer than any calendar we know.
    """
    title, zone = "", "UTC"
    found: dict[str, Item] = {}
    for kind, fields in _parts(body.decode("utf-8-sig", "replace")):
        if kind == "VCALENDAR":
            title = clean_line(_text(fields, "X-WR-CALNAME") or _text(fields, "NAME"), 300)
            zone = fields.get("X-WR-TIMEZONE", ("", ""))[1].strip() or zone
        elif item := _item(fields, zone):
            found[item.id] = item
    items = sorted(found.values(), key=lambda one: one.starts or "", reverse=True)
    return title, tuple(items[:MAX_ITEMS])


def _parts(text: str) -> Iterator[tuple[str, Fields]]:
    """Yield the calendar's own properties, then each event's: name -> (parameters, value)."""
    lines = re.sub(r"\r?\n[ \t]", "", text.strip()).replace("\r\n", "\n").split("\n")
    if len(lines) > MAX_LINES:
        raise Again(f"a calendar of more than {MAX_LINES:,} lines")
    if lines[-1].strip().upper() != "END:VCALENDAR":
        raise Again("a calendar that breaks off")
    head: Fields = {}
    events: list[Fields] = []
    inside: list[str] = []
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        name, parameters, value = match[1].upper(), match[2], match[3]
        if name == "BEGIN":
            inside.append(value.strip().upper())
            if inside == ["VCALENDAR", "VEVENT"]:
                events.append({})
        elif name == "END":
            if inside:
                inside.pop()
        elif inside == ["VCALENDAR"]:
            head.setdefault(name, (parameters, value))
        elif inside == ["VCALENDAR", "VEVENT"]:
            events[-1].setdefault(name, (parameters, value))
    yield "VCALENDAR", head
    for event in events:
        yield "VEVENT", event


def _item(fields: Fields, zone: str) -> Item | None:
    """Return an event as an item, None for one without a date, or all dates of one that repeats."""
    starts = _moment(*fields.get("DTSTART", ("", "")), zone)
    title = clean_line(_text(fields, "SUMMARY"), 500)
    uid = clean_line(_text(fields, "UID"), 400) or f"{title} {starts}".strip()
    if starts is None or "RRULE" in fields:
        return None
    if date := clean_line(_text(fields, "RECURRENCE-ID"), 40):
        uid = f"{uid} {date}"
    place = clean_line(_text(fields, "LOCATION"), 300)
    told = plain_text(_text(fields, "DESCRIPTION"), MAX_SUMMARY)
    link = web_link(_text(fields, "URL")) or web_link(place)
    is_off = _text(fields, "STATUS").strip().upper() == "CANCELLED"
    return Item(
        id=uid,
        title=f"Cancelled: {title}" if is_off else title,
        link=link,
        published=_moment(*fields.get("CREATED", ("", "")), "UTC"),
        summary=clean("\n\n".join(filter(None, (place, told))), MAX_SUMMARY),
        starts=None if is_off else starts,
    )


def _moment(parameters: str, value: str, zone: str) -> str | None:
    """Return a date or a date and time as an ISO moment in UTC."""
    match = _MOMENT.fullmatch(value.strip())
    if match is None:
        return None
    named = _ZONE.search(parameters)
    place = find_zone("UTC" if match[7] else named[1] if named else zone)
    try:
        year, month, day, hour, minute, second = (int(one or 0) for one in match.groups()[:6])
        local = datetime(year, month, day, hour, minute, min(second, 59))
        at = local.replace(tzinfo=place or find_zone(zone) or UTC)
        return at.astimezone(UTC).isoformat() if 1970 < at.year < 3000 else None
    except (ValueError, OverflowError):
        return None


def _text(fields: Fields, name: str) -> str:
    """Return a property's text: `\\n` is a new line, other escaped signs stand for themselves."""
    value = fields.get(name, ("", ""))[1]
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)
