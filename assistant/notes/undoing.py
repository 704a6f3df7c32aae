"""Undoing the newest thing a person did, to a note or to anything else."""

from assistant.config import Home, Settings
from assistant.library import undoing
from assistant.library.reading import Change
from assistant.notes import writing
from assistant.notes.vault import open_vault
from db import personal
from db.engine import Database


def undo_newest(home: Home, settings: Settings, database: Database) -> Change:
    """Undo what was done last, whether to a note or to a paper, a profile, a search.

    Raises:
        NotFoundError: there is nothing to undo.
        NoteChangedError: the note was changed since, where the change cannot be told apart.
    """
    with database.read() as connection:
        other = personal.last_undoable(connection, undoing.UNDOABLE)
        noted = personal.last_undoable(connection, writing.UNDOABLE)
    if noted is None or (other is not None and other.id > noted.id):
        with database.write("undo a change") as connection:
            return undoing.undo_last(connection)
    done = writing.undo(open_vault(home, settings, database))
    what = writing.TOLD[done.kind]
    return Change(None, f"note:{done.path}", f"undid: {what} {done.path}")
