"""One version told twice: what one telling leaves out, the other has.

arXiv's feed knows no comments and no dates of versions, OAI-PMH and the snapshot do; whichever
comes last must not make the library forget.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from assistant.sources.record import Author, Identifier, Record

Row = dict[str, Any]

NO_ABSTRACT = "no_abstract"
"""In a record's `extra`: its page was looked at, and has none."""


def completed(record: Record, present: Mapping[int, Row]) -> Record:
    """Return a record with what the rows of its own copy, by version number, know beyond it."""
    record = _with_known_dates(record, present)
    row = present.get(record.number)
    if row is None or not row["title"]:
        return record
    if "submitted_to" in record.extra:
        return _with_abstract(record, row)
    if record.source != "arxiv":
        return record
    told = [Author(family, given) for family, given in row["authors"] or ()]
    known = [Identifier(*word.split(":", 1)) for word in (row["identifiers"] or "").split()]
    same_names = [one.name for one in told] == [one.name for one in record.authors]
    return replace(
        record,
        abstract=record.abstract or row["abstract"] or "",
        # Who tells the parts of a name knows more than who splits it.
        authors=tuple(told) if same_names or not record.authors else record.authors,
        identifiers=tuple(dict.fromkeys((*known, *record.identifiers))),
        categories=record.categories or tuple((row["categories"] or "").split()),
        published=min(filter(None, (record.published, row["published"])), default=None),
        updated=max(filter(None, (record.updated, row["updated"])), default=None),
        extra={**(row["extra"] or {}), **record.extra},
    )


def _with_abstract(record: Record, row: Row) -> Record:
    """Return a paper of an edition with the abstract we know: some lists tell none."""
    known = row["extra"] or {}
    extra = {NO_ABSTRACT: "yes", **record.extra} if NO_ABSTRACT in known else record.extra
    return replace(record, abstract=record.abstract or row["abstract"] or "", extra=extra)


def _with_known_dates(record: Record, present: Mapping[int, Row]) -> Record:
    """Return a record whose history has the dates we know already: some sources tell fewer."""
    known = {
        number: row["published"]
        for number, row in present.items()
        if row["published"] and 0 < number <= record.number
    }
    if not known or not record.history:
        return record
    return replace(record, history=tuple(sorted({**known, **dict(record.history)}.items())))
