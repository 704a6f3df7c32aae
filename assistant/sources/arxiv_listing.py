"""arXiv's listing pages: which ids a category announced on a day, and how many there are.

They are made for people, so only what people rely on is read: the headings with their dates and
counts, and under each heading the links to the papers.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser

from assistant.config import ArxivSettings
from assistant.sources.announced import Kind, Listing
from assistant.sources.arxiv_names import at_home, checked_category
from assistant.sources.courtesy import Again, Courtesy, persist
from assistant.sources.identifiers import arxiv_identifier
from assistant.sources.polite import get
from assistant.sources.xml_document import xml_text
from assistant.text import clean_line

PAGE = 2_000
MAX_PAGES = 10
MAX_BODY_BYTES = 40_000_000
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_DATE = re.compile(
    r"\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+(\d{1,2})\s+([a-z]{3})[a-z]*\.?,?\s+(\d{4}|\d{2})\b",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SHOWING = re.compile(r"showing\s+(?:first\s+|last\s+)?([\d,]{1,9})\s+of\s+([\d,]{1,9})", re.I)
_TOTAL = re.compile(r"total of\s+([\d,]{1,9})\s+entr", re.IGNORECASE)
_ABSTRACT = re.compile(r"(?:https?://(?:[a-z]+\.)*arxiv\.org)?/abs/([^?#\s]{1,40})", re.IGNORECASE)
_CODE = re.compile(r"\(([a-z-]+(?:\.[A-Za-z-]+)?)\)\s*$")
_SECTIONS: dict[str, Kind] = {"new": "new", "cross": "cross", "replac": "replace"}
_END = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_NOTHING = re.compile(r"no (?:updates|new|articles|entries)\b", re.IGNORECASE)


@dataclass(slots=True)
class Section:
    """What stands under one heading: ids with the primary subject of each, and how many of them.

    `date` and `kind` are None where the heading does not tell them.
    """

    date: str | None
    kind: Kind | None
    total: int
    ids: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """A listing page: its day where it names one, its sections, how many entries there are.

    `total` is None where the page does not say, `nothing` tells a page that says there is nothing.
    """

    date: str | None
    sections: tuple[Section, ...]
    total: int | None
    nothing: bool


def fetch_listing(
    category: str, settings: ArxivSettings, *, pause: Callable[[float], None]
) -> Listing:
    """Return which papers a category announced last, and how many it says there are.

    Source: https://arxiv.org/list/cs.LG/new

    Raises:
        SourceError: the category is none, arXiv cannot be reached, or its page cannot be read.
    """
    courtesy = Courtesy(settings.listing, settings.interval_seconds, pause)
    pages = [_page(category, "new", 0, settings, courtesy)]
    first = listing_of(category, pages)
    while len(first.ids) < first.expected and len(pages) < MAX_PAGES:
        pages.append(_page(category, "new", len(first.ids), settings, courtesy))
        # Past midnight the next page is another day's.
        if pages[-1].date != first.date:
            break
        more = listing_of(category, pages)
        if len(more.ids) == len(first.ids):
            break
        first = more
    return first


def fetch_past_week(
    category: str, settings: ArxivSettings, *, pause: Callable[[float], None]
) -> list[Listing]:
    """Return which new and cross-listed papers a category announced on each of its last days.

    Source: https://arxiv.org/list/cs.LG/pastweek

    Raises:
        SourceError: the category is none, arXiv cannot be reached, or its page cannot be read.
    """
    courtesy = Courtesy(settings.listing, settings.interval_seconds, pause)
    pages = [_page(category, "pastweek", 0, settings, courtesy)]
    days = days_of(category, pages)
    while len(pages) < MAX_PAGES:
        shown = sum(len(day.ids) for day in days)
        if shown >= (pages[0].total or sum(day.expected for day in days)):
            break
        pages.append(_page(category, "pastweek", shown, settings, courtesy))
        more = days_of(category, pages)
        if sum(len(day.ids) for day in more) == shown:
            break
        days = more
    return days


def _page(
    category: str, period: str, skip: int, settings: ArxivSettings, courtesy: Courtesy
) -> Page:
    checked_category(category)

    def attempt() -> Page:
        answer = get(
            f"{settings.listing.rstrip('/')}/{category}/{period}",
            {"skip": str(skip), "show": str(PAGE)},
            courtesy=courtesy,
            timeout=settings.timeout_seconds,
            most=MAX_BODY_BYTES,
            contact=settings.contact,
        )
        return read_listing(answer.body)

    return persist(courtesy, attempt)


def listing_of(category: str, pages: list[Page]) -> Listing:
    """Return one day's listing from its pages."""
    ids: dict[str, Kind] = {}
    totals: dict[Kind, int] = {}
    for page in pages:
        if page.date != pages[0].date:
            continue
        for section in page.sections:
            kind = section.kind or "new"
            totals[kind] = max(totals.get(kind, 0), section.total)
            for arxiv_id, primary in section.ids.items():
                home = kind != "replace" or at_home(primary, category)
                ids.setdefault(arxiv_id, kind if home else "replace-cross")
    expected = max(pages[0].total or 0, sum(totals.values()), len(ids))
    return Listing(category, pages[0].date or "", ids, expected)


def days_of(category: str, pages: list[Page]) -> list[Listing]:
    """Return the days of a past week's pages, newest first."""
    found: dict[str, tuple[dict[str, Kind], int]] = {}
    for page in pages:
        for section in page.sections:
            if section.date is None:
                continue
            ids, total = found.setdefault(section.date, ({}, 0))
            for arxiv_id, primary in section.ids.items():
                ids.setdefault(arxiv_id, "new" if at_home(primary, category) else "cross")
            found[section.date] = ids, max(total, section.total, len(ids))
    days = [Listing(category, day, ids, total) for day, (ids, total) in found.items()]
    return sorted(days, key=lambda day: day.date, reverse=True)


def read_listing(body: bytes) -> Page:
    """Return what a listing page shows.

    Source: the templates of https://github.com/arXiv/arxiv-browse (list/new.html, list/recent.html)

    Raises:
        Again: the page is not whole, names no day, or shows fewer entries than it says.
    """
    text = xml_text(body)
    if not _END.search(text, max(len(text) - 2_000, 0)):
        raise Again("a page that broke off")
    parser = _Reader()
    try:
        parser.feed(text)
        parser.close()
    except (AssertionError, ValueError) as error:
        # The standard library's word for a declaration that is none.
        raise Again(f"a page that cannot be read: {clean_line(str(error), 120)}") from None
    page = parser.page()
    if page.date is None and not any(section.date for section in page.sections):
        raise Again("a page that names no day")
    if not page.nothing and not any(section.ids for section in page.sections):
        raise Again("a page that shows no papers")
    for shown, links in zip(parser.shown, parser.links, strict=True):
        if links < shown:
            raise Again(f"a page that says {shown:,} papers and shows {links:,}")
    return page


class _Reader(HTMLParser):
    """Collects headings, the links to papers under them, and each paper's primary subject."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sections: list[Section] = []
        self.shown: list[int] = []
        self.links: list[int] = []
        self._date: str | None = None
        self._texts: list[str] = []
        self._open: str | None = None
        self._rest: list[str] = []
        self._id: str | None = None
        self._in_details = False

    def page(self) -> Page:
        """Return what was read."""
        rest = " ".join(" ".join(self._rest).split())
        total = _TOTAL.search(rest)
        told = _number(total[1]) if total else None
        return Page(
            self._date,
            tuple(self.sections),
            told,
            nothing=not any(self.links) and (told == 0 or bool(_NOTHING.search(rest))),
        )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag in _HEADINGS or (tag == "span" and _has_class(told, "primary-subject")):
            self._open, self._texts = tag, []
        elif tag in ("dt", "dd"):
            # What a paper's own comments and abstract link to was not announced.
            self._in_details = tag == "dd"
        elif tag == "a" and self.sections and not self._in_details:
            self._link(told.get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag != self._open:
            self._in_details = self._in_details and tag != "dd"
            return
        text = clean_line(" ".join(self._texts), 400)
        self._open = None
        if tag in _HEADINGS:
            self._heading(text)
        elif self._id and self.sections and (code := _CODE.search(text)):
            self.sections[-1].ids[self._id] = code[1]

    def handle_data(self, data: str) -> None:
        if self._open:
            self._texts.append(data)
        elif not self._in_details and len(data) < 1_000:
            self._rest.append(data)

    def _heading(self, text: str) -> None:
        day = _day(text)
        lowered = text.lower()
        kind = next((kind for word, kind in _SECTIONS.items() if lowered.startswith(word)), None)
        showing = _SHOWING.search(text)
        self._id, self._in_details = None, False
        if showing or kind:
            shown, total = (_number(showing[1]), _number(showing[2])) if showing else (0, 0)
            self.sections.append(Section(day, kind, total))
            self.shown.append(shown)
            self.links.append(0)
            self._date = self._date or (day if kind else None)
        elif day:
            self._date = self._date or day

    def _link(self, href: str) -> None:
        if (match := _ABSTRACT.fullmatch(href.strip())) and (found := arxiv_identifier(match[1])):
            self._id = found[0]
            self.links[-1] += 1
            self.sections[-1].ids.setdefault(found[0], "")


def _has_class(attributes: Mapping[str, str | None], name: str) -> bool:
    return name in (attributes.get("class") or "").split()


def _number(text: str) -> int:
    digits = text.replace(",", "")
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def _day(text: str) -> str | None:
    """Return the day a heading names, `Tuesday, 4 November 2025` or `Tue, 4 Nov 25`."""
    found = _DATE.search(text)
    if found is None or found[2].lower() not in _MONTHS:
        return None
    year = int(found[3])
    if year < 100:
        # Two digits since 1991, when arXiv began.
        year += 1900 if year > 90 else 2000
    try:
        return date(year, _MONTHS.index(found[2].lower()) + 1, int(found[1])).isoformat()
    except ValueError:
        return None
