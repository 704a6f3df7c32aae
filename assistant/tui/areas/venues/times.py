"""Moments and waits as the deadlines show them: a countdown, anywhere on earth, and here."""

from datetime import datetime, timedelta, timezone

AOE = timezone(timedelta(hours=-12), "AoE")
"""Anywhere on earth: it is over when it is over everywhere."""
_THIS_YEAR = timedelta(days=300)
_MANY_DAYS = 365


def countdown(left: timedelta | None) -> str:
    """Return how long there is: "12 d 4 h", "5 h 12 m", "over 3 d", "open" where nobody knows."""
    if left is None:
        return "open"
    if left < timedelta():
        return f"over {_longest(-left)}"
    days, rest = left.days, left - timedelta(days=left.days)
    hours, minutes = int(rest / timedelta(hours=1)), int(rest / timedelta(minutes=1)) % 60
    if days >= 100:
        return f"{days} d"
    if days:
        return f"{days} d {hours:>2} h"
    return f"{hours} h {minutes:>2} m" if hours else f"{minutes} min"


def brief(moment: datetime, now: datetime) -> str:
    """Return a moment in few letters, its year where that is not plain: "28 Jan 23:59"."""
    form = "%d %b %H:%M" if abs(moment - now) < _THIS_YEAR else "%d %b %Y"
    return moment.strftime(form)


def whole(moment: datetime) -> str:
    """Return a moment with its day of the week and its zone."""
    return moment.strftime("%a %d %b %Y, %H:%M %Z")


def here(moment: datetime) -> datetime:
    """Return a moment in this machine's time."""
    return moment.astimezone()


def _longest(wait: timedelta) -> str:
    if wait.days >= _MANY_DAYS:
        return f"{wait.days // _MANY_DAYS} y"
    if wait.days:
        return f"{wait.days} d"
    hours = int(wait / timedelta(hours=1))
    return f"{hours} h" if hours else f"{int(wait / timedelta(minutes=1))} min"
