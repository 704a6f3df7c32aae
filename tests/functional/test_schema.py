"""The schema: migrations give what the models say, and an upgrade is safe whatever happens."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

import db.models_daily
import db.models_deadlines
import db.models_merging
import db.models_notes
import db.models_projects
import db.models_trash
import db.models_venues  # noqa: F401  their tables too
from db.backup import list_backups, restore_backup, take_backup, verify_backup
from db.engine import Database
from db.errors import (
    BackupError,
    DatabaseBusyError,
    DatabaseDamagedError,
    DatabaseError,
    DatabaseTooNewError,
)
from db.migrate import HEAD, migrate, revision_of
from db.models import Base


def shape(path: Path) -> dict[str, object]:
    """What SQLite knows of each table: columns, foreign keys, indexes."""
    with closing(sqlite3.connect(path)) as connection:
        tables = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
            if not row[0].startswith(("works_", "sections_fts", "sqlite_", "alembic_"))
            or row[0] in ("work_categories", "work_tags")
        ]
        found: dict[str, object] = {}
        for table in tables:
            columns = [
                (name, kind, notnull, (default or "").strip("'"), key)
                for _, name, kind, notnull, default, key in connection.execute(
                    f"PRAGMA table_info({table})"
                )
            ]
            keys = {
                tuple(row[2:7]) for row in connection.execute(f"PRAGMA foreign_key_list({table})")
            }
            indexes = {
                (name if not name.startswith("sqlite_") else "auto", unique,
                 tuple(row[2] for row in connection.execute(f"PRAGMA index_info({name})")))
                for _, name, unique, *_ in connection.execute(f"PRAGMA index_list({table})")
            }  # fmt: skip
            found[table] = (sorted(columns), keys, indexes)
        return found


def test_the_migrations_make_what_the_models_describe(tmp_path: Path) -> None:
    migrate(tmp_path / "migrated.db", tmp_path / "backups")
    engine = create_engine(f"sqlite:///{tmp_path / 'described.db'}")
    Base.metadata.create_all(engine)
    engine.dispose()
    migrated, described = shape(tmp_path / "migrated.db"), shape(tmp_path / "described.db")
    assert migrated.keys() == described.keys()
    for table in described:
        assert migrated[table] == described[table], table


def test_head_is_the_newest_migration() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option(
        "script_location", str(Path(migrate.__code__.co_filename).parent / "migrations")
    )
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_a_backup_is_taken_before_a_migration_and_only_then(tmp_path: Path) -> None:
    path, backups = tmp_path / "library.db", tmp_path / "backups"
    assert migrate(path, backups, target="0001") is None, "a new file needs no backup"
    backup = migrate(path, backups)
    assert backup is not None
    assert verify_backup(backup.path) == 0
    assert revision_of(backup.path) == "0001"
    assert migrate(path, backups) is None
    assert len(list_backups(backups)) == 1


def test_a_newer_library_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    migrate(path, tmp_path / "backups")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(DatabaseTooNewError):
        migrate(path, tmp_path / "backups")


@pytest.mark.parametrize(
    "content", [b"not a database at all, but text" * 200, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_file_that_is_no_library_is_refused_untouched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "library.db"
    path.write_bytes(content)
    with pytest.raises(DatabaseDamagedError):
        migrate(path, tmp_path / "backups")
    assert path.read_bytes() == content


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
        connection.commit()
    with pytest.raises(DatabaseDamagedError, match="no library"):
        migrate(path, tmp_path / "backups")


def test_a_damaged_library_is_not_migrated(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    migrate(path, tmp_path / "backups", target="0001")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("INSERT INTO work_tags VALUES (99, 'of nothing')")
        connection.commit()
    with pytest.raises(DatabaseDamagedError, match="not migrated"):
        migrate(path, tmp_path / "backups")
    assert revision_of(path) == "0001"


def fill(database: Database, count: int, start: int = 0) -> None:
    with database.write("fill") as connection:
        for number in range(start, start + count):
            connection.exec_driver_sql(
                "INSERT INTO works (public_id, title, title_digest, text_digest, added_at)"
                " VALUES (?, ?, 0, 0, '2026')",
                (f"local:{number}", f"Paper {number}"),
            )


def test_restore_drill(home: Path, database: Database) -> None:
    """Back up, lose everything, restore: what was in the backup is back and works."""
    fill(database, 50)
    backup = take_backup(home / "library.db", home / "backups", reason="drill")
    fill(database, 10, start=50)
    database.close()
    (home / "library.db").write_bytes(b"disaster")
    restore_backup(backup.path, home / "library.db")
    with Database(home / "library.db") as restored, restored.read() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM works").scalar()
        found = connection.exec_driver_sql(
            "SELECT count(*) FROM works_fts WHERE works_fts MATCH 'paper'"
        ).scalar()
    assert count == found == 50
    assert (home / "library.db.replaced").read_bytes() == b"disaster"


def test_a_backup_of_a_library_in_use_holds_every_commit(home: Path, database: Database) -> None:
    fill(database, 5)
    with database.write("half") as connection:
        connection.exec_driver_sql("DELETE FROM works")
        backup = take_backup(home / "library.db", home / "backups", reason="busy")
        connection.rollback()
    assert backup.works == 5


def test_a_backup_that_was_changed_is_not_restored(home: Path, database: Database) -> None:
    fill(database, 5)
    backup = take_backup(home / "library.db", home / "backups", reason="x")
    data = bytearray(backup.path.read_bytes())
    data[-100] ^= 1
    backup.path.write_bytes(data)
    with pytest.raises(BackupError, match="not what it was"):
        restore_backup(backup.path, home / "library.db")
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM works").scalar() == 5


def test_old_backups_make_room(home: Path, database: Database) -> None:
    taken = [
        take_backup(home / "library.db", home / "backups", reason=f"n{n}", keep=3) for n in range(5)
    ]
    kept = list_backups(home / "backups")
    assert [backup.path for backup in kept] == [backup.path for backup in reversed(taken[2:])]
    assert len(list((home / "backups").iterdir())) == 6


def test_who_writes_is_told_to_who_waits(home: Path, database: Database) -> None:
    waiting = Database(home / "library.db", lock_wait_seconds=0.1)
    with database.write("import papers.bib"):
        with pytest.raises(DatabaseBusyError) as caught, waiting.write("rate a paper"):
            pass
        with waiting.read() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM works").scalar() == 0
    assert "import papers.bib" in caught.value.title
    with waiting.write("rate a paper"):
        pass
    waiting.close()


def test_a_failed_write_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write("fail") as connection:
            connection.exec_driver_sql(
                "INSERT INTO works (public_id, title, title_digest, text_digest, added_at)"
                " VALUES ('local:x', 'T', 0, 0, '2026')"
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM works").scalar() == 0


def test_events_are_append_only(database: Database) -> None:
    with database.write("log") as connection:
        connection.exec_driver_sql(
            "INSERT INTO events (at, kind, subject, data) VALUES ('2026', 'x', 'y', '{}')"
        )
    for statement in ("DELETE FROM events", "UPDATE events SET kind = 'z'"):
        with pytest.raises(DatabaseError) as caught, database.write("tamper") as connection:
            connection.exec_driver_sql(statement)
        assert "append-only" in caught.value.why


def test_the_file_is_durable_and_guarded(database: Database) -> None:
    with database.read() as connection:

        def pragma(name: str) -> object:
            return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

        assert pragma("journal_mode") == "wal"
        assert pragma("synchronous") == 2
        assert pragma("foreign_keys") == 1
