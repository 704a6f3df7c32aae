"""Each fault of the fake arXiv site does what it says, when it was told to, and nothing else."""

import http.client
import re
import time
from collections.abc import Callable
from urllib.request import urlopen
from xml.etree import ElementTree
from xml.parsers import expat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.arxiv_site import FakeArxivSite, fake_arxiv_site
from tests.fakes.arxiv_site_faults import ANYWHERE, ENDPOINTS, MOST_IN_A_ROW, ONLY, PASSING
from tests.functional.asking import SATURDAY, crowd, get, guids, shown, small_world

PATHS = {
    "feed": "/rss/cs.LG",
    "listing": "/list/cs.LG/new",
    "oai": "/oai?verb=ListRecords&metadataPrefix=arXiv",
    "api": "/api/query?search_query=cat:cs.LG",
}


def ask(site: FakeArxivSite, endpoint: str) -> tuple[int, dict[str, str], str]:
    return get(site.root + PATHS[endpoint])


def ids(page: str) -> list[str]:
    return guids(page) or shown(page) or re.findall(r"<id>http://arxiv.org/abs/([^<]+)<", page)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("fault", ["429", "403", "404", "500", "503", "429 retry", "503 retry"])
def test_statuses(endpoint: str, fault: str) -> None:
    with fake_arxiv_site(small_world()) as site:
        site.retry_after = "Tue, 04 Nov 2025 12:00:00 GMT"
        site.fail(endpoint, fault)
        status, headers, _ = ask(site, endpoint)
        assert ask(site, endpoint)[0] == 200
    assert status == int(fault[:3])
    assert headers.get("Retry-After") == (site.retry_after if "retry" in fault else None)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("fault", ["hang up", "cut off"])
def test_broken_connections(endpoint: str, fault: str) -> None:
    with fake_arxiv_site(small_world()) as site:
        site.fail(endpoint, fault)
        with pytest.raises((http.client.IncompleteRead, http.client.RemoteDisconnected)):
            ask(site, endpoint)
        assert ask(site, endpoint)[0] == 200


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_body_cut_short_is_half_a_body_that_looks_whole(endpoint: str) -> None:
    with fake_arxiv_site(small_world()) as site:
        whole = ask(site, endpoint)[2]
        site.fail(endpoint, "cut short")
        status, headers, page = ask(site, endpoint)
    assert (status, headers.get("Content-Length")) == (200, None)
    assert len(page) == len(whole) // 2
    assert whole.startswith(page)


def read_for(seconds: float, address: str) -> bytes:
    """Read an answer byte by byte, for so long."""
    body, until = b"", time.monotonic() + seconds
    with urlopen(address, timeout=seconds) as answer:
        while byte := answer.read(1):
            body += byte
            if time.monotonic() > until:
                raise TimeoutError
    return body


@pytest.mark.parametrize("fault", ["hang", "trickle"])
def test_what_hangs_ends_with_the_site(fault: str) -> None:
    with fake_arxiv_site(small_world()) as site:
        site.fail("feed", fault)
        with pytest.raises(TimeoutError):
            read_for(0.2, f"{site.feed}/cs.LG")
        began = time.monotonic()
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("endpoint", ["feed", "oai", "api"])
@pytest.mark.parametrize("fault", ["malformed", "html", "bomb", "external", "charset"])
def test_bodies_that_are_not_what_they_should_be(endpoint: str, fault: str) -> None:
    with fake_arxiv_site(small_world()) as site:
        site.fail(endpoint, fault)
        with urlopen(site.root + PATHS[endpoint], timeout=100) as answer:
            kind, body = answer.headers["Content-Type"], answer.read()
    declared = _entities(body) if fault in ("bomb", "external") else []
    if fault == "bomb":
        assert [value is not None for value in declared] == [True] * 8
    elif fault == "external":
        assert declared == [None, None]
        assert f"{site.root}/leak".encode() in body
    elif fault == "charset":
        assert kind.endswith("charset=utf-8")
        with pytest.raises(UnicodeDecodeError):
            body.decode()
    else:
        with pytest.raises(ElementTree.ParseError):
            ElementTree.fromstring(body)


def _entities(body: bytes) -> list[str | None]:
    """Return the entities declared, up to the first that is used, which is refused."""
    found: list[str | None] = []
    used: list[str] = []
    parser = expat.ParserCreate()
    parser.EntityDeclHandler = lambda _name, _parameter, value, *_: found.append(value)
    parser.DefaultHandler = lambda told: used.append(told)
    parser.Parse(body, True)
    assert any(one.startswith("&") for one in used)
    return found


def test_an_oversized_answer_does_not_say_how_long_it_is() -> None:
    with fake_arxiv_site(small_world()) as site:
        site.oversize = 1_000_000
        site.fail("listing", "oversized")
        _, headers, page = ask(site, "listing")
    assert "Content-Length" not in headers
    assert len(page) > 900_000


@pytest.mark.parametrize(
    ("endpoint", "left", "counted"),
    [("feed", 0, ""), ("listing", 0, ""), ("oai", 0, ""), ("api", 0, "<opensearch:totalResults>4")],
)
def test_spuriously_empty(endpoint: str, left: int, counted: str) -> None:
    with fake_arxiv_site(small_world()) as site:
        site.fail(endpoint, "empty")
        status, _, page = ask(site, endpoint)
        assert len(ids(ask(site, endpoint)[2])) == 4
    assert (status, len(ids(page))) == (200, left)
    assert counted in page


def test_stale() -> None:
    monday = ["2510.00003", "2510.00004"]
    with fake_arxiv_site(small_world()) as site:
        for endpoint in ENDPOINTS:
            site.fail(endpoint, "stale")
        pages = {endpoint: ask(site, endpoint)[2] for endpoint in ENDPOINTS}
        site.fail("feed", "stale build")
        old = ask(site, "feed")[2]
    for page in (*pages.values(), old):
        assert sorted(re.sub(r"v1$", "", one) for one in ids(page)) == monday
    assert "Tue, 04 Nov 2025 00:00:00 -0500</pubDate>" in pages["feed"]
    assert "Mon, 03 Nov 2025 00:00:00 -0500</pubDate>" in old
    assert "<lastBuildDate>Tue, 04 Nov" in old
    assert "Monday, 3 November 2025" in pages["listing"]


def test_holiday_and_wrong_date() -> None:
    with fake_arxiv_site(small_world()) as site:
        site.fail("feed", "holiday", "wrong date")
        site.fail("listing", "holiday", "wrong date")
        assert ids(ask(site, "feed")[2]) == []
        assert "Monday, 3 November 2025" in ask(site, "listing")[2]
        feed, listing = ask(site, "feed")[2], ask(site, "listing")[2]
    assert "Sun, 05 Oct 2025 00:00:00 -0400</pubDate>" in feed
    assert "Sunday, 5 October 2025" in listing
    assert len(ids(feed)) == len(ids(listing)) == 4


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_drop(endpoint: str) -> None:
    with fake_arxiv_site(crowd(9)) as site:
        site.fail(endpoint, "drop 2")
        page = ask(site, endpoint)[2]
    assert len(ids(page)) == 7
    assert endpoint != "listing" or "(showing 9 of 9 entries)" in page


def test_errors_told_as_answers() -> None:
    with fake_arxiv_site(small_world()) as site:
        site.fail("api", "error entry")
        site.fail("feed", "error entry")
        site.fail("oai", *ONLY["oai"])
        status, _, page = ask(site, "api")
        assert (status, "<title>Error</title>" in page) == (400, True)
        assert ask(site, "feed")[0] == 400
        for told in list(ONLY["oai"]):
            assert f'code="{told.removeprefix("error ")}"' in ask(site, "oai")[2]


def test_faults_wait_for_their_endpoint_category_and_day() -> None:
    world = small_world()
    with fake_arxiv_site(world) as site:
        site.fail("oai", "500")
        site.fail("feed", "503", category="cs.CV", count=2)
        site.fail("feed", "429", day=SATURDAY)
        site.fail("feed", "", "404")
        seen = [get(f"{site.feed}/{one}")[0] for one in ("cs.LG", "cs.CV", "cs.CV", "cs.CV")]
        world.today = SATURDAY
        seen += [get(f"{site.feed}/cs.LG")[0] for _ in range(2)]
        assert seen == [200, 503, 503, 404, 429, 200]
        assert [request.fault for request in site.asked("feed")] == ["", "503", "503", "404",
                                                                     "429", ""]  # fmt: skip


def test_requests_are_recorded() -> None:
    with fake_arxiv_site(small_world()) as site:
        get(f"{site.listing}/cs.LG/new?skip=1&show=25", User_Agent="us/1.0")
        assert get(f"{site.root}/nowhere")[0] == 404
        (request,) = site.asked("listing")
        assert [one.endpoint for one in site.requests] == ["listing", ""]
    assert (request.path, request.agent) == ("/list/cs.LG/new", "us/1.0")
    assert request.query == {"skip": ["1"], "show": ["25"]}


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), rate=st.floats(0, 1))
def test_a_storm_passes_and_is_the_same_for_a_seed(seed: int, rate: float) -> None:
    def blown() -> list[str]:
        with fake_arxiv_site(small_world()) as site:
            site.storm(seed, rate)
            return [site.take("/rss/cs.LG", {}).fault for _ in range(60)]

    faults = blown()
    assert faults == blown()
    assert set(faults) <= {"", *PASSING}
    rows = "".join("x" if fault else "." for fault in faults)
    assert "x" * (MOST_IN_A_ROW + 1) not in rows
    if rate == 1:
        assert rows.startswith("xxx.xxx.")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda site: site.fail("feed", "earthquake"),
        lambda site: site.fail("web", "429"),
        lambda site: site.fail("oai", "holiday"),
        lambda site: site.fail("feed", "drop some"),
        lambda site: site.storm(1, 0.5, ["holiday"]),
    ],
)
def test_no_such_fault(wrong: Callable[[FakeArxivSite], None]) -> None:
    with fake_arxiv_site() as site, pytest.raises(ValueError, match="no fault"):
        wrong(site)


def test_every_fault_of_every_endpoint_leaves_the_next_answer_whole() -> None:
    with fake_arxiv_site(small_world()) as site:
        site.oversize = 70_000
        for endpoint in ENDPOINTS:
            whole = ask(site, endpoint)[2]
            for fault in sorted((ANYWHERE | ONLY[endpoint]) - {"hang", "trickle"}):
                site.fail(endpoint, fault)
                try:
                    with urlopen(site.root + PATHS[endpoint], timeout=100) as answer:
                        answer.read()
                except (OSError, http.client.HTTPException):
                    pass
                assert ask(site, endpoint)[2] == whole, fault
