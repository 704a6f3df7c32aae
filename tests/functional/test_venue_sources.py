"""Each source of accepted papers against its stand-in: what it reads, and how it takes faults."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import SourceError
from assistant.sources.courtesy import Again
from assistant.sources.editions import fetch_edition
from assistant.sources.record import Record
from assistant.sources.sites import Site
from assistant.sources.submissions import FetchedEdition, NotPublishedError
from assistant.sources.venues import Edition, find_edition, known_venues
from assistant.sources.yaml_texts import read_yaml
from tests.conftest import SHARED
from tests.fakes import venue_forms as forms
from tests.fakes.venue_sites import FakeSites, fake_sites

LIST = "/virtual/static/virtual/data/neurips-2025-orals-posters.json"
ABSTRACTS = "/virtual/static/virtual/data/neurips-2025-abstracts.json"
CITEPROC = "/pmlr/v235/assets/bib/citeproc.yaml"
VOLUMES = {
    "v235": "Proceedings of ICML 2024", "v238": "Proceedings of AISTATS 2024",
    "v236": "Proceedings of the ICML 2024 Workshop on Things",
}  # fmt: skip


def edition_of(named: str) -> Edition:
    found = find_edition(known_venues(), named)
    assert found is not None
    return found


def fetch(
    sites: FakeSites, named: str, kind: str, waited: list[float] | None = None, **known: Any
) -> FetchedEdition:
    edition = edition_of(named)
    source = next(one for one in edition.venue.sources if one.kind == kind)
    pause = waited.append if waited is not None else lambda _: None
    return fetch_edition(edition, source, Site(sites.settings(), pause), **known)


def records(fetched: FetchedEdition) -> tuple[Record, ...]:
    assert fetched.records is not None
    return fetched.records


def test_a_virtual_site_tells_each_paper_once_with_its_best_status() -> None:
    events = [
        forms.event(1, "Small Engines", ["Ada Lovelace", "Alan M. Turing"]),
        forms.event(
            2, "Small Engines", ["Ada Lovelace", "Alan M. Turing"], uid="uid1", decision=None,
            eventtype="Oral", session="Oral Session 2", starttime="2025-12-04T09:00:00-08:00",
            paper_url="https://openreview.net/forum?id=SYNTHETIC_ORAL", room_name="Ballroom",
        ),
        forms.event(3, "Engines of {LaTeX} \\'etude", decision="Accept (spotlight)"),
        forms.event(4, "Never Seen", visible=False),
        forms.event(8, "Lunch", eventtype="Social", decision=None),
        forms.event(5, "Small Workshop Talk",
                    sourceurl="https://openreview.net/group?id=NeurIPS.cc/2025/Workshop/Tiny"),
        forms.event(6, "Turned Down", decision="Reject"),
        forms.event(7, "A Dataset", sourceurl="https://openreview.net/group?id=NeurIPS.cc/2025/"
                    "Datasets_and_Benchmarks_Track"),
    ]  # fmt: skip
    with fake_sites({LIST: forms.virtual_list(events)}) as sites:
        fetched = fetch(sites, "neurips-2025", "virtual")
    found = {one.title: one for one in records(fetched)}
    assert len(found) == 5
    assert fetched.expected == 5
    oral = found["Small Engines"]
    assert oral.extra["status"] == "oral"
    assert oral.extra["session"] == "Oral Session 2"
    assert oral.extra["position"] == "#1"
    assert oral.venue == "NeurIPS 2025"
    assert oral.kind == "conference"
    assert [str(one) for one in oral.identifiers] == ["openreview:paper00001"]
    assert [author.name for author in oral.authors] == ["Ada Lovelace", "Alan M. Turing"]
    spotlight = found["Engines of {LaTeX} étude"]
    assert (spotlight.extra["status"], spotlight.extra["decision"]) == (
        "spotlight", "Accept (spotlight)",
    )  # fmt: skip
    assert found["Small Workshop Talk"].kind == "workshop"
    assert found["Turned Down"].venue is None
    assert found["A Dataset"].extra["track"] == "Datasets and Benchmarks Track"


def test_abstracts_beside_the_list_and_pages_that_cannot_be_had() -> None:
    events = [forms.event(number, f"Paper {number}", abstract=None) for number in (1, 2, 3)]
    told = {"1": "The first.", "3": "The third."}
    with fake_sites() as sites:
        following = f"{sites.address}/next"
        sites.documents[LIST] = forms.virtual_list(events[:2], count=3, following=following)
        sites.documents["/next"] = forms.virtual_list(events[2:], count=3)
        sites.documents[ABSTRACTS] = forms.json.dumps(told).encode()
        whole = fetch(sites, "neurips-2025", "virtual")
        assert [one.abstract for one in records(whole)] == ["The first.", "", "The third."]
        assert (len(records(whole)), whole.expected) == (3, 3)
        sites.faults = ["", "403"]
        part = fetch(sites, "neurips-2025", "virtual")
        assert (len(records(part)), part.expected) == (2, 3)
        assert "HTTP 403" in part.detail


def test_what_has_not_changed_is_not_sent_again() -> None:
    with fake_sites({LIST: forms.virtual_list([forms.event(1, "A Paper")])}) as sites:
        sites.etags = True
        first = fetch(sites, "neurips-2025", "virtual")
        again = fetch(sites, "neurips-2025", "virtual", validators=first.validators)
        assert again.records is None
        assert "assistant/" in sites.agents[0]


def test_pmlr_finds_the_volume_by_its_title() -> None:
    papers = [
        {"title": "Engines: A Study", "abstract": "On engines.", "openreview": "abcdEFGH12",
         "author": [{"given": "Mihaela", "family": "Schaar", "prefix": "van der"},
                    {"given": "Ada", "family": "Lovelace"}]},
        {"title": "Another", "id": "turing24a", "section": "Oral Presentations"},
    ]  # fmt: skip
    documents = {"/pmlr/": forms.pmlr_index(VOLUMES), CITEPROC: forms.citeproc(papers)}
    with fake_sites(documents) as sites:
        first, second = records(fetch(sites, "icml-2024", "pmlr"))
        assert first.authors[0].name == "Mihaela van der Schaar"
        assert [str(one) for one in first.identifiers] == [
            "openreview:abcdEFGH12", "pmlr:v235/lovelace24a",
        ]  # fmt: skip
        assert first.published == "2024-07-08"
        assert first.extra["booktitle"].startswith("Proceedings of the 41st")
        assert first.extra["pages"] == "1--9"
        assert second.extra["status"] == "oral"
        with pytest.raises(NotPublishedError):
            fetch(sites, "icml-2031", "pmlr")


def test_the_anthology_tells_tracks_and_keeps_its_markup_out() -> None:
    main = [
        {"title": "A <fixed-case>BERT</fixed-case> of <tex-math>x</tex-math>",
         "abstract": "With <b>bold</b> claims.", "authors": [("Łukasz", "Müller"), ("", "OpenAI")]},
        {"title": "Retracted", "more": "<retracted date='2024-08-01'>wrong</retracted>"},
    ]  # fmt: skip
    documents = {
        "/acl/2024.acl.xml": forms.anthology(
            "2024.acl", {"long": main, "srw": [{"title": "A Student's"}]}
        ),
        "/acl/2024.findings.xml": forms.anthology(
            "2024.findings", {"acl": [{"title": "Found"}], "emnlp": [{"title": "Elsewhere"}]}
        ),
    }
    with fake_sites(documents) as sites:
        found = {one.title: one for one in records(fetch(sites, "acl-2024", "acl"))}
    assert set(found) == {"A BERT of x", "A Student's", "Found"}
    paper = found["A BERT of x"]
    assert paper.abstract == "With bold claims."
    assert [author.name for author in paper.authors] == ["Łukasz Müller", "OpenAI"]
    assert [str(one) for one in paper.identifiers] == [
        "doi:10.18653/v1/2024.acl-long.1", "acl:2024.acl-long.1",
    ]  # fmt: skip
    assert found["Found"].extra["decision"] == "Findings"
    assert found["A Student's"].kind == "workshop"


def test_cvf_lists_papers_and_links_preprints() -> None:
    papers = [
        {"name": "Lovelace_Seeing_ICCV_2025", "title": "Seeing & Believing", "arxiv": "2503.00001",
         "authors": ["Ada Lovelace", "José Müller"]},
        {"name": "Turing_Other_ICCV_2025", "title": "Other"},
    ]  # fmt: skip
    with fake_sites({"/cvf/ICCV2025": forms.cvf_list(papers)}) as sites:
        first, second = records(fetch(sites, "iccv-2025", "cvf"))
    assert first.title == "Seeing & Believing"
    assert [author.name for author in first.authors] == ["Ada Lovelace", "José Müller"]
    assert "arxiv:2503.00001" in map(str, first.identifiers)
    assert first.extra["pdf"].endswith(
        "/content/ICCV2025/papers/Lovelace_Seeing_ICCV_2025_paper.pdf"
    )
    assert [one.scheme for one in second.identifiers] == ["local"]


def test_dblp_pages_through_tables_of_contents() -> None:
    hits = [forms.dblp_hit(f"conf/kdd/P{number}", f"Paper {number}") for number in range(5)]
    hits.append(
        forms.dblp_hit("conf/kdd/Two", "By Two", ["Wei Wang 0009", "Ada Lovelace"], doi=None)
    )
    hits.append(forms.dblp_hit("conf/kdd/2024", "Proceedings", type="Editorship"))
    with fake_sites({"/dblp": forms.dblp({"conf/kdd/kdd2024": hits})}) as sites:
        edition = edition_of("kdd-2024")
        site = Site(sites.settings(page_size=3), lambda _: None)
        fetched = fetch_edition(edition, edition.venue.sources[0], site)
        assert len(records(fetched)) == 6
        assert fetched.expected == 6
        two = records(fetched)[-1]
        assert [author.name for author in two.authors] == ["Wei Wang", "Ada Lovelace"]
        assert records(fetched)[0].title == "Paper 0"
        assert "doi:10.1145/p0" in map(str, records(fetched)[0].identifiers)
        assert sum("kdd2024.bht" in one for one in sites.requests) == 3
        with pytest.raises(NotPublishedError):
            fetch(sites, "kdd-2030", "dblp")


SOURCES: dict[str, tuple[str, str, Callable[[], dict[str, Any]], str]] = {
    "virtual": ("neurips-2025", "json", lambda: {
        LIST: forms.virtual_list([forms.event(1, "Étude, née à Paris")])}, "results"),
    "pmlr": ("icml-2024", "yaml", lambda: {
        "/pmlr/": forms.pmlr_index(VOLUMES), CITEPROC: forms.citeproc([{"title": "née"}])},
        "title"),
    "acl": ("coling-2024", "xml", lambda: {
        "/acl/2024.coling.xml": forms.anthology("2024.coling", {"main": [{"title": "née"}]})},
        "title"),
    "cvf": ("iccv-2025", "html", lambda: {
        "/cvf/ICCV2025": forms.cvf_list([{"name": "A_ICCV_2025", "title": "née"}])}, "ptitle"),
    "dblp": ("kdd-2024", "json", lambda: {
        "/dblp": forms.dblp({"conf/kdd/kdd2024": [forms.dblp_hit("conf/kdd/A", "née")]})}, "hits"),
}  # fmt: skip


@pytest.mark.parametrize("kind", SOURCES)
def test_what_may_pass_is_tried_again_and_waited_for(kind: str) -> None:
    named, bomb, documents, _ = SOURCES[kind]
    for fault in ("429", "500", "503", "cut off", "hang up", "malformed", f"bomb {bomb}"):
        if (kind, fault) in (("pmlr", "malformed"), ("cvf", "bomb html")):
            continue  # half a YAML file is one; a page that is whole and lists nothing is final
        with fake_sites(documents()) as sites:
            sites.faults = ["", fault] if kind == "pmlr" else [fault]
            waited: list[float] = []
            assert len(records(fetch(sites, named, kind, waited))) == 1, fault
            assert waited, fault
    with fake_sites(documents()) as sites:
        sites.faults = ["429 retry"]
        waited = []
        assert records(fetch(sites, named, kind, waited))
        assert max(waited) >= 6.5


@pytest.mark.parametrize("kind", SOURCES)
def test_what_does_not_pass_is_told(kind: str) -> None:
    named, bomb, documents, _ = SOURCES[kind]
    for fault, told in (
        ("403", "HTTP 403"), ("moved", "sends us on"), ("oversized", "more than"),
        ("hang", "No answer"), ("trickle", ""),
    ):  # fmt: skip
        with fake_sites(documents()) as sites:
            sites.faults = [fault] * 10
            source = edition_of(named)
            one = next(one for one in source.venue.sources if one.kind == kind)
            seconds = 0.6 if fault in ("hang", "trickle") else 100.0
            slow = Site(sites.settings(timeout_seconds=seconds), lambda _: None)
            with pytest.raises(SourceError) as caught:
                fetch_edition(source, one, slow)
            assert told in f"{caught.value.title} {caught.value.why}", fault
            assert not isinstance(caught.value, NotPublishedError)
    for fault in (f"bomb {bomb}", "500", "html" if kind != "cvf" else "malformed"):
        with fake_sites(documents()) as sites:
            sites.faults = [fault] * 20
            with pytest.raises(SourceError):
                fetch(sites, named, kind)
    with fake_sites() as sites, pytest.raises(SourceError) as caught:
        fetch(sites, named, kind)
    assert isinstance(caught.value, NotPublishedError)


@pytest.mark.parametrize("kind", SOURCES)
def test_a_wrong_charset_costs_a_letter_and_no_paper(kind: str) -> None:
    named, _, documents, _ = SOURCES[kind]
    with fake_sites(documents()) as sites:
        sites.faults = ["charset"] * 2
        (paper,) = records(fetch(sites, named, kind))
        assert "n\ufffde" in paper.title or "née" in paper.title.lower()


@pytest.mark.parametrize(
    ("kind", "document", "field"),
    [
        ("virtual", forms.virtual_list([forms.event(n, "x") | {"name": None} for n in range(9)]),
         "name"),
        ("virtual", b'{"count": 3, "items": []}', "results"),
        ("virtual", b'{"count": 1, "results": ["a"]}', "results"),
        ("virtual", b'[1, 2]', "list"),
        ("virtual", forms.virtual_list([forms.event(1, "x", eventtype="P")]), "eventtype"),
        ("pmlr", forms.citeproc([{"title": None}, {"title": ["x"]}]), "title"),
        ("pmlr", forms.citeproc([{"author": "Ada"}]), "author"),
        ("pmlr", b"papers: []", "volume"),
        ("acl", b"<html><body/></html>", "collection"),
        ("acl", forms.anthology("2024.coling", {"main": [{"title": "x"}]})
         .replace(b"title>", b"name>"), "title"),
        ("cvf", b"<html><body>Nothing here</body></html>", "ptitle"),
        ("cvf", forms.cvf_list([{"name": "A", "title": "A"}]).replace(b"query_author", b"q"),
         "query_author"),
        ("dblp", b'{"result": {"hits": []}}', "hits"),
        ("dblp", b'{"result": {"hits": {"@total": "many", "hit": []}}}', "@total"),
        ("dblp", b'{"result": {"hits": {"@total": "1", "hit": [{"info": {"title": "x"}}]}}}',
         "key"),
    ],
)  # fmt: skip
def test_a_source_that_changes_its_form_names_the_field(
    kind: str, document: bytes, field: str
) -> None:
    named, _, documents, _ = SOURCES[kind]
    place = CITEPROC if kind == "pmlr" else next(iter(documents()))
    with fake_sites({**documents(), place: document}) as sites:
        with pytest.raises(SourceError) as caught:
            fetch(sites, named, kind)
        assert "changed its form" in caught.value.title
        assert field in caught.value.why


def test_a_broken_paper_in_fifty_costs_itself_only() -> None:
    events = [forms.event(number, f"Paper {number}") for number in range(200)]
    events[7]["name"] = None
    events[9]["unknown"] = {"deep": [1, {"er": None}]}
    with fake_sites({LIST: forms.virtual_list(events)}) as sites:
        fetched = fetch(sites, "neurips-2025", "virtual")
    assert len(records(fetched)) == 199
    assert fetched.skipped == ("number 8: name is missing",)


@pytest.mark.parametrize("path", sorted((SHARED / "hostile" / "xml_attacks").glob("*.xml")))
def test_the_attacks_on_xml_do_nothing(path: Any) -> None:
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with fake_sites({"/acl/2024.coling.xml": path.read_bytes()}) as sites:
        with pytest.raises(SourceError):
            fetch(sites, "coling-2024", "acl")
        assert {one.partition("?")[0] for one in sites.requests} == {"/acl/2024.coling.xml"}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


Plain = st.recursive(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abcde-", min_size=1, max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(Plain)
@settings(deadline=None)
def test_yaml_texts_come_back_as_they_were(told: Any) -> None:
    import yaml

    def blank_is_none(value: Any) -> Any:
        if isinstance(value, list):
            return [blank_is_none(one) for one in value]
        if isinstance(value, dict):
            return {name: blank_is_none(one) for name, one in value.items()}
        return value

    body = yaml.safe_dump(told, allow_unicode=True, default_style='"').encode()
    assert read_yaml(body) == blank_is_none(told)


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_as_yaml_are_read_or_refused(body: bytes) -> None:
    with suppress(Again):
        read_yaml(body)
