"""The fake arXiv site beside real data: a snapshot replayed day by day, and recorded feeds."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.fakes.arxiv_site import World, fake_arxiv_site
from tests.functional.asking import guids, small_world, text


def test_replaying_the_snapshot_shows_each_paper_on_its_day(shared_data: Path) -> None:
    (snapshot,) = (shared_data / "arxiv").glob("*.jsonl.gz")
    days: dict[str, set[str]] = {}
    for line in (shared_data / "arxiv" / "announced.tsv").read_text().splitlines():
        day, id = line.split("\t")
        days.setdefault(day, set()).add(id)
    world = World.from_snapshot(snapshot, shared_data / "arxiv" / "announced.tsv")
    everything = "+".join(("cs", "stat", "math", "eess", "physics", "q-bio", "q-fin", "econ"))
    with fake_arxiv_site(world) as site:
        for day in sorted(days)[:5]:
            world.today = day
            told = {one.removesuffix("v1") for one in guids(text(f"{site.feed}/{everything}"))}
            assert told == days[day]
            listed = re.search(r"Total of (\d+)", text(f"{site.listing}/cs.LG/new"))
            feed = guids(text(f"{site.feed}/cs.LG"))
            assert listed is not None
            assert int(listed[1]) == len(feed)


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_feeds_have_the_elements_of_recorded_ones(form: str, shared_data: Path) -> None:
    (recorded,) = (shared_data / "arxiv_samples" / "arxiv_rss").glob(f"GENERATED_{form}_*.xml")
    with fake_arxiv_site(small_world()) as site:
        ours = ElementTree.fromstring(text(f"{site.root}/{form}/cs.LG"))
    optional = {"{http://arxiv.org/schemas/atom}DOI"}
    theirs = ElementTree.parse(recorded).getroot()
    assert {one.tag for one in theirs.iter()} - optional == {one.tag for one in ours.iter()}


def full_world() -> World:
    """The small world with everything that a record can tell of a paper."""
    world = small_world()
    world.papers["2510.00003"].authors = ("Ada Lovelace (London)",)
    world.edit("2510.00003", world.today, journal_ref="J. 1", doi="10.1000/1")
    world.replace("2510.00003", world.today, comment="9 pages")
    return world


def elements(root: ElementTree.Element) -> set[str]:
    return {one.tag for one in root.iter()}


def test_oai_records_have_the_elements_of_a_recorded_one(shared_data: Path) -> None:
    samples = shared_data / "arxiv_samples" / "oai_pmh"
    world = full_world()
    world.oai_page = 3
    with fake_arxiv_site(world) as site:
        page = text(f"{site.oai}?verb=ListRecords&metadataPrefix=arXiv")
    recorded = elements(
        ElementTree.parse(samples / "anonymised_real_arXiv_ListRecords_2018.xml").getroot()
    )
    ours = elements(ElementTree.fromstring(page))
    assert {one.partition("}")[2] for one in recorded - ours} == {"report-no"}
    assert {one.partition("}")[2] for one in ours - recorded} == {"license", "affiliation"}


def test_api_answers_have_the_elements_of_recorded_ones(shared_data: Path) -> None:
    samples = shared_data / "arxiv_samples" / "arxiv_api"
    bodies = [json.loads(one.read_text())["body"] for one in sorted(samples.glob("*.json"))]
    recorded = set().union(*(elements(ElementTree.fromstring(body)) for body in bodies))
    with fake_arxiv_site(full_world()) as site:
        ours = elements(ElementTree.fromstring(text(f"{site.api}?search_query=cat:cs.LG")))
    assert ours == recorded
