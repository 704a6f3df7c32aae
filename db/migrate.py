"""Bringing a library file to the present schema: checked, backed up, all in one transaction."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from db.backup import Backup, integrity_faults, take_backup
from db.errors import DatabaseBusyError, DatabaseDamagedError, DatabaseError, DatabaseTooNewError

HEAD = "0011"
"""The newest revision under `db/migrations/versions`; a test holds the two together."""


def revision_of(path: Path) -> str | None:
    """Return the schema revision of a library file, None where there is no schema yet.

    Raises:
        DatabaseDamagedError: the file is no database.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        with closing(sqlite3.connect(path, timeout=10)) as connection:
            return _revision(connection)
    except sqlite3.OperationalError as error:
        raise DatabaseError(
            f"Cannot open {path}.", why=str(error), hint="`assistant doctor` looks closer."
        ) from error
    except sqlite3.DatabaseError as error:
        raise DatabaseDamagedError(
            f"{path} is no library.",
            why=str(error),
            hint="`assistant restore` brings back the newest verified backup.",
        ) from error


def migrate(
    path: Path,
    backups: Path,
    *,
    target: str = HEAD,
    keep: int = 10,
    announce: Callable[[str], None] | None = None,
) -> Backup | None:
    """Bring the file at `path` to `target`; return the backup taken before, if one was needed.

    A file that is up to date costs one query. Otherwise integrity is checked and a verified backup
    taken, and the change is one transaction: a kill at any moment leaves the old schema or the new.

    Raises:
        DatabaseTooNewError: a newer version of the program wrote it.
        DatabaseDamagedError: it fails its integrity check; nothing was changed.
        BackupError: the backup could not be made; nothing was changed.
        DatabaseError: a migration failed; nothing was changed.
    """
    present = revision_of(path)
    if present == target:
        return None
    if present is not None and present > HEAD:
        raise DatabaseTooNewError(
            "This library was written by a newer assistant.",
            why=f"Its schema is {present}; this program knows {HEAD}.",
            hint="Upgrade assistant, or point ASSISTANT_HOME at another folder.",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    backup = None
    if present is not None:
        if announce:
            announce(f"The library moves from schema {present} to {target}; a backup comes first.")
        with closing(sqlite3.connect(path, timeout=10)) as connection:
            faults = integrity_faults(connection)
        if faults:
            raise DatabaseDamagedError(
                "The library is damaged, so it was not migrated.",
                why="; ".join(faults[:3]),
                hint="`assistant restore` brings back the newest verified backup.",
            )
        backup = take_backup(path, backups, reason=f"before-{target}", keep=keep)
    _upgrade(path, target)
    return backup


def _upgrade(path: Path, target: str) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import DatabaseError as SqlDatabaseError
    from sqlalchemy.pool import NullPool

    from db.engine import apply_pragmas

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"isolation_level": None, "timeout": 10},
        poolclass=NullPool,
    )

    @event.listens_for(engine, "connect")
    def prepare(dbapi_connection: sqlite3.Connection, record: object) -> None:
        apply_pragmas(dbapi_connection)
        # Rebuilding a table with foreign keys on would cascade its children away.
        dbapi_connection.execute("PRAGMA foreign_keys=OFF")

    @event.listens_for(engine, "begin")
    def begin(connection: object) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # type: ignore[attr-defined]

    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, target)
            faults = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if faults:
                raise DatabaseError(
                    "The migration was undone.",
                    why=f"It would have left {len(faults)} rows without what they refer to.",
                    hint="Nothing was changed. Please report this.",
                )
    except SqlDatabaseError as error:
        if "locked" in str(error.orig):
            raise DatabaseBusyError(
                "The library is in use by another process and could not be migrated.",
                hint="Close it there and try again; nothing was changed.",
            ) from error
        raise DatabaseError(
            "The library could not be migrated.", why=str(error.orig), hint="Nothing was changed."
        ) from error
    finally:
        engine.dispose()


def _revision(connection: sqlite3.Connection) -> str | None:
    tables = {
        row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
    }
    if "alembic_version" in tables:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None
    if tables:
        raise sqlite3.DatabaseError("it is a database of another program")
    return None
