"""What feeds and calendars bring: items of text without markup."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from assistant.text import clean

MAX_ITEMS = 200
MAX_SUMMARY = 4_000
_MAX_MARKUP = 100_000
_HIDDEN = ("script", "style", "template", "noscript", "iframe", "object", "svg", "math")
_BREAKS = ("p", "br", "div", "li", "ul", "ol", "tr", "pre", "blockquote", "h1", "h2", "h3", "h4")


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a feed: text without markup; `published` is an ISO moment in UTC.

    `starts` is when what it announces begins, where it says so, in UTC too.
    """

    id: str
    title: str
    link: str | None
    published: str | None
    summary: str
    starts: str | None = None


def plain_text(markup: str, limit: int = MAX_SUMMARY) -> str:
    """Return HTML as text: no tag, no script, no control character, at most `limit` long."""
    reader = _TextReader()
    try:
        reader.feed(markup[:_MAX_MARKUP])
        reader.close()
    except (AssertionError, ValueError):
        # The standard library gives up on some declarations; what it had read is text.
        pass
    lines = (" ".join(line.split()) for line in clean("".join(reader.pieces)).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:limit].rstrip()


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._hidden is None and tag in _HIDDEN:
            self._hidden = tag
        elif tag in _BREAKS:
            self.pieces.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = None
        elif tag in _BREAKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if self._hidden is None:
            self.pieces.append(data)
