"""47 real announcement days replayed under faults, day by day and in one go: the same library."""

from pathlib import Path

import pytest

from db.engine import Database
from db.migrate import migrate
from tests.fakes.arxiv_site import World
from tests.functional.syncing import Follower, following

CATEGORIES = ("stat.ML", "cs.AR", "cs.CR")
AWAY = 16
OUTAGES = {
    5: (("feed", "stale"),),
    8: (("listing", "503"),),
    11: (("feed", "500"), ("listing", "500"), ("oai", "500"), ("api", "500")),
    14: (("feed", "drop 20"), ("oai", "403")),
    20: (("feed", "empty"),),
    23: (("feed", "drop 9"), ("oai", "503"), ("api", "503")),
    27: (("feed", "stale"), ("listing", "stale"), ("oai", "stale")),
    31: (("feed", "malformed"),),
    35: (("feed", "bomb"), ("listing", "charset")),
    38: (("feed", "error entry"), ("listing", "stale")),
    41: (("listing", "html"), ("feed", "drop 5"), ("oai", "cut off")),
}
"""Which announcement days (by number) have faults that last all day."""
VERDICTS = {11: "failed", 23: "partial", 27: "stale", 38: "partial", 41: "partial"}
"""What is said in the evening of such a day; of all others `complete`."""


@pytest.fixture
def world(shared_data: Path) -> World:
    folder = shared_data / "arxiv"
    (snapshot,) = folder.glob("*.jsonl.gz")
    found = World.from_snapshot(snapshot, folder / "announced.tsv")
    wanted = {
        name: paper for name, paper in found.papers.items() if {*paper.categories} & {*CATEGORIES}
    }
    world = World(wanted, found.today)
    days = world.batch_days("9999", 100)[::-1]
    for place, source_id in enumerate(sorted(wanted)):
        later = [day for day in days if day > wanted[source_id].events[0].day]
        if place % 23 == 0 and later:
            world.replace(source_id, later[place % min(9, len(later))], title=f"Revised {place}")
    return world


def library(folder: Path) -> Database:
    folder.mkdir()
    migrate(folder / "library.db", folder / "backups")
    return Database(folder / "library.db")


def test_both_histories_agree(world: World, tmp_path: Path) -> None:
    days = world.batch_days("9999", 100)[::-1]
    assert len(days) == 47
    with library(tmp_path / "daily") as database, following(database, world, CATEGORIES) as me:
        daily, told = day_by_day(me, days)
    with library(tmp_path / "once") as database, following(database, world, CATEGORIES) as me:
        me.site.storm(2, 0.25)
        me.sync(days[0])
        me.sync(days[AWAY - 1])
        for category in CATEGORIES:
            assert set(me.states(category).values()) == {"complete"}
        me.assert_everything_once(days[0])
        assert me.works() == daily
        until = days[AWAY - 1]
        assert me.held() == {where: ids for where, ids in told.items() if where[1] <= until}


def day_by_day(
    me: Follower, days: list[str]
) -> tuple[list[tuple[str, ...]], dict[tuple[str, str], dict[str, str]]]:
    """Sync every day; return the works of the day we were away until, and what was announced."""
    then = []
    for place, day in enumerate(days):
        me.site.calm()
        me.site.storm(place, 0.2)
        for endpoint, fault in OUTAGES.get(place, ()):
            me.site.fail(endpoint, fault, count=999)
        me.sync(day)
        for category in CATEGORIES:
            assert me.batch(day, category).state == VERDICTS.get(place, "complete"), (
                place,
                category,
            )
        if place == AWAY - 1:
            then = me.works()
    me.site.calm()
    me.sync(days[-1])
    for category in CATEGORIES:
        assert set(me.states(category).values()) <= {"complete", "holiday"}
        assert sum(state == "complete" for state in me.states(category).values()) == len(days)
    me.assert_everything_once(days[0])
    return then, me.held()
