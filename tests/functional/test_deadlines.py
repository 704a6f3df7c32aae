"""`assistant deadlines` as a person runs it, against both collections and their faults."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from assistant.digest.coming import with_deadlines
from assistant.digest.document import from_document, to_document
from assistant.digest.renderers import render
from assistant.library.deadlines.due import deadlines
from assistant.library.venues import following
from assistant.sources.venues import find_venue, known_venues
from db import meetings
from db.engine import Database
from tests.fakes.calendars import read_calendar
from tests.fakes.digests import DIGEST
from tests.fakes.venue_sites import FakeSites, fake_sites
from tests.functional.command import assistant
from tests.unit.test_deadlines import CCFDDL, HUGGINGFACE, NOW

LISTING = "/repos/huggingface/ai-deadlines/contents/src/data/conferences"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def sites(home: Path) -> Iterator[FakeSites]:
    with fake_sites() as server:
        listed = [
            {"name": "icml.yml", "type": "file", "download_url": f"{server.address}/raw/icml.yml"},
            {"name": "README.md", "type": "file", "download_url": f"{server.address}/raw/no"},
            {"name": "old", "type": "dir", "download_url": None},
        ]
        server.etags = True
        server.documents.update({
            "/conference/allconf.yml": CCFDDL,
            LISTING: json.dumps(listed).encode(),
            "/raw/icml.yml": HUGGINGFACE,
        })  # fmt: skip
        home.mkdir()
        (home / "config.toml").write_text(
            "[sources.deadlines]\n"
            f'ccfddl = "{server.address}/conference/allconf.yml"\n'
            f'huggingface = "{server.address}{LISTING}"\n'
            "interval_seconds = 0.0\ntimeout_seconds = 100.0\n"
        )
        yield server


def test_both_collections_are_fetched_and_listed(sites: FakeSites) -> None:
    assert "sync" in assistant("deadlines").err, "says how to begin"
    synced = assistant("deadlines", "sync", "--json")
    assert synced.code == 0, synced.err
    assert [(one["name"], one["meetings"]) for one in synced.json] == [
        ("ccfddl", 2), ("huggingface", 1),
    ]  # fmt: skip
    assert "/raw/no" not in sites.requests
    listed = assistant("deadlines", "--json").json
    assert [(one["edition"], one["kind"], one["at"]) for one in listed] == [
        ("SIGMOD 2027", "paper", "2026-12-02T01:00:00Z"),
        ("ICML 2027", "abstract", "2027-01-23T11:59:59Z"),
        ("ICML 2027", "paper", "2027-01-29T11:59:59Z"),
        ("SIGMOD 2027", "paper", None),
    ]
    paper = listed[2]
    assert paper["disagreed"]
    assert paper["days_left"] == pytest.approx(65.0, abs=0.1)
    assert {one["collection"] for one in paper["told"]} == {"ccfddl", "huggingface"}
    assert "disagree" in assistant("deadlines", "--venue", "icml").out


def test_what_has_not_changed_is_not_sent_again(sites: FakeSites) -> None:
    assistant("deadlines", "sync")
    sites.requests.clear()
    again = assistant("deadlines", "sync", "--json")
    assert [one["unchanged"] for one in again.json] == [True, True]
    assert sites.requests == ["/conference/allconf.yml", LISTING]
    assert len(assistant("deadlines", "--json").json) == 4


def test_a_moved_deadline_says_what_it_was(sites: FakeSites) -> None:
    assistant("deadlines", "sync")
    sites.documents["/conference/allconf.yml"] = CCFDDL.replace(b"2026-12-01", b"2026-12-08")
    assert assistant("deadlines", "sync", "--json").json[0]["moved"] == 1
    first = assistant("deadlines", "--json").json[0]
    assert (first["at"], first["moved_from"]) == ("2026-12-09T01:00:00Z", "2026-12-02T01:00:00Z")
    assert "moved from" in assistant("deadlines").out


@pytest.mark.parametrize(
    "fault", ["404", "500", "html", "bomb yaml", "oversized", "moved", "cut off"]
)
def test_a_fault_keeps_what_was_there(
    sites: FakeSites, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    assistant("deadlines", "sync")
    sites.etags = False
    sites.faults = [fault] * 5 if fault in ("500", "cut off") else [fault]
    failed = assistant("deadlines", "sync", "--json")
    assert failed.code == 3
    assert failed.json[0]["failure"]
    assert failed.json[1]["failure"] is None
    assert len(assistant("deadlines", "--json").json) == 4
    assert "could not be read" in assistant("deadlines").err
    assert assistant("deadlines", "sync").code == 0


def test_a_list_that_broke_off_unseen_takes_nothing_away(sites: FakeSites) -> None:
    names = ((b"ICML", b"C"), (b"icml27", b"c"), (b"SIGMOD", b"S"), (b"sigmod27", b"s"))
    copies = []
    for number in range(20):
        copy = CCFDDL
        for name, other in names:
            copy = copy.replace(name, other + b"%d" % number)
        copies.append(copy)
    sites.documents["/conference/allconf.yml"] = b"".join(copies)
    assert assistant("deadlines", "sync", "--json").json[0]["meetings"] == 40
    sites.documents["/conference/allconf.yml"] = b"".join(copies[:6])
    failed = assistant("deadlines", "sync", "--json")
    assert failed.code == 3
    assert "of 40 meetings" in failed.json[0]["failure"]
    assert failed.json[0]["meetings"] == 40


def test_a_list_of_files_leads_to_no_other_server(sites: FakeSites) -> None:
    evil = [{"name": "icml.yml", "type": "file", "download_url": "https://evil.example/x.yml"}]
    sites.documents[LISTING] = json.dumps(evil).encode()
    failed = assistant("deadlines", "sync", "--json").json[1]
    assert "another server" in failed["failure"]


def test_a_file_that_left_the_list_takes_its_meetings_along(sites: FakeSites) -> None:
    assistant("deadlines", "sync")
    sites.documents["/raw/other.yml"] = HUGGINGFACE.replace(b"ICML", b"OTHER").replace(
        b"icml", b"o"
    )
    other = [{"name": "other.yml", "download_url": f"{sites.address}/raw/other.yml"}]
    sites.documents[LISTING] = json.dumps(other).encode()
    assert assistant("deadlines", "sync", "--json").json[1]["meetings"] == 1
    listed = assistant("deadlines", "--venue", "icml", "--json").json
    assert all(len(one["told"]) == 1 for one in listed)
    assert assistant("deadlines", "--venue", "other", "--json").json


def test_a_folder_will_do(home: Path, tmp_path: Path) -> None:
    (tmp_path / "c" / "AI").mkdir(parents=True)
    (tmp_path / "c" / "AI" / "icml.yml").write_bytes(CCFDDL)
    (tmp_path / "c" / "schema.yml").write_text("type: array")
    home.mkdir()
    (home / "config.toml").write_text(
        f'[sources.deadlines]\nccfddl = "{tmp_path}/c"\nhuggingface = ""\n'
    )
    synced = assistant("deadlines", "sync")
    assert synced.code == 0, synced.err
    assert "2 meetings" in synced.out
    (home / "config.toml").write_text(
        f'[sources.deadlines]\nccfddl = "{tmp_path}/nothing"\nhuggingface = ""\n'
    )
    assert assistant("deadlines", "sync").code == 1


def test_filters_and_followed_venues(sites: FakeSites) -> None:
    assistant("deadlines", "sync")
    about = assistant("deadlines", "--subject", "databases", "--json").json
    assert [one["edition"] for one in about] == ["SIGMOD 2027"] * 2
    assert len(assistant("deadlines", "--days", 10, "--json").json) == 2, "one is open still"
    every = assistant("deadlines", "--all", "--json").json
    assert "notification" in {one["kind"] for one in every}
    assert not any(one["followed"] for one in every)
    assert assistant("venue", "follow", "ICML").code == 0
    mine = assistant("deadlines", "--json").json
    assert {one["edition"] for one in mine} == {"ICML 2027"}
    assert all(one["followed"] for one in mine)
    assert len(assistant("deadlines", "--all", "--json").json) == len(every)
    wide = assistant("deadlines").out
    assert max(map(len, wide.splitlines())) <= 80


def test_a_calendar_is_written_whole(sites: FakeSites, tmp_path: Path) -> None:
    assistant("deadlines", "sync")
    file = tmp_path / "mine.ics"
    told = assistant("deadlines", "export", file, "--alarm", 7, "--json")
    assert told.json == {"path": str(file), "events": 3}
    events = read_calendar(file.read_bytes().decode())
    assert [event["SUMMARY"][0] for event, _ in events] == [
        "SIGMOD 2027: paper, round 1 of 2", "ICML 2027: abstract", "ICML 2027: paper",
    ]  # fmt: skip
    assert "disagree" in events[2][0]["DESCRIPTION"][0]
    assert assistant("deadlines", "export", tmp_path / "no" / "x.ics").code == 1
    assert read_calendar(assistant("deadlines", "export", "-", "--venue", "icml").out)


def test_a_digest_tells_what_followed_venues_want(sites: FakeSites, home: Path) -> None:
    assistant("deadlines", "sync")
    with Database(home / "library.db") as database, database.write("follow") as connection:
        own = home / "venues.toml"
        today = NOW.date().isoformat()
        plain = from_document({**to_document(DIGEST), "date": today})
        assert with_deadlines(connection, plain, own).deadlines == ()
        following.follow(connection, find_venue(known_venues(), "ICML"))
        assert with_deadlines(connection, plain, own).deadlines == (), "too far ahead"
        later = (NOW + timedelta(days=50)).date().isoformat()
        digest = with_deadlines(
            connection, from_document({**to_document(DIGEST), "date": later}), own
        )
    assert [(one.edition, one.what, one.days) for one in digest.deadlines] == [
        ("ICML 2027", "abstract", 9), ("ICML 2027", "paper", 15),
    ]  # fmt: skip
    for form in ("terminal", "markdown", "html"):
        told = " ".join(render(digest, form).replace("\n", " ").split())
        assert "Due at venues you follow: ICML 2027 abstract Sat 23 Jan 11:59 UTC, in 9" in told
    kept = json.loads(render(digest, "json"))["deadlines"]
    assert kept[1]["disagreed"]
    assert from_document(to_document(digest)).deadlines == (), "looked up anew each time"


def test_all_of_the_real_collections_is_read(shared_data: Path, database: Database) -> None:
    from assistant.config import DeadlinesSettings
    from assistant.library.deadlines.syncing import sync_deadlines

    folder = shared_data / "deadlines"
    settings = DeadlinesSettings(str(folder / "ccfddl" / "conference"), str(folder / "huggingface"))
    outcomes = sync_deadlines(database, settings, pause=lambda _: None)
    assert [(one.failure, one.faults) for one in outcomes] == [(None, []), (None, [])]
    with database.read() as connection:
        assert len(meetings.meetings(connection)) > 1_200
        found = deadlines(connection, now=datetime(2025, 8, 1, tzinfo=UTC))
    iclr = next(one for one in found if one.edition == "ICLR 2026")
    assert not iclr.disagreed
    assert len(set(iclr.dates.values())) == 2, "they disagree on when it takes place"
