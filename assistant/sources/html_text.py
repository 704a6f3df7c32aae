"""HTML as Markdown: what a reference manager's notes are written in, and nothing that runs."""

import re
from html.parser import HTMLParser

from assistant.text import clean

_SKIPPED = frozenset(("script", "style", "head", "title", "iframe", "object"))
_BLOCKS = frozenset(("p", "div", "section", "table", "tr", "ul", "ol", "blockquote", "pre"))
_AROUND = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`", "s": "~~", "del": "~~"}
_ESCAPES = str.maketrans({"<": "\\<", "[": "\\[", "`": "\\`"})
_HEADING = re.compile(r"h[1-6]")


def html_to_markdown(html: str) -> str:
    """Return HTML as Markdown: paragraphs, headings, lists, emphasis, links, quotes."""
    reader = _Reader()
    reader.feed(clean(html, 1_000_000))
    reader.close()
    text = "".join(reader.pieces)
    lines = [line.rstrip() for line in clean(text, 500_000).splitlines()]
    kept = [line for line in lines if line.strip("> ") or not line]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._skipping = 0
        self._lists: list[int] = []
        self._quotes = 0
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skipping += 1
        elif _HEADING.fullmatch(tag):
            self._block("#" * int(tag[1]) + " ")
        elif tag == "li":
            depth = max(len(self._lists) - 1, 0)
            number = self._lists[-1] if self._lists else 0
            if number:
                self._lists[-1] += 1
            self.pieces.append("\n" + "  " * min(depth, 8) + (f"{number}. " if number else "- "))
        elif tag == "br":
            self.pieces.append("\n" + "> " * self._quotes)
        elif tag == "a":
            href = (dict(attrs).get("href") or "").strip()
            web = href.startswith(("https://", "http://", "zotero://"))
            self._links.append(href if web and not re.search(r"[\s()<>]", href) else "")
            if self._links[-1]:
                self.pieces.append("[")
        elif tag in _AROUND:
            self.pieces.append(_AROUND[tag])
        elif tag in _BLOCKS:
            if tag in ("ul", "ol"):
                self._lists.append(1 if tag == "ol" else 0)
            elif tag == "blockquote":
                self._quotes = min(self._quotes + 1, 8)
            if not self._lists:
                self._block()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipping = max(self._skipping - 1, 0)
        elif tag == "a" and self._links:
            href = self._links.pop()
            if href:
                self.pieces.append(f"]({href})")
        elif tag in _AROUND:
            self.pieces.append(_AROUND[tag])
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
            if not self._lists:
                self._block()
        elif tag == "blockquote":
            self._quotes = max(self._quotes - 1, 0)
            self._block()
        elif not self._lists and (tag in _BLOCKS or _HEADING.fullmatch(tag)):
            self._block()

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self.pieces.append(re.sub(r"\s+", " ", data).translate(_ESCAPES))

    def _block(self, prefix: str = "") -> None:
        self.pieces.append("\n\n" + "> " * self._quotes + prefix)
