"""Calendars of talks: zones, dates, what repeats, what is called off, and what they may hide."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.sources.calendars import is_calendar, read_calendar_items
from assistant.sources.courtesy import Again
from assistant.sources.feed_items import MAX_ITEMS, MAX_SUMMARY, Item
from assistant.sources.feeds import read_feed_items
from assistant.text import clean_line


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"])


def calendar(*events: str, head: str = "X-WR-CALNAME:A seminar") -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", head, *events, "END:VCALENDAR", ""]
    return "\r\n".join(lines).encode()


def only(*lines: str, head: str = "X-WR-CALNAME:A seminar") -> Item:
    _, (item,) = read_calendar_items(calendar(event(*lines), head=head))
    return item


TALK = ("UID:1", "SUMMARY:Scaling\\, again", "DTSTART:20260115T140000Z")


def test_a_talk_with_all_there_is_to_it() -> None:
    told = calendar(
        "BEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nEND:STANDARD"
        "\r\nEND:VTIMEZONE",
        event(
            *TALK, "URL:https://talks.example/1", "CREATED:20251201T080000Z",
            "LOCATION:Room 2\\; B",
            "DESCRIPTION:First line\\nand a li\r\n ne that is folded <b>boldly</b>",
            "BEGIN:VALARM\r\nSUMMARY:Not this\r\nTRIGGER:-PT5M\r\nEND:VALARM",
        ),
    )  # fmt: skip
    assert is_calendar(told)
    assert read_feed_items(told) == (
        "A seminar",
        (
            Item(
                "1", "Scaling, again", "https://talks.example/1", "2025-12-01T08:00:00+00:00",
                "Room 2; B\n\nFirst line\nand a line that is folded boldly",
                "2026-01-15T14:00:00+00:00",
            ),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("start", "head", "moment"),
    [
        ("DTSTART;TZID=Europe/Berlin:20260715T140000", "X:1", "2026-07-15T12:00:00+00:00"),
        ('DTSTART;TZID="America/New_York":20260115T140000', "X:1", "2026-01-15T19:00:00+00:00"),
        ("DTSTART:20260115T140000", "X-WR-TIMEZONE:Asia/Tokyo", "2026-01-15T05:00:00+00:00"),
        ("DTSTART:20260115T140000", "X:1", "2026-01-15T14:00:00+00:00"),
        ("DTSTART;TZID=../../etc/passwd:20260115T140000", "X:1", "2026-01-15T14:00:00+00:00"),
        ("DTSTART;VALUE=DATE:20260115", "X:1", "2026-01-15T00:00:00+00:00"),
        ("dtstart:20260115T235960Z", "X:1", "2026-01-15T23:59:59+00:00"),
    ],
)
def test_zones(start: str, head: str, moment: str) -> None:
    assert only("UID:1", "SUMMARY:T", start, head=head).starts == moment


def test_what_repeats_is_taken_where_its_dates_are_told() -> None:
    _, items = read_calendar_items(
        calendar(
            event(*TALK, "RRULE:FREQ=WEEKLY"),
            event(*TALK[:2], "RECURRENCE-ID:20260122T140000Z", "DTSTART:20260122T150000Z"),
            event(*TALK[:2], "RECURRENCE-ID:20260129T140000Z", "DTSTART:20260129T140000Z"),
        )
    )
    assert [one.starts for one in items] == [
        "2026-01-29T14:00:00+00:00", "2026-01-22T15:00:00+00:00",
    ]  # fmt: skip
    assert len({one.id for one in items}) == 2


def test_what_is_called_off_starts_never() -> None:
    item = only(*TALK, "STATUS:CANCELLED")
    assert (item.title, item.starts) == ("Cancelled: Scaling, again", None)


@pytest.mark.parametrize("start", ["DTSTART:soon", "DTSTART:20261301T000000Z", "X:1", "DTSTART:"])
def test_an_event_without_a_date_is_none(start: str) -> None:
    assert read_calendar_items(calendar(event("UID:1", "SUMMARY:T", start)))[1] == ()


def test_of_very_many_those_to_come_last() -> None:
    many = [
        event(f"UID:{n}", "SUMMARY:T", f"DTSTART:{2000 + n % 1_000:04d}0115T140000Z")
        for n in range(5_000)
    ]
    started = time.perf_counter()
    _, items = read_calendar_items(calendar(*many))
    assert len(items) == MAX_ITEMS
    assert (items[0].starts or "").startswith("2999")
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("end", [1, 20, -4])
def test_what_breaks_off_is_asked_again(end: int) -> None:
    body = calendar(event(*TALK)).rstrip()
    with pytest.raises(Again):
        read_feed_items(body[:-end] if end > 0 else body[:end])


@pytest.mark.parametrize("bomb", ["BEGIN:X\r\n" * 100_000, "A" * 3_000_000, ";a=" * 500_000,
                                  'DTSTART;X="' * 100_000, "\r\n " * 500_000])  # fmt: skip
def test_bombs_cost_little(bomb: str) -> None:
    started = time.perf_counter()
    read_calendar_items(calendar(event(*TALK), bomb))
    assert time.perf_counter() - started < 5


@given(
    st.lists(
        st.one_of(
            st.text(max_size=40),
            st.builds(
                "{}{}:{}".format,
                st.sampled_from(["UID", "SUMMARY", "DTSTART", "DESCRIPTION", "URL", "BEGIN", "END",
                                 "RECURRENCE-ID", "LOCATION"]),
                st.sampled_from(["", ";TZID=Europe/Paris", ";X=\"\x1b[2J:\"", ";TZID="]),
                st.one_of(st.text(max_size=30), st.sampled_from(["VEVENT", "20260115T140000"])),
            ),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_whatever_it_says_items_are_clean(lines: list[str]) -> None:
    title, items = read_calendar_items(calendar(event(*TALK), event(*lines)))
    assert title == clean_line(title)
    for item in items:
        assert item.title == clean_line(item.title)
        assert item.id == clean_line(item.id)
        assert len(item.summary) <= MAX_SUMMARY
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", item.summary)
        assert item.link is None or item.link.startswith("http")
