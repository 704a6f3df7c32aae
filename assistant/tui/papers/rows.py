"""Rows of papers: loaded a page at a time, drawn one line each."""

import re
from array import array
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from assistant.tui.look import Look

if TYPE_CHECKING:
    from db.listing import PaperRow

PAGE = 100
_MOST_KEPT = 20_000
_STATES = {"unread": "•", "skimmed": "◐", "read": " ", "later": "◷"}
_DONE = ("read", "skimmed")
WIDE = 100
WIDEST_TAGS = 24
_YEAR = re.compile(r"\s*\b(19|20)\d\d\b")


class PaperCache:
    """The rows that were loaded, and those that somebody looked for in vain."""

    def __init__(self, wanted: Callable[[], object]) -> None:
        """Make an empty cache; `wanted` is told that `missing` has ids to load."""
        self.rows: dict[int, PaperRow] = {}
        self.missing: list[int] = []
        self._wanted = wanted

    def get(self, ids: Sequence[int], index: int) -> "PaperRow | None":
        """Return a row; where it is not loaded, ask for its page."""
        row = self.rows.get(ids[index])
        if row is None:
            start = index // PAGE * PAGE
            asked = set(self.missing)
            page = [one for one in ids[start : start + PAGE] if one not in self.rows]
            new = [one for one in page if one not in asked]
            if new:
                self.missing += new
                self._wanted()
        return row

    def put(self, rows: "Sequence[PaperRow]") -> None:
        """Keep rows; the oldest go where there are too many."""
        for row in rows:
            self.rows.pop(row.id, None)
            self.rows[row.id] = row
        while len(self.rows) > _MOST_KEPT:
            del self.rows[next(iter(self.rows))]

    def take_missing(self) -> list[int]:
        """Return what is to be loaded, the newest asked for first, a few pages at most."""
        taken, self.missing = self.missing[-3 * PAGE :], []
        return taken


class PaperRows:
    """A list of works by id."""

    height = 1

    @classmethod
    def of(cls, ids: "Sequence[int]", cache: PaperCache) -> "PaperRows":
        """Return rows of these works."""
        return cls(array("q", ids), cache)

    def __init__(self, ids: "array[int]", cache: PaperCache) -> None:
        self.ids = ids
        self.cache = cache

    def __len__(self) -> int:
        return len(self.ids)

    def key(self, index: int) -> int:
        """Return the work's id."""
        return self.ids[index]

    def index_of(self, key: Hashable) -> int | None:
        """Return where a work stands."""
        try:
            return self.ids.index(key) if isinstance(key, int) else None
        except ValueError:
            return None

    def lines(self, index: int, width: int, look: Look) -> list[Text]:
        """Draw a paper as one line: what I did with it, when, where, its title."""
        row = self.cache.get(self.ids, index)
        if row is None:
            return [Text("  …", look.dim, no_wrap=True, end="")]
        return [paper_line(row, width, look)]


def paper_line(row: "PaperRow", width: int, look: Look) -> Text:
    """Return a paper's line; the title stands last, so that one that runs from right to left
    disturbs nothing.
    """
    line = Text(no_wrap=True, end="")
    line.append_text(marks(row, look))
    line.append(f" {(row.published or str(row.year or ''))[:10]:<10} ", look.dim)
    place = _YEAR.sub("", row.venue or "") or row.primary_category or ""
    wide = 14 if width >= WIDE else 8
    short = place if len(place) <= wide else place[: wide - 1] + "…"
    line.append(f"{short:<{wide}} ", look.accent)
    if row.tags:
        tags = " ".join(f"#{tag}" for tag in row.tags)
        line.append(tags[:WIDEST_TAGS] + ("… " if len(tags) > WIDEST_TAGS else " "), look.good)
    line.append(row.title or "(no title)", look.dim if row.state in _DONE else look.plain)
    if row.authors and width >= WIDE:
        line.append(f"  {row.authors}", look.dim)
    return line


def marks(row: "PaperRow", look: Look) -> Text:
    """Return four signs: selected by the list itself, reading state, star, like or dislike."""
    line = Text(" ", no_wrap=True, end="")
    line.append(_STATES.get(row.state, " "), look.accent)
    line.append("★" if row.starred else " ", look.warn)
    liked = {1: ("+", look.good), -1: ("-", look.bad)}.get(row.liked or 0, (" ", look.dim))
    line.append(*liked)
    return line
