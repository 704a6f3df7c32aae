"""Moments as lists of deadlines write them: a local time, and a zone by any of its names."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MOMENT = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?)?\s*(Z?)"
)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+\-−–])\s*(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_OPEN = frozenset(("", "tba", "tbd", "tbc", "n/a", "na", "none", "null", "unknown", "-"))
_FIXED = {"aoe": -12, "anywhere on earth": -12, "utc": 0, "gmt": 0, "z": 0}
# A zone's two seasons go by one name in such lists: "PST" in June means Pacific time.
_PLACES = {
    "pt": "America/Los_Angeles", "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles",
    "mt": "America/Denver", "mst": "America/Denver", "mdt": "America/Denver",
    "ct": "America/Chicago", "cst": "America/Chicago", "cdt": "America/Chicago",
    "et": "America/New_York", "est": "America/New_York", "edt": "America/New_York",
    "cet": "Europe/Paris", "cest": "Europe/Paris", "bst": "Europe/London",
    "wet": "Europe/Lisbon", "eet": "Europe/Helsinki", "jst": "Asia/Tokyo", "kst": "Asia/Seoul",
    "sgt": "Asia/Singapore", "hkt": "Asia/Hong_Kong", "aest": "Australia/Sydney",
    "aedt": "Australia/Sydney", "hst": "Pacific/Honolulu",
}  # fmt: skip
_EARLIEST = timezone(timedelta(hours=14))
_MOST_HOURS = 14


class Told(NamedTuple):
    """A moment as a list told it: in UTC, None where it is still open; whether its zone is known.

    With an unknown zone it is the earliest moment it can be.
    """

    at: datetime | None
    zone_known: bool = True


def read_moment(text: str, zone: str) -> Told:
    """Return the moment that a text in a zone means; a date alone is its last second.

    Raises:
        ValueError: it is neither a moment nor still to be announced.
    """
    text = text.strip()
    if text.lower() in _OPEN:
        return Told(None)
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:40]!r} is no date")
    year, month, day, hour, minute, second, zulu = match.groups()
    clock = (int(hour), int(minute), int(second or 0)) if hour else (23, 59, 59)
    # 24:00 is the end of the day.
    later = timedelta(days=1) if clock[:2] == (24, 0) else timedelta()
    place = find_zone("UTC" if zulu else zone)
    try:
        local = datetime(int(year), int(month), int(day), clock[0] % 24 if later else clock[0],
                         *clock[1:], tzinfo=place or _EARLIEST)  # fmt: skip
        return Told((local + later).astimezone(UTC), place is not None)
    except (ValueError, OverflowError):
        raise ValueError(f"{text[:40]!r} is no date") from None


def find_zone(name: str) -> timezone | ZoneInfo | None:
    """Return the zone of a name such as AoE, UTC-8, PT or Europe/London; None if it is unknown."""
    name = " ".join(name.split())
    if name.lower() in _FIXED:
        return timezone(timedelta(hours=_FIXED[name.lower()]))
    if match := _OFFSET.fullmatch(name):
        hours, minutes = int(match[2]), int(match[3] or 0)
        if hours > _MOST_HOURS or minutes > 59:
            return None
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(offset if match[1] == "+" else -offset)
    place = _PLACES.get(name.lower(), name)
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+\-]*(?:/[A-Za-z0-9_+\-]+){0,2}", place):
        return None
    try:
        return ZoneInfo(place)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
