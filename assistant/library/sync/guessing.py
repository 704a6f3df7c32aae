"""Which day papers were announced on, guessed from when they were sent in and from their ids.

The API tells no day of an announcement. What is sent in until 14:00 US Eastern is announced that
evening, from Friday's to Sunday's, and stands under the day after
(https://info.arxiv.org/help/availability.html). Some papers are held for days, and holidays shift
all; but ids are given out as papers are announced, so their days ascend as ids do.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from assistant.library.sync.arxiv import ARXIV_TIME
from assistant.sources.arxiv_atom import Submitted

DEADLINE = time(14)


def guess_days(papers: Sequence[Submitted], known: Mapping[str, str]) -> dict[str, str]:
    """Return arXiv id -> ISO day of announcement; `known` has the days that are no guess.

    The longest run of ids whose days ascend is believed; any other paper was held, and belongs to
    the day of its neighbours.
    """
    told = [one for one in papers if one.record.source_id in known]
    # Who serves arXiv's records elsewhere may date them by the day they were announced.
    by_date = sum(at_once(one.moment) == known[one.record.source_id] for one in told)
    by_rule = sum(as_scheduled(one.moment) == known[one.record.source_id] for one in told)
    rule = at_once if by_date > by_rule else as_scheduled
    found = {one.record.source_id: rule(one.moment) for one in papers} | dict(known)
    late = {one.record.source_id for one in papers if _is_older(one)}
    order = sorted(one for one in found if "/" not in one and one not in late)
    run = _ascending([found[one] for one in order])
    for left, right in zip([None, *run], [*run, None], strict=True):
        first = found[order[left]] if left is not None else ""
        last = found[order[right]] if right is not None else "9999"
        start = left + 1 if left is not None else 0
        for name in order[start : right if right is not None else len(order)]:
            if name not in known:
                found[name] = min(max(found[name], first), last)
    return found


def as_scheduled(moment: datetime) -> str:
    """Return the ISO day under which a paper sent in at a moment stands at the earliest."""
    there = moment.astimezone(ARXIV_TIME)
    closing = there.date() + timedelta(days=there.time() >= DEADLINE)
    while closing.weekday() >= 5:
        closing += timedelta(days=1)
    return _weekday(closing + timedelta(days=1))


def at_once(moment: datetime) -> str:
    """Return the ISO day of a moment, the Monday after a weekend's."""
    return _weekday(moment.astimezone(UTC).date())


def _weekday(day: date) -> str:
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day.isoformat()


def _is_older(one: Submitted) -> bool:
    """Tell an id given out before its paper was sent in, as far as the two are told."""
    return one.record.source_id[:4] < f"{one.moment:%y%m}"


def _ascending(days: Sequence[str]) -> list[int]:
    """Return the places of a longest run of days that never descend (M. Fredman, 1975)."""
    ends: list[str] = []
    places: list[int] = []
    before: list[int | None] = []
    for place, day in enumerate(days):
        length = bisect_right(ends, day)
        before.append(places[length - 1] if length else None)
        ends[length : length + 1] = [day]
        places[length : length + 1] = [place]
    run: list[int] = []
    last = places[-1] if places else None
    while last is not None:
        run.append(last)
        last = before[last]
    return run[::-1]
