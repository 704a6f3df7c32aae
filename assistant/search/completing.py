"""What the query language could go on with where the cursor stands: fields, then their values."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.search.query import FIELDS, STATES, quote
from assistant.sources.statuses import STATUSES
from assistant.text import clean_line, name_key, title_key
from db import facets, personal
from db.engine import Connection

MOST = 8
_LONGEST = 400
_WORD = re.compile(r"""(?:^!?|(?<=\s))-?(?:(?P<field>[A-Za-z]+):)?(?P<value>"[^"]*|[^\s"]*)$""")
_FIELD_HELP = {
    "author": "who wrote it",
    "cat": "arXiv category",
    "year": "2023, 2020.., ..2019",
    "venue": "conference or journal",
    "status": "oral, spotlight, poster, …",
    "session": "of a conference",
    "tag": "your tag",
    "is": "read, unread, starred, …",
    "title": "a word of the title",
}


@dataclass(frozen=True, slots=True)
class Completion:
    """What stands from `start` to `end` can become `text`; `told` says more of it, or is empty."""

    start: int
    end: int
    text: str
    told: str


def completions(connection: Connection, text: str, cursor: int) -> list[Completion]:
    """Return at most eight ways to go on with the word before the cursor; never raises."""
    cursor = max(0, min(cursor, len(text)))
    typed = _WORD.search(text[max(0, cursor - _LONGEST) : cursor])
    if typed is None:
        return []
    length = len(typed[0].lstrip("!-"))
    start = cursor - length
    named, value = (typed["field"] or "").lower(), typed["value"].lstrip('"')
    if named not in FIELDS:
        if named or not value or typed["value"].startswith('"'):
            return []
        return [
            Completion(start, cursor, f"{one}:", _FIELD_HELP[one])
            for one in FIELDS
            if one.startswith(value.lower())
        ][:MOST]
    found: list[Completion] = []
    for one, told in _values(connection, named, clean_line(value, 200)):
        completed = f"{named}:{quote(one)}"
        if completed != text[start:cursor] and all(completed != other.text for other in found):
            found.append(Completion(start, cursor, completed, told))
        if len(found) == MOST:
            break
    return found


def _values(connection: Connection, named: str, value: str) -> Iterator[tuple[str, str]]:
    low = value.lower()
    if named == "is":
        yield from ((one, "") for one in STATES if one.startswith(low))
    elif named == "status":
        yield from ((one, "") for one in STATUSES if one.startswith(low))
    elif named == "cat":
        known = facets.categories(connection)
        archives = dict.fromkeys(one.partition(".")[0] for one in known if "." in one)
        yield from ((one, "all of it") for one in archives if one.lower().startswith(low))
        yield from ((one, "") for one in known if one.lower().startswith(low))
    elif named == "tag":
        tags = personal.all_tags(connection)
        yield from ((tag, _papers(count)) for tag, count in tags if tag.lower().startswith(low))
    elif named == "venue":
        yield from ((one, "") for one in _starting_first(facets.venues(connection), low))
    elif named == "session":
        yield from ((one, "") for one in _starting_first(facets.sessions(connection), low))
    elif named == "year":
        yield from (
            (str(year), "") for year in facets.years(connection) if str(year).startswith(low)
        )
    elif named == "author" and value:
        yield from _authors(connection, value)


def _authors(connection: Connection, value: str) -> Iterator[tuple[str, str]]:
    """Authors whose family name begins with the last word, and who have the words before it."""
    *before, last = value.replace(",", " ").split() or [""]
    wanted = [title_key(word) for word in before]
    if not name_key(last):
        return
    for name, works in facets.authors(connection, name_key(last), 200):
        if all(word in title_key(name) for word in wanted):
            yield name, _papers(works)


def _starting_first(values: Iterable[str], low: str) -> list[str]:
    """Those that contain what was typed, the ones that begin with it first."""
    found = [one for one in values if low in one.lower()]
    return sorted(found, key=lambda one: not one.lower().startswith(low))


def _papers(count: int) -> str:
    return f"{count:,} paper" if count == 1 else f"{count:,} papers"
