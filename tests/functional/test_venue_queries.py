"""Finding papers by edition, status and session, and what a person did with those of an edition."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from assistant.library import following, reading
from assistant.library.importing import store_entries
from assistant.library.venues.keeping import keep
from assistant.search.completing import completions
from assistant.search.lexical import search_lexical
from assistant.search.narrowing import narrow
from assistant.search.query import parse_query
from assistant.sources.record import Author, Entry, Identifier, Record
from assistant.sources.statuses import Status
from assistant.sources.submissions import FetchedEdition, submission
from assistant.sources.venues import Edition, find_venue, known_venues
from db import listing, venues, works
from db.engine import Connection, Database
from db.venues import Mine

EDITION = Edition(find_venue(known_venues(), "neurips"), 2018)


def accepted(number: int, title: str, status: Status, session: str) -> Record:
    return submission(
        EDITION, "virtual", f"p{number}", title=title, status=status, session=session,
        abstract=f"Engine number {number}.", authors=[Author("Lovelace", "Ada")],
    )  # fmt: skip


PAPERS = (
    accepted(1, "Engines Foreseen", "oral", "Oral Session 1"),
    accepted(2, "Engines of Twelve", "poster", "Poster Session 12"),
    accepted(3, "Engines of One", "poster", 'Poster "Session" 1'),
    accepted(4, "Engines Refused", "rejected", "Poster Session 12"),
)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """A library with an edition, of which one paper was a preprint the year before."""
    preprint = Record(
        "arxiv", "1711.00001", "Engines Foreseen", "On it.", (Author("Lovelace", "Ada"),),
        (Identifier("arxiv", "1711.00001"),), ("cs.LG",), year=2017, published="2017-11-02",
        number=1, history=((1, "2017-11-02"),),
    )  # fmt: skip
    other = replace(
        preprint, source_id="1711.00002", title="Engines Alone", year=2017,
        identifiers=(Identifier("arxiv", "1711.00002"),),
    )  # fmt: skip
    store_entries(database, [Entry((preprint,)), Entry((other,))], label="x")
    assert keep(database, EDITION, "virtual", FetchedEdition(PAPERS)).merged == 1
    with database.read() as connection:
        yield connection


def found(connection: Connection, query: str) -> set[str]:
    """Return what a search and a list that is narrowed find alike."""
    ids = listing.ordered_ids(connection, "added")
    narrowed = list(narrow(connection, f"{query} ", ids))
    searched = [hit.work_id for hit in search_lexical(connection, parse_query(query), 50).hits]
    assert sorted(narrowed) == sorted(searched), query
    return {view.title.removeprefix("Engines ") for view in works.view_works(connection, narrowed)}


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("venue:neurips year:2018", {"Foreseen", "of Twelve", "of One"}),
        ("venue:nips year:2018 status:oral", {"Foreseen"}),
        ("venue:neurips year:2017", set()),
        ("year:2017..2018 venue:neurips engines", {"Foreseen", "of Twelve", "of One"}),
        ("venue:neurips year:2018 status:rejected", {"Refused"}),
        ('session:"oral session 1"', {"Foreseen"}),
        ('session:"Session 1"', {"Foreseen", "of One"}),
        ('session:"Session 12"', {"of Twelve"}),
        ('session:"Session 12" status:rejected', {"Refused"}),
        ('session:"Session 1" status:poster', {"of One"}),
        ('session:"Session 1" session:"Session 12" venue:neurips year:2018',
         {"Foreseen", "of Twelve", "of One"}),
        ('session:"Session 1" venue:icml', set()),
        ('session:"Session 1" year:2019', set()),
        ('session:"Poster" -session:"Session 12"', {"of One"}),
        ("session:%", set()),
        ('session:"Sess"', set()),
    ],
)  # fmt: skip
def test_an_editions_papers_are_found_whenever_their_preprint_came_out(
    connection: Connection, query: str, titles: set[str]
) -> None:
    assert found(connection, query) == titles


def test_sessions_are_completed(connection: Connection) -> None:
    told = [one.text for one in completions(connection, "session:pos", 11)]
    assert told == ['session:"Poster Session 1"', 'session:"Poster Session 12"']
    assert [one.text for one in completions(connection, "ses", 3)] == ["session:"]


def test_what_is_mine_of_an_edition(connection: Connection, database: Database) -> None:
    assert venues.mine(connection) == {}
    with database.write("judge") as writing:
        following.ensure_main(writing)
        profile = following.find_profile(writing, None)
        views = {view.title: view for view in works.view_works(writing, range(1, 9))}
        reading.set_state(writing, views["Engines Foreseen"], "read")
        reading.set_rating(writing, views["Engines of One"], 5)
        reading.set_state(writing, views["Engines of Twelve"], "later")
        following.like(writing, profile, views["Engines Foreseen"], 1)
        following.like(writing, profile, views["Engines of Twelve"], -1)
        following.like(writing, profile, views["Engines Alone"], 1)
    with database.read() as after:
        assert venues.mine(after) == {EDITION.id: Mine(1, 2)}
        names = {view.id: view.title for view in views.values()}
        mine = {names[work]: (state, liked) for work, state, liked in
                venues.mine_of(after, EDITION.id)}  # fmt: skip
        assert mine == {
            "Engines Foreseen": ("read", True), "Engines of One": ("unread", True),
            "Engines of Twelve": ("later", False),
        }  # fmt: skip
        assert found(after, "is:liked") == {"Foreseen", "of One", "Alone"}
        assert found(after, "is:disliked") == {"of Twelve"}
        assert found(after, "-is:liked engines") == {"of Twelve"}
        assert found(after, "venue:neurips year:2018 is:liked") == {"Foreseen", "of One"}
