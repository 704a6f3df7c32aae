"""Digests as an Atom feed (RFC 4287) for any feed reader."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from assistant.digest.model import Digest, DigestEntry
from assistant.digest.renderers import words
from assistant.digest.renderers.html import entry_body
from assistant.digest.renderers.tree import Child, as_html, node
from assistant.text import clean_line

_NAMESPACE = "http://www.w3.org/2005/Atom"
# RFC 4151. The authority is nobody's by RFC 2606; changing it makes every entry new to readers.
_TAG = "tag:assistant.invalid,2026:digest"
_MOST_AUTHORS = 50
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def render_atom(digests: Sequence[Digest], self_address: str | None = None) -> str:
    """Return the entries of digests as one feed, the newest digest first.

    Ids depend on profile, date and paper alone. `self_address` is where the feed will be found.
    """
    shown = sorted(map(words.washed, digests), key=lambda digest: digest.date, reverse=True)
    profiles = list(dict.fromkeys(digest.profile for digest in shown))
    updated = max(map(_made, shown), default=_LONG_AGO)
    entries: dict[str, ET.Element] = {}
    for digest in shown:
        for entry in digest.entries:
            entries.setdefault(_tag(digest.profile, digest.date, entry.id), _entry(entry, digest))
    address = clean_line(self_address or "")
    feed = node(
        "feed",
        node("id", _tag(*profiles[:1]) if len(profiles) == 1 else _TAG),
        node("title", f"Digest: {', '.join(profiles)}" if profiles else "Digest"),
        node("updated", _stamp(updated)),
        node("author", node("name", "assistant")),
        node("generator", "assistant"),
        node("link", rel="self", href=address) if words.is_web_address(address) else None,
        *entries.values(),
        xmlns=_NAMESPACE,
    )
    ET.indent(feed)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{ET.tostring(feed, encoding='unicode')}\n"


def _entry(entry: DigestEntry, digest: Digest) -> ET.Element:
    again = words.again(entry)
    blocks: list[ET.Element] = [node("p", again)] if again else []
    content = "\n".join(as_html(block) for block in blocks + entry_body(entry, digest))
    address = words.page(entry)
    day = _moment(entry.announced)
    parts: list[Child] = [
        node("id", _tag(digest.profile, digest.date, entry.id)),
        node("title", entry.title or "(no title)"),
        node("updated", _stamp(_made(digest))),
        node("published", _stamp(day)) if day else None,
        *(node("author", node("name", name)) for name in entry.authors[:_MOST_AUTHORS] if name),
        node("category", term=entry.category) if entry.category else None,
        node("link", rel="alternate", href=address) if address else None,
        node("content", content, type="html"),
    ]
    return node("entry", *parts)


def _tag(*parts: str) -> str:
    return "/".join([_TAG, *(quote(part, safe="") for part in parts)])


def _made(digest: Digest) -> datetime:
    return _moment(digest.made_at) or _moment(digest.date) or _LONG_AGO


def _moment(iso: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
