"""Days as a calendar of seven rows, warmer where more was done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

LEVELS = 5
SHADES = "·░▒▓█"


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Weeks of days, Monday first: for each day how warm it is (0 to 4), None past today.

    `first` is the Monday of the first week; `streak` counts the days in a row up to today, or to
    yesterday while today has nothing yet.
    """

    first: date
    weeks: tuple[tuple[int | None, ...], ...]
    counts: Mapping[date, int]
    streak: int

    def rows(self) -> list[str]:
        """Return seven lines of shades, a day two columns wide."""
        return [
            " ".join(" " if week[day] is None else SHADES[week[day] or 0] for week in self.weeks)
            for day in range(7)
        ]

    def months(self) -> str:
        """Return the line above: the month's name where a week begins a new one."""
        line = [" "] * (2 * len(self.weeks) + 3)
        last = 0
        for place in range(len(self.weeks)):
            monday = self.first + timedelta(weeks=place)
            if monday.month != last:
                if place == 1:
                    line[:3] = "   "  # the first month has but this week, and no room
                last = monday.month
                line[2 * place : 2 * place + 3] = f"{monday:%b}"
        return "".join(line).rstrip()


def heat_map(counts: Mapping[date, int], today: date, weeks: int = 26) -> HeatMap:
    """Return the calendar of so many weeks that ends with this one.

    A day is as warm as its place among the days on which something was done, in quarters.
    """
    first = today - timedelta(days=today.weekday(), weeks=weeks - 1)
    busy = sorted(count for day, count in counts.items() if count and day >= first)

    def level(day: date) -> int | None:
        if day > today:
            return None
        count = counts.get(day, 0)
        if not count:
            return 0
        below = sum(1 for one in busy if one < count)
        return 1 + min(LEVELS - 2, (LEVELS - 1) * below // len(busy))

    days = [[first + timedelta(weeks=week, days=day) for day in range(7)] for week in range(weeks)]
    return HeatMap(
        first, tuple(tuple(level(day) for day in week) for week in days), dict(counts),
        _streak(counts, today),
    )  # fmt: skip


def _streak(counts: Mapping[date, int], today: date) -> int:
    day = today if counts.get(today) else today - timedelta(days=1)
    length = 0
    while counts.get(day):
        length += 1
        day -= timedelta(days=1)
    return length
