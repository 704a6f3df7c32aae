"""The vault: a folder of Markdown that belongs to the person, and the library that indexes it."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from assistant.config import Home, Settings
from assistant.errors import ConfigError, NotFoundError
from assistant.notes import files, journal
from assistant.notes.names import BadNameError, checked_path, is_note, key
from assistant.notes.resolving import Resolver
from assistant.sources.identifiers import parse_identifier
from assistant.text import clean_line
from db import notes as index
from db import personal
from db.engine import Database

MOST_FILES = 200_000
MOST_DEPTH = 40


class FoundFile(NamedTuple):
    """A file of the vault: its path with `/`, its kind (note, pdf, file) and its stamp."""

    path: str
    kind: str
    stamp: files.Stamp


class Problem(NamedTuple):
    """Something in the vault that is not read, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Vault:
    """A vault and its library. `root` is without symbolic links; it need not exist yet."""

    root: Path
    home: Home
    settings: Settings
    database: Database

    def locate(self, path: str) -> Path:
        """Return where an indexed file lies, made sure that it is inside the vault.

        Raises:
            BadNameError: the path leads out of it, by its text or by a symbolic link.
        """
        parts = path.split("/")
        if not path or any(part in ("", ".", "..") for part in parts) or "\0" in path:
            raise BadNameError(f"{clean_line(path, 120)!r} is no path inside the vault.")
        located = self.root.joinpath(*parts)
        above = located
        while above != self.root:
            if above.is_symlink():
                raise BadNameError(
                    f"{clean_line(path, 120)!r} goes through a symbolic link.",
                    why="Links are not followed, so that nothing outside the vault is written.",
                )
            above = above.parent
        return located

    def locate_new(self, path: str) -> Path:
        """Return where a new file may lie.

        Raises:
            BadNameError: no such file can be on every system, or it would be outside the vault.
            NoteExistsError: there is one, perhaps in another case or Unicode form.
        """
        return self.locate_free(checked_path(path))

    def locate_free(self, path: str) -> Path:
        """Return where a file may lie that was in the vault before, whatever its name.

        Raises:
            BadNameError: it would be outside the vault.
            NoteExistsError: there is one, perhaps in another case or Unicode form.
        """
        located = self.locate(path)
        if (other := self.same_name(path)) is not None:
            raise files.NoteExistsError(
                f"There is a note {other} already.",
                why="" if other == path else "The two names are one on many systems.",
                hint="Give it another name.",
            )
        return located

    def same_name(self, path: str) -> str | None:
        """Return the file whose name is one with a path's on some system, None where it is free."""
        wanted, folder = "", self.root
        for part in path.split("/"):
            try:
                present = [entry.name for entry in folder.iterdir()]
            except OSError:
                return None
            same = [name for name in present if key(name) == key(part)]
            if not same:
                return None
            name = part if part in same else same[0]
            wanted, folder = f"{wanted}/{name}".lstrip("/"), folder / name
        return wanted

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the vault for a change, after finishing one that was interrupted.

        Raises:
            AssistantError: another process holds it, or it cannot be written.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with journal.locked(self.root):
            self._recover()
            journal.sweep(self.root)
            yield

    def recover(self) -> None:
        """Finish a change of several files that a kill interrupted; costs a look where none was."""
        if journal.pending(self.root) is not None:
            with journal.locked(self.root):
                self._recover()

    def run(self, operation: journal.Operation) -> list[str]:
        """Carry out a decided change and log it; return the files somebody changed meanwhile."""
        kept = journal.carry_out(self.root, operation)
        self._log(operation)
        journal.finish(self.root)
        return kept

    def log(self, kind: str, path: str, data: dict[str, Any], *, undoes: int | None = None) -> int:
        """Write what happened to a note into the library's log."""
        with self.database.write("log a note's change") as connection:
            return personal.append_event(connection, kind, f"note:{path}", data, undoes=undoes)

    def _recover(self) -> None:
        operation = journal.pending(self.root)
        if operation is not None:
            self.run(operation)

    def _log(self, operation: journal.Operation) -> None:
        if not operation.event:
            return
        told = operation.event
        with self.database.write("log a note's change") as connection:
            if not index.was_logged(connection, told["subject"], operation.id):
                personal.append_event(
                    connection, told["kind"], told["subject"],
                    {**told["data"], "operation": operation.id}, undoes=told.get("undoes"),
                )  # fmt: skip


def open_vault(home: Home, settings: Settings, database: Database) -> Vault:
    """Return the person's vault; a change that a kill interrupted is finished first.

    Raises:
        ConfigError: `notes.vault` names a folder that is not there.
    """
    named = settings.notes.vault
    path = Path(named).expanduser() if named else home.vault
    if named and not path.is_dir():
        raise ConfigError(
            f"The vault {path} is not there.",
            why="notes.vault names it, and a folder of notes is not made by mistake.",
            hint="Make the folder, or `assistant config notes.vault PATH`.",
        )
    vault = Vault(Path(os.path.realpath(path)), home, settings, database)
    vault.recover()
    return vault


def scan(vault: Vault) -> tuple[list[FoundFile], list[Problem]]:
    """Return every file of the vault, and what cannot be one, without reading any.

    Hidden folders and files (`.obsidian`, `.git`, `.trash`) are none of ours. No symbolic link is
    followed.
    """
    found: list[FoundFile] = []
    problems: list[Problem] = []
    waiting: list[tuple[str, str, int]] = [(str(vault.root), "", 0)]
    while waiting:
        folder, prefix, depth = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except FileNotFoundError:
            continue
        except OSError as error:
            problems.append(Problem(prefix or ".", error.strerror or "it cannot be opened"))
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path = prefix + entry.name
            if why := _unusable(entry, vault.root, depth):
                problems.append(Problem(clean_line(_shown(path), 300), why))
            elif entry.is_dir(follow_symlinks=False):
                waiting.append((entry.path, path + "/", depth + 1))
            elif len(found) < MOST_FILES:
                try:
                    told = entry.stat(follow_symlinks=False)
                except OSError:
                    continue  # gone since
                found.append(FoundFile(path, kind_of(path), files.stamp_of(told)))
    if len(found) >= MOST_FILES:
        problems.append(Problem(".", f"it has more than {MOST_FILES:,} files"))
    found.sort()
    return found, problems


def kind_of(path: str) -> str:
    """Return what a file is by its name: note, pdf or file."""
    if is_note(path):
        return "note"
    return "pdf" if path.lower().endswith(".pdf") else "file"


def _unusable(entry: "os.DirEntry[str]", root: Path, depth: int) -> str:
    """Why an entry of the vault is passed over, "" where it is not."""
    try:
        entry.name.encode("utf-8")
    except UnicodeEncodeError:
        return "its name is no UTF-8"
    if any(ord(c) < 32 or ord(c) == 127 for c in entry.name):
        return "its name has control characters"
    if entry.is_symlink():
        target = Path(os.path.realpath(entry.path))
        if target.is_relative_to(root):
            return "it is a symbolic link; what it leads to is read in its own place"
        return "it is a symbolic link to outside the vault, which is not followed"
    if entry.is_dir(follow_symlinks=False):
        return "its folders are nested too deeply" if depth >= MOST_DEPTH else ""
    try:
        mode = entry.stat(follow_symlinks=False).st_mode
    except OSError:
        return ""
    return "" if stat.S_ISREG(mode) else "it is no regular file"


def _shown(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def find_note(vault: Vault, named: str) -> str:
    """Return the path of the note a person means: by path, by name, by its `id`, by its paper.

    Raises:
        NotFoundError: there is none, or several are called so.
    """
    named = named.strip().removeprefix("note:")
    with vault.database.read() as connection:
        resolver = Resolver(index.paths(connection))
        found = resolver.find(named)
        by_id = index.notes_with_id(connection, named)
        if not by_id and (identifier := parse_identifier(named)) is not None:
            by_id = index.notes_with_id(connection, f"paper:{identifier}")
    if len(found) > 1:
        raise NotFoundError(
            f"Several notes are called {clean_line(named, 80)!r}.",
            why=", ".join(found[:5]),
            hint="Give its path.",
        )
    if found:
        return found[0]
    if len(by_id) == 1:
        return by_id[0]
    close = resolver.close_to(named)
    raise NotFoundError(
        f"There is no note {clean_line(named, 80)!r}.",
        hint=f"Did you mean {close}?" if close else "`assistant note list` lists them.",
    )
