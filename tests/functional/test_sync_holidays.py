"""Days on which arXiv announces nothing, and those on which it only seems so."""

import pytest

from assistant.library.sync.ledger import UNCONFIRMED
from db.engine import Database
from tests.fakes.arxiv_site import World, site_paper
from tests.functional.syncing import FRI, MON, THU, TUE, WED, Follower, following, week

ALL_EMPTY = (("feed", "empty"), ("listing", "stale"), ("oai", "stale"))


def fail_all_day(me: Follower, category: str | None = None, but: str = "") -> None:
    for endpoint, fault in ALL_EMPTY:
        if endpoint != but:
            me.site.fail(endpoint, fault, count=99, category=category)


def test_a_day_that_arxiv_is_late_with_is_no_holiday_for_ever(database: Database) -> None:
    with following(database, week([MON, TUE, WED])) as me:
        me.sync(MON)
        fail_all_day(me)
        me.sync(TUE)
        assert me.batch(TUE).state == "holiday"
        assert me.batch(TUE).detail == UNCONFIRMED
        me.site.calm()
        me.sync(WED)
        assert me.states() == dict.fromkeys((MON, TUE, WED), "complete")
        me.assert_everything_once(MON)


def test_a_holiday_is_confirmed_once_the_next_day_is_told(database: Database) -> None:
    with following(database, week([MON, TUE, THU, FRI])) as me:
        for day in (MON, TUE, WED):
            assert me.sync(day).whole
        assert me.batch(WED).detail == UNCONFIRMED
        me.site.fail("oai", "503", count=9)
        me.site.fail("listing", "503", count=9, category="pastweek")
        assert me.sync(THU).whole
        assert (me.batch(WED).state, me.batch(WED).detail) == ("holiday", UNCONFIRMED)
        me.site.calm()
        me.sync(THU)
        assert (me.batch(WED).state, me.batch(WED).detail) == ("holiday", "")
        asked = len(me.site.requests)
        me.sync(FRI)
        me.sync(FRI)
        assert len(me.site.requests) == asked + 3, "it is looked for no more"
        me.assert_everything_once(MON)


@pytest.mark.parametrize("listing", ["stale", "503"])
def test_what_other_categories_announce_speaks_against_a_holiday(
    database: Database, listing: str
) -> None:
    world = week([MON, TUE, WED], also=["cs.AI"])
    with following(database, world, ("cs.LG", "cs.AI")) as me:
        me.sync(MON)
        me.site.fail("listing", listing, category="cs.AI", count=99)
        fail_all_day(me, "cs.AI", but="listing")
        me.site.fail("oai", "stale", category="cs:AI", count=99)
        assert not me.sync(TUE).whole
        assert me.batch(TUE, "cs.AI").state == "stale"
        assert me.batch(TUE, "cs.LG").state == "complete"
        me.site.calm()
        me.sync(WED)
        for category in me.categories:
            assert me.states(category) == dict.fromkeys((MON, TUE, WED), "complete")
        me.assert_everything_once(MON)


def test_a_small_category_has_days_without_papers(database: Database) -> None:
    world = week([MON, TUE, WED])
    world.add(site_paper("2511.70001", MON, categories=("cs.AR",)))
    world.add(site_paper("2511.70002", WED, categories=("cs.AR",)))
    with following(database, world, ("cs.LG", "cs.AR")) as me:
        for day in (MON, TUE, WED):
            assert me.sync(day).whole
        assert me.states("cs.AR") == {MON: "complete", TUE: "holiday", WED: "complete"}
        assert me.batch(TUE, "cs.AR").detail == ""
        me.assert_everything_once(MON)


def test_a_world_without_papers_stays_unconfirmed(database: Database) -> None:
    with following(database, World.of(site_paper("2511.00001", MON))) as me:
        me.sync(MON)
        me.sync(TUE)
        me.sync(WED)
        assert me.states() == {MON: "complete", TUE: "holiday", WED: "holiday"}
        assert me.batch(WED).detail == UNCONFIRMED
