"""Cutting a note into sections at its headings, and long ones into passages."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assistant.text import clean, clean_line

LONGEST = 1_600  # characters of a passage; a model reads about as many
_SHORTEST = 400
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_WIKI = re.compile(r"(!?)\[\[([^\[\]\n|]*)(?:\|([^\[\]\n]*))?\]\]")
_MARKDOWN = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)")
_COMMENT = re.compile(r"<!--.*?-->|%%.*?%%", re.DOTALL)
_MARKS = re.compile(r"\*\*|__|==|~~|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_QUOTE = re.compile(r"^[ \t]*>[ \t]?", re.M)


class Heading(NamedTuple):
    """A heading at the top level of a note: where its line starts, in characters and in lines."""

    level: int
    text: str
    start: int
    line: int


class Section(NamedTuple):
    """A passage under a heading. `heading` names the way to it, `Method > Loss`, "" before any.

    `text` is for reading and searching: Markdown without its marks. `line` counts from 0.
    """

    heading: str
    level: int
    line: int
    text: str


def sections_of(text: str, body_start: int, headings: Sequence[Heading]) -> list[Section]:
    """Return the passages of a note in order; what has no words is left out."""
    found: list[Section] = []
    way: list[Heading] = []
    first_line = text.count("\n", 0, body_start)
    bounds = [(Heading(0, "", body_start, first_line), False), *((one, True) for one in headings)]
    for place, (heading, has_line) in enumerate(bounds):
        end = bounds[place + 1][0].start if place + 1 < len(bounds) else len(text)
        if has_line:
            way = [*(one for one in way if one.level < heading.level), heading]
        start = _after_line(text, heading.start) if has_line else heading.start
        named = " > ".join(plain_line(one.text) for one in way)
        for at, piece in _pieces(text, start, max(end, start)):
            line = heading.line + text.count("\n", heading.start, at)
            shown = plain(piece)
            if shown:
                found.append(Section(named, heading.level, line, shown))
        if has_line and not (found and found[-1].heading == named) and named:
            # A heading with nothing under it says something too.
            found.append(Section(named, heading.level, heading.line, ""))
    return found


def plain(text: str) -> str:
    """Return Markdown as one reads it: links as their words, no comments, no emphasis marks."""
    # Most passages have none of these, and a pattern looks at every character.
    if "<!--" in text or "%%" in text:
        text = _COMMENT.sub(" ", text)
    if "[[" in text:
        text = _WIKI.sub(_words_of_link, text)
    if "](" in text:
        text = _MARKDOWN.sub(r"\1", text)
    if ">" in text:
        text = _QUOTE.sub("", text)
    if any(mark in text for mark in "*_=~"):
        text = _MARKS.sub("", text)
    return clean(text)


def _words_of_link(match: re.Match[str]) -> str:
    # What follows the bar of an embed is a size.
    label = "" if match[1] else match[3]
    return label or match[2].rstrip("\\").partition("#")[0] or match[2]


def plain_line(text: str) -> str:
    """Return a line of Markdown as one reads it."""
    return clean_line(plain(text), 300)


def _after_line(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end + 1


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Yield (start, text) of a section in passages, parted at empty lines, lines or anywhere."""
    while end - start > LONGEST:
        window = text[start + _SHORTEST : start + LONGEST]
        breaks = [match.end() for match in _PARAGRAPH.finditer(window)]
        cut = breaks[-1] if breaks else window.rfind("\n") + 1 or window.rfind(" ") + 1
        cut = start + (_SHORTEST + cut if cut else LONGEST)
        yield start, text[start:cut]
        start = cut
    yield start, text[start:end]
