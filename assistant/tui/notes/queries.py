"""What the app asks of the vault about notes; imported once the library is open."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from assistant.errors import AssistantError
from assistant.notes import files, linking, reviewing, writing
from assistant.notes.indexing import lagging, refresh
from assistant.notes.vault import Vault
from assistant.sources.identifiers import parse_identifier
from assistant.tui.notes import rows
from assistant.tui.notes.links_pane import Goal, Joined, joined
from assistant.tui.notes.page import Sheet
from assistant.tui.notes.rows import NoteRow, Shelf, day_of
from db import notes as index
from db import sections, works
from db.engine import Connection

_MOST_AT_ONCE = 40
"""Files read beside the screen; reading more is a job in a process of its own."""
_MOST_LISTED = 2_000


class Standing(NamedTuple):
    """The vault's notes, and how many cards are due."""

    shelf: Shelf
    due: int


def standing(vault: Vault) -> Standing:
    """Return every note as the index knows it."""
    with vault.database.read() as connection:
        found = index.lines(connection)
        has_cards = bool(index.cards(connection))
    due = len(reviewing.due_cards(vault, datetime.now(UTC))) if has_cards else 0
    return Standing(Shelf(found), due)


def tagged(vault: Vault, tag: str) -> set[str]:
    """Return the paths of the notes with a tag."""
    with vault.database.read() as connection:
        return {note.path for note in index.tagged(connection, tag)}


SPECIAL: dict[str, Callable[[Vault], list[NoteRow]]] = {
    "orphans": lambda vault: Shelf(
        [index.NoteLine(one.path, one.title, one.modified_ns, one.problem)
         for one in linking.orphans(vault)]).in_order("title"),
    "broken": lambda vault: rows.broken(linking.broken(vault)[:_MOST_LISTED]),
    "trash": lambda vault: rows.in_trash(writing.trashed(vault)[:_MOST_LISTED]),
}  # fmt: skip
"""Lists that are asked for by name."""


def sheet(vault: Vault, path: str) -> Sheet | None:
    """Return a note to be read, None where it is gone; what is in the trash too."""
    located = vault.locate(path)
    with vault.database.read() as connection:
        view = index.view(connection, path)
        tags = index.tags_of(connection, view.id) if view is not None else []
    try:
        text, _ = files.read_text(located)
        problem = (view.problem if view is not None else None) or ""
    except AssistantError as error:
        if not located.exists():
            return None
        text, problem = "", " ".join(filter(None, (error.title, error.why)))
    told = [f"changed {day_of(located.stat().st_mtime_ns)}"]
    if view is not None and view.created:
        told.insert(0, f"made {view.created[:10]}")
    lost = [one.target for one in linking.links_out(vault, path) if one.state == "missing"]
    title = view.title if view is not None else rows.name_of(path)
    return Sheet(path, title, " · ".join(told), text, tags, problem, lost=lost)


def neighbours(vault: Vault, path: str) -> list[Joined]:
    """Return what a note is joined to, as rows."""
    back, out = linking.backlinks(vault, path), linking.links_out(vault, path)
    named = linking.mentions(vault, path)
    with vault.database.read() as connection:
        ids = [one.target for one in out if one.kind == "paper"]
        titles = paper_titles(connection, ids)
        files_ = [one.path for one in out if one.path is not None]
        titles |= {view.path: view.title for view in index.views(connection, files_)}
    return joined(back, out, named, titles)


def paper_titles(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Return id -> title of the papers that the library has."""
    wanted: dict[str, list[str]] = {}
    for one in ids:
        if (identifier := parse_identifier(one)) is not None:
            wanted.setdefault(identifier.scheme, []).append(identifier.value)
    found = works.find_identifiers(connection, wanted)
    views = {view.id: view.title for view in works.view_works(connection, [*found.values()])}
    return {f"{scheme}:{value}": views[work] for (scheme, value), work in found.items()
            if work in views}  # fmt: skip


def related(
    connection: Connection, work_ids: Sequence[int], section_ids: Sequence[int]
) -> list[Joined]:
    """Return papers and passages that mean nearly the same as something, as rows."""
    notes = [Joined(Goal("note", one.path, one.heading), one.title, one.heading)
             for one in sections.section_views(connection, section_ids)]  # fmt: skip
    papers = [Joined(Goal("paper", one.public_id), one.public_id, one.title)
              for one in works.view_works(connection, work_ids)]  # fmt: skip
    found: list[Joined] = []
    for heading, rows_ in (("Related notes", notes), ("Related papers", papers)):
        found += [Joined(None, heading), *rows_] if rows_ else []
    return found


def in_step(vault: Vault, paths: Sequence[str] | None = None) -> tuple[bool, bool]:
    """Bring the index in step where little has changed: (whether it is, whether it was changed).

    Where much has changed, nothing is done: that is a job's work.
    """
    behind = lagging(vault) if paths is None else list(paths)
    many = len(behind) > _MOST_AT_ONCE
    if many or any(path.lower().endswith(".pdf") for path in behind):
        return False, False
    return True, bool(behind) and refresh(vault, behind).any
