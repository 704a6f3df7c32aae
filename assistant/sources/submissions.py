"""Papers of a venue's edition as records, and reading lists of them that may have changed form."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.errors import SourceError
from assistant.sources.courtesy import Again
from assistant.sources.identifiers import scheme_rank
from assistant.sources.names import tex_to_unicode
from assistant.sources.polite import NO_VALIDATORS, Validators
from assistant.sources.record import MAX_AUTHORS, Author, Identifier, Record
from assistant.sources.references import (
    MAX_ABSTRACT,
    MAX_EXTRA,
    MAX_TITLE,
    identifier_from_url,
    local_identifier,
)
from assistant.sources.statuses import TURNED_DOWN, Status
from assistant.sources.venues import Edition
from assistant.text import clean, clean_line

MOST_PAPERS = 100_000
_MOST_BAD = 0.02
_FEW = 3


class NotPublishedError(SourceError):
    """The source has no list of this edition (yet)."""


class FormError(Exception):
    """A piece of a list lacks a field, or has something else in its place."""

    def __init__(self, field: str, found: str = "missing") -> None:
        super().__init__(f"{field} is {found}")
        self.field = field


@dataclass(frozen=True, slots=True)
class FetchedEdition:
    """What a source says of an edition.

    `records` is None where nothing has changed since the validators were given. `expected` is how
    many papers the source says there are, None where it does not; `skipped` says what was passed
    over, `detail` why papers are missing.
    """

    records: tuple[Record, ...] | None
    expected: int | None = None
    skipped: tuple[str, ...] = ()
    detail: str = ""
    validators: Validators = NO_VALIDATORS


def submission(
    edition: Edition,
    source: str,
    source_id: str,
    *,
    title: str,
    status: Status,
    told: str = "",
    abstract: str = "",
    authors: Iterable[Author] = (),
    identifiers: Iterable[Identifier | None] = (),
    workshop: bool = False,
    published: str | None = None,
    **facts: str | None,
) -> Record:
    """Return a paper of an edition as a record, cleaned and bounded.

    `told` is its status in the venue's own words; `facts` are kept in the record's `extra`, such as
    `track`, `session`, `starts`, `room`, `position`, `url`, `pdf`, `pages`, beside `submitted_to`
    (the edition's id), `status` and `decision`.

    Raises:
        FormError: there is no title.
    """
    line = tex_to_unicode(clean_line(title, MAX_TITLE))
    if not line:
        raise FormError("title", "empty")
    people = tuple(author for author in authors if author.family)[:MAX_AUTHORS]
    links = (identifier_from_url(facts.get(name) or "") for name in ("url", "pdf"))
    found = [one for one in (*identifiers, *links) if one is not None]
    if not found:
        found = [local_identifier(line, people, edition.year)]
    accepted = status not in TURNED_DOWN
    extra = {"submitted_to": edition.id, "status": status, "decision": told, **facts}
    if accepted and not workshop and edition.venue.proceedings:
        extra.setdefault("booktitle", edition.venue.proceedings)
    kind = "submission" if not accepted else "workshop" if workshop else "conference"
    return Record(
        source=source,
        source_id=clean_line(source_id, 300),
        title=line,
        abstract=tex_to_unicode(clean(abstract, MAX_ABSTRACT)),
        authors=people,
        identifiers=tuple(sorted(set(found), key=scheme_rank)),
        kind=kind,
        venue=(f"{edition.label} Workshop" if workshop else edition.label) if accepted else None,
        year=edition.year,
        published=published,
        extra={
            name: value
            for name, given in extra.items()
            if (value := clean_line(given or "", MAX_EXTRA))
        },
    )


def read_rows(
    rows: Iterable[Any], read: Callable[[Any], Record | None], where: str
) -> tuple[list[Record], tuple[str, ...]]:
    """Return the records that `read` makes of the pieces of a list, and what was passed over.

    A piece in fifty may be broken. `read` returns None for what is no paper of the edition.

    Raises:
        SourceError: more are: the source has changed its form. The message names the field.
    """
    records: list[Record] = []
    bad: list[tuple[int, FormError]] = []
    place = 0
    for place, row in enumerate(rows, start=1):
        if place > MOST_PAPERS:
            raise SourceError(f"{where} lists more than {MOST_PAPERS:,} papers.")
        try:
            if (record := read(row)) is not None:
                records.append(record)
        except FormError as error:
            bad.append((place, error))
    if len(bad) > max(_MOST_BAD * place, _FEW) or (bad and not records):
        number, first = bad[0]
        raise SourceError(
            f"{where} has changed its form.",
            why=f"In {len(bad):,} of {place:,} papers {first.field} cannot be read; in number "
            f"{number:,} {first}.",
            hint="What came before is kept. Please report this, so that the new form is learned.",
        )
    return records, tuple(f"number {number:,}: {told}" for number, told in bad)


def json_of(body: bytes, where: str) -> Any:
    """Return a JSON document.

    Raises:
        Again: it is not whole.
    """
    try:
        return json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise Again(f"{where} is no JSON: {clean_line(str(error), 100)}") from None


def member(row: Any, name: str, kinds: type | tuple[type, ...], *, where: str = "") -> Any:
    """Return a member of an object that must be there and of a kind.

    Raises:
        FormError: it is not.
    """
    if not isinstance(row, Mapping):
        raise FormError(where or "the paper", "no object")
    value = row.get(name)
    if value is None or not isinstance(value, kinds) or isinstance(value, bool):
        raise FormError(name, "missing" if value is None else f"a {type(value).__name__}")
    return value


def text_of(row: Mapping[str, Any], *names: str) -> str:
    """Return the first of some members that is a text with something in it, or a number."""
    for name in names:
        value = row.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def changed_form(where: str, error: FormError) -> SourceError:
    """Return the error that says that a whole document is not of its form."""
    return SourceError(
        f"{where} has changed its form.",
        why=f"In it {error}.",
        hint="What came before is kept. Please report this, so that the new form is learned.",
    )


def filled(patterns: Sequence[str], edition: Edition) -> list[str]:
    """Return patterns with `{year}` and `{yy}` replaced."""
    year = str(edition.year)
    return [one.replace("{year}", year).replace("{yy}", year[-2:]) for one in patterns]
