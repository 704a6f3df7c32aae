"""Contributions as evidence: looked up, claimed, taken back, carried on, proof of a skill."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.cli import contributing
from assistant.sources.github_api import TOKEN_VARIABLE
from tests.fakes.github_site import FakeGithub, fake_github, issue, pull
from tests.functional.command import Ran, assistant

PULL = "https://github.com/pytorch/ao/pull/3"
SKILL = "open-source-contribution"


@pytest.fixture
def github(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGithub]:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setattr(contributing.time, "sleep", lambda _: None)
    with fake_github() as server:
        home.mkdir()
        (home / "config.toml").write_text(server.config())
        server.add("pytorch/ao", pulls=[pull(3, merged=True), pull(4)], issues=[issue(7)])
        yield server


def gave(link: str, *more: str, skill: str = SKILL) -> Ran:
    return assistant("progress", "contribute", link, "--skill", skill, *more)


def state(skill: str = SKILL) -> str:
    return str(assistant("skill", "show", skill, "--json").json["state"])


def listed() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = assistant("progress", "contributions", "--json").json
    return found


def test_a_merged_pull_request_proves_the_skill(github: FakeGithub) -> None:
    assert "merged" in assistant("skill", "show", SKILL).out
    ran = gave(f"{PULL}/files#diff-1", "--note", "Docs of int4")
    assert ran.code == 0, ran.err
    assert "pull request, merged: Change 3" in ran.out
    assert "is proven: merged pull requests: 1" in ran.out
    assert github.asked() == ["/repos/pytorch/ao/pulls/3"]
    assert state() == "proven"
    (one,) = listed()
    assert {**one, "at": ""} == {
        "skill": SKILL, "what": "pull-request", "state": "merged", "link": PULL,
        "title": "Change 3", "author": "ada", "note": "Docs of int4", "at": "",
    }  # fmt: skip
    assert "Logged already" in gave(PULL).out
    assert len(listed()) == 1


@pytest.mark.parametrize(
    "link", ["http://www.github.com/pytorch/ao/pull/3", f"{PULL}#discussion_r12", f"{PULL}/commits"]
)
def test_one_pull_request_is_one_however_it_is_linked(github: FakeGithub, link: str) -> None:
    gave(link, "--as", "pull-request")
    assert "Logged already" in gave(PULL).out
    assert [one["link"] for one in listed()] == [PULL]


def test_one_that_is_open_is_merged_later(github: FakeGithub) -> None:
    ran = gave(PULL.replace("3", "4"), "--json")
    assert (ran.json["state"], ran.json["skill_state"]) == ("open", "started")
    github.projects["pytorch/ao"].pulls[1] = pull(4, merged=True)
    ran = assistant("progress", "contributions", "--check")
    assert ran.code == 0, ran.err
    assert "merged: Change 4" in ran.out
    assert state() == "proven"
    github.asked()
    assistant("progress", "contributions", "--check")
    assert github.asked() == [], "what is merged stays merged"


def test_without_network_it_is_claimed_and_proves_nothing_yet(github: FakeGithub) -> None:
    github.faults = ["403"] * 9
    ran = gave(PULL)
    assert ran.code == 0
    assert "Logged as claimed" in ran.err
    assert (listed()[0]["state"], state()) == ("claimed", "started")
    assert assistant("progress", "contributions", "--check").code == 3
    github.faults = []
    github.asked()
    assert gave(PULL, "--offline").code == 0
    assert github.asked() == []
    assistant("progress", "contributions", "--check")
    assert (listed()[0]["state"], state()) == ("merged", "proven")


def test_what_is_not_there_is_refused(github: FakeGithub) -> None:
    ran = gave("https://github.com/pytorch/ao/pull/99")
    assert ran.code == 1
    assert "--offline" in ran.err
    assert listed() == []


@pytest.mark.parametrize(
    ("link", "more", "words"),
    [
        ("javascript:alert(1)", [], "no web address"),
        ("https://", ["--as", "talk"], "no web address"),
        ("https://a@evil.example/x", ["--as", "talk"], "no web address"),
        ("file:///etc/passwd", ["--as", "talk"], "no web address"),
        ("https://x.org/" + "y" * 600, ["--as", "talk"], "no web address"),
        ("https://x.org/slides", [], "--as"),
        ("https://x.org/slides", ["--as", "gift"], "gift"),
    ],
)
def test_what_is_no_contribution_is_refused(
    github: FakeGithub, link: str, more: list[str], words: str
) -> None:
    ran = gave(link, *more)
    assert ran.code == 2
    assert words in ran.err
    assert listed() == []


def test_talks_issues_and_reviews(github: FakeGithub) -> None:
    talk = gave("https://meet.example/slides", "--as", "talk", skill="community-events")
    assert "is proven: talks given: 1" in talk.out
    gave("https://github.com/pytorch/ao/issues/7")
    gave(f"{PULL}#pullrequestreview-12")
    assert [(one["what"], one["state"]) for one in listed()] == [
        ("review", "merged"), ("issue", "open"), ("talk", "claimed"),
    ]  # fmt: skip
    assert state() == "started", "a review of what another had merged is no merge of one's own"
    shown = assistant("progress", "contributions", "--skill", "community-events").out
    assert "talk: https://meet.example/slides" in shown


def test_it_stands_in_log_and_week_and_is_taken_back(github: FakeGithub) -> None:
    gave(PULL, "--note", "Docs\x1b[31m of int4")
    (one,) = assistant("progress", "log", "--only", "contributed", "--json").json
    assert one["text"] == f"pull request, merged: Change 3 ({PULL}) – Docs of int4"
    week = assistant("progress", "week", "--json").json
    assert week["counts"]["contributed"] == 1
    assert week["contributed"] == [one["text"]]
    assert "What you contributed" in assistant("progress", "week", "--format", "markdown").out
    assert "1 contributed" in assistant("progress", "week").out
    assert "pull request, merged" in assistant("paper", "undo").out
    assert (listed(), state()) == ([], "ready")
    assistant("paper", "redo")
    assert state() == "proven"


def test_it_travels(github: FakeGithub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gave(PULL)
    file = tmp_path / "progress.jsonl"
    assistant("progress", "export", str(file))
    line = json.loads(file.read_text().splitlines()[1])
    assert line["event"] == "skill-contribution"
    bad = [
        {**line, "data": {**line["data"], **change}}
        for change in ({"what": "gift"}, {"state": "adored"}, {"link": "javascript:1"}, {"link": 5})
    ]
    with file.open("a") as out:
        out.writelines(json.dumps(one) + "\n" for one in bad)
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "elsewhere"))
    ran = assistant("progress", "import", str(file), "--json")
    assert (ran.code, ran.json["added"], ran.json["bad"]) == (3, 1, 4)
    assert state() == "proven"
    assert [one["link"] for one in listed()] == [PULL]


def test_what_to_do_next_leads_to_the_issues(github: FakeGithub) -> None:
    assistant("skill", "start", SKILL)
    found = assistant("skill", "next", "--limit", "50", "--json").json
    assert next(one["do"] for one in found if one["id"] == SKILL) == "assistant project issues"
