"""What Today asks of the library; imported once the library is open."""

from assistant.digest.days import Day, Prospect
from assistant.digest.days import open_day as _open_day
from assistant.digest.days import prospect as _prospect
from assistant.digest.renderers.words import day_and_month
from assistant.tui.areas.today.outlook import Chart
from assistant.tui.papers import queries
from db import listing
from db.engine import Connection
from db.listing import PaperRow

_DAYS = 14
_WEEKS = 12
_JUDGED = ("state", "like", "star", "rate", "tag")


def open_day(
    connection: Connection, profile: str | None, date: str | None, today: str
) -> tuple[Day | None, list[PaperRow]]:
    """Return a profile's day and the rows of its papers.

    Raises:
        NotFoundError: there is no such profile.
    """
    day = _open_day(connection, profile, date, today)
    if day is None or day.digest is None:
        return day, []
    ids = [entry.work_id for entry in day.digest.entries]
    return day, queries.rows(connection, ids, day.profile)


def look_out(connection: Connection, profile: str | None) -> tuple[Prospect | None, Chart, Chart]:
    """Return what is next for a profile, papers announced a day, papers judged a week.

    Raises:
        NotFoundError: there is no such profile.
    """
    ahead = _prospect(connection, profile, _DAYS) if profile is not None else None
    announced = listing.announced_per_day(connection, _DAYS)
    judged = listing.events_per_week(connection, _JUDGED, _WEEKS)
    return ahead, _labelled(announced), _labelled(judged)


def _labelled(counts: list[tuple[str, int]]) -> Chart:
    if sum(bool(count) for _, count in counts) < 2:
        return []  # one column is no chart
    return [(day_and_month(day), count) for day, count in counts]
