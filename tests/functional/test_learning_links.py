"""Skills, papers, notes and digests joined: each says why."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.library.sync.ledger import Verdict, keep
from assistant.search.topics import Topic, Topics
from assistant.sources.announced import Announcement
from assistant.sources.record import Author, Identifier, Record
from db.engine import Database
from tests.functional.command import assistant

ABSTRACTS = {
    10: "We remove channels by structured pruning, and network pruning saves half of the time.",
    11: "A robot arm learns grasping of transparent objects from tactile sensors.",
    12: "Streaming speech recognition with a transducer for dysarthric speakers.",
    13: "We perceive that perceptions of perceivers differ in juries of courts.",
    14: "Spectral graph networks predict molecular properties of small proteins.",
    15: "A census of lighthouses on northern coasts with tidal records.",
}
PRUNING = "arxiv:2511.00010"
ROBOT = "arxiv:2511.00011"


def record(number: int, title: str) -> Record:
    name = f"2511.{number:05d}"
    return Record(
        source="arxiv", source_id=name, title=title, abstract=ABSTRACTS[number],
        authors=(Author("Lovelace", "Ada"),), identifiers=(Identifier("arxiv", name),),
        categories=("cs.LG",), year=2025, published="2025-11-04", number=1,
    )  # fmt: skip


@pytest.fixture
def day(home: Path, models: Path) -> Path:
    """A library with the announcements of a day, one of them on pruning, all embedded."""
    home.mkdir(exist_ok=True)
    (home / "models").symlink_to(models)
    assistant("status")
    titles = ["Fewer channels", "Grasping", "Transducers", "Juries", "Proteins", "Lighthouses"]
    with Database(home / "library.db") as database:
        told = [
            Announcement(record(number, title), "new")
            for number, title in zip(ABSTRACTS, titles, strict=True)
        ]
        keep(database, "cs.LG", "2025-11-04", told, Verdict("complete", len(told)))
    assert assistant("embed").code == 0
    return home


def entries(*arguments: str) -> dict[str, Any]:
    made = assistant("digest", "--date", "2025-11-04", "--json", *arguments)
    assert made.code == 0, made.err
    return {one["id"]: one for one in made.json["entries"]}


def test_a_skill_shows_papers_and_notes_with_reasons(day: Path) -> None:
    assistant("note", "new", "On sparsity", "--skill", "pruning")
    shown = assistant("skill", "show", "pruning", "--json").json
    found = {one["id"]: one for one in shown["relevant"]}
    assert PRUNING in found
    assert "speaks of network pruning, structured pruning" in found[PRUNING]["why"]
    assert "on its list (cosine" in found[PRUNING]["why"]
    assert ROBOT not in {one["id"] for one in (*shown["relevant"], *shown["newest"])}
    assert shown["newest"][0]["id"] == PRUNING
    listed = {one["id"] for one in shown["read"] if "id" in one}
    assert not listed & set(found), "what is on the list is left out"
    assert shown["notes"] == [{"path": "On sparsity.md", "why": "links to it"}]
    page = assistant("skill", "show", "pruning").out
    assert "New in your library" in page
    assert "On sparsity.md" in page


def test_a_note_of_something_else_is_no_note_of_the_skill(day: Path) -> None:
    (day / "vault").mkdir(exist_ok=True)
    told = {
        "Channels": "Removing whole channels by their norm makes a network smaller; zeros do not.",
        "Bread": "Let the dough rest overnight in the fridge, then bake it in a very hot oven.",
    }
    for name, text in told.items():
        (day / "vault" / f"{name}.md").write_text(text)
    assert len(assistant("note", "list", "--json").json) == len(told)
    assert assistant("embed").code == 0
    notes = assistant("skill", "show", "pruning", "--json").json["notes"]
    assert [one["path"] for one in notes] == ["Channels.md"]
    assert notes[0]["why"].startswith("reads like its list (cosine 0.")


def test_a_paper_shows_its_skills_and_their_labs(day: Path) -> None:
    (one,) = [s for s in skills_of(PRUNING) if s["id"] == "pruning"]
    assert one["labs"] == ["pruning"]
    assert "speaks of" in one["why"]
    assert skills_of(ROBOT) == []
    adam = skills_of("arxiv:1412.6980")
    assert adam[0]["id"] == "optimisers"
    assert adam[0]["why"].startswith("on its reading list: Algorithm 1")
    assert "Skills it belongs to" in assistant("paper", "show", PRUNING).out


def skills_of(paper: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = assistant("paper", "show", paper, "--json").json["skills"]
    return told


def test_before_embedding_words_alone_tell(home: Path, models: Path) -> None:
    home.mkdir(exist_ok=True)
    assistant("status")
    with Database(home / "library.db") as database:
        told = [Announcement(record(10, "Fewer channels"), "new")]
        keep(database, "cs.LG", "2025-11-04", told, Verdict("complete", 1))
    shown = assistant("skill", "show", "pruning", "--json").json
    assert [one["why"] for one in shown["relevant"] if one["id"] == PRUNING] == [
        "speaks of network pruning, structured pruning"
    ]


def test_a_digest_marks_what_one_is_learning(day: Path) -> None:
    assistant("skill", "start", "pruning")
    found = entries()
    assert "pruning" in found[PRUNING]["learning"]
    (reason,) = [r for r in found[PRUNING]["reasons"] if r.startswith("relevant to what you are")]
    assert reason.startswith(
        "relevant to what you are learning: Pruning (network pruning, structured pruning)"
    )
    assert all(not one["learning"] for id, one in found.items() if id != PRUNING)
    assert (
        "relevant to what you are learning"
        in assistant("digest", "--date", "2025-11-04", "--format", "markdown").out
    )


def test_without_learning_nothing_is_marked(day: Path) -> None:
    assert all(not one["learning"] for one in entries().values())


def test_a_profile_that_follows_a_track_ranks_it_higher(day: Path) -> None:
    plain = entries("--since", "2025-11-04")
    assert assistant("track", "follow", "nothing").code == 1
    told = assistant("track", "follow", "algorithm-engineer", "--json").json
    assert told["change"] == "follows track algorithm-engineer"
    assert assistant("profile", "show", "main", "--json").json["tracks"] == ["algorithm-engineer"]
    followed = entries("--since", "2025-11-04")
    assert "pruning" in followed[PRUNING]["learning"]
    assert followed[PRUNING]["score"] > plain[PRUNING]["score"]
    assert next(iter(followed)) == PRUNING
    assert assistant("track", "follow", "algorithm-engineer", "--stop").code == 0
    assert not entries("--since", "2025-11-04")[PRUNING]["learning"]
    assert assistant("paper", "undo").code == 0
    assert entries("--since", "2025-11-04")[PRUNING]["learning"]


def test_rules_of_older_libraries_are_kept(tmp_path: Path) -> None:
    from assistant.library.following import ensure_main, find_profile, follow
    from db.migrate import HEAD, migrate, revision_of

    path = tmp_path / "library.db"
    migrate(path, tmp_path / "backups", target="0006")
    with Database(path) as database, database.write("follow") as connection:
        ensure_main(connection)
        follow(connection, find_profile(connection, None), "mute", "medical imaging")
        before = find_profile(connection, None)
    migrate(path, tmp_path / "backups")
    assert revision_of(path) == HEAD
    with Database(path) as database, database.read() as connection:
        assert find_profile(connection, None) == before


TOPIC = Topic("p", "Perceivers", ("perceiver", "latent array"), (1,))


@pytest.mark.parametrize(
    ("title", "abstract", "cosine", "terms"),
    [
        ("Perceivers at scale", "", 0.0, ("perceiver",)),
        ("The Perceiver", "", 0.0, ("perceiver",)),
        ("How we perceive", "Perceived and perceiving.", 0.0, None),
        ("", "A perceiver is used.", 0.0, None),
        ("", "A perceiver is used.", 0.4, ("perceiver",)),
        ("", "A perceiver with latent arrays.", 0.0, ("perceiver", "latent array")),
        ("", "Something else.", 0.59, None),
        ("", "Something else.", 0.61, ()),
        ("", "", 0.0, None),
    ],
)
def test_what_has_to_do_with_a_topic(
    title: str, abstract: str, cosine: float, terms: tuple[str, ...] | None
) -> None:
    other = np.array([1.0, 0.0], np.float32)
    vector = np.array([cosine, (1 - cosine**2) ** 0.5], np.float32)
    found = Topics([TOPIC], {1: other}).touched(title, abstract, vector)
    assert [one.terms for one in found] == ([] if terms is None else [terms])
    for one in found:
        assert (one.near == 1) == (cosine >= 0.35)
        assert dataclasses.astuple(one)
