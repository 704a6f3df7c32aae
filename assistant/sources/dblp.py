"""DBLP: what appeared at venues that have no list of their own; no abstracts.

https://dblp.org/faq/How+to+use+the+dblp+search+API.html: `q`, `h` (at most 1,000 a page), `f`,
`format=json`. A table of contents is asked for as `toc:db/conf/kdd/kdd2024.bht:`.
"""

import re
from typing import Any

from assistant.sources.identifiers import doi_identifier
from assistant.sources.polite import NO_VALIDATORS, Validators
from assistant.sources.record import Author, Identifier, Record, author_from_name
from assistant.sources.sites import Site
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

SOURCE = "dblp"
MOST_A_PAGE = 1_000
MOST_PAGES = 50
_MOST_BYTES = 20_000_000
_SAME_NAME = re.compile(r"\s+\d{4}$")
_PAPERS = ("Conference and Workshop Papers", "Journal Articles")


def fetch(
    edition: Edition, parameters: Parameters, site: Site, validators: Validators = NO_VALIDATORS
) -> FetchedEdition:
    """Return the papers of an edition's tables of contents, as many of them as there are.

    Raises:
        NotPublishedError: DBLP has none of them yet.
        SourceError: it cannot be reached, refuses, or has changed its form.
    """
    where = f"DBLP's table of contents of {edition.label}"
    hits: list[Any] = []
    total = 0
    for toc in filled(parameters["toc"], edition):
        found, expected = _table(toc, site, where)
        hits += found
        total += expected
    if not hits:
        raise NotPublishedError(f"{where} is empty.")
    records, skipped = read_rows(hits, lambda hit: _record(hit, edition), where)
    lacking = max(total - len(hits), 0)
    return FetchedEdition(tuple(records), len(records) + lacking, skipped)


def _table(toc: str, site: Site, where: str) -> tuple[list[Any], int]:
    """Return the hits of one table of contents, and how many DBLP says there are."""
    found: list[Any] = []
    total = 0
    size = min(site.settings.page_size, MOST_A_PAGE)
    for _ in range(MOST_PAGES):
        query = {"q": f"toc:db/{toc}.bht:", "h": str(size), "f": str(len(found)), "format": "json"}
        told = site.fetch(
            site.settings.dblp, lambda body: json_of(body, where), query=query, most=_MOST_BYTES
        ).content
        try:
            hits = member(member(told, "result", dict, where="the answer"), "hits", dict)
            total = int(member(hits, "@total", (str, int)))
            page = hits.get("hit", [])
            page = page if isinstance(page, list) else [page]
        except (FormError, ValueError) as error:
            form = error if isinstance(error, FormError) else FormError("@total", "no number")
            raise changed_form(where, form) from None
        found += page
        if not page or len(found) >= total:
            break
    return found, total


def _record(hit: Any, edition: Edition) -> Record | None:
    info = member(hit, "info", dict, where="the hit")
    key = member(info, "key", str)
    title = member(info, "title", str)
    kind = text_of(info, "type")
    if kind and kind not in _PAPERS:
        return None  # the proceedings themselves
    doi = doi_identifier(text_of(info, "doi"))
    return submission(
        edition,
        SOURCE,
        key,
        title=title.strip().removesuffix("."),
        status="accepted",
        told=kind,
        authors=_authors(info),
        identifiers=(doi, Identifier("dblp", key) if re.fullmatch(r"\S{1,300}", key) else None),
        url=text_of(info, "ee") or text_of(info, "url"),
        pages=text_of(info, "pages"),
        volume=text_of(info, "volume"),
    )


def _authors(info: dict[str, Any]) -> list[Author]:
    """Return the authors; one alone is no list, and namesakes are numbered."""
    told = info.get("authors")
    people = told.get("author", []) if isinstance(told, dict) else []
    people = people if isinstance(people, list) else [people]
    names = [text_of(one, "text") if isinstance(one, dict) else str(one) for one in people]
    return [author_from_name(_SAME_NAME.sub("", name)) for name in names if name]
