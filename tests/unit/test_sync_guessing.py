"""Which day papers were announced on, guessed from when they were sent in and their ids."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.library.sync.assigning import weekdays
from assistant.library.sync.guessing import as_scheduled, at_once, guess_days
from assistant.sources.arxiv_atom import Submitted
from assistant.sources.record import Record

DAYS = weekdays("2025-10-13", "2025-10-31")


def moment(told: str) -> datetime:
    return datetime.fromisoformat(told).replace(tzinfo=UTC)


def sent(number: int, day: str, hours: int = 24) -> Submitted:
    """Return a paper of an announcement day, sent in so many hours before that midnight."""
    when = moment(day) - timedelta(hours=hours)
    return Submitted(Record("arxiv", f"2510.{number:05}", f"Paper {number}"), when)


@pytest.mark.parametrize(
    ("when", "day"),
    [  # arXiv's own table: received between these times, announced on that evening
        ("2025-11-03T18:59", "2025-11-04"),  # Mon 13:59 EST, announced Mon 20:00
        ("2025-11-03T19:00", "2025-11-05"),
        ("2025-11-06T18:59", "2025-11-07"),  # Thu 13:59, announced Thu 20:00
        ("2025-11-06T19:01", "2025-11-10"),  # Thu afternoon, announced Sun 20:00
        ("2025-11-07T18:59", "2025-11-10"),
        ("2025-11-07T19:01", "2025-11-11"),  # Fri afternoon, announced Mon 20:00
        ("2025-11-09T12:00", "2025-11-11"),
        ("2025-10-20T17:59", "2025-10-21"),  # daylight saving time
        ("2025-10-20T18:00", "2025-10-22"),
    ],
)
def test_arxivs_schedule(when: str, day: str) -> None:
    assert as_scheduled(moment(when)) == day


def test_at_once() -> None:
    assert at_once(moment("2025-11-07T12:00")) == "2025-11-07"
    assert at_once(moment("2025-11-08T12:00")) == "2025-11-10"


def test_a_paper_that_was_held_belongs_to_its_neighbours() -> None:
    papers = [sent(number, DAYS[3 + number // 10], 12) for number in range(30)]
    held = [sent(15, DAYS[0]), sent(25, DAYS[2])]
    told = {one.record.source_id: one for one in [*papers, *held]}
    days = guess_days(list(told.values()), {})
    assert days["2510.00015"] == days["2510.00014"] == days["2510.00016"]
    assert days["2510.00025"] == days["2510.00024"]
    assert sorted(set(days.values())) == sorted({*days.values()})


def test_the_days_that_are_known_tell_how_papers_are_dated() -> None:
    """Where all records are dated by the day of their announcement, that is their day."""
    papers = [sent(number, DAYS[2 + number // 10], 0) for number in range(40)]
    known = {one.record.source_id: DAYS[2] for one in papers[:10]}
    days = guess_days(papers, known)
    assert [days[one.record.source_id] for one in papers] == [DAYS[2 + n // 10] for n in range(40)]


def test_a_known_day_is_kept_and_an_id_of_another_year_tells_nothing() -> None:
    old = Submitted(Record("arxiv", "1804.00001", "Old"), moment(DAYS[4]))
    older = Submitted(Record("arxiv", "hep-th/9901001", "Older"), moment(DAYS[4]))
    papers = [sent(number, DAYS[3 + number // 10], 12) for number in range(30)]
    days = guess_days([old, *papers, older], {"2510.00029": DAYS[8]})
    assert days["2510.00029"] == DAYS[8]
    assert days["1804.00001"] == days["hep-th/9901001"] == as_scheduled(moment(DAYS[4]))


@given(st.lists(st.tuples(st.sampled_from(DAYS[2:]), st.integers(0, 9)), min_size=1, max_size=80))
def test_days_ascend_with_ids_and_most_are_right(told: list[tuple[str, int]]) -> None:
    told = sorted(told, key=lambda one: one[0])
    papers = [
        # One in ten was held for days.
        sent(number, day, 24 if held else 24 * 9)
        for number, (day, held) in enumerate(told)
    ]
    days = guess_days(papers, {})
    found = [days[one.record.source_id] for one in papers]
    assert found == sorted(found)
    scheduled = [as_scheduled(one.moment) for one in papers]
    assert sum(a != b for a, b in zip(found, scheduled, strict=True)) <= sum(
        not held for _, held in told
    )
