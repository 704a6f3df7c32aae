"""PMLR: the proceedings of ICML, AISTATS, UAI, CoRL and others; each volume as one YAML file.

The index page names each volume, `{address}/v{N}/assets/bib/citeproc.yaml` lists its papers in
CSL's variables: https://proceedings.mlr.press/spec.html.
"""

import re
from fnmatch import fnmatchcase
from html.parser import HTMLParser
from typing import Any

from assistant.sources.courtesy import Again
from assistant.sources.polite import NO_VALIDATORS, Validators
from assistant.sources.record import Author, Identifier, Record
from assistant.sources.sites import Site
from assistant.sources.statuses import status_of
from assistant.sources.submissions import (
    FetchedEdition,
    FormError,
    NotPublishedError,
    changed_form,
    filled,
    member,
    read_rows,
    submission,
    text_of,
)
from assistant.sources.venues import Edition, Parameters
from assistant.sources.yaml_texts import read_yaml

SOURCE = "pmlr"
_MOST_BYTES = 80_000_000
_MOST_INDEX_BYTES = 5_000_000
_VOLUME = re.compile(r"(?:.*/)?(v\d{1,4})/?")
_ID = re.compile(r"[\w-]{2,60}", re.ASCII)
_OPENREVIEW = re.compile(r"[\w-]{6,20}", re.ASCII)


def fetch(
    edition: Edition, parameters: Parameters, site: Site, validators: Validators = NO_VALIDATORS
) -> FetchedEdition:
    """Return the papers of an edition's volume, found by its title in the index.

    Raises:
        NotPublishedError: there is no such volume yet.
        SourceError: it cannot be reached, refuses, or has changed its form.
    """
    base = site.settings.pmlr.rstrip("/")
    where = f"PMLR's volume of {edition.label}"
    index = site.fetch_once(f"{base}/", _volumes, most=_MOST_INDEX_BYTES)
    if not index:
        raise changed_form("PMLR's index", FormError("the list of volumes"))
    volume = _volume(index, filled(parameters["titles"], edition))
    if volume is None:
        raise NotPublishedError(f"{where} is not there yet.")
    address = f"{base}/{volume}/assets/bib/citeproc.yaml"
    told = site.fetch(address, read_yaml, validators=validators, most=_MOST_BYTES)
    if told.validators and told.content is None and any(validators):
        return FetchedEdition(None, validators=told.validators)
    if not isinstance(told.content, list):
        raise changed_form(where, FormError("the volume", "no list"))
    records, skipped = read_rows(told.content, lambda row: _record(row, volume, edition), where)
    return FetchedEdition(tuple(records), len(records), skipped, validators=told.validators)


def _volume(index: dict[str, str], patterns: list[str]) -> str | None:
    """Return the volume that the first pattern with any names; workshops have longer titles."""
    for pattern in patterns:
        found = [
            volume
            for volume, title in index.items()
            if fnmatchcase(title.lower(), f"*{pattern.lower()}*")
            and "workshop" not in title.lower()
        ]
        if found:
            return min(found, key=lambda volume: (len(index[volume]), volume))
    return None


def _volumes(body: bytes) -> dict[str, str]:
    """Return volume -> what the index calls it."""
    reader = _IndexReader()
    try:
        reader.feed(body.decode("utf-8", "replace"))
        reader.close()
    except (AssertionError, ValueError):
        raise Again("an index that cannot be read") from None
    return reader.volumes()


def _record(row: Any, volume: str, edition: Edition) -> Record:
    title = member(row, "title", str)
    paper = member(row, "id", str)
    if not _ID.fullmatch(paper):
        raise FormError("id", "no name of a paper")
    told = member(row, "author", list)
    people = [author for one in told if (author := _author(one)) is not None]
    forum = text_of(row, "openreview")
    section = text_of(row, "section")
    return submission(
        edition,
        SOURCE,
        f"{volume}/{paper}",
        title=title,
        status=status_of(section) or "accepted",
        told=section,
        abstract=text_of(row, "abstract"),
        authors=people,
        identifiers=(
            Identifier("pmlr", f"{volume}/{paper}"),
            Identifier("openreview", forum) if _OPENREVIEW.fullmatch(forum) else None,
        ),
        published=_date(row.get("issued")),
        url=f"https://proceedings.mlr.press/{volume}/{paper}.html",
        pdf=text_of(row, "PDF", "pdf"),
        booktitle=text_of(row, "container-title"),
        series="Proceedings of Machine Learning Research",
        volume=volume.removeprefix("v"),
        pages=text_of(row, "page").replace("-", "--", 1),
        publisher="PMLR",
    )


def _author(one: Any) -> Author | None:
    if not isinstance(one, dict):
        return None
    family = " ".join(filter(None, (text_of(one, "prefix"), text_of(one, "family"))))
    given = text_of(one, "given")
    return Author(family, given) if family else Author(given) if given else None


def _date(issued: Any) -> str | None:
    """Return the day of `{"date-parts": [2024, 7, 8]}`, also where the list stands in another."""
    parts = issued.get("date-parts") if isinstance(issued, dict) else None
    if isinstance(parts, list) and len(parts) == 1 and isinstance(parts[0], list):
        parts = parts[0]
    if not isinstance(parts, list) or len(parts) != 3:
        return None
    try:
        year, month, day = (int(part) for part in parts)
    except (TypeError, ValueError):
        return None
    fine = 1900 < year < 2200 and 1 <= month <= 12 and 1 <= day <= 31
    return f"{year:04}-{month:02}-{day:02}" if fine else None


class _IndexReader(HTMLParser):
    """Reads `<li><a href="v235"><b>Volume 235</b></a> Proceedings of ICML 2024</li>`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._found: dict[str, list[str]] = {}
        self._volume: str | None = None

    def volumes(self) -> dict[str, str]:
        return {volume: " ".join("".join(told).split()) for volume, told in self._found.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "li":
            self._volume = None
        elif tag == "a":
            match = _VOLUME.fullmatch(dict(attrs).get("href") or "")
            if match:
                self._volume = match[1]
                self._found.setdefault(match[1], [])

    def handle_endtag(self, tag: str) -> None:
        if tag == "li":
            self._volume = None

    def handle_data(self, data: str) -> None:
        if self._volume is not None:
            self._found[self._volume].append(data)
