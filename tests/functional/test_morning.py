"""A morning: the digest's paper becomes a note, the note joins things, meaning finds it again."""

from pathlib import Path

from tests.functional.command import assistant
from tests.functional.test_digest import announce, digest, paper, ready

__all__ = ["ready"]  # a fixture
SECOND = "arxiv:2305.14314"
DAY = "2025-11-04"
THOUGHT = f"""
Rounding to sixteen levels hurts least where a few outlying channels keep their precision.
Goes with [[{SECOND}|QLoRA]] and the lab [[skill:amp]]. #quantization
"""


def test_a_morning(ready: Path) -> None:
    announce(
        ready, DAY, [paper(n, topic) for n, topic in enumerate(("quant", "robot", "graph"), 10)]
    )
    entry = digest("--date", DAY)["entries"][0]
    made = assistant("note", entry["id"], "--json").json
    assert made["made"]
    file = ready / "vault" / made["path"]
    file.write_text(file.read_text() + THOUGHT)
    links = assistant("note", "links", entry["id"], "--json").json["links"]
    assert {(one["kind"], one["target"], one["state"]) for one in links} == {
        ("paper", entry["id"], "ok"), ("paper", SECOND, "ok"), ("skill", "skill:amp", "ok"),
    }  # fmt: skip
    # The second paper knows the note, and so does whoever asks for its notes.
    assert [one["path"] for one in assistant("note", "list", "--paper", SECOND, "--json").json] == [
        made["path"]
    ]
    name = Path(made["path"]).stem
    caught = assistant("note", "capture", f"finish [[{name}]]", "--json").json
    text = f"See [[{name}#Notes|that paper]].\n"
    new = assistant(
        "note", "new", "Outliers", "--in", "Ideas", "--stdin", "--json", stdin=text
    ).json

    assert assistant("embed", "--json").code == 0
    asked = "keeping some weights exact when compressing a network to few bits"
    found = assistant("search", asked, "--only", "note", "--mode", "semantic", "--json").json
    assert found[0]["id"] == f"note:{made['path'].removesuffix('.md')}"
    both = assistant("search", asked, "--limit", "40", "--json").json
    assert {one["kind"] for one in both} == {"note", "paper"}

    renamed = assistant("note", "rename", entry["id"], "Outlying channels", "--json").json
    assert renamed["to"] == "Papers/Outlying channels.md"
    assert set(renamed["notes"]) == {caught["path"], new["path"]}
    assert "[[Outlying channels#Notes|that paper]]" in (ready / "vault" / new["path"]).read_text()
    assert "finish [[Outlying channels]]" in (ready / "vault" / caught["path"]).read_text()
    assert assistant("note", "links", "--broken", "--json").json == []
    back = assistant("note", "links", "Outlying channels", "--json").json["backlinks"]
    assert {one["source"] for one in back} == {caught["path"], new["path"]}
    again = assistant("search", asked, "--only", "note", "--mode", "semantic", "--json").json
    assert again[0]["id"] == "note:Papers/Outlying channels"
    assert assistant("note", "undo", "--json").json == {"path": made["path"], "undone": "rename"}
    assert assistant("note", "links", "--broken", "--json").json == []
