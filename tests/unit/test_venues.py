"""Venues as data: names, editions, a person's own, and what cannot be used."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ConfigError, NotFoundError
from assistant.sources.statuses import STATUSES, is_undecided, status_of
from assistant.sources.venue_names import short_name
from assistant.sources.venues import (
    SOURCES,
    find_edition,
    find_venue,
    known_venues,
    read_venues,
    venues_called,
    written_names,
)

OWN = """
[[venue]]
name = "TinyConf"
title = "Conference on Small Things"
first = 2021
every = 2
aliases = ["TC"]
[[venue.source]]
kind = "virtual"
site = "https://tiny.example"
conference = "tiny"
"""


def test_the_packaged_list_has_every_kind_of_source_and_no_two_venues_of_one_name() -> None:
    known = known_venues()
    kinds = {source.kind for venue in known for source in venue.sources}
    assert kinds == set(SOURCES) - {"paperlists"}
    names = [name.lower() for venue in known for name in {*map(str.lower, venue.names())}]
    assert len(names) == len(set(names))
    virtual = {v.id for v in known for s in v.sources if s.kind == "virtual"}
    assert virtual >= {"neurips", "icml", "iclr", "mlsys", "aistats", "cvpr"}


def test_every_venue_is_known_in_papers_by_whatever_it_is_called() -> None:
    named = [name for name, _, _ in written_names()]
    assert len(named) == len({name.lower() for name in named}) > 100
    for venue in known_venues():
        called = (venue.name, *venue.aliases, venue.title, venue.proceedings)
        assert {short_name(name) for name in called if name} == {venue.name}
    kinds = {name: kind for name, kind, _ in written_names()}
    assert (kinds["TACL"], kinds["JMLR"], kinds["BMVC"]) == ("journal", "journal", "conference")


def test_what_papers_write_is_no_business_of_an_own_list() -> None:
    for more in ('written = "T.*"', "journal = true"):
        with pytest.raises(ConfigError, match=more.split()[0]):
            read_venues(OWN.replace("every = 2", more), "here", own=True)


@pytest.mark.parametrize(
    ("named", "edition"),
    [
        ("neurips-2025", "neurips-2025"), ("NeurIPS 2025", "neurips-2025"),
        ("nips2018", "neurips-2018"), ("NIPS_1999", "neurips-1999"), ("iclr 2026", "iclr-2026"),
        ("neurips", None), ("www2025", "www-2025"),
    ],
)  # fmt: skip
def test_an_edition_by_any_name(named: str, edition: str | None) -> None:
    found = find_edition(known_venues(), named)
    assert (found.id if found else None) == edition


def test_an_unknown_venue_is_told_with_the_nearest() -> None:
    with pytest.raises(NotFoundError) as caught:
        find_venue(known_venues(), "neurps")
    assert "neurips" in caught.value.hint
    assert venues_called(known_venues(), "acl")[0].id == "acl"
    assert venues_called(known_venues(), "NAACL") != venues_called(known_venues(), "ACL")


def test_a_persons_own_venue_is_added_or_takes_the_place_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "venues.toml"
    path.write_text(OWN + OWN.replace("TinyConf", "ICML").replace('["TC"]', "[]"))
    known = known_venues(path)
    tiny = find_venue(known, "tc")
    assert tiny.own
    assert [tiny.takes_place(year) for year in (2020, 2021, 2022, 2023)] == [False, True] * 2
    assert find_venue(known, "icml").title == "Conference on Small Things"
    assert find_venue(known_venues(tmp_path / "none.toml"), "icml").title.startswith("Internat")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("[[venue]]", "[[venues]]"), "no venue"),
        (("kind = \"virtual\"", 'kind = "scraper"'), "kind"),
        (("conference = \"tiny\"\n", ""), "conference"),
        (("every = 2", "every = 0"), "every"),
        (("first = 2021", 'first = "2021"'), "first"),
        (("aliases", "alias"), "alias"),
        (('name = "TinyConf"', 'name = "Tiny Conf"'), "id"),
        (("[[venue.source]]", "[venue.source]"), "source"),
        (("name =", "name ="[:-1]), "TOML"),
    ],
)  # fmt: skip
def test_what_is_no_venue_is_named(change: tuple[str, str], named: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_venues(OWN.replace(*change), "venues.toml")
    assert named in f"{caught.value.title} {caught.value.why} {caught.value.hint}"


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("Accept (Oral)", "oral"), ("Accept (poster)", "poster"), ("notable-top-5%", "oral"),
        ("Accept: notable-top-25%", "spotlight"), ("Highlight", "spotlight"),
        ("Reject", "rejected"),
        ("Desk Rejected Submission", "rejected"), ("Submitted to ICLR 2025", "rejected"),
        ("ICLR 2025 Conference Withdrawn Submission", "withdrawn"), ("ICLR 2025 Poster", "poster"),
        ("Long", "accepted"), ("Findings", "accepted"), ("Accept", "accepted"), ("", None),
        ("Withdrawn after acceptance", "withdrawn"), ("Active", None), ("Exportal", None),
    ],
)  # fmt: skip
def test_the_words_of_venues(told: str, status: str | None) -> None:
    assert status_of(told) == status


def test_undecided_is_no_status() -> None:
    assert is_undecided("Active")
    assert not is_undecided("Poster")


@given(st.text())
def test_any_words_are_read(told: str) -> None:
    assert status_of(told) in (*STATUSES, None)
