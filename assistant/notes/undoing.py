"""Undoing changes of notes, and doing them again; and the newest thing done, note or not.

The log only grows, as in `assistant.library.undoing`: an undo names the event it undoes, and doing
again is an event like the first that names the undo.
"""

from dataclasses import dataclass

from assistant.config import Home, Settings
from assistant.errors import NotFoundError
from assistant.library import undoing
from assistant.library.reading import Change
from assistant.notes import files, writing
from assistant.notes.changing import rewrite
from assistant.notes.renaming import rename_back
from assistant.notes.reviewing import REVIEW
from assistant.notes.vault import Vault, open_vault
from assistant.text import clean_line
from db import personal
from db.engine import Database
from db.models import Event

_UNDO = "note-undo"
_EVERYTHING = (*undoing.UNDOABLE, *writing.UNDOABLE, REVIEW)


@dataclass(frozen=True, slots=True)
class Undone:
    """What was undone or done again: the kind of change, and the note as it is called now."""

    kind: str
    path: str


def undo(vault: Vault) -> Undone:
    """Undo the newest change of a note that is not undone yet; again for the one before.

    Raises:
        NotFoundError: there is nothing to undo.
        NoteChangedError: the note was changed since, where the change cannot be told apart.
    """
    with vault.database.read() as connection:
        event = personal.last_undoable(connection, writing.UNDOABLE)
    if event is None:
        raise NotFoundError("There is nothing to undo.")
    return _undo(vault, event)


def undo_newest(home: Home, settings: Settings, database: Database) -> Change:
    """Undo what was done last, whether to a note or to a paper, a profile, a search, or a review.

    Raises:
        NotFoundError: there is nothing to undo.
        NoteChangedError: the note was changed since, where the change cannot be told apart.
    """
    with database.read() as connection:
        event = personal.last_undoable(connection, _EVERYTHING)
    if event is None:
        raise NotFoundError("There is nothing to undo.")
    if event.kind in undoing.UNDOABLE:
        with database.write("undo a change") as connection:
            return undoing.undo_last(connection)
    if event.kind == REVIEW:
        with database.write("take an answer back") as connection:
            personal.append_event(connection, _UNDO, event.subject, {}, undoes=event.id)
        return Change(None, event.subject, f"took back: {_answered(event)}")
    done = _undo(open_vault(home, settings, database), event)
    return Change(None, f"note:{done.path}", f"undid: {writing.TOLD[done.kind]} {done.path}")


def redo_newest(home: Home, settings: Settings, database: Database) -> Change:
    """Do again what was undone last, note or not; anything done since ends that.

    Raises:
        NotFoundError: there is nothing to do again.
        NoteChangedError: the note was changed since, where the change cannot be told apart.
    """
    with database.read() as connection:
        newest = personal.last_redoable(connection, _EVERYTHING, undos=("undo", _UNDO))
        if newest is None or newest.undoes is None:
            raise NotFoundError("There is nothing to redo.")
        event = personal.events_by_id(connection, [newest.undoes])[newest.undoes]
    if newest.kind != _UNDO:
        with database.write("redo a change") as connection:
            return undoing.redo_last(connection)
    if event.kind == REVIEW:
        with database.write("write down a review") as connection:
            personal.append_event(
                connection, REVIEW, event.subject, event.data, undoes=newest.id
            )  # fmt: skip
        return Change(None, event.subject, f"did again: {_answered(event)}")
    done = _redo(open_vault(home, settings, database), event, newest)
    return Change(None, f"note:{done.path}", f"did again: {writing.TOLD[done.kind]} {done.path}")


def _undo(vault: Vault, event: Event) -> Undone:
    data = event.data
    with vault.writing():
        if event.kind == "note-rename":
            moved = rename_back(vault, event.id, data).moved
            return Undone(event.kind, next(iter(moved.values())))
        if event.kind in ("note-trash", "note-restore"):
            back = data["old"]
            vault.locate_free(back) if event.kind == "note-trash" else vault.locate(back)
            writing.move(vault, _UNDO, data["new"], back, undoes=event.id)
            return Undone(event.kind, back)
        if event.kind == "note-new":
            target = writing.place_in_trash(vault, data["path"])
            writing.move(vault, _UNDO, data["path"], target, undoes=event.id)
            return Undone(event.kind, data["path"])
        _take_back(vault, event, _UNDO)
    return Undone(event.kind, data["path"])


def _redo(vault: Vault, event: Event, undo: Event) -> Undone:
    """Take an undo back: then what it undid has happened again."""
    data = undo.data
    with vault.writing():
        if event.kind == "note-rename":
            moved = rename_back(vault, undo.id, data, kind=event.kind).moved
            return Undone(event.kind, next(iter(moved.values())))
        if event.kind in ("note-trash", "note-restore", "note-new"):
            there = data["old"]
            if event.kind != "note-trash":
                vault.locate_free(there)
            path = event.data["path"]
            writing.move(vault, event.kind, data["new"], there, subject=path, undoes=undo.id)
            return Undone(event.kind, path)
        _take_back(vault, undo, event.kind)
    return Undone(event.kind, data["path"])


def _take_back(vault: Vault, event: Event, kind: str) -> None:
    """Undo one change of a text, also where other places of it were changed since."""
    data = event.data
    path = data["path"]
    start, new, old = data["change"]
    text, digest = files.read_text(vault.locate(path))
    if digest != data["after"]:
        if not new or text.count(new) != 1:
            raise files.NoteChangedError(
                f"{path} was changed since, so that cannot be undone by itself.",
                hint="Change it by hand: nothing was touched.",
            )
        start = text.index(new)
    after = text[:start] + old + text[start + len(new) :]
    rewrite(vault, kind, path, text, after, undoes=event.id)


def _answered(event: Event) -> str:
    return f"answered {event.data['answer']}: {clean_line(event.data['front'], 80)}"
