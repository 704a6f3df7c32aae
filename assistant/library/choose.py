"""Which of a work's copies speaks for it: title, abstract, authors, venue, dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.sources.acceptance import Claim, accepted
from assistant.sources.record import Author
from assistant.sources.statuses import STATUSES, best

Row = dict[str, Any]

_TRUST = {"arxiv": 0, "bibtex": 5, "csl": 6, "starter": 9}
_OTHER_SOURCE = 2
_PUBLISHED_KINDS = frozenset({"conference", "journal"})


@dataclass(frozen=True, slots=True)
class Chosen:
    """The fields a work shows, each from the copy that knows it best."""

    title: str
    abstract: str
    authors: tuple[Author, ...]
    categories: tuple[str, ...]
    venue: str | None
    year: int | None
    published: str | None
    status: str | None = None


def choose(versions: Sequence[Row]) -> Chosen:
    """Return what a work shows, given its version rows; their order does not matter.

    Text comes from the newest version of the most trusted source, the venue from a published copy
    or else from a comment that tells of an acceptance, the date from the earliest copy.

    Raises:
        ValueError: no version has a title.
    """
    told = sorted((row for row in versions if row["title"]), key=_trust)
    if not told:
        raise ValueError("a work needs a version with a title")
    published = [row for row in told if row["kind"] in _PUBLISHED_KINDS and row["venue"]]
    venues = published or [row for row in told if row["venue"]]
    authors = max((row["authors"] or [] for row in told), key=len)
    categories = dict.fromkeys(
        category for row in told for category in (row["categories"] or "").split()
    )
    venue = venues[0]["venue"] if venues else None
    claim = None if venue else _claimed(told)
    return Chosen(
        title=told[0]["title"],
        abstract=next((row["abstract"] for row in told if row["abstract"]), ""),
        authors=tuple(Author(family, given) for family, given in authors),
        categories=tuple(categories),
        venue=venue or (claim.shown if claim else None),
        year=min((row["year"] for row in versions if row["year"]), default=None),
        published=min((row["published"] for row in versions if row["published"]), default=None),
        status=claim.status or "accepted" if claim else _status(told, venue),
    )


def _claimed(told: Sequence[Row]) -> Claim | None:
    """Return the acceptance that a copy's comment tells of."""
    comments = ((row.get("extra") or {}).get("comment") for row in told)
    return next((one for comment in comments if comment and (one := accepted(comment))), None)


def _status(told: Sequence[Row], venue: str | None) -> str | None:
    """Return the best a venue says of its copies; without one, what became of all the copies."""
    found = [(row.get("extra") or {}).get("status") for row in told if row["venue"] == venue]
    if venue is None and len(found) < len(told):
        return None
    known = [one for one in found if one in STATUSES]
    if venue is None and len(known) < len(told):
        return None  # one copy that nobody turned down, such as a preprint, stands for itself
    return best(known) if known else None


def _trust(row: Row) -> tuple[int, int, str, str]:
    return (
        _TRUST.get(row["source"], _OTHER_SOURCE),
        -row["number"],
        row["source"],
        row["source_id"],
    )
