"""When to run: arXiv's clock, the machine's clock, and daylight saving time in both.

arXiv announces at 20:00 US Eastern from Sunday to Thursday, and its feeds carry the announcement
from midnight on (https://info.arxiv.org/help/availability.html, https://info.arxiv.org/help/rss.html).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assistant.errors import AssistantError

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Times:
    """A time of day on some weekdays (0 is Monday), in a named zone, else the machine's own.

    Raises:
        ValueError: there is no such time, or no day.
    """

    hour: int
    minute: int
    days: tuple[int, ...]
    zone: str | None = None

    def __post_init__(self) -> None:
        time(self.hour, self.minute)
        if not self.days or not set(self.days) <= set(range(7)):
            raise ValueError(f"no weekdays: {self.days}")

    def __str__(self) -> str:
        days = ", ".join(DAY_NAMES[day] for day in self.days)
        return f"{self.hour:02}:{self.minute:02} {self.zone or 'local time'} on {days}"


AFTER_ARXIV = Times(0, 30, (0, 1, 2, 3, 4), "America/New_York")


def next_run(times: Times, now: datetime, local: tzinfo | None = None) -> datetime:
    """Return the next moment of these times after `now`, in the zone `local` (the machine's).

    Raises:
        AssistantError: the zone is unknown.
    """
    zone = _zone(times) or local
    day = now.astimezone(zone).date()
    while True:
        if day.weekday() in times.days:
            moment = _moment(times, day, zone)
            if moment > now:
                return moment.astimezone(local)
        day += timedelta(days=1)


def in_local_time(times: Times, today: date, local: tzinfo | None = None) -> Times:
    """Return times by the machine's clock that are never early, whichever summer time holds.

    Schedulers that know local time only get the latest local time these times fall on within the
    year ahead: the machine and New York change their clocks on different days, if at all, so some
    runs are an hour or two late, and none comes before what it should fetch.

    Raises:
        AssistantError: the zone is unknown.
    """
    zone = _zone(times)
    if zone is None:
        return times
    latest = max(
        _minutes_into(day, _moment(times, day, zone).astimezone(local))
        for day in (today + timedelta(days=number) for number in range(366))
    )
    shift, minutes = divmod(latest, _DAY)
    days = tuple(sorted((day + shift) % 7 for day in times.days))
    return replace(times, hour=minutes // 60, minute=minutes % 60, days=days, zone=None)


def _minutes_into(day: date, moment: datetime) -> int:
    return (moment.date() - day).days * _DAY + moment.hour * 60 + moment.minute


def _moment(times: Times, day: date, zone: tzinfo | None) -> datetime:
    naive = datetime.combine(day, time(times.hour, times.minute))
    return naive.replace(tzinfo=zone) if zone else naive.astimezone()


def _zone(times: Times) -> ZoneInfo | None:
    if times.zone is None:
        return None
    try:
        return ZoneInfo(times.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise AssistantError(
            f"This machine knows no time zone {times.zone!r}.",
            hint="Check its name, or install the package tzdata.",
        ) from None
