"""Backups of the library: taken while it is in use, verified, rotated, restored by rename."""

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from db.durable import replacing, sync
from db.errors import BackupError, DatabaseDamagedError

_PAGES_A_STEP = 2_048
_DIGEST_PIECE = 1 << 23
_STAMP = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True, slots=True)
class Backup:
    """A verified copy of the library: where, when, why, how large, and how many works it holds."""

    path: Path
    taken_at: datetime
    reason: str
    size: int
    works: int


def check_integrity(path: Path) -> list[str]:
    """Return what SQLite's own integrity and foreign key checks find wrong; empty when all is well.

    Raises:
        DatabaseDamagedError: the file cannot even be opened as a database.
    """
    try:
        with closing(_open(path, readonly=True)) as connection:
            return integrity_faults(connection)
    except sqlite3.DatabaseError as error:
        raise DatabaseDamagedError(
            f"{path} is damaged.",
            why=str(error),
            hint="`assistant restore` brings back the newest verified backup.",
        ) from error


def integrity_faults(connection: sqlite3.Connection) -> list[str]:
    """Return the faults found through an open connection."""
    faults = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
    if faults == ["ok"]:
        faults = []
    faults += [
        f"{table} row {rowid} refers to a missing row of {parent}"
        for table, rowid, parent, _ in connection.execute("PRAGMA foreign_key_check")
    ][:20]
    return faults


def take_backup(
    library: Path,
    folder: Path,
    *,
    reason: str,
    keep: int = 10,
    progress: Callable[[int, int], None] | None = None,
) -> Backup:
    """Copy the library into `folder`, verify the copy, then drop the oldest beyond `keep`.

    The copy is a consistent state even while others write. It appears under its final name only
    once it is verified and on disk; a digest beside it shows later damage.

    Raises:
        BackupError: the copy could not be made or did not verify.
    """
    folder.mkdir(parents=True, exist_ok=True)
    taken_at = datetime.now(UTC)
    final = folder / f"library-{taken_at.strftime(_STAMP)}-{reason}.db"
    partial = final.with_suffix(".partial")
    try:
        with closing(_open(library, readonly=True)) as source:
            with closing(_create(partial)) as target:
                source.backup(
                    target,
                    pages=_PAGES_A_STEP,
                    progress=(lambda _, left, total: progress(total - left, total))
                    if progress
                    else None,
                )
                # A copy is read alone, without a log beside it.
                target.execute("PRAGMA journal_mode=DELETE")
            works = _verify(partial)
        digest = _file_digest(partial)
        sync(partial)
        with replacing(final.with_suffix(".sha256")) as told:
            told.write(f"{digest}  {final.name}\n")
        partial.replace(final)
        sync(folder)
    except (sqlite3.DatabaseError, OSError) as error:
        partial.unlink(missing_ok=True)
        raise BackupError(
            "The backup could not be made.", why=str(error), hint="Is there room on the disk?"
        ) from error
    _rotate(folder, keep)
    return Backup(final, taken_at, reason, final.stat().st_size, works)


def list_backups(folder: Path) -> list[Backup]:
    """Return the backups in `folder`, newest first; files we did not make are passed over."""
    backups = []
    for path in sorted(folder.glob("library-*.db"), reverse=True):
        _, stamp, reason = path.stem.split("-", 2) if path.stem.count("-") >= 2 else ("", "", "")
        try:
            taken_at = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
            with closing(_open(path, readonly=True)) as connection:
                works = _count_works(connection)
        except (ValueError, sqlite3.DatabaseError):
            continue
        backups.append(Backup(path, taken_at, reason, path.stat().st_size, works))
    return backups


def verify_backup(path: Path, *, progress: Callable[[int, int], None] | None = None) -> int:
    """Check a backup's digest and integrity; return how many works it holds.

    `progress` is called with bytes read and bytes in all; the integrity check comes after them.

    Raises:
        BackupError: it is missing, changed since it was made, or damaged.
    """
    if not path.is_file():
        raise BackupError(f"There is no backup at {path}.", hint="`assistant backup --list`")
    stored = path.with_suffix(".sha256")
    if stored.is_file():
        expected = stored.read_text(encoding="utf-8").split()[:1]
        if expected != [_file_digest(path, progress)]:
            raise BackupError(
                f"{path.name} is not what it was when it was made.",
                why="Its digest differs from the one written beside it.",
                hint="Choose another one: `assistant backup --list`.",
            )
    return _verify(path)


def restore_backup(
    backup: Path, library: Path, *, progress: Callable[[int, int], None] | None = None
) -> None:
    """Put a verified copy of `backup` in the library's place by rename; the old file goes aside.

    The replaced library stays as `library.db.replaced` until the next restore. `progress` is called
    with pages copied and pages in all.

    Raises:
        BackupError: the backup does not verify, or the copy cannot be written.
    """
    verify_backup(backup)
    partial = library.with_name(library.name + ".restoring")
    partial.unlink(missing_ok=True)
    try:
        with closing(_open(backup, readonly=True)) as source, closing(_create(partial)) as target:
            source.backup(
                target,
                pages=_PAGES_A_STEP,
                progress=(lambda _, left, total: progress(total - left, total))
                if progress
                else None,
            )
        _verify(partial)
        sync(partial)
        _set_aside(library)
        partial.replace(library)
        sync(library.parent)
    except (sqlite3.DatabaseError, OSError) as error:
        raise BackupError("The backup could not be restored.", why=str(error)) from error


def _set_aside(library: Path) -> None:
    """Keep what is replaced, with its write-ahead log folded in where it can still be read."""
    if not library.exists():
        return
    try:
        with closing(sqlite3.connect(library)) as old:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError:
        pass  # damaged: its log, if any, is of no use to the restored file either
    library.replace(library.with_name(library.name + ".replaced"))
    for suffix in ("-wal", "-shm"):
        library.with_name(library.name + suffix).unlink(missing_ok=True)


def _verify(path: Path) -> int:
    try:
        with closing(_open(path, readonly=True)) as connection:
            faults = integrity_faults(connection)
            if not faults:
                return _count_works(connection)
    except sqlite3.DatabaseError as error:
        faults = [str(error)]
    raise BackupError(
        f"{path.name} did not pass its integrity check.",
        why="; ".join(faults[:3]),
        hint="`assistant doctor` looks at the library itself.",
    )


def _count_works(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM works").fetchone()[0])


def _open(path: Path, *, readonly: bool) -> sqlite3.Connection:
    mode = "ro" if readonly else "rw"
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True)


def _create(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path)


def _rotate(folder: Path, keep: int) -> None:
    for path in sorted(folder.glob("library-*.db"), reverse=True)[max(keep, 1) :]:
        path.unlink(missing_ok=True)
        path.with_suffix(".sha256").unlink(missing_ok=True)
    for stale in folder.glob("library-*.partial"):
        stale.unlink(missing_ok=True)


def _file_digest(path: Path, progress: Callable[[int, int], None] | None = None) -> str:
    digest = hashlib.sha256()
    total = path.stat().st_size
    with path.open("rb") as file:
        while piece := file.read(_DIGEST_PIECE):
            digest.update(piece)
            if progress:
                progress(file.tell(), total)
    return digest.hexdigest()
