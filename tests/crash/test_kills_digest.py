"""SIGKILL at random moments of making digests: what was shown is remembered, and nothing else."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.config import Home, Settings
from assistant.digest.making import Workshop
from assistant.library.following import ensure_main, find_profile
from assistant.library.sync.ledger import Verdict, keep
from assistant.search import work_vectors
from assistant.sources.announced import Announcement
from assistant.sources.arxiv_snapshot import parse_snapshot_line
from db import digests
from db.backup import check_integrity
from db.engine import Database
from db.migrate import migrate
from tests.crash.killing import Killer, seconds_of
from tests.crash.test_kills import EncoderOfLetters
from tests.fakes.papers import snapshot_lines

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

KILLS = 60
DAYS = [f"2025-11-{day:02d}" for day in (3, 4, 5, 6, 7, 10, 11, 12)]
PAPERS_A_DAY = 60


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library with the announcements of several days, and an encoder that costs nothing."""
    monkeypatch.setattr(work_vectors, "load_encoder", lambda *_, **__: EncoderOfLetters())
    monkeypatch.setattr(work_vectors, "encoder_key", lambda *_: EncoderOfLetters.key)
    path = tmp_path / "ready" / "library.db"
    migrate(path, path.parent / "backups")
    lines = snapshot_lines(PAPERS_A_DAY * len(DAYS), seed=3)
    records = [parse_snapshot_line(line).records[0] for line in lines]
    with Database(path) as database:
        with database.write("a profile") as connection:
            ensure_main(connection)
        for place, day in enumerate(DAYS):
            found = records[place * PAPERS_A_DAY : (place + 1) * PAPERS_A_DAY]
            told = [Announcement(record, "new") for record in found]
            keep(database, "cs.LG", day, told, Verdict("complete", len(told)))
    return path


def make_all(path: Path, acknowledge: Callable[[int], None]) -> None:
    with Database(path) as database:
        workshop = Workshop(database, Home(path.parent), Settings())
        for place, day in enumerate(DAYS, start=1):
            workshop.digest(None, day)
            acknowledge(place)


def shown(path: Path) -> dict[str, list[str]]:
    """Day -> the papers its digest shows, which must be those that are remembered as shown."""
    with Database(path) as database, database.read() as connection:
        profile = find_profile(connection, None)
        stored = digests.newest_digests(connection, profile.id, 100)
        for one in stored:
            remembered = connection.exec_driver_sql(
                "SELECT work_id FROM offered WHERE digest_id = ? AND shown = 1", (one.id,)
            ).scalars()
            entries = {entry["work_id"] for entry in one.document["entries"]}
            assert entries <= set(remembered.all()), "shown, and would be shown again"
        orphans = connection.exec_driver_sql(
            "SELECT count(*) FROM offered WHERE digest_id NOT IN (SELECT id FROM digests)"
        ).scalar_one()
        assert orphans == 0
    return {one.date: [entry["id"] for entry in one.document["entries"]] for one in stored}


@pytest.mark.timeout(600)
def test_digests_killed(library: Path, tmp_path: Path) -> None:
    path = tmp_path / "killed" / "library.db"
    undisturbed = tmp_path / "undisturbed" / "library.db"
    for copy in (path, undisturbed):
        copy.parent.mkdir()
        shutil.copy(library, copy)
    killer = Killer(4, seconds_of(lambda say: make_all(undisturbed, say)) / 2, share=0.1)
    expected = shown(undisturbed)
    assert len(expected) == len(DAYS)
    assert all(expected.values())
    kills = finished = 0
    while kills < KILLS:
        told, done = killer.run(lambda say: make_all(path, say))
        kills += not done
        assert check_integrity(path) == []
        made = shown(path)
        assert len(made) >= told, "an acknowledged digest is gone"
        everything = [one for entries in made.values() for one in entries]
        assert len(everything) == len(set(everything)), "a paper was shown twice"
        if done:
            finished += 1
            assert made == expected
            shutil.copy(library, path)
            for suffix in ("-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
    make_all(path, lambda _: None)
    assert shown(path) == expected
    assert finished >= 1, "no run ever came to its end: the kills are too early"
