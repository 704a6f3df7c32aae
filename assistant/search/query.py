"""The query language: what a person typed, as words, phrases, exclusions and filters.

    diffusion "score matching" -image author:"Yang Song" cat:cs.LG year:2021.. is:unread

Nothing a person can type is an error: what does not parse is searched as plain words, and
`Query.notices` says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from assistant.sources.statuses import STATUSES
from assistant.sources.venues import known_venues, venues_called
from assistant.text import clean_line
from assistant.words import words

Kind = Literal["keywords", "phrase", "question", "passage", "empty"]

LONGEST_QUERY = 10_000
FIELDS = ("author", "cat", "year", "venue", "status", "session", "tag", "is", "title")
STATES = ("unread", "read", "skimmed", "later", "starred", "rated", "liked", "disliked")

_FUNCTION_WORDS = """
a about above after again against all also am an and any are as at be because been before being
below between both but by can cannot could did do does doing done down during each few for from
further had has have having he her here hers him his how i if in into is it its itself just me
more most my no nor not now of off on once only or other our ours out over own s same she should
so some such t than that the their theirs them then there these they this those through to too
under until up very was we were what when where which while who whom whose why will with would you
your yours
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
"""Words that say nothing about what a paper is about."""

_QUESTION_WORDS = frozenset(
    ("what", "how", "why", "which", "when", "where", "who", "whose", "does", "do", "did")
)
_LONGEST_KEYWORDS = 4  # words; up to 6 where none of them is a function word
_LONGEST_SENTENCE = 40  # words; what is longer was pasted
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_TOKEN = re.compile(
    r"""(?P<minus>-?)
        (?: (?P<field>[A-Za-z]+):(?: "(?P<quoted>[^"]*)" | (?P<bare>[^\s"]+) )
          | "(?P<phrase>[^"]*)"
          | (?P<word>\S+)
        )""",
    re.VERBOSE,
)
_YEARS = re.compile(r"(?P<first>\d{4})?(?P<dots>\.\.)?(?P<last>\d{4})?")
_EDITION = re.compile(r"(.*?)[\s_-]*((?:19|20)\d\d)")
_TERM = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition a paper must (or, negated, must not) fulfil.

    `source` is the text it was written as, for chips; `first` and `last` bound a `year` filter,
    both ends included. `names` and `editions` are what a known `venue` is called, and how the ids
    of its editions begin.
    """

    field: str
    value: str
    negated: bool
    source: str
    first: int | None = None
    last: int | None = None
    names: tuple[str, ...] = ()
    editions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query.

    `text` is what was typed (cleaned, cut), `terms` the distinct folded words in order, hyphens
    kept, `phrases` what a paper must say in these words, `excluded` the words and phrases it must
    not, `notices` what to tell the person, `plain` the words to embed as they were written.
    """

    text: str
    terms: tuple[str, ...]
    phrases: tuple[str, ...]
    excluded: tuple[str, ...]
    filters: tuple[Filter, ...]
    notices: tuple[str, ...]
    kind: Kind
    plain: str

    @property
    def restricts(self) -> bool:
        """Whether papers are ruled out, whatever their score."""
        return bool(self.filters or self.phrases or self.excluded)


def parse_query(text: str) -> Query:
    """Return what a person typed as a `Query`; never raises, reads at most 10,000 characters."""
    notices = []
    if len(text) > LONGEST_QUERY:
        notices.append(f"Only the first {LONGEST_QUERY:,} characters were searched.")
    text = clean_line(text[:LONGEST_QUERY], LONGEST_QUERY).translate(_QUOTES)
    if text.count('"') % 2:
        notices.append("A quotation mark is not closed; searched as plain words.")
        last = text.rindex('"')
        scanned = text[:last] + " " + text[last + 1 :]
    else:
        scanned = text

    plain: list[str] = []
    phrases: list[str] = []
    excluded: list[str] = []
    filters: list[Filter] = []
    pasted = len(scanned.split()) > _LONGEST_SENTENCE
    for match in _TOKEN.finditer(scanned):
        if match["field"] is not None and match["field"].lower() in FIELDS:
            found = _filter(match)
            if isinstance(found, Filter):
                filters.append(found)
            else:
                notices.append(found)
                plain.append(match[0].replace('"', " "))
            continue
        if match["field"] is not None and not pasted:
            notices += _perhaps_meant(match["field"])
        phrase = match["phrase"]
        if pasted or (phrase is None and not match["minus"]):
            plain.append(match[0].replace('"', " "))
            if match[0].lower().rstrip(":") in FIELDS and match[0].endswith(":"):
                notices.append(f"{match[0]} has no value; searched as a word.")
            continue
        said = " ".join(words(phrase if phrase is not None else match[0]))
        if not said:
            continue
        if match["minus"]:
            excluded.append(said)
        else:
            phrases.append(said)
            plain.append(str(phrase))
    return _assemble(text, plain, phrases, excluded, filters, notices)


def quote(value: str) -> str:
    """Return a filter's value as it must be written to be read back; quotation marks are lost."""
    value = clean_line(value.translate(_QUOTES).replace('"', " "), LONGEST_QUERY)
    return f'"{value}"' if " " in value or not value else value


def _assemble(
    text: str,
    plain: list[str],
    phrases: list[str],
    excluded: list[str],
    filters: list[Filter],
    notices: list[str],
) -> Query:
    joined = " ".join(" ".join(plain).split())
    quoted = {word for phrase in phrases for word in phrase.split()}
    terms = tuple(term for term in split_terms(joined) if term not in quoted)
    if excluded and not terms and not phrases and not filters:
        notices.append("Only excluded words: nothing to look for.")
    return Query(
        text=text,
        terms=terms,
        phrases=tuple(dict.fromkeys(phrases)),
        excluded=tuple(dict.fromkeys(excluded)),
        filters=tuple(dict.fromkeys(filters)),
        notices=tuple(dict.fromkeys(notices)),
        kind=_kind(joined, terms, phrases),
        plain=joined,
    )


def split_terms(text: str) -> list[str]:
    """Return the distinct folded words of a text in order, hyphenated words in one piece."""
    found: dict[str, None] = {}
    for match in _TERM.findall(text):
        parts = words(match)
        if parts:
            found["-".join(parts)] = None
    return list(found)


def _filter(match: re.Match[str]) -> Filter | str:
    """The filter a token stands for, or what is wrong with it."""
    field = match["field"].lower()
    value = match["quoted"] if match["quoted"] is not None else match["bare"]
    value = value.strip()
    source = match[0]
    negated = bool(match["minus"])
    if not value:
        return f"{source} has no value; searched as words."
    if field == "year":
        years = _YEARS.fullmatch(value)
        if years is None or not (years["first"] or years["last"]):
            return f"{source} is no year (2023, 2023.., ..2020, 2019..2021); searched as words."
        first, last = (int(year) if year else None for year in (years["first"], years["last"]))
        if not years["dots"]:
            last = first = first or last
        if first is not None and last is not None and first > last:
            first, last = last, first
        return Filter(field, value, negated, source, first, last)
    if field == "is" and value.lower() not in STATES:
        return f"{source} is none of {', '.join(STATES)}; searched as words."
    if field == "status" and value.lower() not in STATUSES:
        return f"{source} is none of {', '.join(STATUSES)}; searched as words."
    if field == "venue":
        return _venue(value, negated, source)
    if field in ("author", "title") and not words(value):
        return f"{source} has no letters; searched as words."
    return Filter(field, value.lower() if field in ("is", "status") else value, negated, source)


def _venue(value: str, negated: bool, source: str) -> Filter:
    """The filter of a venue by any of its names, or of one edition: "nips", "iclr-2026"."""
    match = _EDITION.fullmatch(value)
    name, year = (match[1], match[2]) if match else (value, "")
    known = venues_called(known_venues(), name)
    if not known:
        bare = "-".join(re.findall(r"[a-z0-9]+", value.lower()))
        return Filter("venue", value, negated, source, editions=(f"{bare}-",) if bare else ())
    names = tuple(f"{one} {year}".strip() for venue in known for one in venue.names()[1:])
    editions = tuple(f"{venue.id}-{year}" for venue in known)
    return Filter("venue", value, negated, source, names=names, editions=editions)


def _perhaps_meant(field: str) -> list[str]:
    close = get_close_matches(field.lower(), FIELDS, n=1, cutoff=0.75)
    if not close:
        return []
    return [f"There is no filter {field}: (perhaps {close[0]}:); searched as words."]


def _kind(plain: str, terms: tuple[str, ...], phrases: list[str]) -> Kind:
    said = words(plain)
    if not terms and not phrases:
        return "empty"
    if len(said) > _LONGEST_SENTENCE:
        return "passage"
    if plain.endswith("?") or (len(said) > 2 and said[0] in _QUESTION_WORDS):
        return "question"
    if phrases and not terms:
        return "phrase"
    bare = FUNCTION_WORDS.isdisjoint(said)
    if len(said) <= _LONGEST_KEYWORDS or (bare and len(said) <= _LONGEST_KEYWORDS + 2):
        return "keywords"
    return "phrase"
