"""What a fake arXiv is asked and answers, and the small things all its pages are made of."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from xml.sax.saxutils import escape

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
ARXIV = "http://arxiv.org/schemas/atom"
ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
XML = "<?xml version='1.0' encoding='UTF-8'?>\n"


@dataclass(frozen=True)
class Request:
    """One request as it came; `endpoint` is feed, listing, oai, api, or "" for anything else."""

    endpoint: str
    path: str
    query: Mapping[str, list[str]]
    time: float
    headers: Mapping[str, str]
    fault: str = ""

    @property
    def agent(self) -> str:
        return self.headers.get("user-agent", "")

    def number(self, name: str, default: int) -> int:
        """Return a number asked for, or the default where it is none, as /list does."""
        told = self.query.get(name, [""])[0]
        return int(told) if told.isdecimal() else default


@dataclass
class Reply:
    """One answer before a fault of the connection spoils it."""

    body: str
    type: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class View:
    """Which day's knowledge an endpoint answers from, and how a fault bends what it says.

    `told` is the day a feed or listing says it is for, `built` the day a feed says it was made,
    `drop` how many entries are left out of those counted, `error` an error to answer with.
    """

    day: str
    told: str
    built: str
    empty: bool = False
    drop: int = 0
    error: str = ""


def xml(text: str) -> str:
    """Return text as XML may hold it."""
    return escape(_NOT_XML.sub("", text), {'"': "&quot;"})


def tag(name: str, text: str, indent: str = "") -> str:
    """Return an element on a line of its own, or nothing where there is no text."""
    return f"{indent}<{name}>{xml(text)}</{name.split()[0]}>\n" if text else ""


def midnight(day: str) -> datetime:
    """Return midnight at the US east coast, when arXiv's feeds change."""
    then = date.fromisoformat(day)
    hours = -4 if _sunday(then.year, 3, 2) < then <= _sunday(then.year, 11, 1) else -5
    return datetime(then.year, then.month, then.day, tzinfo=timezone(timedelta(hours=hours)))


def built_at(day: str) -> datetime:
    """Return when a day's feed was made, in UTC: a moment after midnight."""
    return midnight(day).astimezone(UTC) + timedelta(seconds=10)


def _sunday(year: int, month: int, which: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (which - 1))
