"""Notes as rows of a list: a tree of folders, or one below the other."""

from collections.abc import Hashable, Iterable, Sequence, Set
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from assistant.text import title_key
from assistant.tui.look import Look

if TYPE_CHECKING:
    from assistant.notes.linking import LinkOut
    from assistant.notes.writing import Trashed
    from db.notes import NoteLine


class Folder(NamedTuple):
    """The key of a folder's row."""

    path: str


class NoteRow(NamedTuple):
    """A row: what tells it from others, the file it shows, its text, and what stands beside.

    `sign` stands before the text at the depth of the row; a row without a file is a folder's.
    `moment`, in nanoseconds, stands there as a day where `before` says nothing.
    """

    key: Hashable
    path: str
    text: str
    before: str = ""
    after: str = ""
    sign: str = ""
    depth: int = 0
    bad: bool = False
    moment: int = 0


class NoteRows:
    """Rows of notes, drawn one line each."""

    height = 1

    def __init__(self, rows: Sequence[NoteRow]) -> None:
        self.rows = rows
        self._places = {row.key: place for place, row in enumerate(rows)}

    def __len__(self) -> int:
        return len(self.rows)

    def key(self, index: int) -> Hashable:
        """Return what tells a row from others."""
        return self.rows[index].key

    def index_of(self, key: Hashable) -> int | None:
        """Return where a row stands."""
        return self._places.get(key)

    def row(self, key: Hashable) -> NoteRow | None:
        """Return the row of a key."""
        place = self._places.get(key)
        return None if place is None else self.rows[place]

    def lines(self, index: int, width: int, look: Look) -> list[Text]:
        """Draw a row; the text stands last but for what explains it."""
        row = self.rows[index]
        line = Text(" " + "  " * min(row.depth, 12), no_wrap=True, end="")
        if row.sign:
            line.append(f"{row.sign} ", look.accent)
        if before := row.before or (day_of(row.moment) if row.moment else ""):
            line.append(f"{before} ", look.dim)
        folder = isinstance(row.key, Folder)
        line.append(row.text, look.bad if row.bad else look.strong if folder else look.plain)
        if row.after:
            line.append(f"  {row.after}", look.dim)
        return [line]


class Shelf:
    """The vault's notes, put in order once, off the screen's thread; a key only picks from them."""

    def __init__(self, notes: "Sequence[NoteLine]") -> None:
        """Take the notes by path."""
        self.count = len(notes)
        self._orders = {
            "recent": _flat(sorted(notes, key=lambda one: -one.modified_ns)),
            "title": _flat(sorted(notes, key=lambda one: title_key(one.title or one.path))),
        }
        self._said = {one.path: f"{one.path} {one.title}".casefold() for one in notes}
        self._inside: dict[str, list[NoteRow]] = {}
        self._folders: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}
        for note in sorted(notes, key=lambda one: name_of(one.path).casefold()):
            self._put(note)
        for folders in self._folders.values():
            folders.sort(key=str.casefold)

    def _put(self, note: "NoteLine") -> None:
        folder = note.path.rpartition("/")[0]
        name = name_of(note.path)
        self._inside.setdefault(folder, []).append(NoteRow(
            note.path, note.path, name, after=note.title if note.title != name else "", sign=" ",
            depth=folder.count("/") + bool(folder), bad=note.problem is not None,
        ))  # fmt: skip
        while folder:
            above = folder.rpartition("/")[0]
            if folder not in self._counts:
                self._folders.setdefault(above, []).append(folder)
            self._counts[folder] = self._counts.get(folder, 0) + 1
            folder = above

    def tree(self, opened: Set[str]) -> list[NoteRow]:
        """Return folders, the open ones with what is in them, before the notes beside them."""
        rows: list[NoteRow] = []

        def add(folder: str, depth: int) -> None:
            for name in self._folders.get(folder, ()):
                is_open = name in opened
                rows.append(NoteRow(
                    Folder(name), "", name.rpartition("/")[2], after=f"{self._counts[name]:,}",
                    sign="▾" if is_open else "▸", depth=depth,
                ))  # fmt: skip
                if is_open:
                    add(name, depth + 1)
            rows.extend(self._inside.get(folder, ()))

        add("", 0)
        return rows

    def in_order(self, order: str, text: str = "", among: Set[str] | None = None) -> list[NoteRow]:
        """Return notes one below the other, `recent` or by `title`.

        Of them those whose path or title has every word of a text (`!` turns it round), and whose
        path is `among` those given.
        """
        rows = self._orders[order]
        if among is not None:
            rows = [row for row in rows if row.path in among]
        inverted, words = text.startswith("!"), text.lstrip("!").casefold().split()
        if not words:
            return rows
        said = self._said
        return [row for row in rows if all(w in said[row.path] for w in words) != inverted]


def _flat(notes: "Iterable[NoteLine]") -> list[NoteRow]:
    return [
        NoteRow(
            note.path, note.path, note.title or name_of(note.path), moment=note.modified_ns,
            after=note.path.rpartition("/")[0], bad=note.problem is not None,
        )
        for note in notes
    ]  # fmt: skip


def broken(links: "Iterable[LinkOut]") -> list[NoteRow]:
    """Return links that lead nowhere, each with the note it stands in."""
    found = {}
    for link in links:
        target = f"{link.target}#{link.fragment}" if link.fragment else link.target
        key = ("broken", link.source, link.line, target)
        after = f"in {link.source.removesuffix('.md')}, line {link.line + 1}"
        found[key] = NoteRow(key, link.source, target, after=after, sign="✗", bad=True)
    return list(found.values())


def in_trash(files: "Iterable[Trashed]") -> list[NoteRow]:
    """Return what is in the trash, the newest first."""
    return [NoteRow(one.path, one.path, one.original, before=one.since[:10]) for one in files]


def day_of(nanoseconds: int) -> str:
    """Return the local day of a moment."""
    return datetime.fromtimestamp(nanoseconds / 1e9).date().isoformat()


def name_of(path: str) -> str:
    """Return a note's name: the last part of its path, without suffix."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name
