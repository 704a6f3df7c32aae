"""What was sent in over some days, asked of a fake of arXiv's API: in slices, all of it."""

from collections.abc import Iterator

import pytest

from assistant.errors import SourceError
from assistant.sources import arxiv_search
from assistant.sources.arxiv_search import fetch_submitted
from tests.fakes.arxiv_site import FakeArxivSite, World, fake_arxiv_site, site_paper
from tests.functional.syncing import settings_for

SPAN = ("2025-11-03", "2025-11-06")


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeArxivSite]:
    """150 papers of four days, some in other categories, and some of other days."""
    monkeypatch.setattr(arxiv_search, "SLICE", 40)
    world = World(today="2025-11-20")
    for number in range(150):
        sent = f"2025-11-{3 + number % 4:02}"
        across = ("cs.LG", "stat.ML") if number % 3 else ("cs.CV",)
        world.add(site_paper(f"2511.{number:05}", "2025-11-12", submitted=sent, categories=across))
    for number, sent in enumerate(("2025-11-02", "2025-11-07")):
        world.add(site_paper(f"2511.1000{number}", "2025-11-12", submitted=sent))
    with fake_arxiv_site(world) as site:
        yield site


def found(site: FakeArxivSite, category: str = "stat.ML") -> list[str]:
    papers = fetch_submitted(category, *SPAN, settings_for(site), pause=lambda _: None)
    assert [one.moment for one in papers] == sorted(one.moment for one in papers)
    return sorted(one.record.source_id for one in papers)


DUE = [f"2511.{number:05}" for number in range(150) if number % 3]


def test_all_of_a_span_in_slices(site: FakeArxivSite) -> None:
    assert found(site) == DUE
    assert len(site.asked("api")) == 3
    assert found(site, "cs.CV") == [f"2511.{number:05}" for number in range(0, 150, 3)]
    assert found(site, "hep-th") == []


@pytest.mark.parametrize("fault", ["empty", "429", "503 retry", "cut off", "html", "drop 5"])
def test_what_passes_is_asked_again(site: FakeArxivSite, fault: str) -> None:
    site.fail("api", "", fault, "", fault)
    assert found(site) == DUE


def test_a_first_page_that_is_empty_is_not_believed(site: FakeArxivSite) -> None:
    site.fail("api", "stale", "empty")
    assert found(site) == DUE


def test_more_than_the_api_gives_is_asked_for_in_parts(
    site: FakeArxivSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arxiv_search, "REACH", 60)
    site.world.api_reach = 80
    assert found(site) == DUE
    monkeypatch.setattr(arxiv_search, "REACH", 20)
    with pytest.raises(SourceError, match="at most 20"):
        found(site)


@pytest.mark.parametrize("fault", ["error entry", "empty", "drop 5", "500", "403"])
def test_what_does_not_pass_is_an_error(site: FakeArxivSite, fault: str) -> None:
    site.fail("api", fault, count=99)
    with pytest.raises(SourceError):
        found(site)


def test_beyond_its_reach_it_refuses(site: FakeArxivSite) -> None:
    """HTTP 400 with an entry titled "Error": told, and no sixty tries."""
    site.world.api_reach = 60
    with pytest.raises(SourceError, match="refused") as error:
        found(site)
    assert "60" in error.value.why
    assert len(site.asked("api")) == 2
