"""What became of a submission, in six words; each venue has its own."""

import re
from typing import Literal, get_args

Status = Literal["oral", "spotlight", "poster", "accepted", "rejected", "withdrawn"]
STATUSES: tuple[Status, ...] = get_args(Status)
"""The best first."""
TURNED_DOWN: tuple[Status, ...] = ("rejected", "withdrawn")
"""Papers of these are hidden unless asked for."""

# In this order: "Withdrawn after accept" is withdrawn, "Accept (oral, poster 4)" an oral.
_WORDS: tuple[tuple[Status, str], ...] = (
    ("withdrawn", r"withdr[ae]w\w*|retracted"),
    ("rejected", r"(?:desk.?)?reject\w*|declined?|not accepted|submitted to"),
    ("oral", r"orals?|(?:notable.)?top.?5\s?%?|talks?"),
    ("spotlight", r"spotlights?|(?:notable.)?top.?25\s?%?|highlights?"),
    ("poster", r"posters?"),
    ("accepted", r"accept\w*|main|long|short|findings|industry|published"),
)
_PATTERNS = tuple((status, re.compile(rf"\b(?:{words})", re.I)) for status, words in _WORDS)
_UNDECIDED = re.compile(r"\b(?:active|under review|in review|pending|undecided)\b", re.IGNORECASE)


def status_of(told: str) -> Status | None:
    """Return what a venue's own words mean, such as "Accept (Poster)" or "notable-top-5%".

    None where they say nothing we know.
    """
    for status, pattern in _PATTERNS:
        if pattern.search(told):
            return status
    return None


def is_undecided(told: str) -> bool:
    """Tell whether a venue's own words say that nothing is decided yet."""
    return bool(_UNDECIDED.search(told)) and status_of(told) is None


def best(statuses: "list[Status]") -> Status:
    """Return the best of several statuses, at least one."""
    return min(statuses, key=STATUSES.index)
