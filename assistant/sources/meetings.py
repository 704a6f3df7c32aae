"""Meetings with their deadlines, as the public collections of them tell: two forms of YAML.

ccfddl: https://github.com/ccfddl/ccf-deadlines (one list, `confs` below each conference).
huggingface: https://github.com/huggingface/ai-deadlines (a file for each conference).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC
from typing import Any

from assistant.sources.addresses import web_link
from assistant.sources.deadline_times import read_moment
from assistant.sources.feed_items import plain_text
from assistant.text import clean_line

ABSTRACT, PAPER = "abstract", "paper"
MAIN_KINDS = (ABSTRACT, PAPER)
"""What has to be handed in to take part at all."""
_KINDS = {
    "submission": PAPER, "paper": PAPER, "full paper": PAPER, "abstract": ABSTRACT,
    "commitment_deadline": "commitment", "camera-ready": "camera_ready", "rebuttal": "rebuttal",
    "author_response": "rebuttal_end", "rebuttal_and_revision": "rebuttal",
    "first-notification": "notification", "final-notification": "notification",
    "revision-deadline": "revision",
}  # fmt: skip
_SUBJECTS = {
    "AI": "artificial intelligence", "CG": "graphics", "CT": "theory", "DB": "databases",
    "DS": "systems", "HI": "human-computer interaction", "MX": "interdisciplinary",
    "NW": "networks", "SC": "security", "SE": "software engineering",
}  # fmt: skip
_ABOUT_ABSTRACTS = re.compile(r"\babstracts?\b|\bregistration\b", re.IGNORECASE)
_ABOUT_PAPERS = re.compile(r"\b(?:full|papers?|manuscripts?)\b", re.IGNORECASE)
_BRIEF = 60
_EXTENDED = re.compile(r"\bextended (?:to|until|deadline)|\bextension\b", re.IGNORECASE)
_MOST = 5_000
_MOST_DEADLINES = 60


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline as one collection tells it.

    `kind` is abstract, paper, notification and the like; `at` the moment in UTC (ISO 8601), None
    while it is to be announced; `told` how the collection writes it. `round` counts the rounds a
    meeting has of papers. An unknown zone makes `at` the earliest it can be.
    """

    kind: str
    label: str
    at: str | None
    told: str
    zone_known: bool = True
    round: int = 1
    extended: bool = False


@dataclass(frozen=True, slots=True)
class Meeting:
    """One edition of a conference as one collection tells it."""

    edition: str
    series: str
    year: int
    full_name: str = ""
    link: str = ""
    place: str = ""
    dates: str = ""
    subjects: tuple[str, ...] = ()
    note: str = ""
    deadlines: tuple[Deadline, ...] = ()

    def as_document(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)


def meeting_from(document: dict[str, Any]) -> Meeting:
    """Return the meeting that `as_document` wrote."""
    told = {**document, "subjects": tuple(document["subjects"])}
    told["deadlines"] = tuple(Deadline(**one) for one in document["deadlines"])
    return Meeting(**told)


@dataclass(slots=True)
class ReadMeetings:
    """Meetings of a document, and what in it could not be used, each in a sentence."""

    meetings: list[Meeting]
    faults: list[str]


def read_ccfddl(document: Any) -> ReadMeetings:
    """Return the meetings of ccfddl's form: conferences, each with `confs` and their `timeline`.

    Raises:
        ValueError: it is no list.
    """
    read = ReadMeetings([], [])
    for series in _objects(document):
        for conf in _objects(series.get("confs") or []):
            _keep(read, series, conf, _from_ccfddl)
    return read


def read_huggingface(document: Any) -> ReadMeetings:
    """Return the meetings of ai-deadlines' form: editions, each with a list of `deadlines`.

    Raises:
        ValueError: it is no list.
    """
    read = ReadMeetings([], [])
    for edition in _objects(document):
        if "confs" not in edition and "accept_rates" not in edition:
            _keep(read, edition, edition, _from_huggingface)
    return read


def _keep(
    read: ReadMeetings,
    series: dict[str, Any],
    edition: dict[str, Any],
    parse: Callable[[dict[str, Any], dict[str, Any], list[str]], Meeting],
) -> None:
    if len(read.meetings) >= _MOST:
        return
    faults: list[str] = []
    try:
        meeting = parse(series, edition, faults)
    except ValueError as error:
        read.faults.append(f"{_text(series, 'title', 60) or 'an entry'}: {error}")
        return
    read.faults += [f"{meeting.series} {meeting.year}: {fault}" for fault in faults]
    read.meetings.append(replace(meeting, deadlines=_in_rounds(meeting.deadlines)))


def _from_ccfddl(series: dict[str, Any], conf: dict[str, Any], faults: list[str]) -> Meeting:
    zone = _text(conf, "timezone", 60)
    deadlines: list[Deadline] = []
    for row in _objects(conf.get("timeline") or [], _MOST_DEADLINES):
        comment = _text(row, "comment", 200)
        # A brief comment names what the row is about; a long one tells of the other deadline too.
        about_abstracts = (
            len(comment) <= _BRIEF
            and "abstract_deadline" not in row
            and _ABOUT_ABSTRACTS.search(comment)
            and not _ABOUT_PAPERS.search(comment)
        )
        for name, kind, label in (
            ("abstract_deadline", ABSTRACT, ""), ("abstract deadline", ABSTRACT, ""),
            ("deadline", ABSTRACT if about_abstracts else PAPER, comment),
        ):  # fmt: skip
            if name in row:
                deadlines += _deadline(kind, label, _text(row, name, 60), zone, faults)
    subject = _text(series, "sub", 20)
    return _meeting(
        series, conf, deadlines,
        full_name=_text(series, "description", 200),
        place=_text(conf, "place", 120),
        subjects=(_SUBJECTS.get(subject, subject),) if subject else (),
    )  # fmt: skip


def _from_huggingface(_: dict[str, Any], edition: dict[str, Any], faults: list[str]) -> Meeting:
    zone = _text(edition, "timezone", 60)
    deadlines: list[Deadline] = []
    for row in _objects(edition.get("deadlines") or [], _MOST_DEADLINES):
        kind = _text(row, "type", 40).lower()
        deadlines += _deadline(
            _KINDS.get(kind, kind or PAPER), _text(row, "label", 200), _text(row, "date", 60),
            _text(row, "timezone", 60) or zone, faults,
        )  # fmt: skip
    if not deadlines:  # the form before there were lists of deadlines
        for name, kind in (("abstract_deadline", ABSTRACT), ("deadline", PAPER)):
            if name in edition:
                deadlines += _deadline(kind, "", _text(edition, name, 60), zone, faults)
    place = ", ".join(filter(None, (_text(edition, "city", 80), _text(edition, "country", 80))))
    subjects = edition.get("tags")
    return _meeting(
        edition, edition, deadlines,
        full_name=_text(edition, "full_name", 200),
        place=place,
        subjects=tuple(
            clean_line(tag.replace("-", " "), 60)
            for tag in (subjects if isinstance(subjects, list) else [])[:30]
            if isinstance(tag, str)
        ),
        note=clean_line(plain_text(_text(edition, "note", 2_000)), 500),
    )  # fmt: skip


def _meeting(
    series: dict[str, Any], edition: dict[str, Any], deadlines: list[Deadline], **told: Any
) -> Meeting:
    name, year = _text(series, "title", 80), _text(edition, "year", 10)
    if not name:
        raise ValueError("it has no title")
    if not re.fullmatch(r"(?:19|20|21)\d\d", year):
        raise ValueError(f"{year[:10]!r} is no year")
    return Meeting(
        edition=_text(edition, "id", 80) or f"{name}{year}",
        series=name,
        year=int(year),
        link=web_link(_text(edition, "link", 500)) or "",
        dates=_text(edition, "date", 80),
        deadlines=tuple(deadlines),
        **told,
    )


def _deadline(kind: str, label: str, told: str, zone: str, faults: list[str]) -> Iterator[Deadline]:
    try:
        moment = read_moment(told, zone)
    except ValueError as error:
        faults.append(f"{kind}: {error}")
        return
    at = moment.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment.at else None
    if at and not moment.zone_known:
        faults.append(f"{kind}: {zone[:40]!r} is no time zone we know")
    yield Deadline(
        kind=kind,
        label=label,
        at=at,
        told=f"{told} {zone}".strip() if at else "to be announced",
        zone_known=moment.zone_known,
        extended=bool(_EXTENDED.search(label)),
    )


def _in_rounds(deadlines: tuple[Deadline, ...]) -> tuple[Deadline, ...]:
    """Return deadlines in order, each with the round it belongs to: the papers' own count."""
    ends = sorted({one.at for one in deadlines if one.kind == PAPER and one.at})
    still_open = sum(one.kind == PAPER and one.at is None for one in deadlines)
    seen: Counter[str] = Counter()
    found = []
    for one in sorted(deadlines, key=lambda one: (one.at is None, one.at or "", one.kind)):
        if one.at is None and one.kind in MAIN_KINDS:
            # A round to be announced comes after those that have a date.
            seen[one.kind] += 1
            number = max(len(ends) + min(seen[one.kind], still_open), 1)
        elif one.at is None or not ends:
            number = 1
        elif one.kind in MAIN_KINDS:
            number = next((n for n, end in enumerate(ends, start=1) if end >= one.at), len(ends))
        else:
            number = max(sum(end <= one.at for end in ends), 1)
        found.append(replace(one, round=number))
    return tuple(found)


def _objects(value: Any, most: int = _MOST) -> Iterator[dict[str, Any]]:
    if not isinstance(value, list):
        raise ValueError("not a list")
    for one in value[:most]:
        if isinstance(one, dict):
            yield one


def _text(fields: dict[str, Any], name: str, most: int) -> str:
    value = fields.get(name)
    return clean_line(value, most) if isinstance(value, str) else ""
