"""Which of a work's copies speaks for it: title, abstract, authors, venue, dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.sources.acceptance import accepted
from assistant.sources.record import Author

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
    return Chosen(
        title=told[0]["title"],
        abstract=next((row["abstract"] for row in told if row["abstract"]), ""),
        authors=tuple(Author(family, given) for family, given in authors),
        categories=tuple(categories),
        venue=venues[0]["venue"] if venues else _accepted_at(told),
        year=min((row["year"] for row in versions if row["year"]), default=None),
        published=min((row["published"] for row in versions if row["published"]), default=None),
    )


def _accepted_at(told: Sequence[Row]) -> str | None:
    """Return the venue a copy's comment says it was accepted at."""
    comments = ((row["extra"] or {}).get("comment") for row in told)
    claims = (accepted(comment) for comment in comments if comment)
    return next((claim.shown for claim in claims if claim is not None), None)


def _trust(row: Row) -> tuple[int, int, str, str]:
    return (
        _TRUST.get(row["source"], _OTHER_SOURCE),
        -row["number"],
        row["source"],
        row["source_id"],
    )
