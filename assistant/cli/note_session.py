"""What the commands on notes work on: the vault, in step with its files; and $EDITOR."""

import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from assistant.cli.output import note, progress
from assistant.cli.session import Session, find_work, session
from assistant.errors import AssistantError
from assistant.notes import files
from assistant.notes.indexing import Refreshed, refresh
from assistant.notes.vault import Vault, open_vault
from assistant.notes.writing import edited
from assistant.sources.identifiers import parse_identifier
from db import works


@dataclass(frozen=True, slots=True)
class NotesSession:
    """An open vault; `report` is what the refresh at the start found."""

    session: Session
    vault: Vault
    report: Refreshed = field(default_factory=Refreshed)

    def edit(self, path: Path) -> None:
        """Open a file in $VISUAL or $EDITOR, and come back when it is closed.

        Raises:
            AssistantError: there is no editor, or it failed.
        """
        command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
        try:
            done = subprocess.run([*shlex.split(command), str(path)], check=False)
        except (OSError, ValueError) as error:
            raise AssistantError(
                f"Cannot start the editor {command!r}.",
                why=str(error),
                hint="Set EDITOR to the one you use.",
            ) from error
        if done.returncode:
            raise AssistantError(f"{command} ended with code {done.returncode}.")

    def fetched(self, id: str) -> works.WorkView:
        """Fetch a paper that the library does not have from arXiv, and return it.

        Raises:
            NotFoundError: it is no arXiv id, or arXiv does not know it.
            SourceError: arXiv cannot be reached.
        """
        identifier = parse_identifier(id)
        if identifier is not None and identifier.scheme == "arxiv":
            from assistant.library.importing_ids import import_ids

            note(f"{identifier} is not in your library; asking arXiv for it.")
            settings = self.session.settings.sources.arxiv
            import_ids(self.vault.database, identifier.value, settings, label=str(identifier))
        with self.vault.database.read() as connection:
            return find_work(connection, id)


@contextmanager
def notes_session() -> Iterator[NotesSession]:
    """Open the person's vault, as the index knows it."""
    with session() as s:
        yield NotesSession(s, open_vault(s.home, s.settings, s.database))


@contextmanager
def refreshed() -> Iterator[NotesSession]:
    """Open the person's vault, the index in step with its files."""
    with session() as s:
        vault = open_vault(s.home, s.settings, s.database)
        with progress("Reading notes") as bar:
            report = refresh(vault, progress=bar.update)
        yield NotesSession(s, vault, report)


def edit_file(n: NotesSession, path: str) -> bool:
    """Let a person edit a note in their editor; tell whether it changed."""
    located = n.vault.locate(path)
    before, _ = files.read_text(located)
    n.edit(located)
    return edited(n.vault, path, before)
