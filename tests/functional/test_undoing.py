"""Undo, redo and the trash: two stacks, whatever is done in whatever order."""

import contextlib
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.digest.making import without_trash
from assistant.errors import NotFoundError
from assistant.library import following, merging, reading, searches, trash, undoing
from assistant.library.importing import store_entries
from assistant.library.persist import recount_words
from assistant.library.sync.ledger import Verdict, keep
from assistant.sources.announced import Announcement, Kind
from assistant.sources.arxiv_snapshot import snapshot_entry
from assistant.sources.record import Entry
from db import announcing, digests, fulltext, personal, profiles, upkeep, vectors, works
from db.engine import Connection, Database
from db.migrate import migrate
from tests.fakes.digests import DIGEST, entry
from tests.fakes.papers import snapshot_lines

COUNT = 5


def fill(database: Database, count: int) -> None:
    entries = [snapshot_entry(json.loads(line)) for line in snapshot_lines(count)]
    store_entries(database, [one for one in entries if isinstance(one, Entry)], label="made")
    with database.write("make a profile") as connection:
        following.ensure_main(connection)


@pytest.fixture
def library(database: Database) -> Database:
    fill(database, COUNT)
    return database


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("undoing")
    migrate(folder / "library.db", folder / "backups")
    with Database(folder / "library.db") as database:
        fill(database, COUNT)
        yield database


TABLES = (
    "works", "versions", "identifiers", "authorships", "work_categories", "work_tags", "readings",
    "announcements", "profile_ratings", "profile_rules", "profiles", "saved_searches",
    "spelling_terms", "kept_apart",
)  # fmt: skip


def everything(connection: Connection) -> dict[str, Any]:
    """All that a person can change, without the moments it was changed at."""
    found: dict[str, Any] = {}
    for table in TABLES:
        result = connection.exec_driver_sql(f"SELECT * FROM {table}")
        names = list(result.keys())
        rows = [
            tuple(
                value
                for name, value in zip(names, row, strict=True)
                if name not in ("changed_at", "at", "saved_at", "created_at")
            )
            for row in result
        ]
        found[table] = sorted(row for row in map(repr, rows) if not row.endswith(", 0)"))
    return found


def act(connection: Connection, chance: random.Random) -> bool:
    """Do something a person can do; tell whether it changed anything."""
    ids = works.work_ids_in_order(connection)
    chosen = works.view_works(connection, chance.sample(ids, chance.randint(1, len(ids))))
    profile = following.find_profile(connection, None)
    what = chance.choice(("state", "rate", "star", "tag", "like", "follow", "search", "trash",
                          "restore", "merge"))  # fmt: skip
    if what == "state":
        change = reading.set_states(connection, chosen, chance.choice(reading.STATES))
    elif what == "rate":
        change = reading.set_ratings(connection, chosen, chance.choice((None, 1, 5)))
    elif what == "star":
        change = reading.set_stars(connection, chosen, chance.random() < 0.5)
    elif what == "tag":
        tags = chance.sample(["a", "b", "c"], 2)
        change = reading.tag_all(connection, chosen, add=tags[:1], remove=tags[1:])
    elif what == "like":
        change = following.like_all(connection, profile, chosen, chance.choice((None, 1, -1)))
    elif what == "follow":
        stop = "cs.RO" in profile.categories
        change = following.follow(connection, profile, "category", "cs.RO", stop=stop)
    elif what == "search":
        change = searches.save(connection, "mine", chance.choice(("one", "two")))
    elif what == "trash" and len(chosen) < len(ids) - 1:
        change = trash.trash_works(connection, chosen)
    elif what == "restore" and (held := trash.list_trash(connection)):
        change = trash.restore(connection, held[:1])
    elif what == "merge" and len(ids) > 2:
        keeper, other = chance.sample(ids, 2)
        merging.merge_works(connection, keeper, other)
        return True
    else:
        return False
    return change.event is not None


class RolledBack(Exception):  # noqa: N818
    """Ends an example, so that the next one begins with the same library."""


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.randoms(use_true_random=False), st.lists(st.sampled_from("aauur"), max_size=25))
def test_undo_and_redo_are_two_stacks(
    shared: Database, chance: random.Random, steps: list[str]
) -> None:
    with contextlib.suppress(RolledBack), shared.write("try") as connection:
        undo: list[dict[str, Any]] = []
        redo: list[dict[str, Any]] = []
        for step in steps:
            before = everything(connection)
            if step == "a":
                if act(connection, chance):
                    undo.append(before)
                    redo.clear()
                else:
                    assert everything(connection) == before
                continue
            turn, source, target = (
                (undoing.undo_last, undo, redo) if step == "u" else (undoing.redo_last, redo, undo)
            )
            if not source:
                with pytest.raises(NotFoundError):
                    turn(connection)
                continue
            turn(connection)
            expected = source.pop()
            now = everything(connection)
            # Two works once joined and parted stay apart until they are joined again.
            for table in expected.keys() - {"kept_apart"}:
                assert now[table] == expected[table], table
            target.append(before)
        raise RolledBack


def test_many_papers_are_one_step_and_told_as_one(library: Database) -> None:
    with library.write("act") as connection:
        views = works.view_works(connection, [1, 2, 3])
        reading.set_state(connection, views[0], "read")
        change = reading.set_states(connection, views, "read")
        assert change.works == (2, 3), "the first was so already"
        assert change.subject == "2 papers"
        undone = undoing.undo_last(connection)
        assert undone.text == "undid: marked read, 2 papers"
        assert sorted(undone.works) == [2, 3]
        assert personal.count_states(connection) == {"read": 1}
        again = undoing.redo_last(connection)
        assert again.text == "did again: marked read, 2 papers"
        assert personal.count_states(connection) == {"read": 3}
        undoing.undo_last(connection)
        undoing.undo_last(connection)
        assert personal.count_states(connection) == {}


def test_what_is_done_after_an_undo_ends_redoing(library: Database) -> None:
    with library.write("act") as connection:
        (view,) = works.view_works(connection, [1])
        reading.set_state(connection, view, "read")
        undoing.undo_last(connection)
        reading.set_star(connection, view, True)
        with pytest.raises(NotFoundError, match="nothing to redo"):
            undoing.redo_last(connection)


def test_a_split_is_undone_and_done_again(library: Database) -> None:
    with library.write("act") as connection:
        apart = everything(connection)
        merging.merge_works(connection, 1, 2)
        together = everything(connection)["works"]
        merging.split(connection, 1)
        undoing.undo_last(connection)
        assert everything(connection)["works"] == together
        undoing.redo_last(connection)
        assert everything(connection)["works"] == apart["works"]
        undoing.undo_last(connection)
        undoing.undo_last(connection)
        assert everything(connection)["works"] == apart["works"]


def test_an_undo_that_is_not_possible_any_more_is_passed_over(library: Database) -> None:
    with library.write("act") as connection:
        first, second = works.view_works(connection, [1, 2])
        reading.set_star(connection, first, True)
        reading.set_state(connection, second, "read")
        # An import found the two to be one work, which is no deed of the person's.
        merging.merge_works(connection, 1, 2, kind="join")
        change = undoing.undo_last(connection)
        assert change.text.startswith("could no longer undo: marked read")
        assert undoing.undo_last(connection).text == "undid: starred"


def test_a_trashed_paper_is_nowhere_and_comes_back_whole(library: Database) -> None:
    with library.write("act") as connection:
        profile = following.find_profile(connection, None)
        (view,) = works.view_works(connection, [2])
        reading.set_state(connection, view, "later")
        reading.change_tags(connection, view, add=["mine"])
        following.like(connection, profile, view, 1)
        works.keep_apart(connection, 2, 3)
        batch = announcing.put_batch(
            connection, "arxiv", "cs.LG", "2025-11-04", state="complete", expected=1
        )
        announcing.put_announcements(connection, batch, [("2511.1", 2, "new", 1)])
        model = vectors.ensure_model(connection, "model", "model", 2)
        row = works.works_rows(connection, [2])[0]
        vectors.put_vectors(connection, model, [(2, row["text_digest"], b"\0\1\2\3")])
        before, (_, newest) = everything(connection), vectors.newest_vector(connection, model)
        title = f'"{view.title}"'
        trash.trash_works(connection, [view])
        assert works.view_works(connection, [2]) == []
        assert fulltext.matches(connection, title, 5) == []
        assert vectors.newest_vector(connection, model)[0] == 0
        assert [one.work_id for one in trash.list_trash(connection)] == [2]
        (told,) = announcing.batches(connection, "arxiv")
        assert (told.received, told.expected) == (1, 1), "the day lacks nothing"
        undoing.undo_last(connection)
        assert everything(connection) == before
        assert fulltext.matches(connection, title, 5) == [2]
        assert list(vectors.fresh_vectors(connection, model, [2]).values()) == [b"\0\1\2\3"]
        assert vectors.newest_vector(connection, model)[1] > newest, "an index sees it as new"
        assert trash.list_trash(connection) == []
        assert upkeep.index_is_sound(connection)
        counted = everything(connection)["spelling_terms"]
        recount_words(connection)
        assert everything(connection)["spelling_terms"] == counted


def test_what_hangs_on_something_gone_meanwhile_is_left_out(library: Database) -> None:
    with library.write("act") as connection:
        added = following.new_profile(connection, "other", [])
        profile = following.find_profile(connection, "other")
        first, second = works.view_works(connection, [1, 2])
        following.like(connection, profile, first, 1)
        works.keep_apart(connection, 1, 2)
        trash.trash_works(connection, [first])
        profiles.remove_profile(connection, profile.id)
        trash.trash_works(connection, [second])
        trash.restore(connection, [one for one in trash.list_trash(connection) if one.work_id == 1])
        assert added.event
        assert not works.are_kept_apart(connection, 1, 2)
        assert len(works.view_works(connection, [1])) == 1


def test_what_is_in_the_trash_stays_out_of_imports(library: Database) -> None:
    entries = [snapshot_entry(json.loads(line)) for line in snapshot_lines(COUNT)]
    with library.write("act") as connection:
        trash.trash_works(connection, works.view_works(connection, [1, 2]))
    report = store_entries(
        library, [one for one in entries if isinstance(one, Entry)], label="again"
    )
    assert (report.added, report.unchanged, report.trashed, report.read) == (0, 3, 2, 5)
    with library.read() as connection:
        assert works.work_ids_in_order(connection) == [3, 4, 5]


def test_a_merge_under_the_better_id_of_the_other_is_undone(library: Database) -> None:
    with library.write("act") as connection:
        before = everything(connection)
        merging.merge_works(connection, 2, 1)
        undoing.undo_last(connection)
        now = everything(connection)
    assert {table: now[table] for table in before if table != "kept_apart"} == {
        table: before[table] for table in before if table != "kept_apart"
    }


def test_a_trashed_paper_announced_again_stays_out_and_its_day_is_whole(library: Database) -> None:
    def told(number: int, kind: Kind) -> Announcement:
        line = snapshot_entry(json.loads(next(snapshot_lines(1))))
        return Announcement(replace(line.records[0], number=number), kind)

    keep(library, "cs.LG", "2025-11-03", [told(1, "new")], Verdict("complete", 1))
    with library.write("act") as connection:
        trash.trash_works(connection, works.view_works(connection, [1]))
    batch = keep(library, "cs.LG", "2025-11-04", [told(2, "replace")], Verdict("partial", 1))
    with library.read() as connection:
        assert works.work_ids_in_order(connection) == [2, 3, 4, 5]
        assert batch.received == batch.expected == 1
        assert announcing.announced_ids(connection, batch.id) == {told(1, "new").record.source_id}
        for kinds in ("2025-11-03", "2025-11-04"):
            assert digests.announced_between(connection, ["cs.LG"], since=kinds, until=kinds) == []
    with library.write("act") as connection:
        trash.restore(connection, trash.list_trash(connection))
        (back,) = digests.announced_between(
            connection, ["cs.LG"], since="2025-11-03", until="2025-11-04"
        )
        assert (back.work_id, back.date) == (1, "2025-11-03")


def test_a_stored_digest_shows_no_trashed_paper(library: Database) -> None:
    made = replace(DIGEST, entries=(entry(1, "Gone"), entry(2, "Here")))
    with library.write("act") as connection:
        trash.trash_works(connection, works.view_works(connection, [1]))
        assert [one.work_id for one in without_trash(connection, made).entries] == [2]
        undoing.undo_last(connection)
        assert without_trash(connection, made) == made
