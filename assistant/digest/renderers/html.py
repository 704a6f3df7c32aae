"""A digest as one page: no scripts, nothing fetched, readable on a phone and in a mail client."""

import base64
import hashlib
import xml.etree.ElementTree as ET

from assistant.digest.model import Digest, DigestEntry, FeedItem
from assistant.digest.renderers import words
from assistant.digest.renderers.tree import Child, as_html, joined, node

_ABSTRACT_AUTHORS = 40
# Nothing beyond what mail clients know; one that drops it all still shows headings and paragraphs.
_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0 auto; padding: 1.25rem 1rem 3rem; max-width: 42rem; background: #fdfdfc;
  color: #1f2328; font: 17px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  overflow-wrap: anywhere; -webkit-text-size-adjust: 100%; }
h1 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 2.5rem 0 0; font-size: 1rem; font-weight: 600; color: #5b6470; }
h3 { margin: 0; font-size: 1.125rem; line-height: 1.35; }
p, ul, details { margin: .4rem 0 0; }
ul { padding-left: 1.2rem; }
a { color: #0b57b8; text-decoration: none; }
a:hover { text-decoration: underline; }
article { margin: 1.25rem 0 0; padding: 1.25rem 0 0; border-top: 1px solid #e3e5e8; }
.quiet { color: #5b6470; font-size: .9375rem; }
.why { color: #17663a; font-size: .9375rem; }
.again { margin: 0 0 .2rem; color: #8a5300; font-size: .9375rem; font-weight: 600; }
summary { color: #5b6470; font-size: .9375rem; padding: .35rem 0; cursor: pointer; }
footer { margin: 2.5rem 0 0; padding: 1rem 0 0; border-top: 1px solid #e3e5e8; }
code { font-size: .875rem; }
@media (prefers-color-scheme: dark) {
  body { background: #16181b; color: #e4e6e8; }
  a { color: #8ab8ff; }
  h2, .quiet, summary { color: #a0a8b2; }
  .why { color: #7fce9f; }
  .again { color: #f0b866; }
  article, footer { border-color: #2d3136; }
}
"""
_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
)


def render_html(digest: Digest) -> str:
    """Return a digest as a whole HTML page."""
    title = f"{digest.profile}, {words.occasion(digest)}"
    head = node(
        "head",
        node("meta", charset="utf-8"),
        node("meta", **{"http-equiv": "Content-Security-Policy", "content": _POLICY}),
        node("meta", name="viewport", content="width=device-width, initial-scale=1"),
        node("meta", name="color-scheme", content="light dark"),
        node("meta", name="referrer", content="no-referrer"),
        node("title", title),
        node("style", _STYLE),
    )
    return f"<!DOCTYPE html>\n{as_html(node('html', head, _body(digest), lang='en'))}\n"


def entry_body(entry: DigestEntry, digest: Digest) -> list[ET.Element]:
    """Return all that stands under a paper's title, as blocks."""
    blocks = [_quiet(" · ".join(words.facts(entry, digest)))]
    if entry.reasons:
        blocks.append(node("ul", *(node("li", reason) for reason in entry.reasons), class_="why"))
    if entry.extract:
        blocks.append(node("p", entry.extract, dir="auto"))
    if entry.folded:
        others = (node("li", f"also: {one.title} ({one.id})") for one in entry.folded)
        blocks.append(node("ul", *others, class_="quiet"))
    links = [_link(label, address) for label, address in words.web_links(entry.links).items()]
    blocks.append(
        node("p", *joined(links, " · "), " · " if links else "", entry.id, class_="quiet")
    )
    if entry.abstract:
        blocks.append(_abstract(entry))
    return blocks


def _body(digest: Digest) -> ET.Element:
    blocks: list[Child] = [
        node("h1", digest.profile, dir="auto"),
        node("p", words.occasion(digest)),
        _quiet(words.batch_line(digest)),
    ]
    if digest.entries:
        blocks.append(_quiet(f"{words.ranked(digest)}. {digest.confidence}"))
    else:
        why, then = words.nothing_new(digest)
        blocks.append(node("article", node("p", why), _quiet(then.replace("`", ""))))
    for heading, entries in words.parted(digest):
        blocks.append(node("h2", heading))
        blocks += [_entry(number, entry, digest) for number, entry in entries]
    if digest.items:
        blocks.append(node("h2", words.FEEDS))
        blocks += [_item(item, digest) for item in digest.items]
    if digest.deadlines:
        blocks.append(_quiet(words.due_line(digest)))
    if digest.entries:
        steps = [node("code", step) for step in words.NEXT_STEPS]
        blocks.append(node("footer", node("p", *joined(steps, " · "), class_="quiet")))
    return node("body", *blocks)


def _entry(number: int, entry: DigestEntry, digest: Digest) -> ET.Element:
    again = words.again(entry)
    return node(
        "article",
        node("p", again, class_="again") if again else None,
        node("h3", f"{number}. ", _title(entry.title, words.page(entry)), dir="auto"),
        *entry_body(entry, digest),
    )


def _abstract(entry: DigestEntry) -> ET.Element:
    authors = words.authors_line(entry.authors, _ABSTRACT_AUTHORS)
    paragraphs = [" ".join(one.split()) for one in entry.abstract.split("\n\n")]
    return node(
        "details",
        node("summary", "Abstract and authors" if authors else "Abstract"),
        *(node("p", one, dir="auto") for one in paragraphs if one),
        node("p", authors, class_="quiet", dir="auto") if authors else None,
    )


def _item(item: FeedItem, digest: Digest) -> ET.Element:
    link = item.link if words.is_web_address(item.link) else None
    day = words.item_day(item, digest)
    return node(
        "article",
        node("h3", _title(item.title, link), dir="auto"),
        _quiet(" · ".join(filter(None, (item.feed, day)))),
        node("p", item.summary, dir="auto") if item.summary else None,
    )


def _title(title: str, address: str | None) -> Child:
    title = title or "(no title)"
    return _link(title, address) if address else title


def _link(text: str, address: str) -> ET.Element:
    return node("a", text, href=address, rel="noreferrer")


def _quiet(text: str) -> ET.Element:
    return node("p", text, class_="quiet", dir="auto")
