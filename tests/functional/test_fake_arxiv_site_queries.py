"""The fake arXiv site keeps arXiv's rules where one asks questions: OAI-PMH and the search API."""

import re
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.arxiv_site import World, fake_arxiv_site, site_paper
from tests.functional.asking import (
    MONDAY,
    SATURDAY,
    TUESDAY,
    WEDNESDAY,
    crowd,
    get,
    guids,
    small_world,
    text,
)

OAI = "{http://www.openarchives.org/OAI/2.0/}"
ATOM = "{http://www.w3.org/2005/Atom}"
RECORDS = "verb=ListRecords&metadataPrefix=arXivRaw"
KEPT = "identifier=oai:arXiv.org:2511.00001"


def oai(address: str, query: str) -> ElementTree.Element:
    status, headers, page = get(f"{address}?{query}")
    assert (status, headers["Content-Type"]) == (200, "text/xml")
    return ElementTree.fromstring(page)


def harvested(address: str, query: str) -> list[str]:
    """Follow the tokens of a list to its end; return the identifiers of every page."""
    verb = query.partition("&")[0]
    found: list[str] = []
    while True:
        page = oai(address, query)
        found += [one.text or "" for one in page.iter(f"{OAI}identifier")]
        token = page.find(f"*/{OAI}resumptionToken")
        if token is None or not token.text:
            return [one.removeprefix("oai:arXiv.org:") for one in found]
        query = f"{verb}&resumptionToken={quote(token.text)}"


@settings(max_examples=15, deadline=None)
@given(
    papers=st.integers(1, 30),
    page=st.integers(1, 40),
    verb=st.sampled_from(["ListRecords", "ListIdentifiers"]),
)
def test_tokens_lead_through_a_whole_list(papers: int, page: int, verb: str) -> None:
    world = crowd(papers)
    world.oai_page = page
    with fake_arxiv_site(world) as site:
        found = harvested(site.oai, f"verb={verb}&metadataPrefix=oai_dc&set=cs:cs:LG")
    assert found == [f"2511.{n:05}" for n in range(papers)]


def test_tokens_count_when_told_to_and_the_last_one_is_empty() -> None:
    world = crowd(3)
    world.oai_page, world.oai_counts = 2, True
    with fake_arxiv_site(world) as site:
        first = oai(site.oai, RECORDS).find(f"*/{OAI}resumptionToken")
        assert first is not None
        last = oai(site.oai, f"verb=ListRecords&resumptionToken={quote(first.text or '')}")
    assert first.get("cursor") == "0"
    assert first.get("completeListSize") == "3"
    assert first.get("expirationDate") == f"{WEDNESDAY}T00:00:00Z"
    token = last.find(f"*/{OAI}resumptionToken")
    assert token is not None
    assert (token.text, token.get("cursor")) == (None, "2")


def test_tokens_expire_with_the_day_and_belong_to_their_verb() -> None:
    world = crowd(3)
    world.oai_page = 2
    with fake_arxiv_site(world) as site:
        token = oai(site.oai, RECORDS).findtext(f"*/{OAI}resumptionToken") or ""
        other = text(f"{site.oai}?verb=ListIdentifiers&resumptionToken={quote(token)}")
        world.today = WEDNESDAY
        late = text(f"{site.oai}?verb=ListRecords&resumptionToken={quote(token)}")
    assert 'code="badResumptionToken"' in other
    assert 'code="badResumptionToken"' in late


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", ["2510.00003", "2510.00004", "2511.00001", "2511.00002"]),
        ("&set=cs:cs:LG", ["2510.00003", "2510.00004", "2511.00001", "2511.00002"]),
        ("&set=stat", ["2511.00001"]),
        ("&set=stat:stat:ML", ["2511.00001"]),
        ("&set=math:math", ["2510.00004"]),
        (f"&from={TUESDAY}&until={TUESDAY}&set=cs:cs:CV", ["2511.00002"]),
        (f"&until={MONDAY}", []),
        (f"&from={WEDNESDAY}", []),
    ],
)
def test_lists_are_cut_by_set_and_by_days_both_included(query: str, ids: list[str]) -> None:
    with fake_arxiv_site(small_world()) as site:
        page = text(f"{site.oai}?verb=ListIdentifiers&metadataPrefix=arXiv{query}")
    assert guids(page) == ids
    assert ('code="noRecordsMatch"' in page) == (not ids)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=Dance", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&set=cs", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        (f"verb=GetRecord&{KEPT}", "badArgument"),
        (f"verb=GetRecord&{KEPT}&metadataPrefix=marc", "cannotDisseminateFormat"),
        (f"{RECORDS}&set=cs:LG", "badArgument"),
        (f"{RECORDS}&set=cs:cs:lg", "badArgument"),
        (f"{RECORDS}&from=2025-11-04T00:00:00Z", "badArgument"),
        (f"{RECORDS}&from=2025-02-30", "badArgument"),
        (f"{RECORDS}&from=2001-01-01", "badArgument"),
        (f"{RECORDS}&from={WEDNESDAY}&until={MONDAY}", "badArgument"),
        (f"{RECORDS}&until={SATURDAY}", "badArgument"),
        (f"{RECORDS}&resumptionToken=rainbow", "badArgument"),
        ("verb=ListRecords&resumptionToken=rainbow", "badResumptionToken"),
        ("verb=ListSets&resumptionToken=rainbow", "badResumptionToken"),
        ("verb=GetRecord&metadataPrefix=arXiv&identifier=oai:arXiv.org:0000.0000",
         "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=nonsense", "idDoesNotExist"),
    ],
)  # fmt: skip
def test_wrong_questions_get_the_protocols_errors(query: str, code: str) -> None:
    with fake_arxiv_site(small_world()) as site:
        page = oai(site.oai, query)
    error, request = page.find(f"{OAI}error"), page.find(f"{OAI}request")
    assert error is not None
    assert request is not None
    assert error.get("code") == code
    assert bool(request.attrib) == (code not in ("badVerb", "badArgument"))


def test_the_repository_describes_itself() -> None:
    with fake_arxiv_site(small_world()) as site:
        about = oai(site.oai, "verb=Identify")
        formats = text(f"{site.oai}?verb=ListMetadataFormats&{KEPT}")
        sets = text(f"{site.oai}?verb=ListSets")
    assert about.findtext(f"*/{OAI}granularity") == "YYYY-MM-DD"
    assert about.findtext(f"*/{OAI}earliestDatestamp") == "2005-09-16"
    assert re.findall("<metadataPrefix>(.*?)<", formats) == ["oai_dc", "arXiv", "arXivRaw"]
    assert {"cs", "cs:cs", "cs:cs:LG", "physics", "physics:hep-th"} <= set(
        re.findall("<setSpec>(.*?)<", sets)
    )


def test_records_tell_versions_edits_and_deletions() -> None:
    world = small_world()
    world.edit("2511.00001", WEDNESDAY, doi="10.1000/1")
    world.delete("2511.00002", WEDNESDAY)
    world.withdraw("2510.00003", WEDNESDAY)
    world.today = WEDNESDAY
    with fake_arxiv_site(world) as site:
        page = text(f"{site.oai}?{RECORDS}&from={WEDNESDAY}")
        feed = text(f"{site.feed}/cs.LG")
    assert guids(page) == ["2510.00003", "2511.00001", "2511.00002"]
    assert re.findall(r'version="(v\d)"', page) == ["v1", "v2", "v3", "v1"]
    assert "<doi>10.1000/1</doi>" in page
    assert page.count('<header status="deleted">') == 1
    assert page.count("<metadata>") == 2
    assert "<comments>This paper has been withdrawn by Ada Lovelace</comments>" in page
    assert guids(feed) == ["2510.00003v3"]


@pytest.mark.parametrize(("newest", "created"), [(True, "2025-11-03"), (False, "2025-10-31")])
def test_created_is_the_newest_versions_day_unless_told(newest: bool, created: str) -> None:
    world = small_world()
    world.oai_created_is_newest = newest
    query = "verb=GetRecord&metadataPrefix=arXiv&identifier=oai:arXiv.org:2510.00003"
    with fake_arxiv_site(world) as site:
        page = text(f"{site.oai}?{query}")
    assert f"<created>{created}</created>" in page
    assert "<keyname>Lovelace</keyname>\n<forenames>Ada</forenames>" in page


def search(address: str, query: str) -> tuple[int, list[str]]:
    status, _, page = get(f"{address}?{query}")
    feed = ElementTree.fromstring(page)
    total = int(feed.findtext("{http://a9.com/-/spec/opensearch/1.1/}totalResults") or -1)
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    if titles == ["Error"]:
        return status, ["Error"]
    ids = [entry.findtext(f"{ATOM}id") or "" for entry in feed.iter(f"{ATOM}entry")]
    return total, [id.removeprefix("http://arxiv.org/abs/") for id in ids]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("cat:stat.ML", ["2511.00001v1"]),
        ("cat:CS.cv OR cat:math.OC", ["2511.00002v1", "2510.00004v2"]),
        ("cat:cs.* ANDNOT (cat:cs.CV OR cat:stat.ML OR cat:math.OC)", ["2510.00003v2"]),
        ("cat:cs.LG AND submittedDate:[202511030000 TO 202511032359]",
         ["2511.00002v1", "2511.00001v1"]),
        ("ti:better", ["2510.00003v2"]),
        ('abs:"what it" AND au:lovelace AND cat:stat.ML', ["2511.00001v1"]),
        ("cat:cs.XX", []),
        ("cat:cs.LG AND", ["Error"]),
        ("(cat:cs.LG", ["Error"]),
        ("colour:blue", ["Error"]),
    ],
)  # fmt: skip
def test_queries(query: str, ids: list[str]) -> None:
    with fake_arxiv_site(small_world()) as site:
        assert search(site.api, f"search_query={quote(query)}")[1] == ids


def test_ids_come_in_the_version_asked_for() -> None:
    ids = "2510.00003,2511.00001v1,2510.00003v1,2511.00001v9,0000.0000"
    with fake_arxiv_site(small_world()) as site:
        found = search(site.api, f"id_list={ids}")
        assert search(site.api, "id_list=2511.00001,abc") == (400, ["Error"])
    assert found == (3, ["2510.00003v2", "2511.00001v1", "2510.00003v1"])


def test_slices_order_and_reach() -> None:
    world = crowd(30)
    world.api_slice, world.api_reach = 20, 100
    with fake_arxiv_site(world) as site:
        query = f"{'search_query=cat:cs.LG'}&sortBy=submittedDate&sortOrder=ascending"
        assert search(site.api, f"{query}&max_results=50") == (
            30, [f"2511.{n:05}v1" for n in range(20)],
        )  # fmt: skip
        assert search(site.api, f"{query}&start=28&max_results=20")[1] == [
            "2511.00028v1", "2511.00029v1",
        ]  # fmt: skip
        assert search(site.api, f"{query}&start=80&max_results=20") == (30, [])
        assert search(site.api, f"{query}&start=81&max_results=20") == (400, ["Error"])
        assert search(site.api, f"{query}&max_results=-1") == (400, ["Error"])


def test_sorting_by_last_update() -> None:
    world = World.of(site_paper("2511.00001", TUESDAY), site_paper("2511.00002", TUESDAY))
    world.replace("2511.00001", SATURDAY)
    world.today = SATURDAY
    with fake_arxiv_site(world) as site:
        by = "search_query=cat:cs.LG&sortBy="
        assert search(site.api, f"{by}lastUpdatedDate")[1] == ["2511.00001v2", "2511.00002v1"]
        assert search(site.api, f"{by}submittedDate")[1] == ["2511.00002v1", "2511.00001v2"]
