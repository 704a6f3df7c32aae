"""The fake arXiv site keeps arXiv's rules: its feeds, its listings, and the clock."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.arxiv_site import World, fake_arxiv_site, odd_papers, site_paper
from tests.functional.asking import (
    MONDAY,
    SATURDAY,
    TUESDAY,
    WEDNESDAY,
    crowd,
    get,
    guids,
    shown,
    small_world,
    text,
)


def headings(page: str) -> list[str]:
    return re.findall(r"<h3>(.*?)</h3>", page)


def kinds(page: str) -> dict[str, str]:
    return dict(zip(guids(page), re.findall(r"<arxiv:announce_type>([^<]+)", page), strict=True))


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_a_feed_tells_how_each_paper_is_announced(form: str) -> None:
    import feedparser

    with fake_arxiv_site(small_world()) as site:
        page = text(f"{site.root}/{form}/cs.LG")
    assert kinds(page) == {
        "2511.00001v1": "new",
        "2511.00002v1": "cross",
        "2510.00003v2": "replace",
        "2510.00004v2": "replace-cross",
    }
    read = feedparser.parse(page.encode())
    assert not read.bozo
    assert [entry.id for entry in read.entries] == [f"oai:arXiv.org:{one}" for one in guids(page)]
    assert read.entries[0].summary.startswith("arXiv:2511.00001v1 Announce Type: new \nAbstract: ")
    assert [tag.term for tag in read.entries[0].tags] == ["cs.LG", "stat.ML"]
    assert read.entries[2].title == "Better"


@pytest.mark.parametrize(
    "where", ["rss/cs.LG", "atom/cs.LG", "rss/hep-th", "oai?verb=ListRecords&metadataPrefix=arXiv",
              "oai?verb=ListRecords&metadataPrefix=arXivRaw", "rss/math.GT+gr-qc",
              "oai?verb=ListRecords&metadataPrefix=oai_dc", "api/query?search_query=all:paper"]
)  # fmt: skip
def test_every_odd_paper_is_well_formed(where: str) -> None:
    with fake_arxiv_site(World.of(*odd_papers(TUESDAY), today=TUESDAY)) as site:
        page = text(f"{site.root}/{where}")
    told = "".join(ElementTree.fromstring(page).itertext())
    assert len(told) > 100
    if "2511.90001" in told:
        assert r"$\mathcal{O}(n^2) < \infty$ & G\'eza" in told
        assert "with ]]> and <b>no markup</b>" in told


def test_a_paper_of_no_category_is_only_in_oai() -> None:
    with fake_arxiv_site(World.of(*odd_papers(TUESDAY), today=TUESDAY)) as site:
        assert "2511.90004" not in text(f"{site.feed}/cs") + text(f"{site.listing}/cs/new")
        assert "2511.90004" in text(f"{site.oai}?verb=ListRecords&metadataPrefix=arXiv")


def test_joined_feeds_know_each_paper_once_and_forgive_case() -> None:
    with fake_arxiv_site(small_world()) as site:
        assert kinds(text(f"{site.feed}/cs.lg+cs.CV"))["2511.00002v1"] == "new"
        assert len(guids(text(f"{site.feed}/cs%2Bmath"))) == 4
        assert get(f"{site.feed}/cs.LG+nowhere")[0] == 400


def test_a_feed_holds_no_more_than_it_may_and_new_papers_come_first() -> None:
    world = crowd(30)
    world.add(
        *(site_paper(f"2511.1{n:04}", TUESDAY, categories=("cs.CV", "cs.LG")) for n in (1, 2))
    )
    world.feed_cap = 31
    with fake_arxiv_site(world) as site:
        told = kinds(text(f"{site.feed}/cs.LG"))
    assert len(told) == 31
    assert list(told.values()) == ["new"] * 30 + ["cross"]


def test_an_archive_holds_its_categories_and_no_other_archives() -> None:
    world = World.of(
        site_paper("2511.00001", TUESDAY, categories=("math.OC",)),
        site_paper("2511.00002", TUESDAY, categories=("math-ph",)),
        today=TUESDAY,
    )
    with fake_arxiv_site(world) as site:
        assert guids(text(f"{site.feed}/math")) == ["2511.00001v1"]
        assert guids(text(f"{site.feed}/math-ph")) == ["2511.00002v1"]


def test_replacements_of_old_versions_are_not_announced() -> None:
    world = World.of(site_paper("2511.00001", MONDAY), today=TUESDAY)
    for _ in range(4):
        world.replace("2511.00001", TUESDAY)
    world.replace("2511.00001", WEDNESDAY)
    with fake_arxiv_site(world) as site:
        assert guids(text(f"{site.feed}/cs.LG")) == ["2511.00001v5"]
        world.today = WEDNESDAY
        assert guids(text(f"{site.feed}/cs.LG")) == []
        assert 'version="v6"' in text(f"{site.oai}?verb=ListRecords&metadataPrefix=arXivRaw")


@pytest.mark.parametrize(
    ("day", "zone"), [("2025-03-09", "-0500"), ("2025-03-10", "-0400"), ("2025-11-02", "-0400"),
                      ("2025-11-03", "-0500"), ("2026-07-01", "-0400")]
)  # fmt: skip
def test_days_begin_at_midnight_on_the_east_coast(day: str, zone: str) -> None:
    with fake_arxiv_site(World(today=day)) as site:
        assert f"00:00:00 {zone}</pubDate>" in text(f"{site.feed}/cs.LG")


def test_on_a_day_without_announcements_feeds_are_empty_and_listings_stay() -> None:
    world = small_world()
    world.today = SATURDAY
    with fake_arxiv_site(world) as site:
        feed = text(f"{site.feed}/cs.LG")
        listing = text(f"{site.listing}/cs.LG/new")
    assert guids(feed) == []
    assert "Sat, 08 Nov 2025 00:00:00 -0500</pubDate>" in feed
    assert "<day>Saturday</day>" in feed
    assert headings(listing)[0] == "Showing new listings for Tuesday, 4 November 2025"
    assert len(shown(listing)) == 4


def test_the_clock_decides_what_is_known() -> None:
    world = small_world()
    world.api_lag_days = 1
    raw = "?verb=GetRecord&metadataPrefix=arXivRaw&identifier=oai:arXiv.org:2510.00003"
    with fake_arxiv_site(world) as site:
        world.today = MONDAY
        assert guids(text(f"{site.feed}/cs.LG")) == ["2510.00003v1", "2510.00004v1"]
        before = text(site.oai + raw)
        world.today = TUESDAY
        after = text(site.oai + raw)
        query = f"{site.api}?search_query=cat:cs.LG"
        assert text(query).count("<entry>") == 2
        world.today = WEDNESDAY
        assert text(query).count("<entry>") == 4
    assert 'version="v2"' not in before
    assert f"<datestamp>{MONDAY}" in before
    assert 'version="v2"' in after
    assert f"<datestamp>{TUESDAY}" in after


def test_a_feed_that_has_not_changed_is_not_sent_again() -> None:
    world = small_world()
    with fake_arxiv_site(world) as site:
        status, headers, _ = get(f"{site.feed}/cs.LG")
        tag, moment = headers["ETag"], headers["Last-Modified"]
        assert status == 200
        assert get(f"{site.feed}/cs.LG", If_None_Match=tag)[0] == 304
        assert get(f"{site.feed}/cs.LG", If_Modified_Since=moment)[::2] == (304, "")
        world.today = WEDNESDAY
        assert get(f"{site.feed}/cs.LG", If_None_Match=tag)[0] == 200
        assert get(f"{site.feed}/cs.LG", If_Modified_Since=moment)[0] == 200


def test_a_listing_counts_each_section() -> None:
    with fake_arxiv_site(small_world()) as site:
        page = text(f"{site.listing}/cs.LG/new?skip=0&show=2000")
    assert headings(page) == [
        "Showing new listings for Tuesday, 4 November 2025",
        "New submissions (showing 1 of 1 entries)",
        "Cross submissions (showing 1 of 1 entries)",
        "Replacement submissions (showing 2 of 2 entries)",
    ]
    assert "Total of 4 entries" in page
    assert shown(page) == ["2511.00001", "2511.00002", "2510.00003", "2510.00004"]
    assert '<span class="primary-subject">Optimization and Control (math.OC)</span>' in page


def test_a_section_in_parts_says_which_part() -> None:
    with fake_arxiv_site(crowd(60)) as site:
        parts = [
            headings(text(f"{site.listing}/cs.LG/new?skip={skip}&show=25"))[1:]
            for skip in (0, 25, 50, 75)
        ]
    assert parts == [
        ["New submissions (showing first 25 of 60 entries)"],
        ["New submissions (continued, showing 25 of 60 entries)"],
        ["New submissions (continued, showing last 10 of 60 entries)"],
        [],
    ]


def test_the_past_week_has_five_days_without_replacements_or_abstracts() -> None:
    world = small_world()
    world.today = SATURDAY
    world.add(*(site_paper(f"2511.2000{n}", f"2025-10-{20 + n}") for n in range(7)))
    with fake_arxiv_site(world) as site:
        page = text(f"{site.listing}/cs.LG/pastweek?show=2000")
        quiet = headings(text(f"{site.listing}/math.OC/recent"))
    assert quiet[:3] == [
        "Tue, 4 Nov 2025",
        "Mon, 3 Nov 2025 (showing 1 of 1 entries )",
        "Sun, 26 Oct 2025",
    ]
    assert headings(page) == [
        "Tue, 4 Nov 2025 (showing 2 of 2 entries )",
        "Mon, 3 Nov 2025 (showing 2 of 2 entries )",
        "Sun, 26 Oct 2025 (showing 1 of 1 entries )",
        "Sat, 25 Oct 2025 (showing 1 of 1 entries )",
        "Fri, 24 Oct 2025 (showing 1 of 1 entries )",
    ]
    assert "What it says." not in page


@settings(max_examples=15, deadline=None)
@given(papers=st.integers(0, 40), cap=st.integers(1, 50), span=st.sampled_from(["new", "pastweek"]))
def test_pages_of_a_listing_show_every_paper_once(papers: int, cap: int, span: str) -> None:
    world = crowd(papers)
    world.add(
        *(site_paper(f"2511.9{n:04}", TUESDAY, categories=("cs.CV", "cs.LG")) for n in (1, 2))
    )
    world.listing_cap = cap
    with fake_arxiv_site(world) as site:
        found = [
            one
            for skip in range(0, papers + 2 + cap, cap)
            for one in shown(text(f"{site.listing}/cs.LG/{span}?skip={skip}&show=2000"))
        ]
    assert found == [*(f"2511.{n:05}" for n in range(papers)), "2511.90001", "2511.90002"]


def test_listings_take_only_some_numbers_and_only_what_there_is() -> None:
    with fake_arxiv_site(small_world()) as site:
        status, _, page = get(f"{site.listing}/cs.LG/new?show=200")
        assert (status, page.startswith("Invalid show value.")) == (400, True)
        assert get(f"{site.listing}/cs.lg/new")[0] == 400
        assert get(f"{site.listing}/cs.LG/tomorrow")[0] == 400
        assert "<p>No updates today.</p>" in text(f"{site.listing}/cs.RO/new")


@settings(max_examples=25, deadline=None)
@given(
    told=st.lists(
        st.tuples(
            st.integers(0, 4),
            st.lists(st.sampled_from(["cs.LG", "cs.CV", "stat.ML"]), min_size=1, unique=True),
            st.lists(st.integers(1, 4), max_size=2),
        ),
        max_size=12,
    )
)
def test_feed_listing_and_oai_tell_one_story(
    told: list[tuple[int, list[str], list[int]]],
) -> None:
    days = ["2025-11-03", "2025-11-04", "2025-11-05", "2025-11-06", "2025-11-07"]
    world = World()
    for number, (day, categories, later) in enumerate(told):
        world.add(site_paper(f"2511.{number:05}", days[day], categories=tuple(categories)))
        for after in sorted(later):
            world.replace(f"2511.{number:05}", days[min(day + after, 4)])
    with fake_arxiv_site(world) as site:
        for world.today in days:
            fed = guids(text(f"{site.feed}/cs.LG"))
            page = text(f"{site.listing}/cs.LG/new")
            changed = guids(
                text(
                    f"{site.oai}?verb=ListIdentifiers&metadataPrefix=arXiv&set=cs:cs:LG"
                    f"&from={world.today}"
                )
            )
            assert sorted(one.partition("v")[0] for one in fed) == changed
            if world.batch_day(world.today) == world.today:
                assert sorted(shown(page)) == changed
