"""Changes of several files that happen all or not at all, whenever the program is killed.

A change is first written down whole: the new contents are staged beside the notes and flushed, then
`journal.json` appears, which is the moment it is decided. Only then are files moved and replaced.
Who opens the vault after a kill finds the journal and carries it out to its end; without one,
nothing has happened. Each step looks at what is there, so it can be done twice.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from filelock import FileLock, Timeout

from assistant.errors import AssistantError
from assistant.notes import files
from db.durable import sync

FOLDER = ".assistant"
_WAIT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Move:
    """A file that gets another path; `digest` is of its content before."""

    old: str
    new: str
    digest: str


@dataclass(frozen=True, slots=True)
class Write:
    """A file whose content (digest `before`, "" for a new file) becomes that of the staged one."""

    path: str
    before: str
    after: str
    staged: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """A decided change, and the event that tells of it in the library's log."""

    id: str
    moves: tuple[Move, ...]
    writes: tuple[Write, ...]
    event: dict[str, Any] = field(default_factory=dict)


def folder(root: Path) -> Path:
    """Return where a vault keeps what is under way; there is none until something is written."""
    return root / FOLDER


def staging(root: Path) -> Path:
    """Return where new contents wait; on the notes' own disk, so that a rename puts them there."""
    return folder(root) / "staged"


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the vault for writing; one of our processes at a time.

    Raises:
        AssistantError: another process holds it too long, or it cannot be written.
    """
    try:
        folder(root).mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder(root) / "lock", timeout=_WAIT_SECONDS)
        lock.acquire()
    except Timeout:
        raise AssistantError(
            "Another process is writing to your notes.", hint="Wait until it has finished."
        ) from None
    except OSError as error:
        raise AssistantError(
            f"Cannot write to the vault {root}.",
            why=error.strerror or str(error),
            hint="Check the folder's permissions and the disk.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def decide(
    root: Path,
    moves: list[Move],
    contents: list[tuple[str, str, bytes]],
    event: dict[str, Any],
) -> Operation:
    """Write a change down, given moves and (path after the moves, digest before, new content).

    A new file has the digest "" before.
    """
    operation_id = uuid4().hex
    writes = [
        Write(path, before, files.digest(data), files.stage(staging(root), data).name)
        for path, before, data in contents
    ]
    sync(staging(root)) if writes else None
    operation = Operation(operation_id, tuple(moves), tuple(writes), event)
    text = json.dumps(asdict(operation), ensure_ascii=False).encode("utf-8", "surrogateescape")
    draft = files.stage(folder(root), text)
    draft.replace(_journal(root))
    sync(folder(root))
    return operation


def pending(root: Path) -> Operation | None:
    """Return the change that was decided and not finished, if there is one."""
    try:
        told = json.loads(_journal(root).read_text(encoding="utf-8", errors="surrogateescape"))
        return Operation(
            str(told["id"]),
            tuple(Move(**one) for one in told["moves"]),
            tuple(Write(**one) for one in told["writes"]),
            dict(told["event"]),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AssistantError(
            f"The vault's journal {_journal(root)} cannot be read.",
            why=str(error),
            hint="Your notes are whole. Move that file away, and report this.",
        ) from error


def carry_out(root: Path, operation: Operation) -> list[str]:
    """Do what was decided, or what is left of it; return what somebody changed meanwhile.

    Such a file keeps its present content; ours is put beside it, under a name that says so.
    """
    kept = []
    for move in operation.moves:
        source, target = root / move.old, root / move.new
        if not os.path.lexists(source):
            continue
        if _has_both_names(source, target):
            source.unlink()  # killed between giving the new name and taking the old one
            continue
        try:
            files.put_new(source, target)
        except files.NoteExistsError:
            kept.append(move.old)
    for write in operation.writes:
        staged = staging(root) / write.staged
        if not staged.exists():
            continue
        target = root / write.path
        if files.digest_of(target) == write.after:
            staged.unlink()
            continue
        try:
            if write.before:
                files.replace(target, staged, write.before)
            else:
                files.put_new(staged, target)
        except (files.NoteChangedError, files.NoteExistsError):
            kept.append(write.path)
            _put_beside(staged, target)
    return kept


def finish(root: Path) -> None:
    """Forget a change that was carried out and logged, and what else lies about."""
    _journal(root).unlink(missing_ok=True)
    sync(folder(root))
    sweep(root)


def sweep(root: Path) -> None:
    """Throw away contents staged by a process that was killed before it decided."""
    if not _journal(root).exists():
        shutil.rmtree(staging(root), ignore_errors=True)


def _put_beside(staged: Path, target: Path) -> None:
    for number in range(1, 1_000):
        other = target.with_name(f"{target.stem} (assistant {number}){target.suffix}")
        try:
            files.put_new(staged, other)
            return
        except files.NoteExistsError:
            continue


def _has_both_names(source: Path, target: Path) -> bool:
    """Tell whether one file stands under both names; where case does not count it has only one."""
    try:
        return source.samefile(target) and files.is_listed(source) and files.is_listed(target)
    except OSError:
        return False


def _journal(root: Path) -> Path:
    return folder(root) / "journal.json"
