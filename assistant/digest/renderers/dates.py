"""Days in words, whatever the locale."""

from datetime import date

# Not strftime's, which change with the locale.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def long_day(iso: str) -> str:
    """Return "Tuesday 4 November 2025"; what is no ISO date comes back as it is."""
    day = parsed(iso)
    if day is None:
        return iso
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def day_and_month(iso: str) -> str:
    """Return "4 Nov"; what is no ISO date comes back as it is."""
    day = parsed(iso)
    return iso if day is None else f"{day.day} {_MONTHS[day.month - 1][:3]}"


def weekday(iso: str) -> str:
    """Return "Tue"; what is no ISO date is empty."""
    day = parsed(iso)
    return "" if day is None else _DAYS[day.weekday()][:3]


def parsed(iso: str) -> date | None:
    """Return a day, None where it is no ISO date."""
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None
