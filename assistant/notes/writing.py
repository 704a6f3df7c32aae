"""Making, saving, capturing, trashing and restoring notes."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

from assistant.errors import NotFoundError, UsageError
from assistant.notes import files, journal
from assistant.notes.changing import change, rewrite, span
from assistant.notes.indexing import refresh
from assistant.notes.names import (
    folder_of,
    key,
    name_of,
    safe_name,
    with_note_suffix,
    without_suffix,
)
from assistant.notes.vault import Vault
from assistant.text import clean, clean_line

TRASH = ".trash"
_STAMPED = re.compile(r"\d{8}-\d{6}-\d{6}")
_MOST_CAPTURED = 100_000
UNDOABLE = (
    "note-rename", "note-new", "note-save", "note-edit", "note-capture", "note-update",
    "note-trash", "note-restore",
)  # fmt: skip
TOLD = {
    "note-rename": "renamed", "note-new": "made", "note-save": "edited", "note-edit": "edited",
    "note-capture": "captured in", "note-update": "brought up to date", "note-trash": "trashed",
    "note-restore": "restored",
}  # fmt: skip
"""Kind of change -> the word for it, before the note's path."""


class Trashed(NamedTuple):
    """A file in the trash: where it lies in the vault, where it lay, and since when (ISO)."""

    path: str
    original: str
    since: str


def front_matter(
    title: str,
    *,
    note_id: str,
    created: str,
    tags: Sequence[str] = (),
    papers: Sequence[str] = (),
    skills: Sequence[str] = (),
) -> str:
    """Return the front matter of a new note."""
    lists = (("tags", tags), ("papers", papers), ("skills", skills))
    told = [("id", yaml_text(note_id)), ("title", yaml_text(title)), ("created", created)]
    told += [(name, f"[{', '.join(map(yaml_text, values))}]") for name, values in lists]
    return "---\n" + "".join(f"{name}: {value}\n" for name, value in told) + "---\n"


def yaml_text(text: str) -> str:
    """Return a text as a YAML scalar in one line; JSON's are YAML's too."""
    plain = re.fullmatch(r"[A-Za-z][\w.-]*", text, re.ASCII)
    reserved = text.lower() in ("true", "false", "yes", "no", "on", "off", "null", "y", "n")
    return text if plain and not reserved else json.dumps(text, ensure_ascii=False)


def new_note(
    vault: Vault,
    title: str,
    *,
    folder: str = "",
    body: str = "",
    tags: Sequence[str] = (),
    papers: Sequence[str] = (),
    skills: Sequence[str] = (),
) -> str:
    """Make a note with a title, and return its path; its file is called so as far as it may.

    Raises:
        UsageError: the title is empty.
        NoteExistsError: there is a note of that name.
    """
    title = clean_line(title, 300)
    if not title:
        raise UsageError("A note needs a title.")
    head = front_matter(
        title, note_id=uuid4().hex[:12], created=now(), tags=tags, papers=papers, skills=skills
    )
    path = f"{folder.strip('/')}/{safe_name(title)}.md".lstrip("/")
    create(vault, path, f"{head}\n{body}".rstrip("\n") + "\n")
    return path


def create(vault: Vault, path: str, text: str, *, kind: str = "note-new", **data: Any) -> None:
    """Make a note with this text.

    Raises:
        BadNameError: the path cannot be one.
        NoteExistsError: it is taken, perhaps in another case or Unicode form.
    """
    with vault.writing():
        vault.locate_new(path)
        event = {"kind": kind, "subject": f"note:{path}", "data": {**data, "path": path}}
        kept = change(vault, event, contents=[(path, "", files.encode(text))])
    if kept:
        raise files.NoteExistsError(f"{path} appeared at this moment.", why="Yours is beside it.")


def save(vault: Vault, path: str, text: str, expected: str) -> str:
    """Write a note that was read with the digest `expected`; return its new digest.

    Raises:
        NoteChangedError: somebody has changed it since. Their text stays where it is, and ours is
            put beside it, which the error tells.
    """
    with vault.writing():
        before, present = files.read_text(vault.locate(path))
        if present != expected:
            beside = _beside(vault, path)
            event = {"kind": "note-new", "subject": f"note:{beside}", "data": {"path": beside}}
            change(vault, event, contents=[(beside, "", files.encode(text))])
            raise files.NoteChangedError(
                f"{path} was changed by another program meanwhile.",
                why="Neither text is lost.",
                hint=f"Yours is in {beside}: compare the two, and trash one.",
            )
        if before != text:
            rewrite(vault, "note-save", path, before, text)
    return files.digest(files.encode(text))


def edited(vault: Vault, path: str, before: str) -> bool:
    """Log what an editor that was opened on a note has made of its text; tell whether it changed.

    Raises:
        NoteFileError: what is there now cannot be read.
    """
    refresh(vault, [path])
    text, digest = files.read_text(vault.locate(path))
    if text == before:
        return False
    start, new, old = span(before, text)
    vault.log("note-edit", path, {"path": path, "after": digest, "change": [start, new, old]})
    return True


def append(vault: Vault, path: str, text: str, *, kind: str = "note-capture") -> None:
    """Add lines to the end of a note, whatever else was changed in it."""
    with vault.writing():
        before, _ = files.read_text(vault.locate(path))
        newline = "\r\n" if "\r\n" in before else "\n"
        gap = "" if not before or before.endswith("\n") else newline
        added = text.strip("\n").replace("\n", newline)
        rewrite(vault, kind, path, before, f"{before}{gap}{added}{newline}")


def captured(text: str, moment: datetime) -> str:
    """Return a captured thought as an item of a list, with its time; later lines are indented.

    Raises:
        UsageError: there is nothing in it.
    """
    cleaned = clean(text, _MOST_CAPTURED)
    if not cleaned:
        raise UsageError("There is nothing to capture.", hint='assistant note capture "a thought"')
    return f"- {moment:%H:%M} " + cleaned.replace("\n", "\n  ")


def trash(vault: Vault, path: str) -> str:
    """Move a file to the vault's trash, and return where it lies there.

    Raises:
        NotFoundError: there is no such file.
    """
    with vault.writing():
        source = vault.locate(path)
        if not source.is_file():
            raise NotFoundError(f"There is no {path} in your notes.")
        target = place_in_trash(vault, path)
        move(vault, "note-trash", path, target)
    return target


def place_in_trash(vault: Vault, path: str) -> str:
    """Return where a file that is thrown away now will lie."""
    target = f"{TRASH}/{datetime.now():%Y%m%d-%H%M%S-%f}/{path}"
    vault.locate(target)
    return target


def trashed(vault: Vault) -> list[Trashed]:
    """Return what is in the trash, the newest first; what Obsidian put there too."""
    root = vault.root / TRASH
    found = []
    if root.is_symlink():
        return []
    for located in sorted(root.rglob("*")) if root.is_dir() else ():
        if located.is_symlink() or not located.is_file():
            continue
        first, _, rest = located.relative_to(root).as_posix().partition("/")
        if _STAMPED.fullmatch(first) and rest:
            since = datetime.strptime(first, "%Y%m%d-%H%M%S-%f").isoformat(timespec="seconds")
            original = rest
        else:
            moment = datetime.fromtimestamp(located.lstat().st_mtime)
            since = moment.isoformat(timespec="seconds")
            original = f"{first}/{rest}".rstrip("/")
        found.append(Trashed(located.relative_to(vault.root).as_posix(), original, since))
    return sorted(found, key=lambda one: (one.since, one.path), reverse=True)


def restore(vault: Vault, named: str) -> str:
    """Put a file from the trash back where it lay, and return its path.

    `named` is its path or name; of several, the newest is taken.

    Raises:
        NotFoundError: nothing in the trash is called so.
        NoteExistsError: another file is in its place.
    """
    wanted = key(without_suffix(named.strip()))
    with vault.writing():
        for one in trashed(vault):
            own = (one.path, one.original, name_of(one.original))
            if wanted in (key(without_suffix(name)) for name in own):
                vault.locate_free(one.original)
                move(vault, "note-restore", one.path, one.original)
                return one.original
    raise NotFoundError(
        f"Nothing in the trash is called {clean_line(named, 80)!r}.",
        hint="`assistant note trash` lists what is there.",
    )


def move(
    vault: Vault,
    kind: str,
    path: str,
    target: str,
    *,
    subject: str | None = None,
    undoes: int | None = None,
) -> None:
    """Move a file inside `vault.writing()`: to the trash, out of it, or back.

    `subject` is the note that the log tells it of, the one moved if none is named.

    Raises:
        NotFoundError: it is not there any more.
    """
    located = vault.locate(path)
    if not located.is_file():
        raise NotFoundError(f"There is no {path} any more.")
    step = journal.Move(path, target, files.digest_of(located) or "")
    subject = subject or (target if kind == "note-restore" else path)
    data = {"path": subject, "old": path, "new": target}
    event = {"kind": kind, "subject": f"note:{subject}", "data": data, "undoes": undoes}
    change(vault, event, moves=[step])
    folder = located.parent
    # Only folders that the trash made are taken away again.
    while folder.is_relative_to(vault.root / TRASH) and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _beside(vault: Vault, path: str) -> str:
    stem = f"{folder_of(path)}/{name_of(path)} (yours)".lstrip("/")
    for number in range(1, 1_000):
        candidate = with_note_suffix(stem if number == 1 else f"{stem} {number}")
        if vault.same_name(candidate) is None:
            return candidate
    raise files.NoteExistsError(f"There are too many copies of {path}.")


def now() -> str:
    """Return this moment as notes write it: local time with its offset, to the second."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def refreshed_text(vault: Vault, path: str) -> tuple[str, str]:
    """Return a note's text and digest as they are on the disk, the index brought in step.

    Raises:
        NoteFileError: it cannot be read.
    """
    told = files.read_text(vault.locate(path))
    refresh(vault, [path])
    return told
