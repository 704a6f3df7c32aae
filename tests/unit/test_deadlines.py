"""Deadlines as collections write them, laid beside each other, and as a calendar takes them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.library.deadlines.due import Due, Telling, _joined, about, called
from assistant.library.deadlines.icalendar import to_icalendar
from assistant.sources.courtesy import Again
from assistant.sources.deadline_times import find_zone, read_moment
from assistant.sources.meetings import (
    Deadline,
    Meeting,
    meeting_from,
    read_ccfddl,
    read_huggingface,
)
from assistant.sources.yaml_texts import read_yaml
from tests.fakes.calendars import read_calendar
from tests.fakes.venue_sites import BOMBS

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CCFDDL = b"""
- title: ICML
  description: International Conference on Machine Learning
  sub: AI
  rank: {ccf: A}
  dblp: icml
  confs:
    - year: 2027
      id: icml27
      link: https://icml.cc/Conferences/2027
      timeline:
        - abstract_deadline: '2027-01-22 23:59:59'
          deadline: '2027-01-28 23:59:59'
      timezone: AoE
      date: July 11-17, 2027
      place: Somewhere
- title: SIGMOD
  description: ACM Conference on Management of Data
  sub: DB
  confs:
    - year: 2027
      id: sigmod27
      link: javascript:alert(1)
      timeline:
        - deadline: '2026-12-01 17:00:00'
          comment: first round
        - deadline: TBD
          comment: second round
        - deadline: '2026-13-45 17:00:00'
      timezone: PT
      date: June 13-19, 2027
      place: There
"""
HUGGINGFACE = b"""
- title: ICML
  year: 2027
  id: icml27
  full_name: The Forty-Fourth International Conference on Machine Learning
  link: https://icml.cc
  deadlines:
  - {type: abstract, label: Abstract, date: '2027-01-22 23:59:59', timezone: AoE}
  - {type: submission, label: Paper, date: '2027-01-30 12:00:00', timezone: UTC}
  - {type: notification, label: Decisions, date: '2027-05-01 23:59:59', timezone: Mars/Olympus}
  city: Elsewhere
  country: Land
  date: July 12 - 18, 2027
  tags: [machine-learning]
  note: More <a href='https://icml.cc'>here</a><script>alert(1)</script>.
"""


@pytest.mark.parametrize(
    ("told", "zone", "at"),
    [
        ("2026-01-28 23:59:59", "AoE", "2026-01-29T11:59:59"),
        ("2026-01-28 23:59", "UTC-12", "2026-01-29T11:59:00"),
        ("2026-01-28 23:59:59", "UTC", "2026-01-28T23:59:59"),
        ("2026-01-28 23:59:59", "UTC+0", "2026-01-28T23:59:59"),
        ("2026-01-28 23:59:59", "GMT+02", "2026-01-28T21:59:59"),
        ("2026-01-28 23:59:59", "UTC+5:30", "2026-01-28T18:29:59"),
        ("2026-01-28 17:00:00", "PT", "2026-01-29T01:00:00"),
        ("2026-06-28 17:00:00", "PT", "2026-06-29T00:00:00"),
        ("2026-06-28 17:00:00", "PST", "2026-06-29T00:00:00"),
        ("2026-06-28 23:00:00", "Europe/London", "2026-06-28T22:00:00"),
        ("2026-01-28 23:00:00", "Pacific/Honolulu", "2026-01-29T09:00:00"),
        ("2026-01-28", "UTC", "2026-01-28T23:59:59"),
        ("2026-01-28 24:00:00", "UTC", "2026-01-29T00:00:00"),
        ("2026-01-28T23:59:59Z", "AoE", "2026-01-28T23:59:59"),
        ("2026/1/8 9:30", "UTC", "2026-01-08T09:30:00"),
        ("2028-02-29 23:59:59", "AoE", "2028-03-01T11:59:59"),
    ],
)
def test_moments_are_read_in_their_zone(told: str, zone: str, at: str) -> None:
    moment = read_moment(told, zone)
    assert moment.zone_known
    assert moment.at == datetime.fromisoformat(at).replace(tzinfo=UTC)


@pytest.mark.parametrize("told", ["TBA", "TBD", "tbd", "", " "])
def test_what_is_open_is_no_moment(told: str) -> None:
    assert read_moment(told, "AoE").at is None


@pytest.mark.parametrize("told", ["soon", "2026-02-30", "2026-01-28 25:00", "28.1.2026", "9" * 99])
def test_what_is_no_date_is_said(told: str) -> None:
    with pytest.raises(ValueError, match="is no date"):
        read_moment(told, "AoE")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "UTC+99", "../../etc/passwd", "", "somewhere"])
def test_an_unknown_zone_is_said_and_makes_it_the_earliest(zone: str) -> None:
    assert find_zone(zone) is None
    moment = read_moment("2026-01-28 14:00:00", zone)
    assert not moment.zone_known
    assert moment.at == datetime(2026, 1, 28, tzinfo=UTC)


@given(st.text(max_size=30), st.text(max_size=20))
def test_any_texts_are_a_moment_or_an_error(told: str, zone: str) -> None:
    try:
        moment = read_moment(told, zone)
    except ValueError:
        return
    assert moment.at is None or moment.at.tzinfo is not None


def test_both_forms_are_read() -> None:
    read = read_ccfddl(read_yaml(CCFDDL))
    icml, sigmod = read.meetings
    assert [(one.kind, one.at, one.round) for one in icml.deadlines] == [
        ("abstract", "2027-01-23T11:59:59Z", 1), ("paper", "2027-01-29T11:59:59Z", 1),
    ]  # fmt: skip
    assert sigmod.link == ""
    assert [(one.at, one.told) for one in sigmod.deadlines] == [
        ("2026-12-02T01:00:00Z", "2026-12-01 17:00:00 PT"), (None, "to be announced"),
    ]  # fmt: skip
    assert read.faults == ["SIGMOD 2027: paper: '2026-13-45 17:00:00' is no date"]
    (other,) = read_huggingface(read_yaml(HUGGINGFACE)).meetings
    assert [one.kind for one in other.deadlines] == ["abstract", "paper", "notification"]
    assert not other.deadlines[-1].zone_known
    assert other.note == "More here."
    assert meeting_from(other.as_document()) == other


def test_rounds_are_counted_by_the_papers() -> None:
    rows = "".join(
        f"        - abstract_deadline: '2026-{month:02d}-10 23:59:00'\n"
        f"          deadline: '2026-{month:02d}-17 23:59:00'\n"
        for month in (1, 4, 7)
    )
    text = (
        "- title: X\n  confs:\n    - year: 2026\n      id: x26\n      timezone: AoE\n"
        f"      timeline:\n{rows}"
    )
    (meeting,) = read_ccfddl(read_yaml(text.encode())).meetings
    assert [(one.kind, one.round) for one in meeting.deadlines] == [
        (kind, number) for number in (1, 2, 3) for kind in ("abstract", "paper")
    ]


@pytest.mark.parametrize(
    ("timeline", "counted"),
    [
        (["deadline: '2026-01-10'", "deadline: TBD", "deadline: TBD"], [1, 2, 3]),
        (["deadline: TBD"], [1]),
        (["{abstract_deadline: TBD, deadline: '2026-01-10'}"], [1, 1]),
        (
            ["{abstract_deadline: '2026-01-03', deadline: '2026-01-10'}",
             "{abstract_deadline: TBD, deadline: TBD}"],
            [1, 1, 2, 2],
        ),
    ],
)  # fmt: skip
def test_rounds_to_be_announced_come_after_those_with_a_date(
    timeline: list[str], counted: list[int]
) -> None:
    rows = "".join(f"        - {row}\n" for row in timeline)
    text = f"- title: X\n  confs:\n    - year: 2026\n      id: x26\n      timeline:\n{rows}"
    (meeting,) = read_ccfddl(read_yaml(text.encode())).meetings
    assert [one.round for one in meeting.deadlines] == counted


@pytest.mark.parametrize("kind", ["yaml", "json", "html", "xml"])
def test_bombs_are_refused(kind: str) -> None:
    with pytest.raises((Again, ValueError)):
        read_huggingface(read_yaml(BOMBS[kind]))


@pytest.mark.parametrize(
    "body",
    [
        b"- title: &a X\n  year: *a\n",
        b"- !!python/object/apply:os.system ['true']\n",
        b"- " * 5_000 + b"x",
        b"- title: X\n  year: " + b"9" * 10_000,
        b"- {title: 5, year: [2026], deadlines: {a: b}}\n- [x]\n- null\n",
        b"\xff\xfe\x00",
    ],
)
def test_hostile_documents_give_nothing_and_harm_nothing(body: bytes) -> None:
    try:
        document = read_yaml(body)
    except Again:
        return
    try:
        assert read_huggingface(document).meetings == []
        assert read_ccfddl(document).meetings == []
    except ValueError:
        pass


def joined(*told: tuple[str, bytes]) -> list[Due]:
    readers = {"ccfddl": read_ccfddl, "huggingface": read_huggingface}
    rows: list[tuple[str, Meeting, dict[str, list[str]]]] = []
    for collection, body in told:
        rows += [
            (collection, one, {}) for one in readers[collection](read_yaml(body)).meetings
            if one.series == "ICML"
        ]  # fmt: skip
    return _joined("icml", rows, None)


def test_collections_are_laid_beside_each_other() -> None:
    abstract, paper, notification = joined(("ccfddl", CCFDDL), ("huggingface", HUGGINGFACE))
    assert (abstract.kind, abstract.disagreed) == ("abstract", False)
    assert [one.collection for one in abstract.tellings] == ["ccfddl", "huggingface"]
    assert paper.disagreed
    assert paper.at == datetime(2027, 1, 29, 11, 59, 59, tzinfo=UTC), "the earlier counts"
    assert [one.told for one in paper.tellings] == [
        "2027-01-28 23:59:59 AoE", "2027-01-30 12:00:00 UTC",
    ]  # fmt: skip
    assert len(notification.tellings) == 1
    assert paper.dates == {"ccfddl": "July 11-17, 2027", "huggingface": "July 12 - 18, 2027"}
    assert called([paper], "icml 2027") == [paper]
    assert called([paper], "Machine Learning") == [paper]
    assert about([paper], "machine-learning") == [paper]
    assert about([paper], "graphics") == []


def due(**told: object) -> Due:
    fields: dict[str, object] = {
        "key": "icml", "name": "ICML", "year": 2027, "kind": "paper", "label": "", "round": 1,
        "rounds": 1, "at": NOW,
        "tellings": (Telling("ccfddl", NOW, "2026-11-25 12:00:00 UTC"),),
    }  # fmt: skip
    return Due(**{**fields, **told})  # type: ignore[arg-type]


def test_a_calendar_takes_what_is_written() -> None:
    dues = [
        due(
            full_name="Konferenz über Größen; mit, Zeichen \\ und\nZeilen", link="https://icml.cc/"
        ),
        due(kind="abstract", at=NOW - timedelta(days=6), subjects=("a, b", "c;d")),
        due(kind="notification", label="Decisions"),
        due(kind="notification", label="Early decisions"),
        due(kind="paper", round=2, rounds=2, at=None),
        due(name="漢字" * 60, key="漢字"),
    ]
    events = read_calendar(to_icalendar(dues, now=NOW, alarms=(7, 1, 7)))
    assert len(events) == 5, "what is open is left out"
    first, alarms = events[0]
    assert first["SUMMARY"] == ["ICML 2027: paper"]
    assert first["DTSTART"] == ["20261125T120000Z"]
    assert "Konferenz über Größen; mit, Zeichen \\ und\nZeilen" in first["DESCRIPTION"][0]
    assert [alarm["TRIGGER"] for alarm in alarms] == [["-P7D"], ["-P1D"]]


def test_a_moved_deadline_keeps_its_uid_and_counts_on() -> None:
    later = NOW + timedelta(days=3)
    moved = due(at=later, tellings=(Telling("ccfddl", later, "later", was=(NOW,)),))
    ((before, _),) = read_calendar(to_icalendar([due()], now=NOW))
    ((after, _),) = read_calendar(to_icalendar([moved], now=NOW))
    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (["0"], ["1"])
    assert moved.moved_from == NOW


texts = st.text(max_size=200)


@given(st.lists(st.tuples(texts, texts, texts, st.sampled_from(["paper", "x y", "é"])), max_size=4))
def test_any_texts_make_a_file_that_is_read_back(rows: list[tuple[str, str, str, str]]) -> None:
    from assistant.text import clean, clean_line

    dues = [
        due(name=clean_line(name), full_name=clean(full), label=clean_line(label), kind=kind)
        for name, full, label, kind in rows
    ]
    events = read_calendar(to_icalendar(dues, now=NOW))
    for one, (event, _) in zip(dues, events, strict=True):
        assert event["SUMMARY"] == [f"{one.edition}: {one.what}"]
        if one.full_name:
            assert one.full_name in event["DESCRIPTION"][0]


def test_a_deadline_that_two_rounds_share_is_told_once() -> None:
    one = Deadline("paper", "", "2026-12-01T00:00:00Z", "x", round=1)
    two = Deadline("paper", "", "2026-12-01T00:30:00Z", "y", round=1)
    meetings = [("ccfddl", Meeting("a", "X", 2026, deadlines=(one,)), {}),
                ("huggingface", Meeting("b", "X", 2026, deadlines=(two,)), {})]  # fmt: skip
    (found,) = _joined("x", meetings, None)
    assert not found.disagreed
    assert len(found.tellings) == 2
