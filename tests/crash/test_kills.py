"""SIGKILL at random moments of import, embedding and migration: nothing acknowledged is lost.

Children are forked from this process, so that most of their life is the work to be interrupted.
Each tells through a pipe what it has committed; after each kill the library must hold at least
that, pass SQLite's integrity check and have no work twice. At the end an undisturbed run must
give what a library that was never disturbed has.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from assistant.config import Home
from assistant.library import importing
from assistant.library.importing import import_file
from assistant.search import embedding
from assistant.search.embedding import embed_pending
from db import vectors, works
from db.backup import check_integrity, list_backups, verify_backup
from db.engine import Database
from db.migrate import HEAD, migrate, revision_of
from tests.crash.killing import Killer, seconds_of
from tests.fakes.papers import snapshot_lines

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

KILLS = {"import": 80, "embedding": 70, "migration": 60}
PAPERS = 1_200


class EncoderOfLetters:
    """A cheap deterministic encoder: storage is what is tested here."""

    name, key, dimensions, runtime = "letters", "letters@1", 26, "test"

    def encode_documents(self, texts: list[str]) -> np.ndarray:
        counts = np.array(
            [
                [text.lower().count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"]
                for text in texts
            ],
            np.float32,
        )
        return counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9)

    def encode_query(self, text: str) -> np.ndarray:
        return self.encode_documents([text])[0]


def contents(path: Path) -> list[tuple[str, str, str]]:
    with Database(path) as database, database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT public_id, title, abstract FROM works ORDER BY public_id"
        ).all()
    return [tuple(row) for row in rows]


def assert_whole(path: Path) -> None:
    assert check_integrity(path) == []
    with Database(path) as database, database.write("check") as connection:
        doubled = connection.exec_driver_sql(
            "SELECT source_id, count(*) FROM versions GROUP BY source, source_id, number"
            " HAVING count(*) > 1"
        ).all()
        assert doubled == []
        connection.exec_driver_sql(
            "INSERT INTO works_fts (works_fts, rank) VALUES ('integrity-check', 1)"
        )


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(snapshot_lines(PAPERS, seed=7)), encoding="utf-8")
    return path


@pytest.fixture
def undisturbed(tmp_path: Path, snapshot: Path) -> Path:
    path = tmp_path / "undisturbed" / "library.db"
    migrate(path, path.parent / "backups")
    with Database(path) as database:
        import_file(database, snapshot)
    return path


@pytest.mark.timeout(600)
def test_import_killed(
    tmp_path: Path, snapshot: Path, undisturbed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Many small transactions: more moments at which a kill could tear something.
    monkeypatch.setattr(importing, "BATCH", PAPERS // 12)
    path = tmp_path / "killed" / "library.db"
    kills = finished = 0

    def work(acknowledge: Callable[[int], None]) -> None:
        migrate(path, path.parent / "backups")
        with Database(path) as database:
            import_file(database, snapshot, progress=lambda report, *_: acknowledge(report.read))

    killer = Killer(1, seconds_of(work), share=0.05)
    shutil.rmtree(path.parent)
    while kills < KILLS["import"]:
        told, done = killer.run(work)
        kills += not done
        if not path.exists() or revision_of(path) != HEAD:
            assert told == 0
            continue
        assert_whole(path)
        with Database(path) as database, database.read() as connection:
            kept = works.count_rows(connection)["works"]
        assert kept >= told, "an acknowledged batch is gone"
        if done:
            finished += 1
            assert contents(path) == contents(undisturbed)
            shutil.rmtree(path.parent)
    work(lambda count: None)
    assert contents(path) == contents(undisturbed)
    assert finished >= 1, "no import ever came to its end: the kills are too early"


@pytest.mark.timeout(600)
def test_embedding_killed(undisturbed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "PAGE", PAPERS // 24)
    killer = Killer(2, 0.2, share=0.1)
    home = Home(undisturbed.parent)
    encoder = EncoderOfLetters()
    kills = 0

    def work(acknowledge: Callable[[int], None]) -> None:
        with Database(undisturbed) as database:
            embed_pending(database, home, encoder, progress=lambda done, _: acknowledge(done))

    def stored() -> int:
        with Database(undisturbed) as database, database.read() as connection:
            known = vectors.coverage(connection)
        return known[0].fresh if known else 0

    before = 0
    while kills < KILLS["embedding"]:
        told, done = killer.run(work)
        kills += not done
        assert check_integrity(undisturbed) == []
        kept = stored()
        assert kept >= max(told, before), "an acknowledged vector is gone"
        before = kept
        if done:
            with Database(undisturbed) as database, database.write("start over") as connection:
                assert kept == PAPERS
                vectors.delete_model(connection, vectors.models(connection)[0].id)
            before = 0
    work(lambda count: None)
    assert stored() == PAPERS
    with Database(undisturbed) as database, database.read() as connection:
        model = vectors.models(connection)[0].id
        rows = [row for page in vectors.stored_vectors(connection, model) for row in page]
        texts = {view.id: view for view in works.view_works(connection, [r.work_id for r in rows])}
    assert len(rows) == len({row.work_id for row in rows}) == PAPERS
    for row in rows[::97]:
        view = texts[row.work_id]
        expected = encoder.encode_query(f"{view.title}\n{view.abstract}").astype(np.float16)
        assert row.vector == expected.tobytes()


@pytest.mark.timeout(600)
def test_migration_killed(tmp_path: Path, undisturbed: Path) -> None:
    old = tmp_path / "old.db"
    migrate(old, tmp_path / "unused", target="0001")
    copy_into_old_schema(undisturbed, old)
    expected = contents(old)
    path = tmp_path / "migrated" / "library.db"
    path.parent.mkdir()
    kills = completed = 0

    def work(acknowledge: Callable[[int], None]) -> None:
        migrate(path, path.parent / "backups")
        acknowledge(1)

    shutil.copy(old, path)
    killer = Killer(3, seconds_of(work), share=0.15)
    shutil.rmtree(path.parent)
    path.parent.mkdir()
    while kills < KILLS["migration"]:
        if not path.exists():
            shutil.copy(old, path)
        told, done = killer.run(work)
        kills += not done
        assert check_integrity(path) == []
        assert revision_of(path) in ("0001", HEAD)
        assert contents(path) == expected
        for backup in list_backups(path.parent / "backups"):
            assert verify_backup(backup.path) == len(expected)
        if told or done:
            assert revision_of(path) == HEAD
        if revision_of(path) == HEAD:
            completed += 1
            assert_whole(path)
            shutil.rmtree(path.parent)
            path.parent.mkdir()
    assert completed >= 1, "no migration ever came to its end: the kills are too early"


def copy_into_old_schema(source: Path, target: Path) -> None:
    """Fill a library of the first schema from one of the present."""
    connection = sqlite3.connect(target)
    connection.execute("ATTACH DATABASE ? AS present", (str(source),))
    for table in ("works", "versions", "identifiers", "people", "authorships", "work_categories"):
        names = ", ".join(row[1] for row in connection.execute(f"PRAGMA table_info({table})"))
        connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM present.{table}")
    connection.commit()
    connection.close()
