"""Pairs in doubt: found when copies come, listed, merged or kept apart, undone; nothing is lost."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.library import reading, trash, undoing
from assistant.library.duplicates import pairs_in_doubt, search_library, settle
from assistant.library.entries import load_whole_works
from assistant.library.store import store
from assistant.notes.linking import notes_of_paper
from assistant.notes.paper_notes import paper_note
from assistant.sources.record import Author, Entry, Identifier, Record
from db import doubts, match_keys, personal, works
from db.engine import Connection, Database
from tests.fakes.vaults import vault_of
from tests.functional.command import assistant

PEOPLE = (Author("Nakamura", "Aiko"), Author("Okafor", "Kemi"), Author("Rossi", "Dario"))
TITLE = "Fast Sampling of Large Graphs"
NEAR = "Sampling of Large Graphs"
ABSTRACT = (
    "Graphs of a billion edges do not fit into memory, and samples of them mislead whoever counts"
    " rare motifs; we draw edges in one pass with a reservoir whose bias is known, so that it can"
    " be taken out afterwards, and need a tenth of the edges that uniform sampling would need."
)


def copy(key: int, title: str = TITLE, *, authors: tuple[Author, ...] = PEOPLE,
         arxiv: str = "", **told: Any) -> Entry:  # fmt: skip
    own = Identifier("arxiv", arxiv) if arxiv else Identifier("local", f"copy-{key}")
    source = "arxiv" if arxiv else "programme"
    fields = {"kind": "preprint" if arxiv else "conference", "year": 2024, **told}
    return Entry((
        Record(source, str(own), title, authors=authors, identifiers=(own,), **fields),
    ))  # fmt: skip


def put(database: Database, *entries: Entry) -> Any:
    with database.write("test") as connection:
        return store(connection, entries)


def ids(database: Database) -> list[str]:
    with database.read() as connection:
        every = works.work_ids_in_order(connection)
        return [view.public_id for view in works.view_works(connection, every)]


def test_a_doubtful_pair_is_listed_with_its_reason(database: Database) -> None:
    put(database, copy(1, arxiv="2401.00001"))
    outcome = put(database, copy(2, NEAR))
    assert (outcome.added, outcome.merged, outcome.doubtful) == (1, 0, 1)
    with database.read() as connection:
        (pair,) = pairs_in_doubt(connection)
    assert {pair.one.title, pair.other.title} == {TITLE, NEAR}
    assert "similar title, 100% of the authors" in pair.reason
    assert 0 < pair.confidence < 1
    assert put(database, copy(2, NEAR)).doubtful == 0, "known already"


def test_merging_keeps_what_was_done_with_either(database: Database) -> None:
    put(database, copy(1, arxiv="2401.00001"), copy(2, NEAR, venue="A Venue"))
    with database.write("read") as connection:
        one, other = works.view_works(connection, works.work_ids_in_order(connection))
        reading.change_tags(connection, one, add=["mine"])
        reading.change_tags(connection, other, add=["theirs"])
        reading.set_state(connection, one, "later")
        reading.set_state(connection, other, "read")
        reading.set_rating(connection, other, 4)
        reading.set_star(connection, one, True)
        before = everything(connection)
        (pair,) = pairs_in_doubt(connection)
        settle(connection, [pair.number], merge=True)
        (whole,) = load_whole_works(connection, works.work_ids_in_order(connection))
        assert whole.public_id == "arxiv:2401.00001"
        assert whole.venue == "A Venue"
        done = whole.entry.personal
        assert done is not None
        assert (done.tags, done.state, done.rating, done.starred) == (
            ("mine", "theirs"), "read", 4, True,
        )  # fmt: skip
        assert pairs_in_doubt(connection) == []
        assert "merged" in undoing.undo_last(connection).text
        assert everything(connection) == before
        undoing.redo_last(connection)
        assert len(works.work_ids_in_order(connection)) == 1
        undoing.undo_last(connection)
        assert everything(connection) == before


def everything(connection: Connection) -> list[Any]:
    every = works.work_ids_in_order(connection)
    pairs = [(one.number, one.one.id, one.other.id) for one in pairs_in_doubt(connection)]
    return [pairs, personal.tags_of(connection, every), personal.readings_of(connection, every)]


def test_kept_apart_stays_apart_until_undone(database: Database) -> None:
    put(database, copy(1, arxiv="2401.00001"), copy(2, NEAR))
    with database.write("decide") as connection:
        (pair,) = pairs_in_doubt(connection)
        settle(connection, [pair.number], merge=False)
        assert pairs_in_doubt(connection) == []
    # Their titles become one, and still they stay two works.
    put(database, copy(2, TITLE, abstract=ABSTRACT))
    assert search_library(database).merged == 0
    assert len(ids(database)) == 2
    with database.write("undo") as connection:
        undoing.undo_last(connection)
        assert [one.number for one in pairs_in_doubt(connection)] != []
        undoing.redo_last(connection)
        assert pairs_in_doubt(connection) == []


def test_a_new_title_meets_the_copy_that_has_it(database: Database) -> None:
    put(database, copy(1, "Reservoirs for Rare Motifs", arxiv="2401.00001", number=1))
    put(database, copy(2, TITLE))
    assert len(ids(database)) == 2
    put(database, copy(1, TITLE, arxiv="2401.00001", number=2))
    assert ids(database) == ["arxiv:2401.00001"]


def test_a_third_copy_joins_one_and_asks_about_the_other(database: Database) -> None:
    put(database, copy(1, arxiv="2401.00001"))
    put(database, copy(2, NEAR))
    put(database, copy(3, TITLE, venue="Third"))
    assert len(ids(database)) == 2
    with database.read() as connection:
        assert len(pairs_in_doubt(connection)) == 1


def test_merging_moves_the_doubts_of_what_went(database: Database) -> None:
    put(database, copy(1, arxiv="2401.00001"), copy(2, NEAR), copy(3, "The " + NEAR + ", Again"))
    with database.write("decide") as connection:
        pairs = pairs_in_doubt(connection)
        assert len(pairs) >= 2
        settled = settle(connection, [pair.number for pair in pairs], merge=True)
        assert settled
        assert pairs_in_doubt(connection) == []
        assert len(works.work_ids_in_order(connection)) == 1
        for _ in settled:
            undoing.undo_last(connection)
        assert {one.number for one in pairs_in_doubt(connection)} == {one.number for one in pairs}


def test_a_wrong_identifier_joins_no_strangers(database: Database) -> None:
    doi = Identifier("doi", "10.1145/1.2")
    mine = copy(1, venue="A Venue")
    put(database, Entry((replace(mine.records[0], identifiers=(doi,)),)))
    other = copy(2, "Foretelling the First Rain", authors=(Author("Haddad", "Elif"),))
    wrong = Entry((replace(other.records[0], identifiers=(doi,)),))
    outcome = put(database, wrong)
    assert (outcome.added, outcome.doubtful) == (1, 1)
    assert ids(database)[0] == "doi:10.1145/1.2", "it stays with whom it was"
    assert len(ids(database)) == 2
    with database.read() as connection:
        assert "both name doi:10.1145/1.2" in pairs_in_doubt(connection)[0].reason
    assert put(database, wrong).unchanged == 1


def test_a_link_in_a_comment_is_believed_where_the_people_agree(database: Database) -> None:
    page = Identifier("openreview", "Ab3dEf9hIj")
    published = copy(1, "Reservoirs for Rare Motifs", venue="A Venue")
    put(database, Entry((replace(published.records[0], identifiers=(page,)),)))
    told = {"comment": "Accepted. https://openreview.net/forum?id=Ab3dEf9hIj"}
    put(database, copy(2, arxiv="2401.00001", extra=told))
    assert ids(database) == ["arxiv:2401.00001"]
    stranger = (Author("Haddad", "Elif"),)
    put(database, copy(3, "Something Else", arxiv="2401.00002", authors=stranger, extra=told))
    assert len(ids(database)) == 2


def test_the_whole_library_can_be_compared(database: Database) -> None:
    put(database, *(copy(n, arxiv=f"2401.{n:05d}", title=f"{TITLE} {n}") for n in range(1, 30)))
    put(database, copy(100, NEAR))
    with database.write("a library from before") as connection:
        connection.exec_driver_sql("DELETE FROM match_keys")
        connection.exec_driver_sql("DELETE FROM doubts")
        assert match_keys.lacking_all(connection)
    outcome = put(database, copy(101, f"{TITLE} 7"))
    assert len(ids(database)) == 30, "old works have keys again, and the new copy found its work"
    found = search_library(database)
    assert found.looked_at == 30
    with database.read() as connection:
        assert doubts.count_doubts(connection) == found.doubtful + outcome.doubtful


def test_the_trash_takes_a_doubt_along_and_brings_it_back(database: Database) -> None:
    put(database, copy(1, arxiv="2401.00001"), copy(2, NEAR))
    with database.write("trash") as connection:
        first = works.view_works(connection, works.work_ids_in_order(connection))[:1]
        trash.trash_works(connection, first)
        assert pairs_in_doubt(connection) == []
        undoing.undo_last(connection)
        assert len(pairs_in_doubt(connection)) == 1
    put(database, copy(3, TITLE, venue="A Venue"))
    assert len(ids(database)) == 2, "its keys came back too"


@pytest.fixture
def library(database: Database) -> Database:
    put(database, copy(1, arxiv="2401.00001"), copy(2, NEAR, venue="A Venue"))
    with database.write("not new") as connection:
        personal.append_event(connection, "import", "test", {})
    return database


def test_the_command_lists_and_decides(library: Database) -> None:
    listed = assistant("duplicates", "--json")
    assert listed.code == 0, listed.err
    (pair,) = listed.json["pairs"]
    assert listed.json["total"] == 1
    assert {one["title"] for one in pair["papers"]} == {TITLE, NEAR}
    assert f"{pair['number']:>4}" in assistant("duplicates").out
    assert assistant("duplicates", "merge", 99).code == 1
    merged = assistant("duplicates", "merge", pair["number"], "--json")
    assert merged.json == [{"merged": ["arxiv:2401.00001", "local:copy-2"]}]
    assert assistant("paper", "undo").code == 0
    kept = assistant("duplicates", "apart", pair["number"])
    assert "stay two works" in kept.out
    assert assistant("duplicates", "--json").json == {"pairs": [], "total": 0}
    assert "No pair" in assistant("duplicates").err
    assert assistant("duplicates", "find", "--json").json == {
        "works": 2, "merged": 0, "doubtful": 0,
    }  # fmt: skip


def test_the_evaluation_tells_precision_and_recall(tmp_path: Any, home: Any) -> None:
    lines = [
        '{"work": "a", "title": "Fast Sampling of Large Graphs", "authors": ["Aiko Nakamura"]}',
        '{"work": "a", "title": "Fast sampling of large graphs", "authors": ["A. Nakamura"]}',
        '{"work": "b", "title": "Fast Sampling of Large Graphs", "authors": ["Else, Some"]}',
        '{"work": "a", "title": "Another Name For All That", "authors": ["Aiko Nakamura"]}',
    ]
    (tmp_path / "copies.jsonl").write_text("\n".join(lines))
    told = assistant("evaluate", "merging", tmp_path, "--json").json
    assert (told["pairs"], told["merged"]) == (3, 1)
    assert (told["precision"], told["recall"]) == (1.0, 0.3333)
    (tmp_path / "copies.jsonl").write_text('{"work": "a"}')
    assert "lacks" in assistant("evaluate", "merging", tmp_path).err
    assert assistant("evaluate", "merging", tmp_path / "nothing").code == 1


def test_notes_of_both_copies_are_notes_of_the_merged_paper(home: Path, library: Database) -> None:
    vault = vault_of(home, library)
    with library.read() as connection:
        one, other = works.view_works(connection, works.work_ids_in_order(connection))
        (pair,) = pairs_in_doubt(connection)
    paths = {paper_note(vault, one).path, paper_note(vault, other).path}
    assert len(paths) == 2
    with library.write("merge") as connection:
        settle(connection, [pair.number], merge=True)
    with library.read() as connection:
        (whole,) = load_whole_works(connection, works.work_ids_in_order(connection))
    found = notes_of_paper(vault, [str(one) for one in whole.identifiers])
    assert {note.path for note in found} == paths
