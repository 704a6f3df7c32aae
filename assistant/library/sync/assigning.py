"""Which day harvested papers were announced on, and how; OAI-PMH only tells when records changed.

A record's datestamp is the day of its newest change. For a paper with one version and a fresh id
(they are given out as papers are let through, which can be weeks after they were sent in), that is
the day it was announced. A paper revised since carries the day of its revision: the day it was new
is that of its neighbours by id. A record that is neither fresh nor just revised had its licence or
journal changed: no news.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, timedelta

from assistant.library.sync.today import days_between
from assistant.sources.announced import Announcement, Kind
from assistant.sources.arxiv_names import at_home
from assistant.sources.arxiv_oai_xml import OaiRecord
from assistant.sources.record import Record

FRESH_DAYS = 14
"""How long most papers take at most from being sent in to being announced."""
FRESH_ID_DAYS = 31
"""How long an id stays fresh where nothing else tells: this month's and those of the one before."""
REVISED_DAYS = 5
MOST_ANNOUNCED = 5  # arXiv announces no replacement from the sixth version on
_NEIGHBOURS = 4


def weekdays(first: str, last: str) -> list[str]:
    """Return the weekdays between two ISO days, both included: the days arXiv announces on."""
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    found = []
    while day <= end:
        if day.weekday() < 5:
            found.append(day.isoformat())
        day += timedelta(days=1)
    return found


def assign(
    records: Iterable[OaiRecord],
    days: Collection[str],
    category: str,
    before: Collection[str],
    followed_since: str,
    listed: Collection[str] = (),
) -> dict[str, list[Announcement]]:
    """Return ISO day -> what a category announced on it, for the days asked for.

    `before` holds ids that were announced as new on some day already, and all of those since the
    ISO day the category is `followed_since`, so an id given out since and not among them is news.
    Of the days that are `listed` all that was new is in `before`, so it belongs to an earlier one.
    """
    told = [(one.record, one.datestamp[:10]) for one in records if one.record is not None]
    fresh = [(record, day) for record, day in told if is_fresh(record, day, followed_since)]
    order = sorted(
        (record.source_id, day, record.published)
        for record, day in fresh
        if record.published and days_between(record.published, day) <= FRESH_DAYS
    )
    found: dict[str, list[Announcement]] = {day: [] for day in days}

    def announce(record: Record, day: str | None, kind: Kind) -> None:
        if day in found:
            found[day].append(Announcement(record, kind))

    unlisted = sorted(set(days) - set(listed))
    for record, day in told:
        home = at_home(record.categories[0] if record.categories else "", category)
        first = None
        if record.source_id not in before:
            if is_fresh(record, day, followed_since):
                first = day
            elif record.number > 1:
                first = _neighbours_day(record, day, order) or _day_after(record, followed_since)
            if first and first in listed:
                first = next((one for one in reversed(unlisted) if one < first), None)
            announce(record, first, "new" if home else "cross")
        if record.number > 1 and first != day and _just_revised(record, day):
            announce(record, day, "replace" if home else "replace-cross")
    return found


def is_fresh(record: Record, day: str, followed_since: str) -> bool:
    """Tell whether a record that changed on a day was new then: one version, under a fresh id."""
    if record.number > 1:
        return False
    if record.published and days_between(record.published, day) <= FRESH_DAYS:
        return True
    lately = date.fromisoformat(day) - timedelta(days=FRESH_ID_DAYS)
    month = f"{min(lately, date.fromisoformat(followed_since)):%y%m}"
    return "/" not in record.source_id and record.source_id[:4] >= month


def _just_revised(record: Record, day: str) -> bool:
    if record.number > MOST_ANNOUNCED or not record.updated:
        return False
    return days_between(record.updated, day) <= REVISED_DAYS


def _neighbours_day(record: Record, revised: str, order: list[tuple[str, str, str]]) -> str | None:
    """Return the day that papers with ids next to this one were new on, if they are near.

    Between two days, it is that of the neighbours that were sent in nearest to when this one was,
    which can be a day off.
    """
    place = bisect(order, (record.source_id, "", ""))
    near = order[max(place - _NEIGHBOURS, 0) : place + _NEIGHBOURS]
    near = [one for one in near if one[1] <= revised]
    if not near or not near[0][0] <= record.source_id <= near[-1][0]:
        return None
    if not record.published:
        return Counter(day for _, day, _ in near).most_common(1)[0][0]
    if days_between(record.published, near[-1][1]) > FRESH_DAYS:
        return None
    # arXiv announces nothing on the day it is sent in, but some who serve its records say it does.
    at_once = any(day == sent for _, day, sent in near)
    sent_in = record.published
    near = [one for one in near if one[1] > sent_in or (at_once and one[1] == sent_in)]
    if not near:
        return None
    left = [day for source_id, day, _ in near if source_id < record.source_id][-1:]
    right = [day for source_id, day, _ in near if source_id > record.source_id][:1]
    if left and left == right:
        return left[0]
    apart = [abs(days_between(record.published, sent)) for _, _, sent in near]
    nearest = (day for far, (_, day, _) in zip(apart, near, strict=True) if far == min(apart))
    return Counter(nearest).most_common(1)[0][0]


def _day_after(record: Record, followed_since: str) -> str | None:
    """Return the announcement day after a paper was sent in, if the category was followed then."""
    if not record.published:
        return None
    day = date.fromisoformat(record.published) + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day.isoformat() if day.isoformat() >= followed_since else None
