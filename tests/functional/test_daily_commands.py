"""`assistant sync`, `feed` and `schedule` as a person runs them, against a local arXiv."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.cli.output import Progress
from tests.fakes.arxiv_site import FakeArxivSite, World, fake_arxiv_site, site_paper
from tests.functional.command import assistant

DAYS = ("2025-11-03", "2025-11-04", "2025-11-05")


@pytest.fixture
def site(home: Path) -> Iterator[FakeArxivSite]:
    papers = [
        site_paper(f"2511.{100 * place + n:05d}", day, title=f"Paper {place} {n} of many")
        for place, day in enumerate(DAYS)
        for n in range(5)
    ]
    with fake_arxiv_site(World.of(*papers, today=DAYS[0])) as server:
        home.mkdir()
        (home / "config.toml").write_text(
            "[sources.arxiv]\n"
            f'feed = "{server.feed}"\nlisting = "{server.listing}"\n'
            f'oai = "{server.oai}"\napi = "{server.api}"\n'
            "interval_seconds = 0.0\ntimeout_seconds = 2.0\n"
            "[sources.feeds]\ninterval_seconds = 0.0\n"
        )
        yield server


def test_a_sync_tells_what_came_and_is_in_the_status(site: FakeArxivSite) -> None:
    ran = assistant("sync", "cs.LG", "--json", "--no-embed")
    assert ran.code == 0, ran.err
    (batch,) = ran.json["batches"]
    assert {name: batch[name] for name in ("source", "category", "date", "state")} == {
        "source": "arxiv", "category": "cs.LG", "date": DAYS[0], "state": "complete",
    }  # fmt: skip
    assert batch["expected"] == batch["received"] == 5
    assert assistant("status", "--json").json["last_sync"]
    assert "complete, 5 papers" in assistant("sync", "cs.LG", "--no-embed").out


def test_a_profiles_categories_are_synced(site: FakeArxivSite) -> None:
    assistant("profile", "category", "cs.CL", "cs.CV", "stat.ML", "--remove")
    batches = assistant("sync", "--json", "--no-embed").json["batches"]
    assert [one["category"] for one in batches] == ["cs.LG"]
    assistant("profile", "category", "cs.LG", "--remove")
    assert "No profile follows a category" in assistant("sync").err


def test_what_is_missing_is_said_and_the_exit_code_is_three(site: FakeArxivSite) -> None:
    site.fail("feed", "drop 2")
    site.fail("oai", "403", count=9)
    site.fail("api", "403", count=9)
    ran = assistant("sync", "cs.LG", "--no-embed")
    assert ran.code == 3
    assert "partial, 3 papers, 2 missing" in ran.out
    assert "tries again" in ran.err
    site.calm()
    assert "complete, 5 papers" in assistant("sync", "cs.LG", "--no-embed").out


def test_what_holds_for_many_days_is_said_once_in_their_order(site: FakeArxivSite) -> None:
    assistant("sync", "cs.LG", "--no-embed")
    site.world.today = DAYS[-1]
    site.fail("oai", "403", count=9)
    site.fail("listing", "403", category="pastweek")
    site.world.add(site_paper("2511.00900", "2025-11-06"), site_paper("2511.01000", "2025-11-07"))
    site.world.today = "2025-11-07"
    ran = assistant("sync", "cs.LG", "--no-embed")
    assert ran.code == 3
    days = [line[:10] for line in ran.out.splitlines() if line.startswith("2025")]
    assert days == sorted(days)
    assert ran.out.count("By the API alone") == 1
    assert "0 missing" not in ran.out


def test_nothing_at_all_is_exit_code_one(site: FakeArxivSite) -> None:
    for endpoint in ("feed", "listing", "oai", "api"):
        site.fail(endpoint, "403", count=9)
    ran = assistant("sync", "cs.LG", "--no-embed")
    assert ran.code == 1
    assert "failed" in ran.out


def test_since_reaches_back(site: FakeArxivSite) -> None:
    site.world.today = DAYS[-1]
    ran = assistant("sync", "cs.LG", "--since", DAYS[0], "--json", "--no-embed")
    assert [(one["date"], one["received"]) for one in ran.json["batches"]] == [
        (DAYS[2], 5), (DAYS[0], 5), (DAYS[1], 5),
    ]  # fmt: skip


def test_a_wrong_category_is_refused_before_anything_is_asked(site: FakeArxivSite) -> None:
    ran = assistant("sync", "machine-learning!")
    assert ran.code == 1
    assert "no arXiv category" in ran.err
    assert not site.requests


def test_sync_and_digest_in_one_go(site: FakeArxivSite, home: Path, models: Path) -> None:
    (home / "models").symlink_to(models)
    ran = assistant("digest", "--sync", "--date", DAYS[0])
    assert ran.code == 0, ran.err
    assert "complete" in ran.out
    assert ran.out.count("arxiv:2511.") == 5


def test_any_feed_is_followed_listed_and_removed(site: FakeArxivSite) -> None:
    added = assistant("feed", "add", f"{site.feed}/cs.LG")
    assert added.code == 0, added.err
    assert "5 items" in added.out
    site.world.today = DAYS[1]
    assistant("profile", "category", "cs.CL", "cs.CV", "stat.ML", "--remove")
    assert "5 new items" in assistant("sync", "--no-embed").out
    (listed,) = assistant("feed", "list", "--json").json
    assert listed["items"] == 10
    site.fail("feed", "404", count=9)
    assert assistant("sync", "--no-embed").code == 3
    assert assistant("feed", "list", "--json").json[0]["failure"]
    assert assistant("feed", "remove", "1").code == 0
    assert assistant("feed", "list", "--json").json == []


def test_feeds_tell_how_many_are_done_and_what_failed(
    site: FakeArxivSite, monkeypatch: pytest.MonkeyPatch, home: Path, models: Path
) -> None:
    (home / "models").symlink_to(models)
    for number in range(4):
        assistant("feed", "add", f"{site.feed}/cs.LG?number={number}")
    monkeypatch.setenv("ASSISTANT_EVENTS", "1")
    site.fail("feed", "404", category="number=2")
    ran = assistant("digest", "--sync", "--date", DAYS[0], "--json")
    assert ran.code == 3
    told = [json.loads(line) for line in ran.err.splitlines()]
    stages = [one for one in told if one["event"] == "progress" and one["label"] == "Feeds"]
    assert stages[0]["total"] == 4
    assert stages[-1]["done"] == 4
    assert any("404" in one["text"] for one in told if one["event"] == "note")


def test_a_long_catching_up_tells_how_far_it_is(
    site: FakeArxivSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant("sync", "cs.LG", "--no-embed")
    site.world.today = DAYS[-1]
    done: list[float] = []
    monkeypatch.setattr(Progress, "update", lambda _, done_, *__: done.append(done_))
    assistant("sync", "cs.LG", "--no-embed")
    assert done == sorted(done)
    assert done[0] == 0
    assert done[-1] == 1
    assert len(set(done)) > 2


@pytest.mark.parametrize("address", ["nothing", "file:///etc/passwd", "http://127.0.0.1:9/x"])
def test_what_is_no_feed_is_refused(site: FakeArxivSite, address: str) -> None:
    ran = assistant("feed", "add", address)
    assert ran.code == 1
    assert "Traceback" not in ran.err
    assert assistant("feed", "list", "--json").json == []


@pytest.mark.skipif(os.name == "nt", reason="needs a shell script")
def test_the_schedule_is_installed_shown_and_removed(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    crontab = tools / "crontab"
    crontab.write_text(
        f'#!/bin/sh\nf={tmp_path}/table\ncase "$1" in -l) cat "$f" 2>/dev/null || '
        f'{{ echo "no crontab for me" >&2; exit 1; }};; -) cat > "$f";; -r) rm -f "$f";; esac\n'
    )
    crontab.chmod(crontab.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    installed = assistant("schedule", "install", "--kind", "cron", "--at", "07:30")
    assert installed.code == 0, installed.err
    assert "digest --sync --deliver" in (tmp_path / "table").read_text()
    assert assistant("schedule", "show", "--json").json["kind"] == "cron"
    assert "cron" in assistant("schedule", "remove").out
    assert "Nothing is scheduled" in assistant("schedule", "show").err
    assert assistant("schedule", "install", "--at", "25:00").code == 2
