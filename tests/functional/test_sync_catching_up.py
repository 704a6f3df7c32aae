"""`sync` after weeks away, and interrupted: every missed day comes, under its own date."""

import dataclasses
import random
from datetime import date, timedelta

import pytest

from assistant.library.sync import ledger
from db.engine import Database
from tests.fakes.arxiv_site import World, site_paper
from tests.functional.syncing import NEWS, following, week


def weekdays(first: str, count: int) -> list[str]:
    found, day = [], date.fromisoformat(first)
    while len(found) < count:
        if day.weekday() < 5:
            found.append(day.isoformat())
        day += timedelta(days=1)
    return found


THREE_WEEKS = weekdays("2025-10-06", 16)
FIRST, LAST = THREE_WEEKS[0], THREE_WEEKS[-1]


def busy_world(seed: int = 0) -> World:
    """Three weeks in which papers are revised, withdrawn, listed across, edited and deleted."""
    chance = random.Random(seed)
    world = week(THREE_WEEKS, also=["stat.ML"])
    ids = list(world.papers)
    for source_id in chance.sample(ids, 40):
        first = world.papers[source_id].events[0].day
        later = [day for day in THREE_WEEKS if day > first]
        for day in sorted(chance.sample(later, min(len(later), chance.randint(1, 3)))):
            chance.choice((world.replace, world.withdraw))(source_id, day)
    for number in range(6):
        world.add(site_paper(f"2510.8{number:04}", THREE_WEEKS[3], categories=("cs.CV",)))
        world.cross_list(f"2510.8{number:04}", "cs.LG", chance.choice(THREE_WEEKS[4:]))
        world.add(site_paper(f"2301.8{number:04}", "2023-01-03"))
        world.edit(f"2301.8{number:04}", chance.choice(THREE_WEEKS), journal_ref="J. 1")
        world.add(site_paper(f"2302.8{number:04}", "2023-02-03"))
        world.replace(f"2302.8{number:04}", chance.choice(THREE_WEEKS[1:]))
    return world


@pytest.mark.parametrize("seed", range(5))
def test_three_weeks_away(database: Database, seed: int) -> None:
    world = busy_world(seed)
    with following(database, world, ("cs.LG", "stat.ML")) as me:
        me.sync(FIRST)
        kept = sorted(me.held()["cs.LG", FIRST])
        for source_id in kept:
            me.like(source_id)
        report = me.sync(LAST)
        assert report.whole
        assert me.states() == dict.fromkeys(THREE_WEEKS, "complete")
        me.assert_everything_once(FIRST)
        revised = {one: len(world.papers[one].versions) for one in kept}
        newer = {f"arxiv:{one}": number for one, number in revised.items() if number > 1}
        assert dict(me.events()) == newer
        assert len(me.events()) == len(newer)
        asked = len(me.site.requests)
        me.sync(LAST)
        assert len(me.site.requests) == asked + 2


def test_three_weeks_away_without_oai(database: Database) -> None:
    with following(database, week(THREE_WEEKS)) as me:
        me.sync(FIRST)
        me.site.fail("oai", "503", count=99)
        report = me.sync(LAST)
        states = list(me.states().values())
        assert states == ["complete", *["partial"] * 14, "complete"]
        assert not report.whole
        assert not report.vain
        assert [one.date for one in report.batches] == [LAST, *THREE_WEEKS[1:-1]]
        late, early = me.batch(THREE_WEEKS[11]), me.batch(THREE_WEEKS[4])
        assert late.received == late.expected == 12
        assert (early.received, early.expected) == (12, None)
        assert "API" in early.detail
        me.assert_everything_once(FIRST)
        asked = len(me.site.asked("api"))
        me.sync(LAST)
        assert len(me.site.asked("api")) == asked, "what is known already is asked for again"
        me.site.calm()
        me.sync(LAST)
        assert me.states() == dict.fromkeys(THREE_WEEKS, "complete")
        me.assert_everything_once(FIRST)


@pytest.mark.parametrize("seed", range(3))
def test_days_guessed_without_oai_are_put_right_by_it(database: Database, seed: int) -> None:
    """The API tells no day, least of all of a paper that was held for some."""
    world = busy_world(seed)
    chance = random.Random(seed)
    for day in (THREE_WEEKS[3], THREE_WEEKS[7]):
        for paper in [one for one in world.papers.values() if one.events[0].day == day]:
            if len(paper.versions) == 1 and chance.random() < 0.4:
                held = dataclasses.replace(paper.versions[0], submitted=THREE_WEEKS[1])
                paper.versions[0] = held
    with following(database, world, ("cs.LG", "stat.ML")) as me:
        me.sync(FIRST)
        me.site.fail("oai", "503", count=999)
        me.sync(LAST)
        news = [
            (category, one)
            for (category, _), ids in me.held().items()
            for one, kind in ids.items()
            if kind in NEWS
        ]
        assert len(news) == len(set(news)), "a paper came twice"
        due = {
            (category, item.paper.id)
            for category in me.categories
            for day in THREE_WEEKS
            for item in world.announced([category], day)
            if item.kind == "new" or item.paper.id[:6] != "2510.8"
        }
        lacking = {(of, one) for of, one in due - set(news) if one.startswith("2510")}
        assert not lacking, "what the API tells of has come"
        me.site.calm()
        me.sync(LAST)
        for category in me.categories:
            assert me.states(category) == dict.fromkeys(THREE_WEEKS, "complete")
        me.assert_everything_once(FIRST)


def test_three_weeks_away_with_nothing_but_the_feed(database: Database) -> None:
    with following(database, week(THREE_WEEKS)) as me:
        me.sync(FIRST)
        for endpoint in ("oai", "listing", "api"):
            me.site.fail(endpoint, "503", count=99)
        me.sync(LAST)
        assert list(me.states().values()) == ["complete", *["failed"] * 14, "partial"]
        me.site.calm()
        me.sync(LAST)
        assert me.states() == dict.fromkeys(THREE_WEEKS, "complete")
        me.assert_everything_once(FIRST)


@pytest.mark.parametrize("fault", ["empty", "drop 40", "cut off", "error noRecordsMatch"])
def test_a_harvest_that_brings_too_little(database: Database, fault: str) -> None:
    """What OAI-PMH leaves out of the past week is found through the listing and the API."""
    with following(database, week(THREE_WEEKS)) as me:
        me.sync(FIRST)
        me.site.fail("oai", fault, count=2 if fault != "drop 40" else 1)
        me.sync(LAST)
        me.site.calm()
        me.sync(LAST)
        assert me.states() == dict.fromkeys(THREE_WEEKS, "complete")
        me.assert_everything_once(FIRST)


def test_a_day_that_failed_heals_after_its_papers_were_revised(database: Database) -> None:
    """OAI-PMH has a revised paper under the day of its revision alone."""
    world = week(THREE_WEEKS)
    for number in (13, 14, 15):
        world.replace(f"2510.{number:05}", THREE_WEEKS[2])
    with following(database, world) as me:
        me.sync(FIRST)
        for endpoint in ("feed", "listing", "oai", "api"):
            me.site.fail(endpoint, "503", count=999)
        me.sync(THREE_WEEKS[1])
        me.site.calm()
        me.site.fail("oai", "503", count=999)
        for day in THREE_WEEKS[2:12]:
            me.site.fail("listing", "503", category="pastweek", count=9)
            me.sync(day)
        me.site.calm()
        me.sync(LAST)
        assert me.states() == dict.fromkeys(THREE_WEEKS, "complete")
        me.assert_everything_once(FIRST)


class Stopped(BaseException):
    """As if the process had been killed."""


@pytest.mark.parametrize("seed", range(8))
def test_stopped_at_any_write(
    database: Database, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Stopped before or inside any write, and taken up again, sync gives what it gives at once."""
    world = busy_world(1)
    chance = random.Random(seed)
    note_versions = ledger._note_versions
    left = 0

    def stopping(*told: object) -> None:
        nonlocal left
        note_versions(*told)  # type: ignore[arg-type]
        left -= 1
        if left == 0:
            raise Stopped

    with following(database, world, ("cs.LG", "stat.ML")) as me:
        me.sync(FIRST)
        for source_id in me.held()["cs.LG", FIRST]:
            me.like(source_id)
        monkeypatch.setattr(ledger, "_note_versions", stopping)
        stops = 0
        for _ in range(12):
            left = chance.randint(1, 12)
            try:
                me.sync(chance.choice((LAST, THREE_WEEKS[7])) if not stops else LAST)
            except Stopped:
                stops += 1
        monkeypatch.undo()
        me.sync(LAST)
        assert stops
        assert me.states() == dict.fromkeys(THREE_WEEKS, "complete")
        me.assert_everything_once(FIRST)
        assert len(me.events()) == len(set(me.events()))
        newest = {one: len(world.papers[one].versions) for one in me.held()["cs.LG", FIRST]}
        assert {(f"arxiv:{one}", n) for one, n in newest.items() if n > 1} <= set(me.events())
