"""OpenReview through its own client: the person's login, every status, and the challenge."""

from collections.abc import Iterator

import pytest

from assistant.config import VenuesSettings
from assistant.errors import SourceError
from assistant.sources.editions import fetch_edition, usable
from assistant.sources.openreview import PASSWORD_VARIABLE
from assistant.sources.sites import Site
from assistant.sources.submissions import FetchedEdition, NotPublishedError
from assistant.sources.venues import find_edition, known_venues
from tests.fakes.openreview_site import FakeOpenReview, fake_openreview, note

pytest.importorskip("openreview", reason="the optional extra is not installed")

VENUE = "ICLR.cc/2025/Conference"
NOTES = [
    note("paper00001", "Great Engines", VENUE, "ICLR 2025 Oral"),
    note("paper00002", "Good Engines", VENUE, "ICLR 2025 Poster", primary_area="theory"),
    note("paper00003", "Lost Engines", f"{VENUE}/Rejected_Submission", "Submitted to ICLR 2025"),
    note("paper00004", "Gone Engines", f"{VENUE}/Withdrawn_Submission",
         "ICLR 2025 Conference Withdrawn Submission"),
]  # fmt: skip


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeOpenReview]:
    monkeypatch.setenv(PASSWORD_VARIABLE, "secret")
    with fake_openreview(list(NOTES)) as served:
        yield served


def fetch(
    served: FakeOpenReview, waited: list[float] | None = None, **more: object
) -> FetchedEdition:
    told = {
        "openreview": served.address, "openreview_user": "ada@example.org",
        "interval_seconds": 0.0, "timeout_seconds": 2.0, **more,
    }  # fmt: skip
    settings = VenuesSettings(**told)  # type: ignore[arg-type]
    edition = find_edition(known_venues(), "iclr-2025")
    assert edition is not None
    source = next(one for one in edition.venue.sources if one.kind == "openreview")
    pause = waited.append if waited is not None else lambda _: None
    return fetch_edition(edition, source, Site(settings, pause))


def test_all_statuses_come_page_by_page(
    site: FakeOpenReview, capsys: pytest.CaptureFixture[str]
) -> None:
    fetched = fetch(site, page_size=1)
    assert fetched.records is not None
    statuses = {one.title: one.extra["status"] for one in fetched.records}
    assert statuses == {
        "Great Engines": "oral", "Good Engines": "poster", "Lost Engines": "rejected",
        "Gone Engines": "withdrawn",
    }  # fmt: skip
    first = fetched.records[0]
    assert [author.name for author in first.authors] == ["Ada Lovelace", "Alan Turing"]
    assert first.extra["pdf"] == "https://openreview.net/pdf/paper00001.pdf"
    assert first.extra["decision"] == "ICLR 2025 Oral"
    assert [str(one) for one in first.identifiers] == ["openreview:paper00001"]
    assert {one.venue for one in fetched.records} == {"ICLR 2025", None}
    assert capsys.readouterr().out == ""


def test_the_challenge_is_told_and_not_got_round(site: FakeOpenReview) -> None:
    site.faults = ["challenge"] * 9
    with pytest.raises(SourceError) as caught:
        fetch(site)
    assert "challenge that only a person can answer" in caught.value.title
    assert "browser" in caught.value.hint
    asked = len(site.requests)
    assert asked == 2, "the login, and one request; no second try"
    site.challenge_at_login = True
    with pytest.raises(SourceError, match="challenge"):
        fetch(site)


def test_a_wrong_password_and_none(site: FakeOpenReview, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, "wrong")
    with pytest.raises(SourceError, match="refused") as caught:
        fetch(site)
    assert "Invalid username" in caught.value.why
    monkeypatch.delenv(PASSWORD_VARIABLE)
    import sys
    import types

    empty = types.ModuleType("keyring")
    empty.get_password = lambda *_: None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", empty)
    with pytest.raises(SourceError, match="no password") as caught:
        fetch(site)
    assert "keyring set assistant-openreview" in caught.value.hint


def test_without_an_account_it_is_not_asked(site: FakeOpenReview) -> None:
    edition = find_edition(known_venues(), "iclr-2025")
    assert edition is not None
    nobody = Site(VenuesSettings(openreview=site.address), lambda _: None)
    kinds = [one.kind for one in edition.venue.sources if usable(one, edition, nobody)]
    assert kinds == ["virtual"]
    with pytest.raises(SourceError, match="logged in"):
        fetch(site, openreview_user="")
    assert site.requests == []


def test_faults_that_pass_are_waited_for(site: FakeOpenReview) -> None:
    for fault in ("429 retry", "500", "malformed", "cut off"):
        site.faults, waited = [fault], list[float]()
        assert len(fetch(site, waited).records or ()) == 4, fault
        assert max(waited) >= (6.5 if fault == "429 retry" else 0.5), fault


def test_faults_that_do_not_pass_are_told(site: FakeOpenReview) -> None:
    site.faults = ["hang"] * 9
    with pytest.raises(SourceError, match="cannot be reached"):
        fetch(site, timeout_seconds=0.4)
    site.faults = ["form"]
    with pytest.raises(SourceError, match="changed its form"):
        fetch(site)
    site.faults = []
    site.notes = [{**NOTES[0], "content": {**NOTES[0]["content"], "title": "No value"}}]
    with pytest.raises(SourceError, match="changed its form") as caught:
        fetch(site)
    assert "title" in caught.value.why
    site.notes = []
    with pytest.raises(NotPublishedError):
        fetch(site)
