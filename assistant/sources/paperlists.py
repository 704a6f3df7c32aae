"""The public `paperlists` files: one JSON array an edition, from disk.

https://github.com/papercopilot/paperlists. Each paper has `title`, `author` (names parted by
semicolons), `status` and mostly `abstract`, `track`, `site`, `pdf`, `bibtex`, `keywords`.
"""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.errors import SourceError
from assistant.sources.courtesy import Again
from assistant.sources.identifiers import doi_identifier
from assistant.sources.polite import NO_VALIDATORS, Validators
from assistant.sources.record import BadEntry, Entry, Identifier, Record, author_from_name
from assistant.sources.references import identifier_from_url
from assistant.sources.sites import MAX_BODY_BYTES, Site
from assistant.sources.statuses import is_undecided, status_of
from assistant.sources.submissions import (
    FetchedEdition,
    FormError,
    NotPublishedError,
    changed_form,
    filled,
    json_of,
    member,
    read_rows,
    submission,
    text_of,
)
from assistant.sources.venues import Edition, Parameters
from assistant.text import clean_line

SOURCE = "paperlists"
_FORUM = re.compile(r"[A-Za-z0-9_-]{8,14}")
_ACL = re.compile(r"(?:[A-Z]\d\d-\d{4,5}|\d{4}\.[a-z0-9_.]+-[a-z0-9_]+\.\d+)")
_DOI = re.compile(r"\bdoi\s*=\s*[\"{]\s*([^\"}\s]+)", re.IGNORECASE)
_FIELD = re.compile(
    r"\b(booktitle|pages|volume|publisher|journal)\s*=\s*[\"{]([^\"{}]*)[\"}]", re.I
)
_SIGNS = (b'"status"', b'"track"', b'"author"')


def looks_like_paperlists(start: bytes) -> bool:
    """Tell the beginning of such a file from other JSON arrays."""
    return start.lstrip().startswith(b"[") and sum(sign in start for sign in _SIGNS) >= 2


def fetch(
    edition: Edition, parameters: Parameters, site: Site, validators: Validators = NO_VALIDATORS
) -> FetchedEdition:
    """Return the papers of an edition's file on this machine.

    Raises:
        NotPublishedError: there is no such file.
        SourceError: it cannot be read, or lists no papers.
    """
    path = Path(filled([parameters["path"]], edition)[0]).expanduser()
    try:
        stat = path.stat()
        now = Validators(f"{stat.st_size}-{stat.st_mtime_ns}")
        if now == validators:
            return FetchedEdition(None, validators=now)
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            body = file.read(MAX_BODY_BYTES + 1)
    except FileNotFoundError:
        raise NotPublishedError(f"There is no {path}.") from None
    except (OSError, EOFError) as error:
        raise SourceError(f"Cannot read {path}.", why=str(error)) from error
    if len(body) > MAX_BODY_BYTES:
        raise SourceError(f"{path} is longer than {MAX_BODY_BYTES:,} bytes.")
    try:
        rows = json_of(body, str(path))
    except Again as error:
        raise SourceError(f"Cannot read {path}.", why=str(error)) from None
    if not isinstance(rows, list):
        raise changed_form(str(path), FormError("the file", "no list"))
    records, skipped = read_rows(rows, lambda row: _decided(row, edition), str(path))
    return FetchedEdition(tuple(records), len(records), skipped, validators=now)


def read_paperlists(text: str, edition: Edition) -> Iterator[Entry | BadEntry]:
    """Yield the papers a file lists, and what in it is none, in the file's order."""
    try:
        rows = json_of(text.encode("utf-8", "replace"), "the file")
    except Again as error:
        yield BadEntry(1, str(error), text[:120])
        return
    if not isinstance(rows, list):
        yield BadEntry(1, "not a JSON array", text[:120])
        return
    for number, row in enumerate(rows, start=1):
        try:
            yield Entry((_record(row, edition),))
        except FormError as error:
            told = clean_line(text_of(row, "title") if isinstance(row, dict) else str(row), 120)
            yield BadEntry(number, str(error), told)


def _decided(row: Any, edition: Edition) -> Record | None:
    if isinstance(row, dict) and is_undecided(text_of(row, "status")):
        return None
    return _record(row, edition)


def _record(row: Any, edition: Edition) -> Record:
    title = member(row, "title", str)
    told = text_of(row, "status")
    if is_undecided(told):
        raise FormError("status", f"undecided ({clean_line(told, 40)})")
    names = text_of(row, "author", "author_site")
    site, pdf = text_of(row, "site", "openreview"), text_of(row, "pdf")
    own = text_of(row, "id")
    track = text_of(row, "track")
    bibtex = text_of(row, "bibtex")
    doi = _DOI.search(bibtex)
    found = {name.lower(): value for name, value in _FIELD.findall(bibtex)}
    return submission(
        edition,
        SOURCE,
        f"{edition.id}/{own or clean_line(title, 200)}",
        title=title,
        status=status_of(told) or "accepted",
        told=told,
        abstract=text_of(row, "abstract"),
        authors=[author_from_name(one) for one in re.split(r"\s*;\s*", names) if one.strip()],
        identifiers=(
            _identifier(own, site, pdf),
            identifier_from_url(site),
            doi_identifier(doi[1]) if doi else None,
        ),
        workshop="workshop" in track.lower() or told.lower() == "workshop",
        track=None if track.lower() == "main" else track,
        topic=text_of(row, "primary_area"),
        keywords=text_of(row, "keywords"),
        tldr=text_of(row, "tldr"),
        url=site,
        pdf=pdf,
        code=text_of(row, "github"),
        **found,
    )


def _identifier(own: str, site: str, pdf: str) -> Identifier | None:
    """Return what a paper's id is: the Anthology's, or OpenReview's where its links say so."""
    if _ACL.fullmatch(own):
        return Identifier("acl", own)
    at_openreview = "openreview.net" in site or "openreview.net" in pdf
    if _FORUM.fullmatch(own) and not own.isdigit() and (at_openreview or not site):
        return Identifier("openreview", own)
    return None
