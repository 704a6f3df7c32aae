"""arXiv's daily feed, RSS or Atom: what a category announced, with abstracts and authors."""

import re
from calendar import timegm
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from assistant.config import ArxivSettings
from assistant.sources.announced import KINDS, Announcement, DailyFeed, Kind
from assistant.sources.arxiv_names import authors_of_line, checked_category
from assistant.sources.arxiv_snapshot import MAX_ABSTRACT
from assistant.sources.courtesy import Again, Courtesy, persist
from assistant.sources.identifiers import arxiv_identifier, doi_identifier
from assistant.sources.names import tex_to_unicode
from assistant.sources.polite import Answer, Validators, get
from assistant.sources.record import Identifier, Record
from assistant.sources.xml_document import read_xml, xml_text
from assistant.text import clean, clean_line

CAP = 2_000
MAX_BODY_BYTES = 40_000_000
_ROOTS = ("rss", "feed")
_OAI = "oai:arxiv.org:"
_HEAD = re.compile(
    r"\s*arXiv:(?P<id>\S{1,40})\s+Announce Type:\s*(?P<kind>[A-Za-z-]{1,20})\s*(?:Abstract:)?\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FetchedFeed:
    """A category's feed, None where it has not changed, and what to ask with the next time.

    `built` is the moment (ISO, UTC) the feed says it was made at; it can be today while the
    announcements are yesterday's, so never take it for their date.
    """

    feed: DailyFeed | None
    etag: str | None = None
    last_modified: str | None = None
    built: str | None = None


def fetch_feed(
    category: str,
    settings: ArxivSettings,
    *,
    pause: Callable[[float], None],
    validators: Validators | None = None,
) -> FetchedFeed:
    """Return what a category announced last, as its feed tells it.

    Source: https://info.arxiv.org/help/rss.html

    Raises:
        SourceError: the category is none, arXiv cannot be reached, or does not answer as
            documented.
    """
    checked_category(category)
    courtesy = Courtesy(settings.feed, settings.interval_seconds, pause)

    def attempt() -> FetchedFeed:
        answer = get(
            f"{settings.feed.rstrip('/')}/{category}",
            {},
            courtesy=courtesy,
            timeout=settings.timeout_seconds,
            most=MAX_BODY_BYTES,
            contact=settings.contact,
            validators=validators,
        )
        return _fetched(answer, category)

    return persist(courtesy, attempt)


def _fetched(answer: Answer, category: str) -> FetchedFeed:
    if answer.status == 304:
        return FetchedFeed(None, *answer.validators)
    feed, built = read_feed_page(answer.body, category)
    return FetchedFeed(feed, *answer.validators, built)


def read_feed_page(body: bytes, category: str) -> tuple[DailyFeed, str | None]:
    """Return what a feed's document announces, and when (ISO, UTC) it says it was built.

    An entry that cannot be read is counted, and costs no other.

    Source: https://info.arxiv.org/help/rss_specifications.html and atom_specifications.html

    Raises:
        Again: the document is not whole, or no feed.
    """
    text = xml_text(body)
    root = read_xml(text)
    parsed = parse_feed(text)
    if root.tag.rpartition("}")[2] not in _ROOTS or not _told(parsed.feed, "title"):
        raise Again("an answer that is no feed")
    announcements: dict[str, Announcement] = {}
    unread = 0
    days: Counter[str] = Counter()
    for entry in parsed.entries:
        day = _day(entry)
        found = _announcement(entry, day)
        if found is None:
            unread += 1
            continue
        if day:
            days[day] += 1
        announcements.setdefault(found.record.source_id, found)
    # The channel's own date is that of the day it was built on, which a stale feed gets wrong.
    date = days.most_common(1)[0][0] if days else _day(parsed.feed)
    feed = DailyFeed(
        category, date, tuple(announcements.values()), unread, len(parsed.entries) >= CAP
    )
    return feed, moment(parsed.feed, "updated")


def parse_feed(text: str) -> Any:
    """Return feedparser's reading of a document whose text is kept as it is.

    Raises:
        Again: feedparser cannot make anything of it.
    """
    import feedparser

    try:
        # A stream: given bytes, feedparser would first try to open a file of that name.
        return feedparser.parse(
            BytesIO(text.encode("utf-8")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            # Its sanitizer takes the maths in `x<y` for a tag; we show no markup anyway.
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:
        raise Again(f"a feed that cannot be read ({type(error).__name__})") from None


def moment(fields: Any, name: str) -> str | None:
    """Return a date of an entry or a feed as an ISO moment in UTC, None where there is none."""
    # Past feedparser's own `get`, which answers with another date where this one is missing.
    parsed = dict.get(fields, f"{name}_parsed")
    try:
        found = datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    return found.isoformat() if found and 1970 < found.year < 3000 else None


def _day(fields: Any) -> str | None:
    # Midnight US Eastern is four or five in the morning in UTC, on the same day.
    told = moment(fields, "published")
    return told[:10] if told else None


def _announcement(entry: Any, day: str | None) -> Announcement | None:
    head = _HEAD.match(_told(entry, "summary"))
    found = None
    for told in (_told(entry, "id"), head["id"] if head else "", _told(entry, "link")):
        told = told.strip()
        told = told[len(_OAI) :] if told.lower().startswith(_OAI) else told
        found = arxiv_identifier(told)
        if found:
            break
    title = tex_to_unicode(clean_line(_told(entry, "title")))
    if found is None or not title:
        return None
    arxiv_id, number = found[0], found[1] or 1
    kind = _kind(_told(entry, "arxiv_announce_type") or (head["kind"] if head else ""))
    summary = _told(entry, "summary")
    identifiers = [Identifier("arxiv", arxiv_id)]
    for word in _told(entry, "arxiv_doi").split()[:1]:
        if doi := doi_identifier(clean_line(word, 400)):
            identifiers.append(doi)
    terms = (str(tag.get("term") or "") for tag in entry.get("tags") or ())
    extra = {
        "journal_ref": tex_to_unicode(clean_line(_told(entry, "arxiv_journal_reference"))),
        "license": clean_line(_told(entry, "rights"), 300),
    }
    record = Record(
        source="arxiv",
        source_id=arxiv_id,
        title=title,
        abstract=clean(summary[head.end() :] if head else summary, MAX_ABSTRACT),
        authors=authors_of_line(_authors(entry)),
        identifiers=tuple(dict.fromkeys(identifiers)),
        categories=tuple(dict.fromkeys(clean_line(" ".join(terms), 400).split())),
        year=year_of_id(arxiv_id),
        # The feed knows the day a new paper became public, not the days its versions were sent in:
        # what is no date of this very version would outlive the true one in the library.
        published=day if kind == "new" and number == 1 else None,
        number=number,
        extra={name: told for name, told in extra.items() if told},
    )
    return Announcement(record, kind)


def _kind(told: str) -> Kind:
    told = told.strip().lower()
    # Since arXiv's own code knows one more, for a change of the abstract alone.
    if told == "absonly":
        return "replace"
    return next((kind for kind in KINDS if kind == told), "new")


def _authors(entry: Any) -> str:
    named = entry.get("authors") or ()
    return ", ".join(str(one.get("name") or "") for one in named) or _told(entry, "author")


def _told(fields: Any, name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def year_of_id(arxiv_id: str) -> int:
    """Return the year an arXiv id was given in.

    Source: https://info.arxiv.org/help/arxiv_identifier.html
    """
    digits = int(arxiv_id.rpartition("/")[2][:2])
    return digits + (1900 if digits > 90 else 2000)
