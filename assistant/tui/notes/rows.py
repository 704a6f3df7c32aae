"""Notes as rows of a list: a tree of folders, or one below the other."""

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
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
    """

    key: Hashable
    path: str
    text: str
    before: str = ""
    after: str = ""
    sign: str = ""
    depth: int = 0
    bad: bool = False


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
        if row.before:
            line.append(f"{row.before} ", look.dim)
        folder = isinstance(row.key, Folder)
        line.append(row.text, look.bad if row.bad else look.strong if folder else look.plain)
        if row.after:
            line.append(f"  {row.after}", look.dim)
        return [line]


def tree(notes: "Sequence[NoteLine]", opened: Collection[str]) -> list[NoteRow]:
    """Return folders, the open ones with what is in them, before the notes beside them.

    `notes` come by path.
    """
    inside: dict[str, list[NoteLine]] = {"": []}
    folders: dict[str, set[str]] = {"": set()}
    counts: dict[str, int] = {}
    for note in notes:
        folder = note.path.rpartition("/")[0]
        inside.setdefault(folder, []).append(note)
        while folder:
            counts[folder] = counts.get(folder, 0) + 1
            above = folder.rpartition("/")[0]
            folders.setdefault(above, set()).add(folder)
            folder = above
    rows: list[NoteRow] = []

    def add(folder: str, depth: int) -> None:
        for name in sorted(folders.get(folder, ()), key=str.casefold):
            is_open = name in opened
            rows.append(NoteRow(
                Folder(name), "", name.rpartition("/")[2], after=f"{counts[name]:,}",
                sign="▾" if is_open else "▸", depth=depth,
            ))  # fmt: skip
            if is_open:
                add(name, depth + 1)
        for note in sorted(inside.get(folder, ()), key=_by_name):
            rows.append(NoteRow(
                note.path, note.path, _name(note), after=_title(note), sign=" ", depth=depth,
                bad=note.problem is not None,
            ))  # fmt: skip

    add("", 0)
    return rows


def flat(notes: "Iterable[NoteLine]", order: str) -> list[NoteRow]:
    """Return notes one below the other, `recent` or by `title`, each with its day and folder."""
    if order == "recent":
        found = sorted(notes, key=lambda one: -one.modified_ns)
    else:
        found = sorted(notes, key=lambda one: title_key(one.title or one.path))
    return [
        NoteRow(
            note.path, note.path, note.title or _name(note), before=day_of(note.modified_ns),
            after=note.path.rpartition("/")[0], bad=note.problem is not None,
        )
        for note in found
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


def matching(notes: "Sequence[NoteLine]", text: str) -> "list[NoteLine]":
    """Return the notes whose path or title has every word of a text; `!` turns it round."""
    inverted = text.startswith("!")
    words = text.lstrip("!").casefold().split()
    has: Callable[[NoteLine], bool] = lambda one: (  # noqa: E731
        all(word in f"{one.path} {one.title}".casefold() for word in words)
    )
    return [one for one in notes if has(one) != inverted] if words else list(notes)


def day_of(nanoseconds: int) -> str:
    """Return the local day of a moment."""
    return datetime.fromtimestamp(nanoseconds / 1e9).date().isoformat()


def name_of(path: str) -> str:
    """Return a note's name: the last part of its path, without suffix."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def _name(note: "NoteLine") -> str:
    return name_of(note.path)


def _title(note: "NoteLine") -> str:
    return note.title if note.title != _name(note) else ""


def _by_name(note: "NoteLine") -> str:
    return _name(note).casefold()
