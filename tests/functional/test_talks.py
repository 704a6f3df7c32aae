"""Talks and seminars: feeds of their own kind, shown with the day they are given."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from assistant.config import FeedsSettings
from assistant.library.feeds import add_feed, sync_feeds
from db.engine import Database
from db.feeds import newest_items
from tests.fakes.serving import serving
from tests.functional.command import assistant

SOON = (datetime.now(UTC) + timedelta(days=3)).replace(minute=30, second=0, microsecond=0)
LATER = SOON + timedelta(days=7)
FAST = FeedsSettings(interval_seconds=0.0)
PAST = "Tue, 04 Nov 2025 10:00:00 +0200"


def seminar(first: datetime = SOON) -> str:
    return f"""<?xml version="1.0"?><rss version="2.0"
    xmlns:ev="http://purl.org/rss/1.0/modules/event/"><channel><title>A seminar</title>
    <item><title>Later [/] talk</title><guid>2</guid><pubDate>{PAST}</pubDate>
    <ev:startdate>{LATER.isoformat()}</ev:startdate></item>
    <item><title>Next talk</title><guid>1</guid><link>https://talks.example/1</link>
    <ev:startdate>{first.astimezone().isoformat()}</ev:startdate></item>
    <item><title>A recording</title><guid>3</guid><pubDate>{PAST}</pubDate>
    <enclosure url="https://talks.example/3.mp3" type="audio/mpeg" length="9"/></item>
    </channel></rss>"""


@pytest.fixture
def pages(home: Path) -> Iterator[dict[str, str]]:
    """What is served by path; `at` is the server's address."""
    found = {"/seminar": seminar(), "/blog": seminar().replace("A seminar", "A blog")}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        body = found.get(handler.path, "").encode()
        handler.send_response(200 if body else 404)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text("[sources.feeds]\ninterval_seconds = 0.0\n")
    with serving(answer) as address:
        found["at"] = address
        yield found


def follow(pages: dict[str, str]) -> None:
    ran = assistant("feed", "add", f"{pages['at']}/seminar", "--kind", "talks", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["kind"] == "talks"
    assert assistant("feed", "add", f"{pages['at']}/blog").code == 0


def titles(*arguments: str) -> list[str]:
    return [one["title"] for one in assistant("feed", "items", *arguments, "--json").json]


def test_talks_have_the_moment_they_start(pages: dict[str, str]) -> None:
    follow(pages)
    found = assistant("feed", "items", "--kind", "talks", "--json").json
    assert [(one["title"], one["starts"]) for one in found] == [
        ("Later [/] talk", LATER.isoformat()), ("Next talk", SOON.isoformat()),
        ("A recording", "2025-11-04T08:00:00+00:00"),
    ]  # fmt: skip
    assert found[2]["link"] == "https://talks.example/3.mp3"
    assert titles("--upcoming") == ["Next talk", "Later [/] talk"]
    assert len(titles("A blog")) == 3
    assert titles("--limit", "1", "--kind", "talks") == ["Later [/] talk"]
    assert len(titles()) == 6
    shown = assistant("feed", "items", "--upcoming").out
    assert f"{SOON.astimezone():%Y-%m-%d %H:%M}  Next talk" in shown


def test_a_calendar_is_of_talks(pages: dict[str, str]) -> None:
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{n}\r\nSUMMARY:Talk {n}\r\nDTSTART:{at:%Y%m%dT%H%M%SZ}\r\n"
        "END:VEVENT\r\n"
        for n, at in enumerate((SOON, LATER))
    )
    pages["/a.ics"] = f"BEGIN:VCALENDAR\r\nX-WR-CALNAME:Reading group\r\n{events}END:VCALENDAR\r\n"
    ran = assistant("feed", "add", f"{pages['at']}/a.ics", "--json")
    assert (ran.code, ran.json["kind"], ran.json["title"]) == (0, "talks", "Reading group")
    assert titles("--upcoming") == ["Talk 0", "Talk 1"]


def test_kinds_are_shown_and_told_apart(pages: dict[str, str]) -> None:
    follow(pages)
    (talks,) = assistant("feed", "list", "--kind", "talks", "--json").json
    assert (talks["title"], talks["items"]) == ("A seminar", 3)
    assert "A seminar  talks" in assistant("feed", "list").out
    blog = assistant("feed", "items", "A blog", "--json").json
    assert {one["starts"] for one in blog} == {None}
    assert {one["kind"] for one in blog} == {"feed"}
    assert assistant("feed", "list", "--kind", "recipes").code == 2


def test_a_talk_that_is_put_off_has_its_new_time(database: Database, pages: dict[str, str]) -> None:
    add_feed(database, f"{pages['at']}/seminar", FAST, pause=lambda _: None, kind="talks")
    pages["/seminar"] = seminar(SOON + timedelta(days=30))
    (outcome,) = sync_feeds(database, FAST, pause=lambda _: None)
    assert (outcome.new, outcome.kind, outcome.failure) == (0, "talks", None)
    with database.read() as connection:
        found = newest_items(connection, 9, starting=datetime.now(UTC).isoformat())
    assert [one.title for one in found] == ["Later [/] talk", "Next talk"]


def test_the_digest_says_when_a_talk_is(pages: dict[str, str], home: Path, models: Path) -> None:
    (home / "models").symlink_to(models)
    follow(pages)
    for form in ("terminal", "markdown", "html"):
        page = assistant("digest", "--date", f"{SOON:%Y-%m-%d}", "--format", form).out
        assert f"talk on {SOON:%a} {SOON.day} {SOON:%b}" in page, form
        assert f"{SOON:%H:%M} UTC" in page, form
