"""Files of the vault: read within bounds, written whole or not at all, never over a change.

Nothing here follows a symbolic link, and what is written is flushed to the disk, the folder too,
before anybody is told that it is there.
"""

import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from assistant.errors import AssistantError
from assistant.text import clean_line
from db.durable import sync

MOST_NOTE_BYTES = 5_000_000
_SAMPLE = 8_192


class NoteFileError(AssistantError):
    """A file of the vault cannot be read or written."""


class NoteChangedError(AssistantError):
    """A file is not what it was when it was read, so it was not written over."""


class NoteExistsError(AssistantError):
    """There is a file of that name already."""


class Stamp(NamedTuple):
    """What the file system says of a file without reading it; any change of content shows in it.

    Times are in nanoseconds; the time of the last change of the entry itself cannot be set back.
    """

    size: int
    modified: int
    changed: int


def stamp_of(told: os.stat_result) -> Stamp:
    """Return a file's stamp."""
    return Stamp(told.st_size, told.st_mtime_ns, told.st_ctime_ns)


def digest(data: bytes) -> str:
    """Return what a file's content is known by: 128 bits of BLAKE2b."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def decode(data: bytes) -> str:
    """Return a note's text; `encode` gives back the same bytes, whatever they were."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """Return the bytes of a note's text."""
    return text.encode("utf-8", "surrogateescape")


def read(path: Path, *, most: int = MOST_NOTE_BYTES) -> bytes:
    """Return a regular file's content.

    Raises:
        NoteFileError: it is larger than `most` bytes, no regular file, or cannot be read.
    """
    return read_with_stamp(path, most=most)[0]


def read_with_stamp(path: Path, *, most: int = MOST_NOTE_BYTES) -> tuple[bytes, Stamp]:
    """Return a regular file's content and its stamp; raises as `read` does."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise _cannot("read", path, error) from error
    try:
        told = os.fstat(handle)
        if not stat.S_ISREG(told.st_mode):
            raise NoteFileError(f"{path.name} is no regular file.")
        if told.st_size > most:
            raise NoteFileError(
                f"{path.name} is larger than {most // 1_000_000} MB.",
                why="A note that long is more likely something else.",
                hint="Split it, or give it another suffix than .md.",
            )
        pieces = []
        left = most + 1
        while left > 0 and (piece := os.read(handle, left)):
            pieces.append(piece)
            left -= len(piece)
    except OSError as error:
        raise _cannot("read", path, error) from error
    finally:
        os.close(handle)
    data = b"".join(pieces)
    if len(data) > most:
        raise NoteFileError(f"{path.name} grows while it is read.")
    return data, stamp_of(told)


def looks_binary(data: bytes) -> bool:
    """Tell whether a file is no text, whatever its suffix says."""
    sample = data[:_SAMPLE]
    if b"\0" in sample:
        return True
    text = sample.decode("utf-8", "replace")
    return len(text) > 32 and text.count("\ufffd") > len(text) // 4


def read_text(path: Path) -> tuple[str, str]:
    """Return a note's text and the digest of its bytes.

    Raises:
        NoteFileError: it cannot be read, is too large, or is no text.
    """
    data = read(path)
    if looks_binary(data):
        raise NoteFileError(
            f"{path.name} is no text.", why="It has bytes in it that no Markdown has."
        )
    return decode(data), digest(data)


def digest_of(path: Path) -> str | None:
    """Return the digest of a file's content, None where there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _cannot("read", path, error) from error


def stage(folder: Path, data: bytes, mode: int = 0o644) -> Path:
    """Write a new file, flushed to the disk, that `replace` and `create` can put in place."""
    path = folder / uuid4().hex
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _cannot("write", path, error) from error
    return path


def replace(path: Path, staged: Path, expected: str) -> None:
    """Put a staged file in the place of one whose content has the digest `expected`.

    Raises:
        NoteChangedError: somebody has changed it since; nothing was written.
    """
    if digest_of(path) != expected:
        raise NoteChangedError(
            f"{path.name} was changed by another program meanwhile.",
            why="Writing over it would lose that change.",
            hint="Look at it, and do it again.",
        )
    try:
        staged.chmod(stat.S_IMODE(path.stat().st_mode))
        staged.replace(path)
        sync(path.parent)
    except OSError as error:
        raise _cannot("write", path, error) from error


def put_new(source: Path, target: Path) -> None:
    """Give a file a new name that nobody has; its old name is gone then.

    Raises:
        NoteExistsError: there is a file of that name.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _rename_to_free(source, target)
        sync(target.parent)
        if source.parent != target.parent:
            sync(source.parent)
    except FileExistsError as error:
        raise NoteExistsError(
            f"There is a {target.name} already.", hint="Give it another name."
        ) from error
    except OSError as error:
        raise _cannot("write", target, error) from error


def _rename_to_free(source: Path, target: Path) -> None:
    try:
        # Unlike a rename, a link never takes the place of what is there.
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        if not source.samefile(target):
            raise
        if str(source) != str(target) and not is_listed(target):
            source.rename(target)  # only its case changes, where case does not count
            return
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK):
            raise
        if target.exists():
            raise FileExistsError(errno.EEXIST, "it exists", str(target)) from error
        source.rename(target)
        return
    source.unlink()


def is_listed(path: Path) -> bool:
    """Tell whether a folder has a file under exactly this name, where case may not count."""
    return any(entry.name == path.name for entry in path.parent.iterdir())


def _cannot(what: str, path: Path, error: OSError) -> NoteFileError:
    if error.errno == errno.ELOOP:
        return NoteFileError(
            f"{path.name} is a symbolic link.", why="Links are not followed in a vault."
        )
    return NoteFileError(
        f"Cannot {what} {path.name}.",
        why=clean_line(error.strerror or str(error), 200),
        hint="Check the file, its folder and the disk.",
    )
