"""Narrowing a list as one types."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.library import reading
from assistant.library.importing import store_entries
from assistant.search.completing import MOST, completions
from assistant.search.narrowing import narrow
from assistant.search.query import parse_query
from assistant.sources.record import Author, Entry, Identifier, Record
from assistant.text import clean_line
from db import works
from db.engine import Connection, Database
from db.migrate import migrate

PAPERS = (
    ("2101.00001", "Optimization of Deep Networks", "We optimise.", ("LeCun", "Yann"), "cs.LG"),
    ("2101.00002", "Optimal Transport", "A business of mass.", ("Villani", "Cédric"), "math.OC"),
    ("2101.00003", "Fine-tuning Language Models", "But how?", ("Ruder", "Sebastian"), "cs.CL"),
    ("2101.00004", "Buses and Trains", "Timetables, learned.", ("Müller", "Jan"), "cs.AI"),
    ("2101.00005", "扩散模型综述", "Diffusion models.", ("Li", "Lei"), "cs.CV"),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("narrowing")
    migrate(folder / "library.db", folder / "backups")
    with Database(folder / "library.db") as database:
        entries = [
            Entry((
                Record("arxiv", number, title, abstract=abstract, authors=(Author(*author),),
                       identifiers=(Identifier("arxiv", number),), categories=(category,),
                       year=2020 + place, number=1, published=f"202{place}-01-04"),
            ))
            for place, (number, title, abstract, author, category) in enumerate(PAPERS)
        ]  # fmt: skip
        store_entries(database, entries, label="test")
        with database.write("act") as connection:
            first, second, *_ = works.view_works(connection, [1, 2])
            reading.set_state(connection, first, "read")
            reading.change_tags(connection, second, add=["thesis", "transport"])
        yield database


@pytest.fixture
def connection(library: Database) -> Iterator[Connection]:
    with library.read() as opened:
        yield opened


ORDER = [5, 3, 1, 2, 4]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", ORDER),
        ("   ", ORDER),
        ("!", ORDER),
        ("opt", [1, 2]),
        ("optimizatio", [1, 2]),  # beyond the stem "optim", which "optimal" has too
        ("optimization", [1, 2]),
        ("bus", [2, 4]),  # business and buses; its stem "bu" begins "but" too, which is not meant
        ("learnin", []),
        ("language mod", [3]),
        ("models langua", [3]),
        ("fine-tun", [3]),
        ("finetun", [3]),
        ("muller", [4]),
        ("扩散模型综", [5]),
        ("the transp", [2]),
        ("!opt", [5, 3, 4]),
        ("-transport", [5, 3, 1, 4]),
        ("!-transport", [2]),
        ('"language models"', [3]),
        ('"models language"', []),
        ('"language mo', [3]),
        ("author:lec", [1]),
        ('author:"yann lec', [1]),
        ("-author:lec", [5, 3, 2, 4]),
        ("author:", ORDER),
        ("title:buse", [4]),
        ("cat:cs", [5, 3, 1, 4]),
        ("cat:c", [5, 3, 1, 4]),
        ("cat:cs.c", [5, 3]),
        ("cat:cs.LG cat:cs.CL", [3, 1]),
        ("cat:cs.LG cat:cs.CL opt", [1]),
        ("-cat:cs.c", [1, 2, 4]),
        ("is:un", ORDER),
        ("is:unread", [5, 3, 2, 4]),
        ("is:read", [1]),
        ("!is:read", [5, 3, 2, 4]),
        ("tag:th", [2]),
        ("tag:thesis tag:tr", [2]),
        ("tag:none", []),
        ("year:20", ORDER),
        ("year:2021", [2]),
        ("year:2022..", [5, 3, 4]),
        ("2101.00004", [4]),
        ("arxiv:2101.00004", [4]),
        ("ca:cs", []),
    ],
)
def test_what_is_typed_narrows_the_list_in_its_own_order(
    connection: Connection, typed: str, expected: list[int]
) -> None:
    assert list(narrow(connection, typed, ORDER)) == expected


def test_only_what_the_list_holds_comes_back(connection: Connection) -> None:
    assert list(narrow(connection, "opt", [2, 99])) == [2]
    assert list(narrow(connection, "!opt", [2, 99])) == [99]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(
                ["a", "opt", '"', "-", "!", "author:", "cat:cs", "is:", "is:un", "year:", "2020..",
                 "tag:%", "_", "*", "NEAR(", "AND", "title:", "\0", "ß", "́", " ", "(", ":", "^"]
            ),
            max_size=12,
        ).map("".join),
    )
)  # fmt: skip
def test_whatever_is_typed_gives_a_part_of_the_list(connection: Connection, typed: str) -> None:
    kept = list(narrow(connection, typed, ORDER))
    assert kept == [one for one in ORDER if one in kept]
    if not clean_line(typed).startswith("!"):
        turned = list(narrow(connection, f"!{typed}", ORDER))
        assert set(kept) | set(turned) == set(ORDER)


def test_a_beginning_of_very_many_papers_is_looked_for_in_titles(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(narrow(connection, "m", ORDER)) == [5, 3, 2, 4]
    monkeypatch.setattr("assistant.search.narrowing._DEAR", 2)
    assert list(narrow(connection, "m", ORDER)) == [3]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("a", ["author:"]),
        ("deep -t", ["tag:", "title:"]),
        ("!c", ["cat:"]),
        ("is:s", ["is:skimmed", "is:starred"]),
        ("cat:cs.c", ["cat:cs.CL", "cat:cs.CV"]),
        ("cat:m", ["cat:math", "cat:math.OC"]),
        ("tag:", ["tag:thesis", "tag:transport"]),
        ("author:vil", ['author:"Cédric Villani"']),
        ('author:"cedric vil', ['author:"Cédric Villani"']),
        ("author:lecun", ['author:"Yann LeCun"']),
        ("author:mull", ['author:"Jan Müller"']),
        ("year:202", ["year:2024", "year:2023", "year:2022", "year:2021", "year:2020"]),
        ("title:o", []),
        ("", []),
        ("deep ", []),
        ("nothing:", []),
        ('"a', []),
    ],
)
def test_the_query_language_completes_itself(
    connection: Connection, typed: str, expected: list[str]
) -> None:
    found = completions(connection, typed, len(typed))
    assert [one.text for one in found] == expected
    for one in found:
        whole = typed[: one.start] + one.text + typed[one.end :]
        assert whole.endswith(":") or parse_query(whole).filters


def test_completion_looks_at_what_stands_before_the_cursor(connection: Connection) -> None:
    (one,) = completions(connection, "cat:cs.cl attention", 9)
    assert (one.start, one.end, one.text) == (0, 9, "cat:cs.CL")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    st.text(max_size=30) | st.sampled_from(["cat:", "author:", "tag:%", 'venue:"', "year:x"]),
    st.integers(-3, 40),
)
def test_completion_never_raises(connection: Connection, typed: str, cursor: int) -> None:
    assert len(completions(connection, typed, cursor)) <= MOST
