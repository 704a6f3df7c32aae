"""A digest of a venue, and the papers that a daily digest shows again since they were accepted."""

from pathlib import Path

import pytest

from assistant.sources.record import Author, Identifier, Record
from tests.fakes import venue_forms as forms
from tests.fakes.venue_sites import fake_sites
from tests.functional.command import assistant
from tests.functional.test_digest import TOPICS, announce, paper, ready  # noqa: F401

LIST = "/virtual/static/virtual/data/neurips-2025-orals-posters.json"
LATE = {"session": "Late Session", "starttime": "2025-12-05T11:00:00-08:00"}


def sync(home: Path, events: list[dict[str, object]]) -> None:
    with fake_sites({LIST: forms.virtual_list(events)}) as sites:
        (home / "config.toml").write_text(sites.config())
        told = assistant("venue", "sync", "neurips-2025", "--no-embed")
    assert told.code == 0, told.err


def event_of(record: Record, number: int, **more: object) -> dict[str, object]:
    names = [author.name for author in record.authors]
    told = {"abstract": record.abstract, "decision": "Accept (oral)", **more}
    return forms.event(number, record.title, names, **told)


def test_a_venue_is_ranked_explained_and_told_by_session(ready: Path) -> None:  # noqa: F811
    events = [
        forms.event(
            number, f"{topic.title()} study {number}", [f"Author{number} Lovelace"],
            abstract=f"We study {TOPICS[topic]}, number {number}.",
            **(LATE if number % 2 else {}),
        )
        for number, topic in enumerate([*["quant"] * 4, *["robot"] * 4, *["speech"] * 4])
    ]  # fmt: skip
    events.append(forms.event(50, "Quant refused", abstract=TOPICS["quant"], decision="Reject"))
    sync(ready, events)
    told = assistant("digest", "--venue", "nips", "--limit", "5", "--json")
    assert told.code == 0, told.err
    assert told.json["programme"] == {
        "id": "neurips-2025", "name": "NeurIPS 2025", "counts": {"poster": 12, "rejected": 1},
    }  # fmt: skip
    entries = told.json["entries"]
    usual = [one for one in entries if not one["explore"]]
    assert len(entries) == 5
    assert all(one["title"].startswith("Quant") for one in usual)
    assert all("refused" not in one["title"] for one in entries)
    assert all("liked" in " ".join(one["reasons"]) for one in usual)
    assert {one["session"] for one in entries} == {"Poster Session 1", "Late Session"}
    shown = assistant("digest", "--venue", "neurips-2025", "--limit", "5").out
    assert shown.startswith("main  ·  NeurIPS 2025\n12 papers: 12 poster\n")
    assert "Late Session, Fri 5 Dec 11:00" in shown
    first, late = shown.index("Poster Session 1, Wed 3 Dec"), shown.index("Late Session")
    assert first < late
    for form in ("markdown", "html", "atom"):
        told = assistant("digest", "--venue", "neurips", "--limit", "5", "--format", form)
        assert usual[0]["title"] in told.out
    again = assistant("digest", "--venue", "neurips", "--limit", "5", "--json").json
    assert again["entries"] == entries, "it remembers nothing"


def test_what_i_liked_is_told_with_its_session(ready: Path) -> None:  # noqa: F811
    sync(ready, [event_of(paper(1), 1), forms.event(2, "Robots", abstract=TOPICS["robot"])])
    entries = assistant("digest", "--venue", "neurips-2025", "--json").json["entries"]
    mine = next(one for one in entries if one["title"] == paper(1).title)
    assert mine["again"] == "you liked it"
    assert mine["place"] == "Hall A, #1"
    assert mine["status"] == "oral"


@pytest.mark.parametrize("arguments", [("--date", "2025-11-04"), ("--sync",), ("--deliver",)])
def test_a_venue_goes_with_no_day(home: Path, arguments: tuple[str, ...]) -> None:
    assert assistant("digest", "--venue", "neurips", *arguments).code == 2


def test_a_venue_without_papers_says_what_to_do(home: Path) -> None:
    told = assistant("digest", "--venue", "neurips-2031")
    assert told.code == 1
    assert "assistant venue sync neurips-2031" in told.err
    assert assistant("digest", "--venue", "neurips").code == 1
    assert "No venue" in assistant("digest", "--venue", "nowhere").err


def test_accepted_somewhere_is_a_reason_to_show_again(ready: Path) -> None:  # noqa: F811
    shown, liked, other = paper(11), paper(1), paper(12, "robot")
    announce(ready, "2025-11-04", [shown, *(paper(n, "speech") for n in range(20, 26))])
    first = assistant("digest", "--date", "2025-11-04", "--json").json
    assert shown.title in [one["title"] for one in first["entries"]]
    sync(ready, [event_of(shown, 1), event_of(liked, 2, decision="Accept (poster)"),
                 event_of(other, 3)])  # fmt: skip
    announce(ready, "2025-11-05", [paper(31), paper(32, "robot")])
    second = assistant("digest", "--date", "2025-11-05", "--json").json
    again = {one["title"]: one["again"] for one in second["entries"] if one["again"]}
    assert again == {
        shown.title: "now at NeurIPS 2025 (oral)", liked.title: "now at NeurIPS 2025",
    }  # fmt: skip
    told = assistant("digest", "--date", "2025-11-05").out
    assert "Now at NeurIPS 2025 (oral)" in told
    announce(ready, "2025-11-06", [paper(41)])
    third = assistant("digest", "--date", "2025-11-06", "--json").json
    assert [one["again"] for one in third["entries"]] == [None], "once is enough"


def test_bibtex_has_the_proceedings_and_the_preprint(ready: Path) -> None:  # noqa: F811
    sync(ready, [event_of(paper(1), 1)])
    told = assistant("export", "-", "--form", "bibtex", "--id", "arxiv:2511.00001")
    assert told.code == 0, told.err
    assert told.out.startswith("@inproceedings{")
    assert "booktitle = {Advances in Neural Information Processing Systems}" in told.out
    assert "eprint = {2511.00001}" in told.out
    assert "archiveprefix = {arXiv}" in told.out
    assert "url = {https://openreview.net/forum?id=paper00001}" in told.out
    assert "year = {2025}" in told.out
    (ready / "again.bib").write_text(told.out)
    back = assistant("import", ready / "again.bib", "--no-embed", "--json").json
    assert (back["added"], back["merged"], back["bad"]) == (0, 0, 0)


def test_a_record_keeps_its_edition_through_our_own_lines(ready: Path) -> None:  # noqa: F811
    sync(ready, [event_of(paper(1), 1)])
    path = ready / "all.jsonl"
    assert assistant("export", path, "--id", "arxiv:2511.00001").code == 0
    assert '"submitted_to": "neurips-2025"' in path.read_text()
    record = Record("x", "1", "T", authors=(Author("A"),), identifiers=(Identifier("x", "1"),))
    assert record.venue is None
