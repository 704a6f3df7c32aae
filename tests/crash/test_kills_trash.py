"""SIGKILL while papers go to the trash and come back: each is here or there, whole."""

import os
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pytest

from assistant.library import reading, trash, undoing
from assistant.library.importing import import_file
from db import works
from db.engine import Database
from tests.crash.killing import Killer
from tests.crash.test_kills import assert_whole
from tests.fakes.papers import snapshot_lines

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

KILLS = 30
PAPERS = 40
GROUP = 8


def test_killed_while_trashing_and_undoing(database: Database, tmp_path: Path) -> None:
    snapshot = tmp_path / "papers.jsonl"
    snapshot.write_text("".join(snapshot_lines(PAPERS)), encoding="utf-8")
    import_file(database, snapshot)
    with database.write("tag") as connection:
        every = works.view_works(connection, range(1, PAPERS + 1))
        reading.tag_all(connection, every, add=["mine"])
    path = database.path
    database.close()

    def trash_and_undo(tell: Callable[[int], None]) -> None:
        with Database(path) as opened:
            for step in cycle((1, 2)):
                with opened.write("try") as connection:
                    if trash.list_trash(connection):
                        undoing.undo_last(connection)
                    else:
                        trash.trash_works(connection, every[:GROUP])
                tell(step)

    killer = Killer(5, 0.2, share=0.8, enough=1)
    seen = set()
    for _ in range(KILLS):
        killer.run(trash_and_undo)
        assert_whole(path)
        with Database(path) as opened, opened.read() as connection:
            here = set(works.work_ids_in_order(connection))
            gone = {one.work_id for one in trash.list_trash(connection)}
            tagged = connection.exec_driver_sql("SELECT count(*) FROM work_tags").scalar_one()
        assert here | gone == set(range(1, PAPERS + 1))
        assert here.isdisjoint(gone)
        assert len(gone) in (0, GROUP), "many at once, or none"
        assert tagged == len(here)
        seen.add(len(gone))
    assert seen == {0, GROUP}, "kills came at both places"
