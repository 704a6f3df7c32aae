"""arXiv's API by ids, against a server that behaves, and misbehaves, like the real one."""

import json
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from assistant.config import ArxivSettings
from assistant.errors import SourceError
from assistant.sources import courtesy, polite
from assistant.sources.arxiv_api import fetch_by_ids
from assistant.sources.arxiv_atom import Refused, read_feed
from assistant.sources.record import Author, Identifier, Record
from tests.fakes.arxiv_api import FakeArxiv, FakePaper, fake_arxiv

CLIP = FakePaper(
    "2103.00020", title="Learning\n  Visual Models &amp; G\\\"odel $x<y$", summary="One.\n\n  Two.",
    authors=("Alec Radford", "Aaron van den Oord", "OpenAI"), categories=("cs.CV", "cs.LG"),
    dates=("2021-02-26", "2021-03-01"), comment="48 pages", journal_ref="ICML 2021",
    doi="10.1000/ABC",
)  # fmt: skip
OLD = FakePaper("math/0309136", dates=("2003-09-07",), categories=("math.GT",))


@pytest.fixture(autouse=True)
def _fresh_courtesy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_COURTESY", str(tmp_path / "courtesy"))


class Pauses(list[float]):
    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def settings(server: FakeArxiv, **told: object) -> ArxivSettings:
    quick = ArxivSettings(api=server.address, interval_seconds=0.0, timeout_seconds=100.0)
    return replace(quick, **told)


def fetch(server: FakeArxiv, ids: list[str], **told: object) -> list[Record]:
    return list(fetch_by_ids(ids, settings(server, **told), pause=Pauses()))


def test_a_paper_becomes_a_record() -> None:
    with fake_arxiv([CLIP]) as server:
        (record,) = fetch(server, ["arXiv:2103.00020v1"])
    assert record == Record(
        source="arxiv",
        source_id="2103.00020",
        title="Learning Visual Models &amp; Gödel $x<y$",
        abstract="One.\n\n  Two.",
        authors=(Author("Radford", "Alec"), Author("van den Oord", "Aaron"), Author("OpenAI")),
        identifiers=(Identifier("arxiv", "2103.00020"), Identifier("doi", "10.1000/abc")),
        categories=("cs.CV", "cs.LG"),
        year=2021,
        published="2021-02-26",
        updated="2021-03-01",
        number=2,
        history=((1, "2021-02-26"), (2, "2021-03-01")),
        extra={"comment": "48 pages", "journal_ref": "ICML 2021"},
    )


def test_old_ids_and_unknown_ones() -> None:
    with fake_arxiv([CLIP, OLD]) as server:
        found = fetch(server, ["math.GT/0309136", "2101.99999", "2103.00020", "2103.00020v2"])
        assert [record.source_id for record in found] == ["math/0309136", "2103.00020"]
        assert server.requests[0]["id_list"] == ["math/0309136,2101.99999,2103.00020"]


def test_pages_progress_interval_and_agent() -> None:
    papers = [FakePaper(f"2101.{number:05}") for number in range(1, 251)]
    pauses, told = Pauses(), []
    with fake_arxiv(papers) as server:
        asked = settings(server, interval_seconds=3.0, contact="me@example.org\r\nX-Evil: 1")
        ids = [paper.id for paper in papers]
        found = fetch_by_ids(ids, asked, pause=pauses, progress=lambda *at: told.append(at))
        assert [record.source_id for record in found] == ids
    assert [len(request["id_list"][0].split(",")) for request in server.requests] == [100, 100, 50]
    assert told == [(100, 250), (200, 250), (250, 250)]
    assert len(pauses) == 2
    assert all(2.0 < pause <= 3.0 for pause in pauses)
    assert server.agents[0].startswith("assistant/")
    assert "me@example.org" in server.agents[0]


def test_the_interval_holds_over_several_calls() -> None:
    pauses = Pauses()
    with fake_arxiv([CLIP]) as server:
        for _ in range(2):
            asked = settings(server, interval_seconds=3.0)
            assert list(fetch_by_ids(["2103.00020"], asked, pause=pauses))
    assert len(pauses) == 1


@pytest.mark.parametrize(
    "fault", ["429", "429 retry", "503", "hang up", "cut off", "empty", "short", "nothing",
              "malformed", "bomb", "charset", "html"],
)  # fmt: skip
def test_what_passes_is_asked_again(fault: str) -> None:
    with fake_arxiv([CLIP], [fault]) as server:
        assert len(fetch(server, ["2103.00020"])) == 1
        assert len(server.requests) == 2


@pytest.mark.parametrize("fault", ["429", "503", "cut off", "empty", "malformed", "bomb", "html"])
def test_what_does_not_pass_is_told(fault: str) -> None:
    pauses = Pauses()
    with fake_arxiv([CLIP], [fault] * 100) as server:
        with pytest.raises(SourceError) as told:
            list(fetch_by_ids(["2103.00020"], settings(server), pause=pauses))
        assert len(server.requests) == courtesy.MAX_TRIES
    assert "Asked 5 times" in told.value.why
    assert told.value.hint
    # Longer each time.
    assert pauses == sorted(pauses)
    assert pauses[-1] >= 8


def test_failures_are_counted_for_each_page_alone() -> None:
    papers = [FakePaper(f"2101.{number:05}") for number in range(1, 5)]
    faults = ["503", "503", "503", "", "503", "503", "503", ""]
    with fake_arxiv(papers, faults) as server:
        assert len(fetch(server, [paper.id for paper in papers], page_size=2)) == 4


def test_what_came_before_is_kept() -> None:
    papers = [FakePaper("2101.00001"), FakePaper("2101.00002")]
    with fake_arxiv(papers, ["", *["503"] * 9]) as server:
        asked = settings(server, page_size=1)
        found = fetch_by_ids([paper.id for paper in papers], asked, pause=Pauses())
        assert next(found).source_id == "2101.00001"
        with pytest.raises(SourceError):
            next(found)


def in_seconds(seconds: int) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize("told", [lambda: "50", lambda: in_seconds(50)])
def test_retry_after_is_honoured(told: Callable[[], str]) -> None:
    pauses = Pauses()
    with fake_arxiv([CLIP], ["429 retry"]) as server:
        server.retry_after = told()
        assert list(fetch_by_ids(["2103.00020"], settings(server), pause=pauses))
    assert 45 <= pauses[0] <= 50


def test_too_long_a_wait_is_left_to_the_person() -> None:
    with fake_arxiv([CLIP], ["429 retry"]) as server:
        server.retry_after = "86400"
        with pytest.raises(SourceError) as told:
            fetch(server, ["2103.00020"])
    assert "86400 seconds" in told.value.hint


@pytest.mark.parametrize("fault", ["error", "error 200"])
def test_the_error_entry_names_the_id(fault: str) -> None:
    with fake_arxiv([CLIP], [fault]) as server:
        with pytest.raises(SourceError) as told:
            fetch(server, ["2103.00020"])
        assert len(server.requests) == 1
    assert "incorrect id format for 2103.00020" in told.value.why


def test_what_is_no_id_is_not_asked_for() -> None:
    with fake_arxiv() as server, pytest.raises(SourceError, match="'abc' is no arXiv id"):
        fetch(server, ["abc"])
    assert not server.requests


@pytest.mark.parametrize("fault", ["404", "oversized"])
def test_what_will_not_change_is_not_asked_again(fault: str) -> None:
    big = replace(CLIP, summary="x" * 2_000)
    with fake_arxiv([big], [fault]) as server:
        with pytest.raises(SourceError):
            fetch(server, ["2103.00020"])
        assert len(server.requests) == 1


@pytest.mark.parametrize("fault", ["hang", "trickle"])
def test_it_does_not_wait_for_ever(fault: str) -> None:
    with fake_arxiv([CLIP], [fault]) as server:
        start = time.monotonic()
        with pytest.raises(SourceError) as told:
            fetch(server, ["2103.00020"], timeout_seconds=0.5)
        assert time.monotonic() - start < 25
    assert told.value.why == "No answer within 0.5 seconds."


def test_no_network() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/api/query"
    start = time.monotonic()
    with pytest.raises(SourceError, match="cannot be reached") as told:
        list(fetch_by_ids(["2103.00020"], ArxivSettings(api=address), pause=Pauses()))
    assert time.monotonic() - start < 25
    assert told.value.why
    assert told.value.hint


@pytest.mark.parametrize("address", ["", "file:///etc/passwd", "ftp://x/y", "http://[", "http://"])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(SourceError, match="no web address"):
        list(fetch_by_ids(["2103.00020"], ArxivSettings(api=address), pause=Pauses()))


def test_hostile_text_is_cleaned() -> None:
    hostile = replace(
        CLIP, title="a\u202eb \x85[31m", summary="\u200bx", authors=("E\u2066vil", "")
    )
    with fake_arxiv([hostile]) as server:
        (record,) = fetch(server, ["2103.00020"])
    assert (record.title, record.abstract) == ("ab [31m", "x")
    assert record.authors == (Author("Evil"),)


def test_recorded_answers_are_understood(shared_data: Path) -> None:
    """The real API's own answers: every entry of every page, and its refusal."""
    for file in sorted((shared_data / "arxiv_samples" / "arxiv_api").glob("*.json")):
        told = json.loads(file.read_text("utf-8"))
        answer = polite.Answer(told["status_code"], told["body"].encode())
        if told["status_code"] == 400:
            with pytest.raises(Refused, match="incorrect id format"):
                read_feed(answer)
            continue
        records = [one.record for one in read_feed(answer).papers]
        assert len(records) == told["body"].count("<entry>")
        assert all(r.authors and r.categories and r.published and r.abstract for r in records)
