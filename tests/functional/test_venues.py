"""Venues in the library: editions brought in, brought up to date, found, and hidden where asked."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.library.importing import store_entries
from assistant.library.reading import change_tags
from assistant.library.undoing import redo_last, undo_last
from assistant.library.venues import following, telling
from assistant.library.venues.syncing import VenuesReport, sync_venues
from assistant.search.lexical import search_lexical
from assistant.search.narrowing import narrow
from assistant.search.query import parse_query
from assistant.sources.record import Author, Entry, Identifier, Record
from assistant.sources.venues import Edition, find_edition, find_venue, known_venues
from db import listing, personal, venues, works
from db.engine import Database
from tests.fakes import venue_forms as forms
from tests.fakes.venue_sites import FakeSites, fake_sites
from tests.functional.command import assistant

NOW = datetime(2025, 12, 1, tzinfo=UTC)
DATA = "/virtual/static/virtual/data"


def listed(year: int, events: list[dict[str, Any]]) -> dict[str, bytes]:
    return {f"{DATA}/neurips-{year}-orals-posters.json": forms.virtual_list(events)}


def sync(
    database: Database, sites: FakeSites, *names: str, now: datetime = NOW, **more: Any
) -> VenuesReport:
    known = known_venues()
    editions = [one for name in names if (one := find_edition(known, name)) is not None]
    chosen = [find_venue(known, name) for name in names if find_edition(known, name) is None]
    return sync_venues(
        database, sites.settings(), chosen, pause=lambda _: None, editions=editions, now=now, **more
    )


def asked(sites: FakeSites) -> list[str]:
    paths = [one.partition("?")[0].rpartition("/")[2] for one in sites.requests]
    sites.requests.clear()
    return [path.removesuffix("-orals-posters.json") for path in paths]


def titles(database: Database, edition: str, *statuses: str) -> list[str]:
    found = find_edition(known_venues(), edition)
    assert found is not None
    with database.read() as connection:
        papers = telling.edition_papers(connection, found, statuses=statuses)
        return [one.title for one in works.view_works(connection, [p.work_id for p in papers])]


def test_following_brings_the_newest_edition_and_then_each_new_one(database: Database) -> None:
    with fake_sites(listed(2024, [forms.event(1, "Old Engines")])) as sites:
        first = sync(database, sites, "neurips")
        assert [(one.edition.year, one.state, one.added) for one in first.outcomes] == [
            (2026, "absent", 0), (2025, "absent", 0), (2024, "complete", 1),
        ]  # fmt: skip
        assert first.whole
        asked(sites)
        sites.documents |= listed(2025, [forms.event(2, "New Engines")])
        sync(database, sites, "neurips")
        assert asked(sites) == ["neurips-2024", "neurips-2025", "neurips-2026"]
        later = datetime(2027, 3, 1, tzinfo=UTC)
        sites.documents |= listed(2026, [forms.event(3, "Newer Engines")])
        sync(database, sites, "neurips", now=later)
        assert asked(sites) == ["neurips-2026", "neurips-2027", "neurips-2028"]
        assert titles(database, "neurips-2026") == ["Newer Engines"]
        sync(database, sites, "neurips-2022", "neurips", now=later, since=2025)
        assert {"neurips-2022", "neurips-2025"} <= set(asked(sites))
    assert titles(database, "neurips-2024") == ["Old Engines"]


def test_a_site_that_does_not_answer_is_not_pressed(database: Database) -> None:
    with fake_sites(listed(2025, [forms.event(1, "Engines")])) as sites:
        sync(database, sites, "neurips")
        asked(sites)
        sites.faults = ["500"] * 99
        report = sync(database, sites, "neurips")
        assert [one.state for one in report.outcomes] == ["failed"]
        assert set(asked(sites)) == {"neurips-2025"}
    with database.read() as connection:
        (told,) = telling.venues_told(connection, [find_venue(known_venues(), "neurips")])
    assert [(one.edition.year, one.papers, one.state) for one in told.editions] == [
        (2025, 1, "failed"),
    ]  # fmt: skip


def test_a_venue_that_wants_a_login_says_so_once(home: Path) -> None:
    assert assistant("venue", "follow", "colm").code == 0
    told = assistant("venue", "sync", "--no-embed")
    assert told.code == 3
    assert told.err.count("which wants to know who asks") == 1
    assert "openreview_user" in told.err


def test_following_does_not_bring_what_came_before_the_newest(database: Database) -> None:
    documents = {**listed(2025, [forms.event(1, "New")]), **listed(2024, [forms.event(2, "Old")])}
    with fake_sites(documents) as sites:
        sync(database, sites, "neurips")
        sync(database, sites, "neurips")
        assert "neurips-2024" not in asked(sites)


def test_the_daily_sync_leaves_alone_what_was_asked_lately(database: Database) -> None:
    with fake_sites(listed(2025, [forms.event(1, "Engines")])) as sites:
        now = datetime.now(UTC)
        venue_now = {"now": now, "daily": True}
        sites.documents |= listed(now.year, [forms.event(1, "Engines")])
        sync(database, sites, "neurips", **venue_now)
        assert asked(sites)
        sync(database, sites, "neurips", **venue_now)
        assert f"neurips-{now.year}" not in asked(sites)
        sync(database, sites, "neurips", now=now)
        assert f"neurips-{now.year}" in asked(sites)


def test_an_unchanged_list_is_not_sent_and_a_changed_one_updates(database: Database) -> None:
    events = [forms.event(number, f"Paper {number}") for number in range(30)]
    with fake_sites(listed(2025, events)) as sites:
        sites.etags = True
        sync(database, sites, "neurips-2025")
        assert sync(database, sites, "neurips-2025").outcomes[0].unchanged
        events[0]["decision"] = "Accept (oral)"
        sites.documents |= listed(2025, [*events[:28], forms.event(99, "A Late One")])
        (outcome,) = sync(database, sites, "neurips-2025").outcomes
        assert (outcome.added, outcome.updated, outcome.gone) == (1, 1, 2)
    assert titles(database, "neurips-2025", "oral") == ["Paper 0"]
    assert len(titles(database, "neurips-2025")) == 31, "what is no longer listed is kept"


def test_a_list_that_fails_keeps_what_was_there(database: Database) -> None:
    events = [forms.event(number, f"Paper {number}") for number in range(30)]
    with fake_sites(listed(2025, events)) as sites:
        sync(database, sites, "neurips-2025")
        sites.documents |= {
            f"{DATA}/neurips-2025-orals-posters.json": forms.virtual_list(
                [{**one, "name": None, "heading": one["name"]} for one in events]
            )
        }
        report = sync(database, sites, "neurips-2025")
        assert not report.whole
        assert report.outcomes[0].state == "failed"
        assert "name" in report.outcomes[0].detail
        sites.documents.clear()
        assert sync(database, sites, "neurips-2025").outcomes[0].state == "failed"
        assert len(titles(database, "neurips-2025")) == 30
        sites.documents |= listed(2025, events)
        assert sync(database, sites, "neurips-2025").whole


def test_a_list_that_is_not_whole_is_partial_and_asked_for_again(database: Database) -> None:
    events = [forms.event(number, f"Paper {number}") for number in range(5)]
    with fake_sites() as sites:
        sites.etags = True
        path = f"{DATA}/neurips-2025-orals-posters.json"
        sites.documents[path] = forms.virtual_list(events, count=8, following="/gone")
        (outcome,) = sync(database, sites, "neurips-2025").outcomes
        assert (outcome.state, outcome.received, outcome.expected) == ("partial", 5, 8)
        (again,) = sync(database, sites, "neurips-2025").outcomes
        assert not again.unchanged


def test_two_lists_of_one_edition_complement_each_other(database: Database) -> None:
    documents = {
        f"{DATA}/icml-2024-orals-posters.json": forms.virtual_list([
            forms.event(1, "Engines", decision="Accept (oral)", abstract="From the site.",
                        paper_url="https://openreview.net/forum?id=abcdEFGH12",
                        sourceurl="https://openreview.net/group?id=ICML.cc/2024/Conference")]),
        "/pmlr/": forms.pmlr_index({"v235": "Proceedings of ICML 2024"}),
        "/pmlr/v235/assets/bib/citeproc.yaml": forms.citeproc(
            [{"title": "Engines", "openreview": "abcdEFGH12"}]),
    }  # fmt: skip
    with fake_sites(documents) as sites:
        report = sync(database, sites, "icml-2024")
    assert [(one.source, one.added, one.merged) for one in report.outcomes] == [
        ("virtual", 1, 0), ("pmlr", 0, 1),
    ]  # fmt: skip
    with database.read() as connection:
        told = telling.edition_told(connection, Edition(find_venue(known_venues(), "icml"), 2024))
        (paper,) = telling.edition_papers(connection, told.edition)
    assert told.counts == {"oral": 1}, "once, with the best status"
    assert paper.facts["session"] == "Poster Session 1"


def test_abstracts_are_fetched_page_by_page_and_go_on_where_they_were(database: Database) -> None:
    papers = [{"name": f"P{n}_ICCV_2025", "title": f"Paper Number {n}"} for n in range(60)]
    documents: dict[str, Any] = {"/cvf/ICCV2025": forms.cvf_list(papers)}
    for n in range(60):
        page = f"/content/ICCV2025/html/P{n}_ICCV_2025_paper.html"
        documents[page] = forms.cvf_paper(f"Abstract {n}." if n != 7 else "")
    with fake_sites(documents) as sites:
        sites.faults = [""] * 31 + ["403"]
        (outcome,) = sync(database, sites, "iccv-2025").outcomes
        assert outcome.state == "partial"
        assert "30 abstracts are missing" in outcome.detail
        assert len(sites.requests) == 32
        sites.requests.clear()
        (outcome,) = sync(database, sites, "iccv-2025").outcomes
        assert outcome.state == "complete"
        assert len(sites.requests) == 31, "the list, and the pages that were missing"
        sites.requests.clear()
        assert sync(database, sites, "iccv-2025").whole
        assert len(sites.requests) == 1
    with database.read() as connection:
        found = telling.edition_papers(
            connection, Edition(find_venue(known_venues(), "iccv"), 2025)
        )
        views = works.view_works(connection, [one.work_id for one in found])
    assert {one.title: one.abstract for one in views}["Paper Number 30"] == "Abstract 30. more"


def preprint(number: int, title: str, name: str = "Lovelace") -> Entry:
    arxiv = f"2501.{number:05}"
    return Entry((
        Record("arxiv", arxiv, title, "On it.", (Author(name, "Ada"),),
               (Identifier("arxiv", arxiv),), ("cs.LG",), year=2025, published="2025-01-02",
               number=1, history=((1, "2025-01-02"),)),
    ))  # fmt: skip


def test_a_paper_of_mine_that_is_accepted_is_an_event_once(database: Database) -> None:
    report = store_entries(database, [preprint(1, "Engines That Think")], label="x")
    assert report.added == 1
    with database.write("tag") as connection:
        (view,) = works.view_works(connection, [1])
        change_tags(connection, view, add=["mine"])
    events = [forms.event(1, "Engines That Think", decision="Accept (oral)")]
    with fake_sites(listed(2025, [*events, forms.event(2, "Nobody's")])) as sites:
        sync(database, sites, "neurips-2025")
        sync(database, sites, "neurips-2025")
    with database.read() as connection:
        told = personal.last_event(connection, "accepted")
        count = connection.exec_driver_sql(
            "SELECT count(*) FROM events WHERE kind = 'accepted'"
        ).scalar_one()
        (view,) = works.view_works(connection, [1])
        assert venues.standings(connection, [1]) == {1: "NeurIPS 2025 (oral)"}
    assert told is not None
    assert count == 1
    assert view.venue == "NeurIPS 2025"


def test_what_is_in_the_trash_stays_there(home: Path, database: Database) -> None:
    with fake_sites(listed(2025, [forms.event(1, "Engines"), forms.event(2, "Other")])) as sites:
        sync(database, sites, "neurips-2025")
        assert assistant("paper", "trash", "openreview:paper00001").code == 0
        (outcome,) = sync(database, sites, "neurips-2025").outcomes
    assert outcome.trashed == 1
    assert titles(database, "neurips-2025") == ["Other"]


def test_following_can_be_undone_and_done_again(database: Database) -> None:
    venue = find_venue(known_venues(), "NeurIPS")
    with database.write("follow") as connection:
        following.follow(connection, venue)
        assert list(venues.followed(connection)) == ["neurips"]
        assert following.follow(connection, venue).event is None
        undone = undo_last(connection)
        assert venues.followed(connection) == {}
        assert "NeurIPS" in undone.text
        redo_last(connection)
        assert list(venues.followed(connection)) == ["neurips"]
        following.unfollow(connection, venue)
        undo_last(connection)
        assert list(venues.followed(connection)) == ["neurips"]


@pytest.fixture
def neurips(home: Path) -> Callable[[], None]:
    """A home with an edition: two orals, a preprint that was turned down, and two that were."""

    def prepare() -> None:
        events = [
            forms.event(1, "Talking Engines", decision="Accept (oral)"),
            forms.event(2, "Thinking Engines", decision="Accept (oral)", session="Late Session",
                        starttime="2025-12-05T11:00:00-08:00"),
            forms.event(3, "Printed Engines"),
            forms.event(4, "Refused Engines", decision="Reject"),
            forms.event(5, "Withdrawn Engines", decision="Withdrawn"),
            forms.event(6, "Preprinted Engines", decision="Reject"),
        ]  # fmt: skip
        home.mkdir(exist_ok=True)
        with fake_sites(listed(2025, events)) as sites:
            (home / "config.toml").write_text(sites.config())
            made = assistant("venue", "sync", "neurips-2025", "--no-embed", "--json")
            assert made.code == 0, made.err
            assert made.json["editions"][0]["added"] == 6
        line = {
            "id": "2501.00009", "title": "Preprinted Engines", "abstract": "x", "authors": "",
            "authors_parsed": [["Lovelace", "Ada", ""]], "categories": "cs.LG", "comments": None,
            "versions": [{"version": "v1", "created": "Wed, 1 Jan 2025 00:00:00 GMT"}],
            "update_date": "2025-01-01", "submitter": "x", "license": None, "doi": None,
            "journal-ref": None, "report-no": None,
        }  # fmt: skip
        (home / "preprint.jsonl").write_text(json.dumps(line) + "\n")
        assert assistant("import", home / "preprint.jsonl", "--no-embed").code == 0

    return prepare


def found(query: str) -> set[str]:
    told = assistant("search", "--mode", "lexical", "--json", "--limit", "50", *query.split())
    assert told.code == 0, told.err
    ending = " Engines"  # the starter library's titles have others
    return {one["title"].removesuffix(ending) for one in told.json if one["title"].endswith(ending)}


def test_search_by_venue_status_and_year_hides_what_was_turned_down(
    neurips: Callable[[], None],
) -> None:
    neurips()
    accepted = {"Talking", "Thinking", "Printed"}
    assert found("engines") == {*accepted, "Preprinted"}
    assert found("venue:nips engines") == accepted
    assert found("venue:neurips-2025") == accepted
    assert found("venue:neurips-2024") == set()
    assert found("venue:NeurIPS year:2025") == accepted
    assert found("venue:NeurIPS year:..2024 engines") == set()
    assert found("status:oral") == {"Talking", "Thinking"}
    assert found("venue:icml status:oral") == set()
    assert found("status:accepted -status:oral") == {"Printed"}
    assert found("status:rejected") == {"Refused", "Preprinted"}
    assert found("status:rejected status:withdrawn engines") == {
        "Refused", "Withdrawn", "Preprinted",
    }  # fmt: skip
    assert found("-venue:neurips engines") == {"Preprinted"}
    assert "none of oral" in assistant("search", "status:famous", "--mode", "lexical").err
    told = assistant("paper", "show", "openreview:paper00004", "--json")
    assert told.json["title"] == "Refused Engines", "by its id it is found"
    assert assistant("paper", "tag", "openreview:paper00004", "look").code == 0
    assert "Refused" in found("engines"), "what a person keeps is not hidden from them"


def test_what_a_preprints_comment_tells_is_found_by_status(database: Database) -> None:
    entry = preprint(7, "Engines of Comment")
    (record,) = entry.records
    told = replace(record, extra={"comment": "Accepted at ICML 2026 (Oral)"})
    store_entries(database, [Entry((told,)), preprint(8, "Engines of Silence")], label="x")
    with database.read() as connection:
        for query, count in (
            ("status:oral", 1), ("venue:icml status:oral", 1), ("venue:icml-2026", 1),
            ("venue:icml status:oral year:2026", 1), ("venue:icml status:oral year:2025", 0),
            ("venue:iclr status:oral", 0), ("status:accepted engines", 1),
            ("-status:oral engines", 1), ("status:poster", 0),
        ):  # fmt: skip
            hits = search_lexical(connection, parse_query(query), 9).hits
            assert len(hits) == count, query


def test_lists_hide_what_was_turned_down(neurips: Callable[[], None], home: Path) -> None:
    neurips()
    with Database(home / "library.db") as database, database.read() as connection:
        ids = listing.ordered_ids(connection, "added")
        counted = listing.counts(connection).works

        def shown(text: str) -> set[str]:
            views = works.view_works(connection, list(narrow(connection, text, ids)))
            return {one.title for one in views if one.title.endswith(" Engines")}

        assert len(ids) == counted == works.count_rows(connection)["works"] - 2
        accepted = {"Talking Engines", "Thinking Engines", "Printed Engines"}
        assert shown("venue:neurips ") == accepted
        assert shown("engines") == {*accepted, "Preprinted Engines"}
        assert shown("status:rejected") == {"Refused Engines", "Preprinted Engines"}
        assert shown("status:withdrawn engines") == {"Withdrawn Engines"}


def test_the_commands_show_what_is_there(neurips: Callable[[], None], home: Path) -> None:
    neurips()
    (told,) = assistant("venue", "list", "--json").json
    assert (told["id"], told["followed"]) == ("neurips", False)
    assert told["editions"][0]["statuses"] == {
        "oral": 2, "poster": 1, "rejected": 2, "withdrawn": 1,
    }  # fmt: skip
    assert assistant("venue", "follow", "NIPS", "ICLR").code == 0
    assert "NeurIPS" in assistant("venue", "list").out
    page = assistant("venue", "show", "neurips-2025", "--json").json
    assert [one["status"] for one in page["entries"]] == ["oral", "oral", "poster"]
    assert [one["session"] for one in page["sessions"]] == ["Poster Session 1", "Late Session"]
    late = assistant("venue", "show", "neurips-2025", "--session", "late", "--json").json
    assert [one["title"] for one in late["entries"]] == ["Thinking Engines"]
    refused = assistant("venue", "show", "neurips-2025", "--status", "rejected", "--json").json
    assert refused["matching"] == 2
    shown = assistant("venue", "show", "neurips-2025").out
    assert "Refused" not in shown
    assert "[oral] Talking Engines" in shown
    assert "2025" in assistant("venue", "show", "neurips").out
    assert assistant("venue", "show", "icml-2020").code == 1
    assert "Did you mean" in assistant("venue", "follow", "neurps").err
    assert assistant("venue", "unfollow", "iclr").code == 0
    assert assistant("venue", "unfollow", "iclr").code == 1
    (home / "venues.toml").write_text("[[venue]]\nname = 3\n")
    assert "name must be a text" in assistant("venue", "list").err


def test_a_paperlists_file_is_imported_as_its_edition(home: Path, tmp_path: Path) -> None:
    rows = [
        {"title": "Engines", "status": "Oral", "track": "main",
         "author": "Ada Lovelace;Alan Turing", "abstract": "On them.", "site": "https://openreview.net/forum?id=abcdEFGH12",
         "id": "abcdEFGH12"},
        {"title": "Refused", "status": "Reject", "track": "main", "author": "Ada Lovelace"},
        {"title": "Waiting", "status": "Active", "track": "main", "author": ""},
        {"title": "", "status": "Poster", "track": "main", "author": "A"},
        "nothing",
    ]  # fmt: skip
    path = tmp_path / "nips2018.json"
    path.write_text(json.dumps(rows))
    told = assistant("import", path, "--no-embed", "--json")
    assert told.code == 3
    assert (told.json["added"], told.json["skipped"]) == (2, 3)
    assert assistant("import", path, "--no-embed", "--json").json["unchanged"] == 2
    (venue,) = assistant("venue", "list", "--json").json
    assert venue["editions"][0]["id"] == "neurips-2018"
    nameless = path.rename(tmp_path / "papers.json")
    assert assistant("import", nameless, "--no-embed").code == 2
    told = assistant("import", nameless, "--edition", "colm 2024", "--no-embed", "--json")
    assert told.json["merged"] + told.json["added"] == 2


def test_a_venue_of_ones_own_is_read_from_its_files(home: Path, tmp_path: Path) -> None:
    home.mkdir()
    (home / "venues.toml").write_text(
        '[[venue]]\nname = "TinyConf"\nfirst = 2024\n[[venue.source]]\nkind = "paperlists"\n'
        f"path = {json.dumps(str(tmp_path / 'tiny{year}.json'))}\n"
    )
    row = {"title": "Small Engines", "status": "Spotlight", "track": "main", "author": "A. Tiny"}
    (tmp_path / "tiny2025.json").write_text(json.dumps([row]))
    assert assistant("venue", "follow", "tinyconf").code == 0
    (told,) = (
        one
        for one in assistant("venue", "sync", "--no-embed", "--json").json["editions"]
        if one["state"] != "absent"
    )
    assert (told["edition"], told["state"], told["added"]) == ("tinyconf-2025", "complete", 1)
    again = assistant("venue", "sync", "tinyconf-2025", "--no-embed", "--json").json["editions"]
    assert again[0]["unchanged"]
    assert "Small Engines" in assistant("search", "venue:tinyconf", "--mode", "lexical").out
    (tmp_path / "tiny2025.json").write_text("[")
    failed = assistant("venue", "sync", "tinyconf-2025", "--no-embed")
    assert failed.code == 1
    assert "no JSON" in failed.out


def test_meaning_does_not_bring_back_what_is_hidden(
    neurips: Callable[[], None], home: Path, models: Path
) -> None:
    neurips()
    (home / "models").symlink_to(models)
    assert assistant("embed").code == 0

    def meant(*query: str) -> list[str]:
        told = assistant("search", "--mode", "semantic", "--json", "--limit", "60", *query)
        return [one["title"] for one in told.json]

    assert "Talking Engines" in meant("engines that refuse and withdraw")
    assert "Refused Engines" not in meant("engines that refuse and withdraw")
    assert meant("engines", "status:rejected")[0].endswith("Engines")
    near = assistant("similar", "openreview:paper00001", "--json", "--limit", "20").json
    assert "Thinking Engines" in [one["title"] for one in near]
    assert "Refused Engines" not in [one["title"] for one in near]
