"""RSS and Atom feeds of anybody, and calendars of talks."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from assistant.config import FeedsSettings
from assistant.errors import SourceError
from assistant.sources.addresses import is_local, web_link
from assistant.sources.arxiv_feed import moment, parse_feed
from assistant.sources.calendars import is_calendar, read_calendar_items
from assistant.sources.courtesy import Again, Courtesy, persist
from assistant.sources.feed_items import MAX_ITEMS, MAX_SUMMARY, Item, plain_text
from assistant.sources.polite import MAX_REDIRECTS, Elsewhere, Validators, get
from assistant.sources.xml_document import read_xml, xml_text
from assistant.text import clean, clean_line

MAX_BODY_BYTES = 10_000_000
_ROOTS = ("rss", "feed", "RDF")
_DECLARES = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENDS = re.compile(r"</(?:rss|feed|(?:\w+:)?RDF)\s*>\s*(?:<!--[^<]*-->\s*)*\Z")


@dataclass(frozen=True, slots=True)
class FetchedItems:
    """A feed's newest items, what to ask with the next time, and where it has moved to for good.

    `items` is None where nothing has changed. `calendar` says that it is one, of talks.
    """

    title: str
    items: tuple[Item, ...] | None
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    calendar: bool = False


def fetch_feed_items(
    address: str,
    settings: FeedsSettings,
    *,
    pause: Callable[[float], None],
    validators: Validators | None = None,
) -> FetchedItems:
    """Return the items of the feed at an address, at most `MAX_ITEMS` of them.

    A feed may send us on to another server a few times: blogs move, and nothing of theirs is
    trusted anyway.

    Raises:
        SourceError: there is no such feed, it cannot be reached, or is no feed.
    """
    moved_to, for_good = None, True
    for _ in range(MAX_REDIRECTS + 1):
        try:
            fetched = _fetch(address, settings, pause, validators)
        except Elsewhere as elsewhere:
            if is_local(elsewhere.address) and not is_local(address):
                raise SourceError(
                    "The feed sends us on to a machine of our own network.",
                    why="No feed of the outside world has a reason to.",
                ) from None
            for_good = for_good and elsewhere.for_good
            address = elsewhere.address
            moved_to = address if for_good else moved_to
            continue
        if for_good and fetched.moved_to:
            moved_to = fetched.moved_to
        return replace(fetched, moved_to=moved_to)
    raise SourceError("The feed is sent on and on.", hint="Check its address.")


def _fetch(
    address: str,
    settings: FeedsSettings,
    pause: Callable[[float], None],
    validators: Validators | None,
) -> FetchedItems:
    courtesy = Courtesy(address, settings.interval_seconds, pause)

    def attempt() -> FetchedItems:
        answer = get(
            address,
            {},
            courtesy=courtesy,
            timeout=settings.timeout_seconds,
            most=MAX_BODY_BYTES,
            validators=validators,
        )
        if answer.status == 304:
            return FetchedItems("", None, *answer.validators, answer.moved_to)
        title, items = read_feed_items(answer.body)
        return FetchedItems(
            title, items, *answer.validators, answer.moved_to, is_calendar(answer.body)
        )

    return persist(courtesy, attempt)


def read_feed_items(body: bytes) -> tuple[str, tuple[Item, ...]]:
    """Return the title and the items of a feed, or of a calendar.

    XML that is whole but not well formed, as blogs have it, is mended; what breaks off or declares
    a document type is not.

    Raises:
        Again: the document is not whole, or no feed.
    """
    if is_calendar(body):
        return read_calendar_items(body)
    text = xml_text(body)
    if _DECLARES.search(text, 0, 2_000):
        raise Again("an answer that declares a document type")
    try:
        if read_xml(text).tag.rpartition("}")[2] not in _ROOTS:
            raise Again("an answer that is no feed")
    except Again:
        if not _ENDS.search(text, max(len(text) - 2_000, 0)):
            raise
    parsed = parse_feed(text)
    if not parsed.get("version"):
        raise Again("an answer that is no feed")
    items: dict[str, Item] = {}
    for entry in parsed.entries:
        item = _item(entry)
        if item is not None and len(items) < MAX_ITEMS:
            items.setdefault(item.id, item)
    return _text(parsed.feed, "title", 300, clean_line), tuple(items.values())


def _item(entry: Any) -> Item | None:
    title = _text(entry, "title", 500, clean_line)
    link = web_link(_told(entry, "link")) or _enclosed(entry)
    published = moment(entry, "published") or moment(entry, "updated")
    content: Any = next((one for one in entry.get("content") or () if _told(one, "value")), {})
    summary = _text(entry, "summary", MAX_SUMMARY, clean) or plain_text(_told(content, "value"))
    known = clean_line(_told(entry, "id"), 500) or link
    if not known:
        if not title:
            return None
        known = hashlib.blake2b(f"{title}\n{published}".encode(), digest_size=16).hexdigest()
    return Item(known, title, link, published, summary, _starts(entry))


def _enclosed(entry: Any) -> str | None:
    """Return where what an entry encloses is, such as a recording."""
    found = (web_link(_told(one, "href")) for one in entry.get("enclosures") or ())
    return next((link for link in found if link), None)


def _starts(entry: Any) -> str | None:
    """Return when what an entry announces begins.

    RSS's event module (web.resource.org/rss/1.0/modules/event), xCal in RSS, and the `when` of
    Google's calendars; a moment without a zone is taken for UTC.
    """
    when = entry.get("gd_when")
    told = (
        _told(entry, "ev_startdate")
        or _told(entry, "xcal_dtstart")
        or _told(when if isinstance(when, dict) else {}, "starttime")
    ).strip()
    try:
        at = datetime.fromisoformat(told)
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at.isoformat(timespec="seconds") if 1970 < at.year < 3000 else None


def _text(fields: Any, name: str, limit: int, cleaned: Callable[[str, int], str]) -> str:
    """Return a field as text: its markup is taken off only where it has some."""
    told = _told(fields, name)
    detail = fields.get(f"{name}_detail") or {}
    if detail.get("type") != "text/plain":
        told = plain_text(told, limit)
    return cleaned(told, limit)


def _told(fields: Any, name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""
