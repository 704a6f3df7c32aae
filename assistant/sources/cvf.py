"""CVF open access: CVPR, ICCV, WACV. Titles and authors on one page, an abstract on each paper's.

`{address}/{conference}{year}?day=all` is a list of `dt.ptitle` with a link, each followed by `dd`s
with a form for every author and links to PDF, supplement and arXiv. A paper's page has its abstract
in `div#abstract`.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from assistant.errors import SourceError
from assistant.sources.courtesy import Again
from assistant.sources.polite import NO_VALIDATORS, Validators
from assistant.sources.record import Record, author_from_name
from assistant.sources.references import MAX_ABSTRACT, identifier_from_url
from assistant.sources.sites import Site
from assistant.sources.submissions import (
    FetchedEdition,
    FormError,
    changed_form,
    read_rows,
    submission,
)
from assistant.sources.venues import Edition, Parameters
from assistant.text import clean

SOURCE = "cvf"
_MOST_BYTES = 60_000_000
_MOST_PAGE_BYTES = 5_000_000
_ENDS = b"</html>"


@dataclass(slots=True)
class _Listed:
    """A paper as the page lists it."""

    title: str = ""
    page: str = ""
    names: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)


def fetch(
    edition: Edition, parameters: Parameters, site: Site, validators: Validators = NO_VALIDATORS
) -> FetchedEdition:
    """Return the papers of an edition, without abstracts.

    Raises:
        NotPublishedError: the site has no list of it yet.
        SourceError: it cannot be reached, refuses, or has changed its form.
    """
    address = f"{site.settings.cvf.rstrip('/')}/{parameters['conference']}{edition.year}"
    where = f"The list of {edition.label} at {urlsplit(address).netloc}"
    page = site.fetch(
        address, _listed, query={"day": "all"}, validators=validators, most=_MOST_BYTES
    )
    if page.content is None:
        return FetchedEdition(None, validators=page.validators)
    if not page.content:
        raise changed_form(where, FormError("dt.ptitle"))
    records, skipped = read_rows(page.content, lambda one: _record(one, edition, address), where)
    return FetchedEdition(tuple(records), len(records), skipped, validators=page.validators)


def fetch_abstract(record: Record, site: Site) -> str:
    """Return the abstract on a paper's own page, empty where it has none.

    Raises:
        SourceError: the page cannot be had.
    """
    address = record.extra.get("url", "")
    if urlsplit(address).netloc != urlsplit(site.settings.cvf).netloc:
        raise SourceError(f"{address!r} is no page of the site.")
    return site.fetch(address, _abstract, most=_MOST_PAGE_BYTES).content or ""


def _record(listed: _Listed, edition: Edition, address: str) -> Record:
    page = urljoin(address, listed.page)
    name = urlsplit(page).path.rpartition("/")[2].removesuffix("_paper.html")
    if not listed.page or not name or urlsplit(page).netloc != urlsplit(address).netloc:
        raise FormError("dt.ptitle a[href]", "missing" if not listed.page else "of another site")
    if not listed.names:
        raise FormError("query_author")
    return submission(
        edition,
        SOURCE,
        name,
        title=listed.title,
        status="accepted",
        authors=map(author_from_name, listed.names),
        identifiers=(identifier_from_url(listed.links.get("arxiv", "")),),
        url=page,
        pdf=urljoin(address, listed.links["pdf"]) if "pdf" in listed.links else None,
        publisher="Computer Vision Foundation",
    )


def _listed(body: bytes) -> list[_Listed]:
    return _read(body, _ListReader()).papers


def _abstract(body: bytes) -> str:
    return clean(" ".join("".join(_read(body, _PageReader()).pieces).split()), MAX_ABSTRACT)


Reader = TypeVar("Reader", bound=HTMLParser)


def _read(body: bytes, reader: Reader) -> Reader:
    if _ENDS not in body[-2_000:].lower():
        raise Again("a page that breaks off")
    try:
        reader.feed(body.decode("utf-8", "replace"))
        reader.close()
    except (AssertionError, ValueError):
        raise Again("a page that cannot be read") from None
    return reader


class _ListReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.papers: list[_Listed] = []
        self._in_title = False
        self._link: str | None = None
        self._told: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "dt":
            self._in_title = "ptitle" in (told.get("class") or "").split()
            if self._in_title:
                self.papers.append(_Listed())
        elif tag == "a":
            self._link, self._told = told.get("href") or "", []
            if self._in_title and not self.papers[-1].page:
                self.papers[-1].page = self._link
        elif tag == "input" and self.papers and told.get("name") == "query_author":
            self.papers[-1].names.append(told.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "dt":
            self._in_title = False
        elif tag == "a" and self._link is not None:
            label = "".join(self._told).strip()
            if self._in_title:
                self.papers[-1].title = label
            elif self.papers and label.lower() in ("pdf", "supp", "arxiv"):
                self.papers[-1].links.setdefault(label.lower(), self._link)
            self._link = None

    def handle_data(self, data: str) -> None:
        if self._link is not None:
            self._told.append(data)


class _PageReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "div" and (self._depth or dict(attrs).get("id") == "abstract"):
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._depth:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.pieces.append(data)
