"""Whatever stands in a list of papers is read, refused or passed over, and comes in clean."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.config import VenuesSettings
from assistant.errors import SourceError
from assistant.sources.courtesy import Again
from assistant.sources.editions import fetch_edition
from assistant.sources.paperlists import read_paperlists
from assistant.sources.polite import NO_VALIDATORS, Validators
from assistant.sources.record import Entry
from assistant.sources.sites import Document, Site
from assistant.sources.submissions import NotPublishedError
from assistant.sources.venues import find_edition, known_venues
from assistant.text import CONTROLS
from tests.fakes import venue_forms as forms

Leaf = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), st.text(max_size=30),
    st.just("\x1b]0;title\x07 \u202e[red]"), st.just("https://openreview.net/forum?id=abcdEFGH12"),
    st.lists(st.none() | st.text(max_size=5), max_size=3), st.just({}), st.just({"x": [{}]}),
)  # fmt: skip


class Memory(Site):
    """A site whose documents are in memory."""

    __slots__ = ()

    def fetch(
        self,
        address: str,
        read: Callable[[bytes], Any],
        *,
        query: Mapping[str, str] | None = None,
        validators: Validators = NO_VALIDATORS,
        most: int = 0,
    ) -> Document[Any]:
        body = self._known.get(address.rpartition("/")[2])
        if not isinstance(body, bytes):
            raise NotPublishedError("none")
        return Document(read(body))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to everything in a document."""
    found = [path] if path else []
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            found += places(inner, (*path, key))
    return found


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    copy = json.loads(json.dumps(document))
    place = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return copy


def read(named: str, kind: str, documents: dict[str, object]) -> None:
    edition = find_edition(known_venues(), named)
    assert edition is not None
    source = next(one for one in edition.venue.sources if one.kind == kind)
    site = Memory(VenuesSettings(), lambda _: None, documents)
    try:
        fetched = fetch_edition(edition, source, site)
    except (SourceError, Again):
        return
    assert fetched.records is not None
    for record in fetched.records:
        texts = [record.title, *(author.name for author in record.authors), *record.extra.values()]
        assert record.title
        assert record.identifiers
        assert not any(CONTROLS.search(text) or "\n" in text for text in texts)


EVENTS = json.loads(forms.virtual_list([forms.event(1, "One"), forms.event(2, "Two")]))
HITS = json.loads(
    forms.dblp({"conf/kdd/kdd2024": [forms.dblp_hit("conf/kdd/A", "A"),
                                     forms.dblp_hit("conf/kdd/B", "B", ["A B", "C D"])]})(
        {"q": "toc:db/conf/kdd/kdd2024.bht:", "f": "0", "h": "10"})
)  # fmt: skip
LISTED = [
    {"title": "A", "status": "Oral", "track": "main", "author": "A B;C D", "abstract": "x",
     "site": "https://openreview.net/forum?id=abcdEFGH12", "id": "abcdEFGH12", "pdf": "p",
     "bibtex": "@inproceedings{x, doi = {10.1/x}, pages = {1--2}}", "keywords": "a;b"}
]  # fmt: skip
QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUIET
@given(st.sampled_from(places(EVENTS)), Leaf)
def test_any_change_of_a_virtual_sites_list(path: tuple[Any, ...], value: Any) -> None:
    body = json.dumps(changed(EVENTS, path, value)).encode()
    read("neurips-2025", "virtual", {"neurips-2025-orals-posters.json": body})


@QUIET
@given(st.sampled_from(places(HITS)), Leaf)
def test_any_change_of_dblps_answer(path: tuple[Any, ...], value: Any) -> None:
    read("kdd-2024", "dblp", {"api": json.dumps(changed(HITS, path, value)).encode()})


@QUIET
@given(st.sampled_from(places(LISTED)), Leaf)
def test_any_change_of_a_paperlists_file(path: tuple[Any, ...], value: Any) -> None:
    edition = find_edition(known_venues(), "colm-2025")
    assert edition is not None
    for item in read_paperlists(json.dumps(changed(LISTED, path, value)), edition):
        if isinstance(item, Entry):
            (record,) = item.records
            assert record.title
            assert not CONTROLS.search(record.title)


@QUIET
@given(st.binary(max_size=60), st.integers(0, 2_000))
def test_any_damage_to_xml_html_and_yaml(junk: bytes, place: int) -> None:
    xml = forms.anthology("2024.coling", {"main": [{"title": "A"}, {"title": "B"}]})
    read("coling-2024", "acl", {"2024.coling.xml": xml[:place] + junk + xml[place:]})
    html = forms.cvf_list([{"name": "A_ICCV_2025", "title": "A"}])
    read("iccv-2025", "cvf", {"ICCV2025": html[:place] + junk + html[place:]})
    yaml = forms.citeproc([{"title": "A"}, {"title": "B"}])
    index = forms.pmlr_index({"v235": "Proceedings of ICML 2024"})
    read("icml-2024", "pmlr", {"": index, "citeproc.yaml": yaml[:place] + junk + yaml[place:]})
