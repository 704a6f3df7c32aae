"""Tracks, skills, labs and progress on the command line, as a person and as a program use them."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.config import Home
from assistant.skills import running
from skills_lab.frame.catalogue import find_lab
from tests.fakes.lab_children import GOOD, child
from tests.functional.command import assistant

ADAM = "arxiv:1412.6980"


def reference(home: Path, lab: str) -> None:
    """Solve a lab as its reference does, in a file that is not the reference."""
    Home(home).labs.mkdir(parents=True, exist_ok=True)
    source = (find_lab(lab).folder / "reference.py").read_text()
    (Home(home).labs / f"{lab}.py").write_text(source + "MINE = True\n")


def state(skill: str) -> str:
    return str(assistant("skill", "show", skill, "--json").json["state"])


def test_a_newcomer_picks_a_track_and_proves_a_skill(home: Path) -> None:
    told = assistant("track", "--json")
    assert told.code == 0, told.err
    assert {one["id"] for one in told.json} >= {"algorithm-engineer", "mlops-engineer"}
    assert not any(one["picked"] for one in told.json)
    picked = assistant("track", "pick", "algorithm-engineer", "--json").json
    assert picked["next"][0] == "autograd"
    track = assistant("track", "--json").json
    assert track["picked"]
    assert track["counts"]["locked"] > track["counts"]["ready"] > 0
    (first, *_) = assistant("skill", "next", "--json").json
    assert (first["id"], first["state"]) == ("autograd", "ready")
    assert "rest on it" in first["why"]
    assert first["do"] == "assistant lab start autograd"
    started = assistant("lab", "start", "custom_loss", "--json").json
    assert Path(started["file"]) == Home(home).labs / "custom_loss.py"
    again = assistant("lab", "start", "custom_loss")
    assert again.code == 1
    assert "stays as it is" in again.err
    assert "assistant lab check custom_loss" in assistant("skill", "show", "custom-loss").out
    failed = assistant("lab", "check", "custom_loss", "--hint", "--json")
    assert failed.code == 1
    assert failed.json["status"] == "not attempted"
    assert failed.json["hint"]["number"] == 1
    as_it_says = ("check", "custom_loss", "--solution", started["file"], "--hint")
    assert assistant("lab", *as_it_says, "--json").json["hint"]["number"] == 2
    assert state("custom-loss") == "locked", "its prerequisite is not proven"
    reference(home, "custom_loss")
    passed = assistant("lab", "check", "custom_loss", "--json")
    assert passed.code == 0
    assert passed.json["proven"] == ["custom-loss"]
    assert passed.json["notice"]
    assert assistant("lab", "check", "custom_loss", "--json").json["proven"] == [], "it was before"
    shown = assistant("skill", "show", "custom-loss", "--json").json
    assert shown["state"] == "proven"
    assert shown["proof"] == "all 6 checks of custom_loss passed"
    assert shown["due"] > shown["proven"]
    labs = {one["id"]: one for one in assistant("lab", "list", "--json").json}
    assert (labs["custom_loss"]["passed"], labs["custom_loss"]["checks"]) == (6, 6)
    log = assistant("progress", "log", "--json").json
    assert [one["sort"] for one in log].count("checked") == 4
    assert [one["sort"] for one in log].count("hinted") == 2
    assert "proven" in {one["sort"] for one in log}
    only = assistant("progress", "log", "--only", "proven", "--json").json
    assert [one["subject"] for one in only] == ["skill:custom-loss"]
    week = assistant("progress", "week", "--json").json
    assert [one["id"] for one in week["proven"]] == ["custom-loss"]


def test_the_reference_itself_proves_nothing(home: Path) -> None:
    source = (find_lab("custom_loss").folder / "reference.py").read_text()
    file = Home(home).labs / "custom_loss.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("# My own, of course.\n\n\n" + source.replace("    return", "    return  "))
    told = assistant("lab", "check", "custom_loss", "--json")
    assert told.code == 1
    assert (told.json["status"], told.json["passed"], told.json["proven"]) == ("copied", 6, [])
    page = assistant("lab", "check", "custom_loss").out
    assert "6 of 6" not in page
    assert "This is the reference itself" in page
    shown = assistant("skill", "show", "custom-loss", "--json").json
    assert shown["proven"] is None
    assert "0 of 6 pass" in assistant("skill", "show", "custom-loss").out
    assert "the reference itself" in assistant("progress", "log", "--limit", "1").out
    file.write_text(source.replace("class MixedLoss", "MINE = '\\d'\n\n\nclass MixedLoss"))
    assert assistant("lab", "check", "custom_loss", "--json").json["proven"] == ["custom-loss"]


def test_every_page_fits_eighty_columns(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assistant("track", "pick", "mlops-engineer")
    assistant("paper", "read", ADAM)
    assistant("skill", "start", "onnx")
    for command in (
        ["track"], ["track", "list"], ["track", "show", "ai-product-manager"],
        ["skill", "list"], ["skill", "list", "--state", "started"], ["skill", "next"],
        ["skill", "show", "onnx"], ["skill", "show", "data-cleaning"],
        ["skill", "show", "edge-deployment"],
        ["skill", "show", "open-source-contribution"], ["lab", "list"], ["progress"],
        ["progress", "show"], ["progress", "week"], ["progress", "log"],
    ):  # fmt: skip
        told = assistant(*command)
        assert told.code == 0, (command, told.err)
        assert told.out.strip()
        for line in told.out.splitlines():
            assert len(line) <= 80 or "https://" in line or "http://" in line, (command, line)


def test_all_commands_give_one_document(home: Path) -> None:
    for command in (
        ["track"], ["track", "list"], ["track", "show", "foundation"], ["skill", "list"],
        ["skill", "list", "--track", "foundation", "--state", "ready"], ["skill", "next"],
        ["skill", "show", "amp"], ["skill", "review"], ["skill", "review", "pruning"],
        ["skill", "start", "pruning"], ["lab", "list"], ["lab", "show", "amp"], ["lab", "runs"],
        ["progress", "show"], ["progress", "week"], ["progress", "log"],
        ["track", "pick", "foundation"],
    ):  # fmt: skip
        told = assistant(*command, "--json")
        assert told.code == 0, (command, told.err)
        json.dumps(told.json)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["track", "show", "algoritm-engineer"], 1, "'algorithm-engineer'"),
        (["track", "pick", "nothing"], 1, "assistant track list"),
        (["skill", "show", "prunning"], 1, "'pruning'"),
        (["skill", "show", "tinyml"], 1, "edge-deployment"),
        (["skill", "prove", "pruning"], 2, "--note NOTE or --link URL"),
        (["skill", "prove", "pruning", "--link", "https://x.org"], 2, "not proven by a link"),
        (["skill", "prove", "onnx", "--link", "javascript:1"], 2, "no address"),
        (["skill", "prove", "onnx", "--link", "https://"], 2, "no address"),
        (["skill", "prove", "perceiver", "--note", "nowhere"], 1, "no note"),
        (["skill", "review", "--answer", "good"], 2, "Which skill"),
        (["skill", "review", "pruning", "--answer", "superb"], 2, "superb"),
        (["lab", "check", "amp"], 1, "assistant lab start amp"),
        (["lab", "watch", "amp"], 1, "assistant lab start amp"),
        (["lab", "start", "amq"], 1, "'amp'"),
        (["lab", "run", "amp", "--own"], 1, "assistant lab start amp"),
        (["lab", "run", "amp", "--device", "tpu"], 2, "tpu"),
        (["lab", "compare", "x", "y"], 1, "assistant lab runs"),
        (["lab", "result", "x"], 1, "assistant lab runs"),
        (["progress", "week", "--date", "tomorrow"], 2, "no day"),
        (["progress", "week", "--output", "x.md"], 2, "Which form"),
        (["progress", "import", "/nowhere.jsonl"], 1, "Cannot read"),
        (["progress", "export", "/nowhere/at/all.jsonl"], 1, "Cannot write"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], code: int, words: str) -> None:
    told = assistant(*arguments)
    assert told.code == code, told.err
    assert words in told.err
    assert "Traceback" not in told.err


def test_a_file_of_tracks_that_is_wrong_is_told(home: Path) -> None:
    Home(home).tracks.mkdir(parents=True)
    (Home(home).tracks / "mine.toml").write_text("[track\n")
    told = assistant("track", "list", "--json")
    assert told.code == 0
    assert len(told.json) == 4
    assert "mine.toml is not TOML" in told.err
    assert "line 1" in told.err


def test_a_note_is_evidence(home: Path) -> None:
    for number, paper in enumerate(("2103.03206", "2107.14795", "2202.07765")):
        told = assistant("paper", "read", paper)
        assert told.code == 0, number
    own = " ".join(["latents"] * 240)
    body = f"Of the [[skill:perceiver]].\n\n> {own}\n\n```python\n{own}\n```\n"
    assert assistant("note", "new", "Bottlenecks").code == 0
    path = home / "vault" / "Bottlenecks.md"
    text = path.read_text()
    shown = assistant("skill", "show", "perceiver").out
    assert "assistant skill prove perceiver --note NOTE  hands it in" in shown
    assert assistant("skill", "prove", "perceiver", "--note", "Bottlenecks").code == 2
    path.write_text(text + body)
    told = assistant("skill", "prove", "perceiver", "--note", "Bottlenecks")
    assert told.code == 2
    assert "4 words of its own" in told.err
    path.write_text(text + body + own + " and more of what I found out myself by trying it\n")
    told = assistant("skill", "prove", "perceiver", "--note", "Bottlenecks", "--json")
    assert told.code == 0, told.err
    assert told.json["state"] == "proven"
    assert "a note: Bottlenecks.md" in told.json["proof"]
    path.unlink()
    assert state("perceiver") == "proven", "what was shown stays shown"
    assert assistant("paper", "undo").code == 0
    assert state("perceiver") == "locked"


def test_a_link_is_evidence_and_can_be_taken_back(home: Path) -> None:
    link = "https://example.org/pull/1"
    told = assistant("skill", "prove", "open-source-contribution", "--link", link, "--json").json
    assert told["state"] == "proven"
    assert "undid: showed for Contributing to open source" in assistant("paper", "undo").out
    assert state("open-source-contribution") == "ready"
    assert assistant("paper", "redo").code == 0
    assert state("open-source-contribution") == "proven"


def test_reviews_on_the_command_line(home: Path) -> None:
    answered = assistant("skill", "review", "open-source-contribution", stdin="\n3\n")
    assert answered.code == 0, answered.err
    assert "once it is proven" in answered.out
    by_name = assistant("skill", "review", "open-source-contribution", stdin="\nso so\nGood\n")
    assert by_name.code == 0, by_name.err
    assert "1 to 4, again, hard, good, easy, or q." in by_name.out + by_name.err
    assert "once it is proven" in by_name.out
    left = assistant("skill", "review", "open-source-contribution", stdin="\nq\n")
    assert "once it is proven" not in left.out
    log = assistant("progress", "log", "--only", "reviewed", "--json").json
    assert [one["text"].rpartition(": ")[2] for one in log] == ["good", "good"]
    link = ["--link", "https://example.org/pull/1"]
    assistant("skill", "prove", "open-source-contribution", *link)
    told = assistant(
        "skill", "review", "open-source-contribution", "--answer", "again", "--json"
    ).json
    assert told["due"]
    assert assistant("skill", "review").code == 0
    questions = assistant("skill", "review", "open-source-contribution", "--json").json
    assert questions[0]["questions"][0]["ask"]


@pytest.fixture
def runs(home: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Two runs of a lab, one of the person's own solution."""
    monkeypatch.setattr(running, "CHILD", GOOD)
    reference(home, "custom_loss")
    options = ["--scale", "tiny", "--device", "cpu", "--json"]
    first = assistant("lab", "run", "custom_loss", "--seed", 1, *options)
    second = assistant("lab", "run", "custom_loss", "--own", *options)
    assert first.code == second.code == 0, first.err
    return [first.json, second.json]


def test_runs_are_kept_compared_and_noted(runs: list[dict[str, Any]], home: Path) -> None:
    assert runs[0]["figures"]["loss"]["value"] == 0.1
    assert runs[1]["solution"]["file"] == "custom_loss.py"
    listed = assistant("lab", "runs", "custom_loss", "--json").json
    assert [one["run"] for one in listed] == [runs[1]["run"], runs[0]["run"]]
    ids = [one["run"] for one in runs]
    told = assistant("lab", "compare", *ids, "--json").json
    assert [row["ratio"] for row in told["rows"] if row["name"] == "loss"] == [0.5]
    page = assistant("lab", "compare", *ids, "--curve", "loss").out
    assert "×0.5" in page
    assert "every claim held" in page
    assert "peak_memory" not in page
    drawn = sum("⠁" <= letter <= "⣿" for letter in page)
    assert (page.count("\n      0.05  "), drawn > 100) == (2, True), "two curves on one scale"
    assert assistant("lab", "compare", *ids, "--curve", "los").code == 1
    shown = assistant("lab", "result", ids[0]).out
    assert "✓ Both agree" in shown
    assert "not verified here" in shown
    made = assistant("lab", "note", ids[1], "--json").json
    text = (home / "vault" / made["path"]).read_text()
    assert "| ✓ | Both agree | 1.0e-09 | 1e-6 |" in text
    assert f"Run `{ids[1]}`" in text
    assert "--own" in text
    assert "skills: [autograd, custom-loss]" in text
    assert assistant("note", "links", made["path"], "--json").code == 0
    week = assistant("progress", "week", "--json").json
    assert week["runs"] == {"ok": 2, "failed": 0}
    assert assistant("lab", "runs").code == 0


def test_a_run_tells_a_program_that_listens(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHILD", child("sys.exit(3)"))
    monkeypatch.setenv("ASSISTANT_EVENTS", "1")
    told = assistant("lab", "run", "custom_loss", "--device", "cpu", "--json")
    assert told.code == 1
    assert told.json["ok"] is False
    assert "code 3" in told.json["error"]
    events = [json.loads(line) for line in told.err.splitlines()]
    kinds = [one["event"] for one in events]
    assert {"lab-start", "lab-metric", "lab-claim", "lab-skip", "progress"} <= set(kinds)
    metric = next(one for one in events if one["event"] == "lab-metric")
    assert (metric["name"], metric["step"], metric["value"]) == ("loss", 0, 1.0)


def test_a_week_as_a_page(home: Path, tmp_path: Path) -> None:
    assistant("note", "new", "<script>alert(1)</script>")
    assistant("paper", "read", ADAM, "--as", "skimmed")
    assistant("paper", "read", ADAM)
    shown = ["--link", "https://example.org/pull/1"]
    assistant("skill", "prove", "open-source-contribution", *shown)
    counts = assistant("progress", "week", "--json").json["counts"]
    assert (counts["read"], counts["shown"], counts["proven"]) == (1, 1, 1)
    page = tmp_path / "week.html"
    told = assistant("progress", "week", "--format", "html", "--output", page)
    assert told.code == 0, told.err
    text = page.read_text()
    assert "Adam: A Method for Stochastic Optimization" in text
    assert "<script" not in text
    markdown = assistant("progress", "week", "--format", "markdown").out
    assert markdown.startswith("# Week of ")
    assert "`assistant skill " in markdown or "`assistant lab " in markdown
    assert "## What you read\n\n- **Adam: A Method for Stochastic Optimization**" in markdown


def test_progress_travels(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assistant("track", "pick", "mlops-engineer")
    assistant("skill", "start", "onnx")
    file = tmp_path / "progress.jsonl"
    assert assistant("progress", "export", file).code == 0
    assert assistant("progress", "export").out == file.read_text()
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "elsewhere"))
    told = assistant("progress", "import", file, "--json").json
    assert (told["added"], told["known"], told["bad"]) == (2, 0, 0)
    assert assistant("track", "--json").json["id"] == "mlops-engineer"
    file.write_text(file.read_text() + "{broken\n")
    partly = assistant("progress", "import", file, "--json")
    assert partly.code == 3
    assert partly.json["errors"][0]["line"] == 4


def test_our_file_is_what_ones_own_begins_from(home: Path) -> None:
    text = assistant("track", "file", "foundation").out
    assert "proof     ways to prove it" in text
    Home(home).tracks.mkdir(parents=True, exist_ok=True)
    mine = text.replace('id = "foundation"', 'id = "mine"', 1).replace("Common f", "My f", 1)
    (Home(home).tracks / "mine.toml").write_text(mine)
    told = assistant("track", "show", "mine", "--json")
    assert told.code == 0
    assert told.err == ""
    assert told.json["title"] == "My foundation"
    assert assistant("track", "file", "mine").out == mine
