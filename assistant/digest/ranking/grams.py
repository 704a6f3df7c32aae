"""The words and word pairs of a text as spelt and as stems, with where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.search.query import FUNCTION_WORDS
from assistant.search.stemming import stem
from assistant.words import words

LONGEST_TEXT = 20_000
_CHUNK = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Span:
    """A word or two neighbouring words as they stand in a text, and their two features.

    `start` and `end` are their places in the text.
    """

    surface: str
    spelt: str
    stems: str
    start: int = 0
    end: int = 0


def spans(text: str) -> Iterator[Span]:
    """Give the words and neighbouring pairs of a text in order, function words left out."""
    text = text[:LONGEST_TEXT]
    before: tuple[re.Match[str], str, str] | None = None
    for match in _CHUNK.finditer(text):
        folded = words(match[0])
        if len(folded) != 1 or folded[0] in FUNCTION_WORDS:
            before = None
            continue
        spelt, root = folded[0], stem(folded[0])
        if len(spelt) > 1:
            yield Span(match[0], spelt, f"~{root}", match.start(), match.end())
        # Only what a space or a hyphen joins reads as one term.
        if before and text[before[0].end() : match.start()] in (" ", "-", "\u2010", "\u2011"):
            surface = text[before[0].start() : match.end()]
            stems = f"~{before[2]} {root}"
            yield Span(surface, f"{before[1]} {spelt}", stems, before[0].start(), match.end())
        before = (match, spelt, root)
