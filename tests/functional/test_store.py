"""Entries into works: identity, merging, undoing; whatever the order and however often."""

import gc
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import NotFoundError
from assistant.library import merging, reading, undoing
from assistant.library.entries import load_whole_works
from assistant.library.persist import recount_words
from assistant.library.store import Outcome, store
from assistant.sources.record import Author, Entry, Identifier, Personal, Record
from db import personal, works
from db.engine import Connection, Database
from db.migrate import migrate

AUTHORS = (Author("Vaswani", "Ashish"), Author("Shazeer", "Noam"))


def arxiv(number: str, title: str = "Attention Is All You Need", version: int = 1,
          authors: Sequence[Author] = AUTHORS, **told: object) -> Entry:  # fmt: skip
    history = tuple((v, f"2017-06-{11 + v}") for v in range(1, version + 1))
    return Entry((
        Record("arxiv", number, title, authors=tuple(authors), number=version, history=history,
               identifiers=(Identifier("arxiv", number), *told.pop("extra_ids", ())),
               year=2017, published="2017-06-12", **told),
    ))  # fmt: skip


def bibtex(key: str, title: str = "Attention is all you need", authors: Sequence[Author] = AUTHORS,
           year: int = 2017, ids: tuple[Identifier, ...] = ()) -> Entry:  # fmt: skip
    own = ids or (Identifier("local", key),)
    return Entry((
        Record("bibtex", str(own[0]), title, authors=tuple(authors), identifiers=own, year=year,
               kind="conference", venue="NIPS"),
    ))  # fmt: skip


def put(database: Database, *entries: Entry) -> Outcome:
    with database.write("test") as connection:
        return store(connection, entries)


def shown(connection: Connection) -> list[tuple[str, str]]:
    ids = works.work_ids_in_order(connection)
    return sorted((view.public_id, view.title) for view in works.view_works(connection, ids))


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    return outcome.added, outcome.updated, outcome.merged, outcome.unchanged


def test_a_paper_listed_elsewhere_later_is_found_there(database: Database) -> None:
    """Beyond the first, categories are not in the work's row: they change without it."""

    def listed() -> list[str]:
        with database.read() as connection:
            return sorted(works.categories_of(connection, [1])[1])

    for categories in (("cs.CL",), ("cs.CL", "cs.LG"), ("cs.CL", "stat.ML"), ("cs.CL",)):
        put(database, arxiv("1706.03762", categories=categories))
        assert listed() == sorted(categories)


def test_a_paper_that_shares_several_authors_is_told_once(database: Database) -> None:
    namesakes = (*AUTHORS, AUTHORS[1], Author("Uszkoreit", "Jakob"))
    put(database, arxiv("1706.03762"), arxiv("2001.00001", "Another", authors=namesakes))
    with database.read() as connection:
        (told,) = works.also_by(connection, 1)
    assert told[1:] == ("arxiv:2001.00001", "Another")
    assert sorted(told[0].split(", ")) == ["Ashish Vaswani", "Noam Shazeer"]


def test_the_same_entry_again_changes_nothing(database: Database) -> None:
    assert counts(put(database, arxiv("1706.03762"))) == (1, 0, 0, 0)
    assert counts(put(database, arxiv("1706.03762"))) == (0, 0, 0, 1)
    assert counts(put(database, arxiv("1706.03762"), arxiv("1706.03762"))) == (0, 0, 0, 2)


def test_a_newer_version_updates_and_an_older_does_not(database: Database) -> None:
    put(database, arxiv("1706.03762", "Old title", 1))
    assert counts(put(database, arxiv("1706.03762", "New title", 3))) == (0, 1, 0, 0)
    assert counts(put(database, arxiv("1706.03762", "Old title", 2))) == (0, 0, 0, 1)
    with database.read() as connection:
        assert shown(connection) == [("arxiv:1706.03762", "New title")]
        (whole,) = load_whole_works(connection, works.work_ids_in_order(connection))
        assert [number for number, _ in whole.entry.records[0].history] == [1, 2, 3]


def test_a_conference_copy_joins_its_preprint_and_parts_again(database: Database) -> None:
    put(database, arxiv("1706.03762"))
    assert counts(put(database, bibtex("k"))) == (0, 0, 1, 0)
    with database.write("split") as connection:
        (work,) = works.work_ids_in_order(connection)
        _, parted = merging.split(connection, work)
        assert len(works.work_ids_in_order(connection)) == 2
        assert works.view_works(connection, [parted])[0].venue == "NIPS"
        assert works.view_works(connection, [work])[0].venue is None
        with pytest.raises(NotFoundError):
            merging.split(connection, work)
    assert counts(put(database, bibtex("k"))) == (0, 0, 0, 1), "a split stays split"
    with database.write("undo the split") as connection:
        undoing.undo_last(connection)
        assert works.work_ids_in_order(connection) == [work]


def test_identifiers_join_two_works_and_undo_brings_both_back(database: Database) -> None:
    doi = Identifier("doi", "10.1/x")
    put(database, arxiv("1706.03762", "A title of its own", authors=AUTHORS[:1]))
    put(database, bibtex("k", "The published title, quite different", ids=(doi,)))
    with database.write("tag") as connection:
        for view in works.view_works(connection, works.work_ids_in_order(connection)):
            reading.change_tags(connection, view, add=[f"of-{view.public_id[:3]}"])
        before = shown(connection)
    assert len(before) == 2
    both = arxiv("1706.03762", "A title of its own", 2, AUTHORS[:1], extra_ids=(doi,))
    put(database, both)
    with database.write("look") as connection:
        (work,) = works.work_ids_in_order(connection)
        assert personal.tags_of(connection, [work])[work] == ["of-arx", "of-doi"]
        merging.split(connection, work)
        assert shown(connection) == before
        tags = personal.tags_of(connection, works.work_ids_in_order(connection))
        assert sorted(tags.values()) == [["of-arx"], ["of-doi"]]
    put(database, arxiv("1706.03762", "A title of its own", 3, AUTHORS[:1], extra_ids=(doi,)))
    with database.read() as connection:
        assert len(works.work_ids_in_order(connection)) == 2, "kept apart"


def test_a_stranger_with_a_wrong_doi_is_not_fused(database: Database) -> None:
    doi = Identifier("doi", "10.1/x")
    put(database, arxiv("1706.03762", extra_ids=(doi,)))
    put(database, arxiv("1810.04805", "BERT", authors=[Author("Devlin", "Jacob")]))
    put(database, arxiv("1810.04805", "BERT", 2, [Author("Devlin", "Jacob")], extra_ids=(doi,)))
    with database.read() as connection:
        assert len(works.work_ids_in_order(connection)) == 2


@pytest.mark.parametrize("cuts", [(1, 3), (1, 2, 3), (3,)])
def test_a_strangers_copy_stays_where_it_is_until_it_tells_who_it_is(
    database: Database, cuts: tuple[int, ...]
) -> None:
    ids = (Identifier("doi", "10.1/y"), Identifier("arxiv", "1706.03762"))
    wrong = bibtex("x", "Reply", [Author("Devlin", "Jacob")], ids=ids)
    told = [arxiv("1706.03762"), wrong, bibtex("x", ids=ids)]
    for start, end in zip((0, *cuts), cuts, strict=False):
        put(database, *told[start:end])
    with database.read() as connection:
        assert shown(connection) == [("arxiv:1706.03762", "Attention Is All You Need")]
        (work,) = works.work_ids_in_order(connection)
        assert len(works.versions_of(connection, [work])) == 2


def test_an_entry_of_two_copies_a_person_parted_leaves_them_apart(database: Database) -> None:
    both = Entry((*arxiv("1706.03762").records, *bibtex("k").records))
    put(database, both)
    put(database, arxiv("1706.03762"), bibtex("k"))
    with database.write("split") as connection:
        (work,) = works.work_ids_in_order(connection)
        moved = [row["id"] for row in works.versions_of(connection, [work])][1:]
        told = {"keeper": work, "versions": moved}
        merging.undo_match(connection, told)
    assert counts(put(database, both)) == (0, 0, 0, 1)
    with database.read() as connection:
        assert len(works.work_ids_in_order(connection)) == 2


def test_the_garbage_collector_is_on_again_whatever_happens(database: Database) -> None:
    put(database, arxiv("1706.03762"))
    assert gc.isenabled()
    with pytest.raises(AttributeError), database.write("fail") as connection:
        store(connection, [None])  # type: ignore[list-item]
    assert gc.isenabled()


def test_merge_by_hand_and_undo(database: Database) -> None:
    put(database, arxiv("1706.03762"), arxiv("1810.04805", "BERT: something"))
    with database.write("merge") as connection:
        first, second = works.work_ids_in_order(connection)
        before = shown(connection)
        merging.merge_works(connection, first, second)
        assert len(shown(connection)) == 1
        found = works.find_identifiers(connection, {"arxiv": ["1810.04805"]})
        assert found == {("arxiv", "1810.04805"): first}
        undoing.undo_last(connection)
        assert shown(connection) == before


def test_what_a_person_does_is_logged_and_undone_in_order(database: Database) -> None:
    put(database, arxiv("1706.03762"))
    with database.write("act") as connection:
        (view,) = works.view_works(connection, works.work_ids_in_order(connection))
        reading.set_state(connection, view, "later")
        reading.set_rating(connection, view, 5)
        reading.set_star(connection, view, True)
        reading.change_tags(connection, view, add=["To Read"])
        assert reading.set_rating(connection, view, 5).event is None

        def now() -> tuple[object, object]:
            return (
                personal.readings_of(connection, [view.id]).get(view.id),
                personal.tags_of(connection, [view.id]).get(view.id),
            )

        assert now() == ({"state": "later", "rating": 5, "starred": True}, ["to-read"])
        undoing.undo_last(connection)
        assert now() == ({"state": "later", "rating": 5, "starred": True}, None)
        undoing.undo_last(connection)
        undoing.undo_last(connection)
        assert now() == ({"state": "later", "rating": None, "starred": False}, None)
        undoing.undo_last(connection)
        assert now() == (None, None)
        with pytest.raises(NotFoundError):
            undoing.undo_last(connection)


def test_what_an_export_says_of_a_person_is_added_never_taken_away(database: Database) -> None:
    entry = arxiv("1706.03762")
    done = Personal(("a",), "read", 4, True)
    put(database, Entry(entry.records, done))
    put(database, Entry(entry.records, Personal(("b",), "later", 1, False)))
    with database.read() as connection:
        (work,) = works.work_ids_in_order(connection)
        assert personal.tags_of(connection, [work])[work] == ["a", "b"]
        kept = {"state": "read", "rating": 4, "starred": True}
        assert personal.readings_of(connection, [work])[work] == kept


ARXIV_ID = Identifier("arxiv", "1706.03762")
TITLES = ("Attention Is All You Need", "attention is all you need.", "Reply", "Deep Learning Now")
PEOPLE = (AUTHORS, AUTHORS[:1], (Author("Devlin", "Jacob"),), ())
entries = st.one_of(
    st.builds(arxiv, st.sampled_from(["1706.03762", "1810.04805"]), st.sampled_from(TITLES),
              st.integers(1, 3), st.sampled_from(PEOPLE)),
    st.builds(bibtex, st.sampled_from("kl"), st.sampled_from(TITLES), st.sampled_from(PEOPLE),
              st.sampled_from([2017, 2018, 2030])),
    st.builds(bibtex, st.just("x"), st.sampled_from(TITLES), st.sampled_from(PEOPLE),
              ids=st.sampled_from([(Identifier("doi", "10.1/x"),),
                                   (Identifier("doi", "10.1/y"), ARXIV_ID)])),
)  # fmt: skip


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(given_entries=st.lists(entries, max_size=12), cuts=st.sets(st.integers(0, 12)))
def test_any_history_leaves_a_sound_library(
    tmp_path_factory: pytest.TempPathFactory, given_entries: list[Entry], cuts: set[int]
) -> None:
    """However entries are cut into batches, each identifier and copy has one work."""
    folder: Path = tmp_path_factory.mktemp("library")
    migrate(folder / "library.db", folder / "backups")
    with Database(folder / "library.db") as database:
        batch: list[Entry] = []
        for place, entry in enumerate(given_entries):
            batch.append(entry)
            if place in cuts:
                put(database, *batch)
                batch = []
        put(database, *batch)
        with database.read() as connection:
            before = shown(connection)
            rows = works.versions_of(connection, works.work_ids_in_order(connection))
            copies: dict[tuple[str, str], set[int]] = {}
            for row in rows:
                copies.setdefault((row["source"], row["source_id"]), set()).add(row["work_id"])
            assert all(len(holders) == 1 for holders in copies.values())
            named = works.identifiers_of(connection, works.work_ids_in_order(connection))
            assert {one["work_id"] for one in named} == set(works.work_ids_in_order(connection))
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        newest: dict[tuple[str, str], int] = {}
        for record in (record for entry in given_entries for record in entry.records):
            copy = (record.source, record.source_id)
            newest[copy] = max(newest.get(copy, 0), record.number)
        held: dict[tuple[str, str], int] = {}
        for row in rows:
            copy = (row["source"], row["source_id"])
            held[copy] = max(held.get(copy, 0), row["number"])
        assert held == newest
        assert len(before) <= len(given_entries)
        with database.write("check") as connection:
            connection.exec_driver_sql(
                "INSERT INTO works_fts (works_fts, rank) VALUES ('integrity-check', 1)"
            )
            counted = dict(
                connection.exec_driver_sql("SELECT term, works FROM spelling_terms").all()
            )
            recount_words(connection)
            anew = dict(connection.exec_driver_sql("SELECT term, works FROM spelling_terms").all())
            assert {term: n for term, n in counted.items() if n} == anew
