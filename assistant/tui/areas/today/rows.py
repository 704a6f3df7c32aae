"""A digest's rows: two lines for each paper and feed item, under their headings."""

from collections.abc import Hashable
from typing import NamedTuple

from rich.style import Style
from rich.text import Text

from assistant.digest.model import Digest, DigestEntry, FeedItem
from assistant.digest.renderers import words
from assistant.tui.areas.today.header import kind_of
from assistant.tui.look import Look
from assistant.tui.papers.rows import PaperCache, marks

_INDENT = " " * 8
_ASIDE = "far from what you usually like, on purpose: it keeps the view open"


class Heading(NamedTuple):
    """The beginning of a section."""

    text: str
    told: str


class Numbered(NamedTuple):
    """A paper and its number in the digest."""

    number: int
    entry: DigestEntry


class DayRows:
    """The papers of a digest by work, then the feed items by their place."""

    height = 2

    def __init__(self, digest: Digest, cache: PaperCache) -> None:
        self.cache = cache
        self.rows: list[Heading | Numbered | FeedItem] = []
        for heading, entries in words.parted(digest):
            told = _ASIDE if heading == words.EXPLORE else _best(digest)
            self.rows += [Heading(heading, told), *(Numbered(*one) for one in entries)]
        if digest.items:
            told = words.counted(len(digest.items), "new item")
            self.rows += [Heading(words.FEEDS, told), *digest.items]
        self.works = [one.entry.work_id for one in self.rows if isinstance(one, Numbered)]
        self._places = {self.key(index): index for index in range(len(self.rows))}

    def __len__(self) -> int:
        return len(self.rows)

    def key(self, index: int) -> Hashable | None:
        """Return the work's id, or what tells a feed item from others."""
        row = self.rows[index]
        if isinstance(row, Numbered):
            return row.entry.work_id
        return None if isinstance(row, Heading) else ("item", row.link, row.title)

    def index_of(self, key: Hashable) -> int | None:
        """Return where a work or an item stands."""
        return self._places.get(key)

    def item(self, key: Hashable) -> FeedItem | None:
        """Return the feed item of a key."""
        place = self.index_of(key)
        row = self.rows[place] if place is not None else None
        return row if isinstance(row, FeedItem) else None

    def lines(self, index: int, width: int, look: Look) -> list[Text]:
        """Draw a row: what it is called, and why it is here."""
        row = self.rows[index]
        if isinstance(row, Heading):
            return [_line((f" {row.text}", look.strong)), _line((f" {row.told}", look.dim))]
        if isinstance(row, FeedItem):
            when = f"talk on {row.starts[:10]}" if row.starts else (row.published or "")[:10]
            day = f"{when} · " if when else ""
            told = f"{_INDENT}{day}{row.feed}" + (f" · {row.summary}" if row.summary else "")
            return [_line((f"{_INDENT}{row.title}", look.plain)), _line((told, look.dim))]
        return self._paper(row, look)

    def _paper(self, row: Numbered, look: Look) -> list[Text]:
        entry = row.entry
        known = self.cache.rows.get(entry.work_id)
        first, second = _line(), _line((_INDENT, look.plain))
        if known is None:
            first.append("    ")
        else:
            first.append_text(marks(known, look))
        done = bool(kind_of(known))
        first.append(f"{row.number:>3} ", look.dim)
        first.append(entry.title or "(no title)", look.dim if done else look.plain)
        for tag in known.tags if known is not None else ():
            first.append(f"  #{tag}", look.good)
        if entry.again:
            second.append(words.again(entry), look.warn)
        if entry.again and entry.reasons:
            second.append(" · ", look.dim)
        second.append(entry.reasons[0] if entry.reasons else "", look.dim)
        return [first, second]


def _best(digest: Digest) -> str:
    muted = f", {digest.muted:,} muted" if digest.muted else ""
    return f"the best of {words.counted(digest.candidates, 'paper')}{muted}"


def why_shown(entry: DigestEntry) -> list[str]:
    """Return all there is to say on why a paper is in a digest, a sentence each."""
    told = [words.again(entry)] if entry.again else []
    told += ["Outside your usual reading"] if entry.explore else []
    told += entry.reasons
    return told + [f"Much the same: {one.title} ({one.id})" for one in entry.folded]


def _line(*parts: tuple[str, Style]) -> Text:
    line = Text(no_wrap=True, end="")
    for text, style in parts:
        line.append(text, style)
    return line
