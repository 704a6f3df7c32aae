"""Muted words: whole words and phrases, whatever their case, accents and hyphens."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.words import fold

_JOINS = re.compile(r"[\s_\-\u2010-\u2015]+")


def muted_pattern(muted: Iterable[str]) -> re.Pattern[str] | None:
    """Return the pattern that finds any muted word in a `folded` text, None where none is."""
    found = []
    for phrase in muted:
        parts = [re.escape(part) for part in _JOINS.split(folded(phrase)) if part]
        if parts:
            found.append(_JOINS.pattern.join(parts))
    if not found:
        return None
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(found)})(?![^\W_])")


def folded(text: str) -> str:
    """Return text as muted words see it: without case, accents or soft hyphens."""
    return fold(text.replace("\u00ad", "").casefold())
