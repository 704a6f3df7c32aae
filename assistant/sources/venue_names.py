"""Venues as people write them, brought to one short name: acronyms, years, long names, journals.

How each is written stands in `venues.toml`; here are the forms that any venue may have.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from assistant.sources.venues import written_names

_ANY_JOURNAL = (
    r"(?:Nature|Science|Scientific|npj|PLOS|Frontiers in|Expert|Knowledge-Based|Applied|Artificial"
    r" Intelligence in|Computers and|Information) (?:[A-Z][a-z]+)(?: (?:and )?[A-Z][a-z]+){0,2}"
    r"|(?:IEEE(?:/[A-Z]{3})? |ACM |SIAM )?(?:Open |International )?"
    r"(?:Transactions|Trans\.|Journal|Letters) (?:on|of|for|in) (?:the )?[A-Z][\w&/-]*"
    r"(?:,? (?:(?:and|of|in|for|the|on|&) )*[A-Z][\w&/-]*){0,7}"
)
_ANY_ACRONYM = (
    r"(?<![\w/.])(?:[A-Z][A-Za-z0-9]*[A-Z][A-Za-z0-9]*)(?:[-/][A-Z][A-Za-z]+)*"
    r"(?=(?:[ '’-]{0,2}|\s\()20[12]\d\b|\s?['’][12]\d\b)"
)
_ANY_MEETING = (
    r"(?:(?:Annual|International|European|Asian|World|Winter|Summer|Joint|National|IEEE|ACM|\d{1,2}th"
    r"|[A-Z][\w/&-]+) (?:(?:on|and|of|in) )?){1,8}(?:Conference|Symposium|Congress|Colloquium)\b"
    r"(?: (?:on|of|for) (?:the )?[A-Z][\w&/-]*"
    r"(?:,? (?:(?:and|of|in|for|the|on|&|to|with) )*[A-Z][\w&/-]*){0,9})?"
)
_OTHERS = """
    IEEE ACM CVF RSJ SIAM USENIX AI ML LLM LLMS GPU CPU PDF NLP CV RL DOI URL CC BY ISBN ISSN PHD
    MSC USA UK CA ARXIV GITHUB HF CEUR LNCS PMLR MIT
"""
_NO_VENUE = frozenset(_OTHERS.split())
_NO_NAME = frozenset(("Main Conference", "The Conference", "Conference"))
_NEAR = 60
_YEAR = re.compile(
    r"(?:[\s\-'’,()]{0,3}(20[0-3]\d)|\s?['’\-]\s?([12]\d)|(?<=[A-Za-z])([12]\d))"
    r"(?![\d.]|\s?(?:pages|pp|fig))"
)
_ORDINAL = re.compile(r"(20[0-3]\d)\s+(?:IEEE|ACM|CVF|RSJ|/|,|and|the|\s|[A-Z][\w-]*)*$")


class Mention(NamedTuple):
    """A venue in a text: its short name, its year if told, its kind, where it stands."""

    name: str
    year: int | None
    kind: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _known() -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    groups, meant = [], {}
    for place, (name, kind, pattern) in enumerate(written_names()):
        meant[f"v{place}"] = (name, kind)
        # Long acronyms are no words, however they are written.
        flags = "i" if len(name) > 3 else ""
        groups.append(f"(?P<v{place}>(?{flags}:{pattern}))")
    return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(groups)})(?![a-z]{{2}})"), meant


_ANY = re.compile(
    rf"(?P<journal>{_ANY_JOURNAL})|(?P<acronym>{_ANY_ACRONYM})|(?P<conference>{_ANY_MEETING})"
)
_CASES = re.compile(r"neurips|nips|neuips", re.IGNORECASE)
_CASED = {7: "NeurIPS", 4: "NIPS", 6: "NeuIPS"}


def find_venues(text: str) -> list[Mention]:
    """Return the venues a text names, in its order; a long name with its acronym is one venue."""
    text = _CASES.sub(lambda match: _CASED[len(match[0])], text)
    known, meant = _known()
    found = [_mention(text, match, *meant[match.lastgroup or ""]) for match in known.finditer(text)]
    taken = [(one.start, one.end) for one in found]
    for match in _ANY.finditer(text):
        kind = match.lastgroup or ""
        if kind == "acronym" and match[0].upper() in _NO_VENUE:
            continue
        if any(match.start() < end and start < match.end() for start, end in taken):
            continue
        name = " ".join(match[0].split())
        if name not in _NO_NAME:
            found.append(_mention(text, match, name, "conference" if kind == "acronym" else kind))
    return _one_each(sorted(found, key=lambda one: one.start))


@lru_cache(maxsize=4_096)
def short_name(venue: str) -> str:
    """Return the short name of a venue as a source writes it, the venue itself if it is unknown."""
    found = find_venues(venue)
    return found[0].name if found else venue


def _mention(text: str, match: re.Match[str], name: str, kind: str) -> Mention:
    after = _YEAR.match(text, match.end())
    year = int(after[1] or f"20{after[2] or after[3]}") if after else None
    if year is None and (before := _ORDINAL.search(text, 0, match.start())):
        year = int(before[1])
    return Mention(name, year, kind, match.start(), after.end() if after else match.end())


def _one_each(mentions: list[Mention]) -> list[Mention]:
    """Drop what a mention right before says already: "... Processing Systems (NeurIPS 2025)"."""
    kept: list[Mention] = []
    for one in mentions:
        last = kept[-1] if kept else None
        near = last is not None and one.start - last.end <= 3 and last.year is None
        again = last is not None and last.name == one.name and one.start - last.end <= _NEAR
        if last and (near or (again and (last.year or one.year) == (one.year or last.year))):
            better = last if len(last.name) < len(one.name) else one
            kept[-1] = Mention(better.name, one.year or last.year, better.kind, last.start, one.end)
        else:
            kept.append(one)
    return kept
