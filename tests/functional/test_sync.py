"""`sync` day by day against a fake arXiv: what comes, what is missing, what the verdict is."""

import pytest

from db.engine import Database
from tests.fakes.arxiv_site import odd_papers, site_paper
from tests.functional.syncing import (
    BEFORE,
    FRI,
    MON,
    MON2,
    SAT,
    SUN,
    THU,
    TUE,
    TUE2,
    WED,
    following,
    week,
)

DAYS = [BEFORE, MON, TUE, WED]


def test_a_normal_day(database: Database) -> None:
    world = week([MON, TUE])
    world.replace("2511.00001", TUE)
    with following(database, world) as me:
        report = me.sync(MON)
        assert [(one.state, one.expected, one.received) for one in report.batches] == [
            ("complete", 12, 12)
        ]
        me.sync(TUE)
        assert me.held()["cs.LG", TUE]["2511.00001"] == "replace"
        assert me.batch(TUE).received == me.batch(TUE).expected == 13
        assert set(me.held()["cs.LG", MON].values()) == {"new", "cross"}
        me.assert_everything_once(MON)
        assert report.whole
        assert not report.problems


def test_a_second_sync_asks_once_and_changes_nothing(database: Database) -> None:
    with following(database, week([MON], also=["stat.ML"]), ("cs.LG", "stat.ML")) as me:
        me.sync(MON)
        before = me.held(), me.works()
        asked = len(me.site.requests)
        report = me.sync(MON)
        again = me.site.requests[asked:]
        assert [(one.endpoint, "if-none-match" in one.headers) for one in again] == [
            ("feed", True),
            ("feed", True),
        ]
        assert (me.held(), me.works()) == before
        assert report.whole
        me.assert_everything_once(MON)


@pytest.mark.parametrize("fault", ["drop 5", "empty", "500", "malformed", "bomb", "charset"])
def test_what_a_feed_lacks_is_repaired(database: Database, fault: str) -> None:
    with following(database, week([MON, TUE])) as me:
        me.sync(MON)
        me.site.fail("feed", fault, count=9)
        me.sync(TUE)
        assert me.batch(TUE).state == "complete"
        me.assert_everything_once(MON)
        assert not me.site.asked("api")


@pytest.mark.parametrize("fault", ["503", "403", "empty", "html", "error badArgument"])
def test_without_oai_the_api_repairs(database: Database, fault: str) -> None:
    with following(database, week([MON, TUE])) as me:
        me.sync(MON)
        me.site.fail("feed", "drop 5")
        me.site.fail("oai", fault, count=9)
        me.sync(TUE)
        assert me.batch(TUE).state == "complete"
        assert me.site.asked("api")
        me.assert_everything_once(MON)


@pytest.mark.parametrize("next_day", [TUE, WED])
def test_a_partial_day_says_what_is_missing_and_heals(database: Database, next_day: str) -> None:
    with following(database, week([MON, TUE, WED])) as me:
        me.sync(MON)
        me.site.fail("feed", "drop 3")
        me.site.fail("oai", "503", count=9)
        me.site.fail("api", "429", count=9)
        report = me.sync(TUE)
        batch = me.batch(TUE)
        assert (batch.state, batch.expected, batch.received) == ("partial", 12, 9)
        lacking = {one for (_, day), ids in me.held().items() if day == TUE for one in ids}
        assert set(batch.missing) == {f"2511.{n:05}" for n in range(13, 25)} - lacking
        assert len(batch.missing) == 3
        assert "429" in batch.detail
        assert not report.whole
        assert not report.vain
        me.site.calm()
        me.sync(next_day)
        assert (me.batch(TUE).state, me.batch(TUE).received) == ("complete", 12)
        assert not me.batch(TUE).missing
        me.assert_everything_once(MON)


@pytest.mark.parametrize("fault", ["hang", "trickle", "hang up", "oversized", "404"])
def test_whatever_hangs_is_left(database: Database, fault: str) -> None:
    with following(database, week([MON]), timeout=1.0) as me:
        me.site.oversize = 50_000_000
        me.site.fail("feed", fault, count=9)
        me.sync(MON)
        assert me.batch(MON).state == "complete"
        me.assert_everything_once(MON)


def test_a_stale_feed_is_no_news_where_the_listing_is_right(database: Database) -> None:
    with following(database, week([MON, TUE])) as me:
        me.sync(MON)
        me.site.fail("feed", "stale", count=9)
        me.sync(TUE)
        assert me.batch(TUE).state == "complete"
        me.assert_everything_once(MON)


def test_a_stale_feed_is_not_believed_of_a_paper_revised_the_day_after(database: Database) -> None:
    world = week([MON, TUE])
    world.replace("2511.00001", TUE, title="Better")
    with following(database, world) as me:
        me.sync(MON)
        me.like("2511.00001")
        me.site.fail("feed", "stale", count=9)
        me.sync(TUE)
        assert me.events() == [("arxiv:2511.00001", 2)]
        assert me.held()["cs.LG", TUE]["2511.00001"] == "replace"
        me.assert_everything_once(MON)


def test_a_stale_feed_beside_a_late_listing(database: Database) -> None:
    with following(database, week([MON, TUE, WED])) as me:
        me.sync(MON)
        me.site.fail("feed", "stale", count=9)
        me.site.fail("listing", "stale", count=9)
        me.site.fail("oai", "stale", count=9)
        me.sync(TUE)
        assert me.states() == {MON: "complete", TUE: "stale"}
        me.assert_everything_once(MON, until=MON)
        me.site.calm()
        me.sync(WED)
        assert me.states() == {MON: "complete", TUE: "complete", WED: "complete"}
        me.assert_everything_once(MON)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("oai", ["", "503"])
def test_a_stale_feed_without_a_listing(database: Database, known: bool, oai: str) -> None:
    with following(database, week([MON, TUE, WED])) as me:
        if known:
            me.sync(MON)
        me.site.fail("feed", "stale", count=9)
        me.site.fail("listing", "503", count=9)
        me.site.fail("oai", oai, count=9)
        me.sync(TUE)
        assert me.batch(TUE).state == ("partial" if not oai or not known else "stale")
        if not oai or known:
            me.assert_everything_once(MON if known else TUE, until=MON if oai else TUE)
        me.site.calm()
        me.sync(WED)
        assert set(me.states().values()) == {"complete"}
        if known or not oai:
            me.assert_everything_once(MON if known else TUE)
        news = [one for ids in me.held().values() for one in ids]
        assert len(news) == len(set(news))


def test_a_holiday_and_a_weekend(database: Database) -> None:
    with following(database, week([MON, TUE, THU, FRI, MON2])) as me:
        for day in (MON, TUE, WED, THU, FRI, SAT, SUN, MON2):
            report = me.sync(day)
            assert report.whole
        assert me.states() == {
            day: "holiday" if day in (WED, SAT, SUN) else "complete"
            for day in (MON, TUE, WED, THU, FRI, SAT, SUN, MON2)
        }
        assert me.batch(WED).expected == 0
        assert me.batch(SAT).detail == "weekend"
        me.assert_everything_once(MON)


def test_a_holiday_missed_is_no_gap(database: Database) -> None:
    with following(database, week([MON, TUE, THU, FRI])) as me:
        me.sync(MON)
        me.sync(FRI)
        assert me.states()[WED] == "holiday"
        asked = len(me.site.requests)
        me.sync(FRI)
        assert len(me.site.requests) == asked + 1
        me.assert_everything_once(MON)


def test_an_empty_feed_and_a_late_listing_on_a_full_day(database: Database) -> None:
    with following(database, week([MON, TUE, WED])) as me:
        me.sync(MON)
        me.site.fail("feed", "empty", count=9)
        me.site.fail("listing", "stale", count=9)
        me.sync(TUE)
        assert me.batch(TUE).state == "partial"
        me.assert_everything_once(MON)
        me.site.calm()
        me.sync(WED)
        assert me.states() == {MON: "complete", TUE: "complete", WED: "complete"}
        me.assert_everything_once(MON)


def test_a_capped_feed(database: Database) -> None:
    world = week([MON], papers=60)
    world.feed_cap = world.listing_cap = 20
    world.oai_page = 25
    with following(database, world) as me:
        me.sync(MON)
        assert (me.batch(MON).state, me.batch(MON).received) == ("complete", 60)
        me.assert_everything_once(MON)


@pytest.mark.parametrize("oai", ["", "503"])
def test_a_dead_listing(database: Database, oai: str) -> None:
    world = week([MON, TUE, WED])
    world.replace("2511.00001", TUE)
    with following(database, world) as me:
        me.sync(MON)
        me.site.fail("listing", "503", count=9)
        me.site.fail("feed", "drop 2")
        me.site.fail("oai", oai, count=9)
        me.sync(TUE)
        batch = me.batch(TUE)
        if oai:
            assert (batch.state, batch.expected, batch.received) == ("partial", None, 11)
        else:
            assert (batch.state, batch.expected, batch.received) == ("complete", 13, 13)
        me.site.calm()
        me.sync(WED)
        assert (me.batch(TUE).state, me.batch(TUE).received) == ("complete", 13)
        me.assert_everything_once(MON)


@pytest.mark.parametrize("first", [True, False])
def test_everything_dead(database: Database, first: bool) -> None:
    with following(database, week([MON, TUE, WED])) as me:
        if not first:
            me.sync(MON)
        for endpoint in ("feed", "listing", "oai", "api"):
            me.site.fail(endpoint, "500", count=99)
        report = me.sync(TUE)
        assert report.vain
        assert report.problems
        assert me.batch(TUE).state == "failed"
        me.site.calm()
        assert me.sync(WED).whole
        assert me.states() == dict.fromkeys(DAYS[1 + first :], "complete")
        me.assert_everything_once(TUE if first else MON)


def test_a_dead_server_is_not_asked_for_every_category_anew(database: Database) -> None:
    with following(database, week([MON], also=["stat.ML"]), ("cs.LG", "stat.ML", "cs.CL")) as me:
        for endpoint in ("feed", "listing", "oai", "api"):
            me.site.fail(endpoint, "503", count=99)
        report = me.sync(MON)
        assert report.vain
        assert len(report.batches) == 3
        assert [len(me.site.asked(one)) for one in ("feed", "listing")] == [5, 5]
        me.site.calm()
        assert me.sync(MON).whole


def test_only_oai_answers(database: Database) -> None:
    with following(database, week([MON, TUE, WED])) as me:
        me.sync(MON)
        me.site.fail("feed", "403", count=9)
        me.site.fail("listing", "403", count=9)
        me.sync(TUE)
        assert me.batch(TUE).state == "partial"
        me.assert_everything_once(MON)
        me.site.calm()
        me.sync(TUE)
        assert me.batch(TUE).state == "complete"
        me.assert_everything_once(MON)


FAULTS = {
    "feed": ["stale", "stale build", "wrong date", "holiday", "error entry", "empty", "drop 4"],
    "listing": ["stale", "wrong date", "holiday", "empty", "drop 4"],
    "oai": ["empty", "stale", "drop 4"],
}


@pytest.mark.parametrize("listing", ["", "503", *FAULTS["listing"]])
@pytest.mark.parametrize("feed", ["503", *FAULTS["feed"]])
def test_a_complete_day_is_never_made_worse(database: Database, feed: str, listing: str) -> None:
    with following(database, week([MON, TUE, WED])) as me:
        me.sync(MON)
        me.sync(TUE)
        before = me.held()
        for oai in ("", "503", *FAULTS["oai"]):
            me.site.calm()
            me.site.fail("feed", feed, count=9)
            me.site.fail("listing", listing, count=9)
            me.site.fail("oai", oai, count=9)
            me.site.fail("api", "503" if oai else "", count=9)
            me.sync(TUE)
            assert me.held() == before
            assert (me.batch(MON).state, me.batch(TUE).state) == ("complete", "complete")
        me.site.calm()
        me.sync(WED)
        assert me.states() == {MON: "complete", TUE: "complete", WED: "complete"}
        me.assert_everything_once(MON)


@pytest.mark.parametrize("listing", ["", "503", *FAULTS["listing"]])
@pytest.mark.parametrize("feed", ["", "503", *FAULTS["feed"]])
def test_no_two_faults_lose_or_double_anything(database: Database, feed: str, listing: str) -> None:
    with following(database, week([BEFORE, MON, TUE, WED])) as me:
        me.sync(BEFORE)
        for day in (MON, TUE):
            me.site.fail("feed", feed, count=9)
            me.site.fail("listing", listing, count=9)
            me.sync(day)
            me.site.calm()
        me.sync(WED)
        assert me.states() == dict.fromkeys((BEFORE, MON, TUE, WED), "complete")
        me.assert_everything_once(BEFORE)


def test_a_new_version_of_a_kept_paper_is_one_event(database: Database) -> None:
    world = week([MON, TUE, WED], also=["stat.ML"])
    for source_id in ("2511.00001", "2511.00002"):
        world.replace(source_id, TUE, title=f"Better {source_id}")
    with following(database, world, ("cs.LG", "stat.ML")) as me:
        me.sync(MON)
        me.like("2511.00001")
        me.sync(TUE)
        me.sync(TUE)
        me.sync(WED)
        assert me.events() == [("arxiv:2511.00001", 2)]
        assert "Better 2511.00001" in {one[1] for one in me.works()}
        assert me.held()["stat.ML", TUE]["2511.00001"] == "replace-cross"
        me.assert_everything_once(MON)


def test_a_withdrawn_paper_keeps_its_place(database: Database) -> None:
    world = week([MON, TUE])
    world.withdraw("2511.00001", TUE)
    with following(database, world) as me:
        me.sync(MON)
        me.like("2511.00001")
        me.sync(TUE)
        assert me.events() == [("arxiv:2511.00001", 2)]
        assert me.batch(TUE).state == "complete"
        me.assert_everything_once(MON)


@pytest.mark.parametrize("dead", ["", "feed", "listing"])
def test_odd_papers(database: Database, dead: str) -> None:
    world = week([MON, TUE])
    world.add(*odd_papers(TUE))
    with following(database, world, ("cs.LG", "hep-th", "gr-qc", "math.GT")) as me:
        me.sync(MON)
        if dead:
            me.site.fail(dead, "503", count=99)
        me.sync(TUE)
        for category in me.categories:
            assert me.batch(TUE, category).state == ("complete")
        me.assert_everything_once(MON)
        crowd = next(one for one in me.works() if one[0] == "arxiv:2511.90002")
        assert crowd[3].count(",") == 2999


def test_a_paper_listed_across_later(database: Database) -> None:
    world = week([MON, TUE])
    world.add(site_paper("2510.09001", BEFORE, categories=("cs.CV",)))
    world.cross_list("2510.09001", "cs.LG", TUE)
    with following(database, world, ("cs.LG", "cs.CV")) as me:
        me.sync(BEFORE)
        me.sync(MON)
        me.sync(TUE)
        assert me.held()["cs.LG", TUE]["2510.09001"] == "cross"
        me.assert_everything_once(BEFORE)


def test_edits_of_old_papers_announce_nothing(database: Database) -> None:
    world = week([MON, TUE, WED])
    world.add(site_paper("2401.00001", "2024-01-05"), site_paper("2401.00002", "2024-01-05"))
    world.replace("2401.00002", "2024-02-01")
    for source_id in ("2401.00001", "2401.00002", "2511.00001"):
        world.edit(source_id, TUE, journal_ref="J. 1")
    with following(database, world) as me:
        me.sync(MON)
        me.site.fail("listing", "503", count=9)
        me.sync(TUE)
        assert me.batch(TUE).received == 12
        me.sync(WED)
        me.assert_everything_once(MON)
        assert len(me.works()) == 36


def test_a_deleted_paper_is_told_missing(database: Database) -> None:
    world = week([MON, TUE, WED])
    world.delete("2511.00013", WED)
    with following(database, world) as me:
        me.sync(MON)
        me.sync(WED)
        assert me.batch(TUE).missing.keys() <= {"2511.00013"}
        assert me.batch(TUE).received == 11
        assert me.batch(WED).state == "complete"


def test_arxiv_is_late(database: Database) -> None:
    with following(database, week([MON, TUE])) as me:
        me.sync(MON)
        report = me.sync(MON, clock=TUE)
        assert me.states() == {MON: "complete", TUE: "stale"}
        assert not report.whole
        me.sync(TUE)
        assert me.states() == {MON: "complete", TUE: "complete"}
        me.assert_everything_once(MON)


@pytest.mark.parametrize("year", ["2024", "2026"])
def test_a_clock_that_is_a_year_off(database: Database, year: str) -> None:
    with following(database, week([MON, TUE, WED, THU])) as me:
        me.sync(MON, clock=MON.replace("2025", year))
        me.site.fail("feed", "503", count=9)
        me.site.fail("listing", "503", count=9)
        me.sync(TUE, clock=TUE.replace("2025", year))
        me.site.calm()
        me.sync(WED, clock=WED.replace("2025", year))
        me.sync(THU)
        assert me.states() == dict.fromkeys((MON, TUE, WED, THU), "complete")
        me.assert_everything_once(MON)


def test_a_category_followed_later(database: Database) -> None:
    with following(database, week([MON, TUE, WED], also=["stat.ML"])) as me:
        me.sync(MON)
        me.categories.append("stat.ML")
        me.sync(TUE)
        me.sync(WED)
        assert me.states("stat.ML") == {TUE: "complete", WED: "complete"}
        me.categories.remove("stat.ML")
        me.assert_everything_once(MON)


def test_reaching_back(database: Database) -> None:
    with following(database, week([BEFORE, MON, TUE, WED])) as me:
        me.sync(WED)
        assert me.states() == {WED: "complete"}
        me.sync(WED, since=BEFORE)
        assert me.states() == dict.fromkeys((BEFORE, MON, TUE, WED), "complete")
        me.assert_everything_once(BEFORE)
        me.sync(TUE2, since=BEFORE)
        me.assert_everything_once(BEFORE)
