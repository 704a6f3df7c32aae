"""What the Notes area lists: the vault as it was read, and what a view and a filter leave of it."""

from collections.abc import Set
from functools import partial
from typing import TYPE_CHECKING

from assistant.tui.desk import Desk
from assistant.tui.notes.rows import NoteRow

if TYPE_CHECKING:
    from assistant.tui.notes.queries import Standing

VIEWS = {
    "t": ("tree", "tree"), "c": ("recent", "last changed"), "a": ("title", "by title"),
    "o": ("orphans", "orphans"), "b": ("broken", "broken links"), "x": ("trash", "trash"),
}  # fmt: skip
"""Key -> the view it chooses, and what that is called."""
NAMES = dict(VIEWS.values())
NONE = {
    "orphans": "Every note is joined to another.",
    "broken": "Every link leads somewhere.",
    "trash": "The trash is empty.",
}
"""Views that are asked for by name -> what to say where they are empty."""


class Listing:
    """The vault's notes, and the view of them that was read last."""

    def __init__(self) -> None:
        self.standing: Standing | None = None  # until the library was read
        self._special: list[NoteRow] = []
        self._tagged: tuple[str, set[str]] = ("", set())

    async def read(self, desk: Desk, view: str) -> None:
        """Read the vault, and what the view asks for."""
        from assistant.tui.notes import queries

        self.standing = await desk.notes.read(queries.standing)
        self._tagged = ("", set())
        if view in queries.SPECIAL:
            self._special = await desk.notes.read(queries.SPECIAL[view])

    async def rows(self, desk: Desk, view: str, words: str, opened: Set[str]) -> list[NoteRow]:
        """Return what a view and the words of a filter leave; `opened` are the tree's folders."""
        assert self.standing is not None
        if view in NONE:
            inverted, asked = words.startswith("!"), words.lstrip("!").casefold().split()
            return [
                row for row in self._special
                if not words
                or all(w in f"{row.text} {row.after}".casefold() for w in asked) != inverted
            ]  # fmt: skip
        shelf = self.standing.shelf
        if view == "tree" and not words:
            return shelf.tree(opened)
        among: Set[str] | None = None
        for tag in (word[1:].lower() for word in words.split() if word.startswith("#")):
            tagged = await self._with_tag(desk, tag)
            among = tagged if among is None else among & tagged
        text = " ".join(word for word in words.split() if not word.startswith("#"))
        return shelf.in_order("recent" if view == "recent" else "title", text, among)

    def told(self, view: str, shown: int, *, filtered: bool) -> str:
        """Say what is listed."""
        if self.standing is None:
            return ""
        if view in NONE:
            return f"{NAMES[view]}: {shown:,}"
        every = self.standing.shelf.count
        notes = f"{every:,} {'note' if every == 1 else 'notes'}"
        if filtered:
            return f"{shown:,} of {notes} · {NAMES['title' if view == 'tree' else view]}"
        return f"{notes} · {NAMES[view]}"

    async def _with_tag(self, desk: Desk, tag: str) -> set[str]:
        if tag and self._tagged[0] != tag:
            from assistant.tui.notes import queries

            self._tagged = (tag, await desk.notes.read(partial(queries.tagged, tag=tag)))
        return self._tagged[1]
