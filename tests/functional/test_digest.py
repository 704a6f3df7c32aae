"""The digest: complete, never repeated, explained, and the same whenever it is asked for."""

import json
import random
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.library.sync.ledger import Verdict, keep
from assistant.sources.announced import Announcement, Kind
from assistant.sources.record import Author, Identifier, Record
from db.engine import Database
from tests.functional.command import Ran, assistant

TOPICS = {
    "quant": "quantization of large language models to four bits saves memory at inference",
    "robot": "a robot arm learns grasping of transparent objects from tactile sensors",
    "graph": "spectral graph networks predict molecular properties of small proteins",
    "speech": "streaming speech recognition with a transducer for dysarthric speakers",
}


WORDS = (
    "ocean lantern marble thunder velvet copper willow falcon harbor meadow pepper saddle tunnel"
    " walnut zephyr anchor basket candle dragon engine forest garden hammer island jacket kettle"
).split()


def paper(number: int, topic: str = "quant", *, version: int = 1, day: str = "04") -> Record:
    """Paper `number` of a topic; papers of one topic are alike, and no two are nearly the same."""
    name = f"2511.{number:05d}"
    own = random.Random(number).sample(WORDS, 8)
    return Record(
        source="arxiv",
        source_id=name,
        title=f"{topic.title()} with {' '.join(own[:3])}",
        abstract=f"We study {TOPICS[topic]}. The {own[3]} {own[4]} of the {own[5]} is new."
        f" Results on {own[6]} and {own[7]} improve by {number} percent.",
        authors=(Author("Lovelace", "Ada"), Author(f"Author{number}", "B.")),
        identifiers=(Identifier("arxiv", name),),
        categories=("cs.LG",),
        year=2025,
        published=f"2025-11-{day}",
        number=version,
    )


def announce(
    home: Path, day: str, records: Sequence[Record], kind: Kind = "new", category: str = "cs.LG"
) -> None:
    with Database(home / "library.db") as database:
        verdict = Verdict("complete", len(records))
        keep(database, category, day, [Announcement(one, kind) for one in records], verdict)


@pytest.fixture
def ready(home: Path, models: Path) -> Path:
    """A home with a library, the converted model, and a reader who likes quantization."""
    home.mkdir(exist_ok=True)
    (home / "models").symlink_to(models)
    assistant("status")
    announce(home, "2025-11-03", [paper(n, "quant", day="03") for n in range(1, 4)])
    assistant("profile", "like", *(f"arxiv:2511.{n:05d}" for n in range(1, 4)))
    assistant("digest", "--date", "2025-11-03", "--json")
    return home


def digest(*arguments: object) -> dict[str, list[dict[str, object]]]:
    ran = assistant("digest", "--json", *arguments)
    assert ran.code == 0, ran.err
    return ran.json  # type: ignore[no-any-return]


def ids(made: dict[str, list[dict[str, object]]]) -> list[object]:
    return [one["id"] for one in made["entries"]]


def test_what_fits_the_reader_comes_first_and_says_why(ready: Path) -> None:
    papers = [paper(n, topic) for n, topic in enumerate([*TOPICS] * 3, start=10)]
    announce(ready, "2025-11-04", papers)
    made = digest("--date", "2025-11-04")
    assert {"source": "arxiv", "category": "cs.LG", "date": "2025-11-04", "state": "complete",
            "expected": 12, "received": 12} in made["batches"]  # fmt: skip
    first = [one for one in made["entries"] if not one["explore"]][:3]
    assert all("Quant" in str(one["title"]) for one in first)
    assert any("which you liked" in reason for reason in first[0]["reasons"])  # type: ignore[attr-defined]
    scores = [one["score"] for one in made["entries"] if not one["explore"]]
    assert scores == sorted(scores, reverse=True)  # type: ignore[type-var]
    assert sum(bool(one["explore"]) for one in made["entries"]) == 2
    assert all(one["again"] is None for one in made["entries"])


def test_no_paper_comes_twice_and_the_same_day_gives_the_same_digest(ready: Path) -> None:
    announce(ready, "2025-11-04", [paper(n) for n in range(10, 40)])
    announce(ready, "2025-11-04", [paper(n) for n in range(30, 50)], "cross", "cs.CV")
    first = digest("--date", "2025-11-04", "--limit", "8")
    assert digest("--date", "2025-11-04", "--limit", "8") == first
    announce(ready, "2025-11-05", [paper(n) for n in range(45, 60)])
    second = digest("--date", "2025-11-05", "--limit", "50")
    assert not set(ids(first)) & set(ids(second))
    assert set(ids(second)) <= {f"arxiv:2511.{n:05d}" for n in range(50, 60)}


def test_days_that_were_missed_and_papers_that_came_late_are_in_the_next_digest(
    ready: Path,
) -> None:
    announce(ready, "2025-11-04", [paper(n) for n in range(10, 13)])
    announce(ready, "2025-11-05", [paper(n) for n in range(20, 23)])
    made = digest("--date", "2025-11-06", "--limit", "50")
    assert len(ids(made)) == 6
    announce(ready, "2025-11-05", [paper(n) for n in range(20, 25)])  # the batch was healed
    late = digest("--date", "2025-11-07", "--limit", "50")
    assert set(ids(late)) == {"arxiv:2511.00023", "arxiv:2511.00024"}
    assert any(one["date"] == "2025-11-05" for one in late["batches"])


def test_what_came_in_since_this_morning_stands_at_the_end(ready: Path) -> None:
    empty = digest("--date", "2025-11-04")
    assert ids(empty) == []
    announce(ready, "2025-11-04", [paper(10), paper(11)])
    noon = digest("--date", "2025-11-04")
    announce(ready, "2025-11-04", [paper(10), paper(11), paper(12)])
    evening = digest("--date", "2025-11-04")
    assert ids(evening) == [*ids(noon), "arxiv:2511.00012"]


def test_a_new_version_of_a_liked_paper_comes_again_and_says_so(ready: Path) -> None:
    announce(ready, "2025-11-04", [paper(2, version=2, day="04")], "replace")
    made = digest("--date", "2025-11-04")
    (again,) = made["entries"]
    assert again["id"] == "arxiv:2511.00002"
    assert "v2" in str(again["again"])
    assert ids(digest("--date", "2025-11-05")) == []


def test_a_paper_shown_before_comes_again_when_it_is_accepted(ready: Path) -> None:
    announce(ready, "2025-11-04", [paper(10)])
    assert ids(digest("--date", "2025-11-04")) == ["arxiv:2511.00010"]
    assistant("paper", "star", "arxiv:2511.00010")
    entry = (
        f"@inproceedings{{x, title={{{paper(10).title}}}, author={{Lovelace, Ada and"
        " Author10, B.}, booktitle={International Conference on Learning Representations},"
        " year={2026}, eprint={2511.00010}, archiveprefix={arXiv}}"
    )
    (ready / "one.bib").write_text(entry)
    assert assistant("import", ready / "one.bib", "--no-embed").code == 0
    (again,) = digest("--date", "2025-11-05")["entries"]
    assert "now at International Conference" in str(again["again"])


def test_muted_words_keep_papers_out_for_good(ready: Path) -> None:
    assistant("profile", "mute", "tactile sensors")
    announce(ready, "2025-11-04", [paper(10), paper(11, "robot")])
    made = digest("--date", "2025-11-04")
    assert ids(made) == ["arxiv:2511.00010"]
    assert made["muted"] == 1
    assistant("profile", "mute", "tactile sensors", "--stop")
    assert ids(digest("--date", "2025-11-05")) == []


def test_every_profile_has_its_own(ready: Path) -> None:
    announce(ready, "2025-11-04", [paper(n, t) for n, t in enumerate([*TOPICS] * 2, start=10)])
    assistant("profile", "new", "robots", "cs.LG")
    assistant("profile", "like", "arxiv:2511.00011", "--profile", "robots")
    main, robots = (
        digest("--date", "2025-11-04", "--profile", name) for name in ("main", "robots")
    )
    # What one has seen the other has not; what one likes already is no news to it.
    assert set(ids(main)) - set(ids(robots)) == {"arxiv:2511.00011"}
    assert "Robot" in str(robots["entries"][0]["title"])
    assert "Quant" in str(main["entries"][0]["title"])


def test_a_followed_author_and_a_followed_search_are_reasons(ready: Path) -> None:
    assistant("profile", "follow", "B. Author13")
    assistant("profile", "follow", "--search", '"molecular properties"')
    announce(ready, "2025-11-04", [paper(n, t) for n, t in enumerate([*TOPICS] * 2, start=10)])
    told = {
        one["id"]: " ".join(one["reasons"])  # type: ignore[arg-type]
        for one in digest("--date", "2025-11-04")["entries"]
    }
    assert "B. Author13" in told["arxiv:2511.00013"]
    assert "molecular properties" in told["arxiv:2511.00012"]


def test_a_look_back_changes_nothing(ready: Path) -> None:
    announce(ready, "2025-11-04", [paper(n) for n in range(10, 14)])
    before = digest("--date", "2025-11-04")
    span = digest("--since", "2025-11-03", "--date", "2025-11-04")
    assert set(ids(span)) >= set(ids(before))
    assert digest("--date", "2025-11-04") == before


def test_it_starts_cold_with_what_is_followed(home: Path, models: Path) -> None:
    home.mkdir()
    (home / "models").symlink_to(models)
    assistant("status")
    announce(home, "2025-11-04", [paper(n, t) for n, t in enumerate([*TOPICS] * 5, start=10)])
    made = digest("--date", "2025-11-04")
    assert len(made["entries"]) == 20
    assert "like" in str(made["confidence"])


@pytest.mark.parametrize("form", ["terminal", "markdown", "html", "json", "atom"])
def test_every_form_shows_the_same_papers(ready: Path, form: str) -> None:
    announce(ready, "2025-11-04", [paper(n) for n in range(10, 14)])
    shown = ids(digest("--date", "2025-11-04"))
    ran = assistant("digest", "--date", "2025-11-04", "--format", form)
    assert ran.code == 0
    assert all(str(one).removeprefix("arxiv:") in ran.out for one in shown)


def test_it_can_be_written_to_a_file_and_delivered_to_a_folder(ready: Path) -> None:
    announce(ready, "2025-11-04", [paper(10)])
    assistant("digest", "--date", "2025-11-04", "--format", "html", "-o", ready / "x.html")
    assert "<html" in (ready / "x.html").read_text()
    assert assistant("digest", "--date", "2025-11-04", "--deliver").code == 0
    written = {path.name for path in (ready / "digests" / "main").iterdir()}
    assert {"digest-2025-11-04.html", "digest-2025-11-04.md", "feed.atom"} <= written
    kept = json.loads((ready / "digests" / "main" / "digest-2025-11-04.json").read_text())
    assert [one["id"] for one in kept["entries"]] == ["arxiv:2511.00010"]


def test_a_day_without_papers_says_why(ready: Path) -> None:
    assert "weekend" in assistant("digest", "--date", "2025-11-08").out
    assert re.search("fetched|sync", assistant("digest", "--date", "2025-11-10").out)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--profile", "nobody"), "no profile"),
        (("--date", "yesterday"), "does not match"),
        (("--since", "2025-11-05", "--date", "2025-11-04"), "must not lie after"),
        (("--date", "2025-11-04", "-o", "/nowhere/x.html"), "Cannot write"),
    ],
)
def test_what_cannot_be_is_said(ready: Path, arguments: tuple[str, ...], told: str) -> None:
    ran: Ran = assistant("digest", *arguments)
    assert ran.code in (1, 2)
    assert told in ran.err
