"""Projects of GitHub as a person follows them: releases, issues for newcomers, limits, faults."""

import re
import sys
import types
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.cli import project as cli_project
from assistant.sources.github_api import TOKEN_VARIABLE
from tests.fakes.arxiv_site import World, fake_arxiv_site, site_paper
from tests.fakes.github_site import FakeGithub, fake_github, issue, release
from tests.functional.command import assistant

DAY = "2025-11-03"
RELEASES, ISSUES = "/repos/pytorch/ao/releases", "/repos/pytorch/ao/issues"


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses are noted and not slept through."""
    found: list[float] = []
    monkeypatch.setattr(cli_project.time, "sleep", found.append)
    return found


@pytest.fixture
def github(
    home: Path, monkeypatch: pytest.MonkeyPatch, waited: list[float]
) -> Iterator[FakeGithub]:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    monkeypatch.setitem(sys.modules, "keyring", None)
    with fake_github() as server:
        home.mkdir()
        (home / "config.toml").write_text(server.config())
        server.add(
            "pytorch/ao",
            releases=[release("v0.2"), release("v0.1", "2024-01-01T00:00:00Z")],
            issues=[
                issue(7, "Speed it up"),
                issue(8, "Document it", "Good First Issue", "docs", comments=0),
                issue(9, "A change", pull_request={"url": "x"}),
                issue(10, "Hard", "help wanted", assignees=[{"login": "bob"}]),
            ],
        )
        yield server


def followed(github: FakeGithub, *more: str) -> None:
    ran = assistant("project", "follow", "pytorch/ao", *more)
    assert ran.code == 0, ran.err
    github.asked()


def numbers(*arguments: str) -> list[int]:
    return [one["number"] for one in assistant("project", "issues", *arguments, "--json").json]


def tags() -> list[str]:
    return [one["title"] for one in assistant("project", "releases", "--json").json]


@pytest.mark.parametrize(
    "told",
    ["pytorch/ao", "github:pytorch/ao", "https://github.com/pytorch/ao",
     "https://github.com/pytorch/ao.git", "https://github.com/pytorch/ao/issues?q=1"],
)  # fmt: skip
def test_a_project_is_followed_by_name_or_address(github: FakeGithub, told: str) -> None:
    ran = assistant("project", "follow", told, "--json")
    assert ran.code == 0, ran.err
    assert ran.json == {
        "name": "pytorch/ao", "releases": 2, "new_issues": 2, "issues": 2, "notes": [],
        "failure": None,
    }  # fmt: skip
    assert numbers() == [8, 7], "no pull request, and nothing with another label"
    assert tags() == ["Version v0.2", "Version v0.1"]
    (listed,) = assistant("project", "list", "--json").json
    assert (listed["name"], listed["labels"]) == ("pytorch/ao", ["good first issue"])


@pytest.mark.parametrize(
    "told", ["pytorch", "https://gitlab.com/a/b", "../..", "a/..", "a b/c", "a/b/c", "file:///a/b",
             "https://github.com@evil.example/a/b", ""],
)  # fmt: skip
def test_what_is_no_project_is_refused_unasked(github: FakeGithub, told: str) -> None:
    ran = assistant("project", "follow", told)
    assert ran.code == 2
    assert "owner/name" in ran.err
    assert not github.requests


def test_issues_are_shown_with_what_one_chooses_by(github: FakeGithub) -> None:
    created = datetime.now(UTC) - timedelta(days=61)
    github.projects["pytorch/ao"].issues[1]["created_at"] = f"{created:%Y-%m-%dT%H:%M:%SZ}"
    followed(github, "--label", "good first issue", "-l", "help wanted")
    told = assistant("project", "issues").out
    assert "pytorch/ao#8  Document it" in told
    assert re.search(r"Good First Issue, docs · 2 months old · 0 comments", told)
    assert "https://github.com/o/n/issues/8" in told
    assert numbers("--label", "HELP wanted") == [10]
    assert numbers("--free", "ao") == [8, 7]
    assert numbers("--limit", "1") == [10]
    first = assistant("project", "issues", "--json").json[-1]
    assert first == {
        "project": "pytorch/ao", "number": 7, "title": "Speed it up",
        "labels": ["good first issue"], "comments": 3, "created": "2026-10-01T08:00:00+00:00",
        "updated": "2026-11-01T08:00:00+00:00", "link": "https://github.com/o/n/issues/7",
        "assigned": False,
    }  # fmt: skip


def test_what_is_unchanged_is_not_sent_again_and_costs_a_token_nothing(
    github: FakeGithub, monkeypatch: pytest.MonkeyPatch
) -> None:
    github.token = "ghp_x"
    monkeypatch.setenv(TOKEN_VARIABLE, "ghp_x")
    followed(github)
    spent = github.spent
    assert assistant("project", "sync").out == "pytorch/ao: nothing new\n"
    assert github.statuses[-2:] == [304, 304]
    assert (github.spent, github.remaining) == (spent, 60)
    assert numbers() == [8, 7]


def test_closed_issues_leave_and_new_ones_come(github: FakeGithub) -> None:
    followed(github, "-l", "good first issue, help wanted")
    ao = github.projects["pytorch/ao"]
    ao.issues[0]["state"] = "closed"
    ao.issues.append(issue(11, "New"))
    ao.releases.insert(0, release("v0.3"))
    ran = assistant("project", "sync", "ao")
    assert ran.out == "pytorch/ao: 1 new release, 1 new issue for you\n"
    assert github.statuses[-3:] == [200, 200, 304], "nothing changed among the wanted"
    assert sorted(numbers()) == [8, 10, 11]
    assert tags()[0] == "Version v0.3"


def test_other_labels_ask_anew(github: FakeGithub) -> None:
    followed(github)
    followed(github, "--label", "help wanted")
    assert numbers() == [10]
    assert assistant("paper", "undo").code == 0
    assistant("project", "sync")
    assert numbers() == [8, 7]


def test_following_is_undone_and_done_again(github: FakeGithub) -> None:
    followed(github)
    assert "No longer" in assistant("project", "unfollow", "AO").out
    assert assistant("project", "list", "--json").json == []
    assert assistant("project", "issues", "ao").code == 1
    assert "no longer followed pytorch/ao" in assistant("paper", "undo").out
    assert tags() == ["Version v0.2", "Version v0.1"]
    assert "followed pytorch/ao" in assistant("paper", "undo").out
    assert tags() == []
    assistant("paper", "redo")
    assert numbers() == [8, 7]


def test_many_pages_are_asked_for_within_bounds(github: FakeGithub) -> None:
    ao = github.projects["pytorch/ao"]
    ao.issues = [issue(number) for number in range(1, 601)]
    ao.releases = [release(f"v{number}") for number in range(200, 0, -1)]
    ran = assistant("project", "follow", "pytorch/ao", "--json")
    assert ran.json["issues"] == 500
    assert ran.json["releases"] == 90
    assert "only the newest 500 issues" in ran.json["notes"][0]
    asked = github.asked()
    assert asked.count(ISSUES) == 5
    assistant("project", "sync")
    assert github.asked().count(RELEASES) == 1
    assert 304 in github.statuses[-6:], "new releases stand on the first page"
    ao.releases.insert(0, release("v201"))
    assistant("project", "sync")
    assert github.asked().count(RELEASES) == 1, "back to what is known and no further"
    ao.issues[100]["state"] = "closed"
    assistant("project", "sync")
    assert 101 not in numbers("--limit", "1000"), "the first page's ETag speaks for it alone"


@pytest.mark.parametrize(("fault", "words"), [("loop", "circles"), ("away", "another server")])
def test_pages_that_lead_astray_are_not_followed(
    github: FakeGithub, fault: str, words: str
) -> None:
    followed(github)
    github.faults = ["", *[fault] * 3]
    github.projects["pytorch/ao"].issues.append(issue(11))
    ran = assistant("project", "sync")
    assert ran.code == 3
    assert words in ran.out
    assert numbers() == [8, 7]


def test_the_hours_limit_is_said_and_nobody_asks_before_it_is_over(github: FakeGithub) -> None:
    followed(github)
    github.projects["pytorch/ao"].releases.insert(0, release("v0.3"))
    github.add("pytorch/text")
    github.faults = ["primary"]
    ran = assistant("project", "sync", "--json")
    assert ran.code == 3
    told = ran.json[0]
    assert re.search(r"no more requests before \d\d:\d\d\..*60 requests an hour", told["failure"])
    assert told["releases"] == 1, "they came by the feed"
    assert told["notes"] == ["releases came by its feed"]
    assert numbers() == [8, 7]
    assert github.asked() == [RELEASES, "/web/pytorch/ao/releases.atom"]
    shown = assistant("project", "sync")
    assert TOKEN_VARIABLE in shown.err
    assert "assistant-github" in shown.err
    assert github.asked() == ["/web/pytorch/ao/releases.atom"], "the API is left alone"
    late = assistant("project", "follow", "pytorch/text")
    assert late.code == 1, "there are neither releases nor an answer"
    assert "no more requests before" in late.err
    assert RELEASES not in github.asked()
    github.remaining = 60
    assistant("project", "sync")
    assert tags() == ["Version v0.3", "Version v0.2", "Version v0.1"], (
        "one release, however it came"
    )


def test_the_last_request_of_the_hour_is_not_overdrawn(github: FakeGithub) -> None:
    followed(github)
    github.remaining = 1
    github.projects["pytorch/ao"].releases.insert(0, release("v0.3"))
    ran = assistant("project", "sync")
    assert ran.code == 3
    assert github.statuses[-1] == 200
    assert 403 not in github.statuses
    assert "1 new release" in ran.out
    assert "no more requests before" in ran.err


def test_a_token_has_a_limit_of_its_own(
    github: FakeGithub, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed(github)
    github.faults = ["primary"]
    assert assistant("project", "sync").code == 3
    github.token = "ghp_secret"
    monkeypatch.setenv(TOKEN_VARIABLE, "ghp_secret\n")
    ran = assistant("project", "sync")
    assert ran.code == 0, ran.err
    assert github.tokens[-1] == "ghp_secret"
    monkeypatch.setenv(TOKEN_VARIABLE, "ghp_wrong")
    ran = assistant("project", "sync")
    assert ran.code == 3
    assert "does not take the token" in ran.out
    assert "ghp_wrong" not in ran.out + ran.err
    monkeypatch.setenv(TOKEN_VARIABLE, "no\ntoken")
    ran = assistant("project", "sync")
    assert ran.code == 3
    assert "no\ntoken" not in ran.out + ran.err


def test_the_keyring_keeps_a_token_and_a_stranger_does_not_see_it(
    github: FakeGithub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    github.token = "ghp_kept"
    kept = types.SimpleNamespace(get_password=lambda service, user: "ghp_kept")
    monkeypatch.setitem(sys.modules, "keyring", kept)
    followed(github)
    assert set(github.tokens) == {"ghp_kept"}
    files = [path for path in home.rglob("*") if path.is_file()]
    assert not [path for path in files if b"ghp_kept" in path.read_bytes()]
    github.faults = ["elsewhere"]
    assert assistant("project", "sync").code == 3


def test_a_secondary_limit_is_waited_for(github: FakeGithub, waited: list[float]) -> None:
    followed(github)
    github.faults = ["secondary", "secondary silent"]
    assert assistant("project", "sync").code == 0
    assert [round(one) for one in waited if one > 1] == [9, 60]


@pytest.mark.parametrize(
    "fault", ["500", "403", "hang up", "cut off", "malformed", "html", "bomb", "oversized",
              "object", "elsewhere"],
)  # fmt: skip
def test_an_api_that_fails_costs_nothing_that_was_there(github: FakeGithub, fault: str) -> None:
    followed(github)
    ao = github.projects["pytorch/ao"]
    ao.releases.insert(0, release("v0.3"))
    ao.issues = []
    github.faults = [fault] * 9
    github.atom_faults = ["500"] * 9
    ran = assistant("project", "sync")
    assert ran.code == 3
    assert "Traceback" not in ran.err
    assert ("v0.3" in str(tags()), numbers()) == (False, [8, 7])
    (listed,) = assistant("project", "list", "--json").json
    assert listed["failure"]
    github.faults = ["", *[fault] * 9]
    ran = assistant("project", "sync")
    assert ran.code == 3
    assert "1 new release" in ran.out, "what came is kept"
    assert numbers() == [8, 7]
    github.faults = []
    assert assistant("project", "sync").code == 0
    assert numbers() == []
    assert assistant("project", "list", "--json").json[0]["failure"] is None


@pytest.mark.parametrize(
    ("change", "field"),
    [({"number": "7"}, "number"), ({"html_url": "javascript:1"}, "html_url"),
     ({"title": None}, "title"), ({"created_at": "soon"}, "created_at"),
     ({"number": 10**400}, "number")],
)  # fmt: skip
def test_a_new_form_is_told_by_its_field(
    github: FakeGithub, change: dict[str, object], field: str
) -> None:
    followed(github)
    github.projects["pytorch/ao"].issues[0].update(change)
    ran = assistant("project", "sync")
    assert ran.code == 3
    assert "changed its form" in ran.out
    assert field in ran.out
    assert numbers() == [8, 7]


def test_what_is_hostile_is_clean(github: FakeGithub) -> None:
    github.projects["pytorch/ao"].issues = [
        issue(
            1, "\x1b[31mRed\u202e [/] \x07title" + "x" * 9_000, "good first issue", "\x1b]0;l\x07"
        )
    ]
    github.projects["pytorch/ao"].releases = [
        release("v1", name="\x1b[2JAll gone", body="\x00" * 9 + "b" * 100_000,
                html_url="javascript:alert(1)")
    ]  # fmt: skip
    followed(github)
    (one,) = assistant("project", "issues", "--json").json
    assert one["title"].startswith("Red [/] title")
    assert len(one["title"]) <= 500
    assert one["labels"] == ["good first issue"]
    (one,) = assistant("project", "releases", "--json").json
    assert (one["title"], one["link"]) == ("All gone", "")
    assert len(one["summary"]) <= 4_000
    assert "\x1b[2J" not in assistant("project", "releases").out


def test_a_renamed_project_is_followed_on(github: FakeGithub) -> None:
    followed(github)
    github.rename("pytorch/ao", "pytorch/torchao")
    ran = assistant("project", "sync")
    assert ran.code == 0, ran.err
    assert "pytorch/ao is called pytorch/torchao now" in ran.err
    assert assistant("project", "list", "--json").json[0]["name"] == "pytorch/torchao"
    assert (len(tags()), numbers()) == (2, [8, 7])
    github.asked()
    assistant("project", "sync")
    assert github.asked() == [
        "/repos/pytorch/torchao/releases", "/repos/pytorch/torchao/issues",
    ]  # fmt: skip


def test_one_that_is_followed_by_both_of_its_names_says_so(github: FakeGithub) -> None:
    followed(github)
    github.rename("pytorch/ao", "pytorch/torchao")
    assert assistant("project", "follow", "pytorch/torchao").code == 0
    ran = assistant("project", "sync")
    assert ran.code == 0
    assert "which you follow too: unfollow one" in ran.err
    assert len(assistant("project", "list", "--json").json) == 2


@pytest.mark.parametrize(("status", "words"), [(404, "not there"), (451, "legal reasons")])
def test_a_vanished_project_keeps_what_was_there(
    github: FakeGithub, status: int, words: str
) -> None:
    followed(github)
    github.projects["pytorch/ao"].gone = status
    ran = assistant("project", "sync")
    assert ran.code == 3
    assert words in ran.out
    assert (len(tags()), numbers()) == (2, [8, 7])
    assert assistant("project", "follow", "pytorch/nothing").code == 1


def test_a_project_without_issues_is_whole(github: FakeGithub) -> None:
    github.faults = ["", "", "410"]
    followed(github)
    assert numbers() == []


def test_without_the_api_the_feed_does(github: FakeGithub) -> None:
    github.faults = ["403"] * 9
    ran = assistant("project", "follow", "pytorch/ao")
    assert ran.code == 3
    assert tags() == ["Version v0.2", "Version v0.1"]
    github.faults = []
    ran = assistant("project", "sync")
    assert ran.out == "pytorch/ao: 2 new issues for you\n"


def test_one_that_fails_costs_no_other(github: FakeGithub) -> None:
    followed(github)
    github.add("pytorch/text", releases=[release("v1")])
    assert assistant("project", "follow", "pytorch/text").code == 0
    github.projects["pytorch/ao"].gone = 404
    github.projects["pytorch/text"].releases.insert(0, release("v2"))
    ran = assistant("project", "sync", "--json")
    assert [(one["name"], one["releases"]) for one in ran.json] == [
        ("pytorch/ao", 0), ("pytorch/text", 1),
    ]  # fmt: skip


def test_a_sync_brings_releases_into_the_digest(
    github: FakeGithub, home: Path, models: Path
) -> None:
    (home / "models").symlink_to(models)
    now = datetime.now(UTC)
    github.projects["pytorch/ao"].releases[0]["published_at"] = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    followed(github)
    with fake_arxiv_site(World.of(site_paper("2511.00001", DAY), today=DAY)) as site:
        config = home / "config.toml"
        config.write_text(
            f'{config.read_text()}[sources.arxiv]\nfeed = "{site.feed}"\n'
            f'listing = "{site.listing}"\noai = "{site.oai}"\napi = "{site.api}"\n'
            "interval_seconds = 0.0\n"
        )
        assistant("profile", "category", "cs.CL", "cs.CV", "stat.ML", "--remove")
        first = assistant("digest", "--sync", "--date", DAY, "--format", "json").json
        assert [(one["feed"], one["title"]) for one in first["items"]] == [
            ("pytorch/ao", "Version v0.2"),
        ], "one of years ago is no news"  # fmt: skip
        github.projects["pytorch/ao"].releases.insert(
            0, release("v0.3", f"{now:%Y-%m-%dT%H:%M:%SZ}", prerelease=True)
        )
        ran = assistant("sync", "--json", "--no-embed")
        assert ran.code == 0, ran.err
        assert ran.json["projects"] == [
            {"name": "pytorch/ao", "releases": 1, "new_issues": 0, "issues": 2, "notes": [],
             "failure": None},
        ]  # fmt: skip
        page = assistant("digest", "--date", DAY).out
        assert "Version v0.3 (pre-release)" in page
        github.projects["pytorch/ao"].gone = 404
        ran = assistant("sync", "--no-embed")
        assert ran.code == 3
        assert "pytorch/ao is not there" in ran.out
