"""47 real announcement days replayed under faults, day by day and in one go: the same library."""

from pathlib import Path

import pytest

from db.engine import Database
from db.migrate import migrate
from tests.fakes.arxiv_site import World
from tests.functional.syncing import Follower, following

CATEGORIES = ("stat.ML", "cs.RO")
AWAY = 16
OUTAGES = {
    5: (("feed", "stale"),),
    8: (("listing", "503"),),
    11: (("feed", "500"), ("listing", "500"), ("oai", "500"), ("api", "500")),
    14: (("feed", "drop 20"), ("oai", "403")),
    20: (("feed", "empty"),),
    23: (("feed", "drop 5"), ("oai", "503"), ("api", "503")),
    27: (("feed", "stale"), ("listing", "stale"), ("oai", "stale")),
    31: (("feed", "malformed"),),
    35: (("feed", "bomb"), ("listing", "charset")),
    38: (("feed", "error entry"), ("listing", "stale")),
    41: (("listing", "html"), ("feed", "drop 5"), ("oai", "cut off")),
}
"""Which announcement days (by number) have faults that last all day."""
VERDICTS = {11: "failed", 23: "partial", 27: "stale", 38: "stale", 41: "partial"}
"""What is said in the evening of such a day; of all others `complete`."""


@pytest.fixture
def world(shared_data: Path) -> World:
    """The real papers of the categories followed; some of them are revised later on."""
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


@pytest.mark.timeout(600)
def test_both_histories_agree(world: World, tmp_path: Path) -> None:
    days = world.batch_days("9999", 100)[::-1]
    assert len(days) == 47
    with library(tmp_path / "daily") as database, following(database, world, CATEGORIES) as me:
        works, announced = day_by_day(me, days)
    with library(tmp_path / "once") as database, following(database, world, CATEGORIES) as me:
        me.site.storm(2, 0.25)
        me.sync(days[0])
        me.sync(days[AWAY - 1])
        for category in CATEGORIES:
            assert set(me.states(category).values()) == {"complete"}
        assert me.works() == works
        assert_same_days(world, days, flat(announced), flat(me.held()))


def flat(held: dict[tuple[str, str], dict[str, str]]) -> dict[tuple[str, str, bool], list[str]]:
    """Return (category, id, whether revised) -> the days it was announced on."""
    found: dict[tuple[str, str, bool], list[str]] = {}
    for (category, day), ids in sorted(held.items()):
        for source_id, kind in ids.items():
            found.setdefault((category, source_id, kind.startswith("replace")), []).append(day)
    return found


def assert_same_days(
    world: World,
    days: list[str],
    daily: dict[tuple[str, str, bool], list[str]],
    once: dict[tuple[str, str, bool], list[str]],
) -> None:
    """Assert that both tell the same of the same days.

    Of a paper that was revised meanwhile OAI-PMH tells the day of its revision alone: where it is
    the first or last of its day, it may be thought of the day beside, even of that of its revision.
    """
    assert once.keys() <= daily.keys()
    unsaid = daily.keys() - once.keys()
    differ = [one for one in once if daily[one] != once[one]]
    revised = [one for one in daily if one[2]]
    assert all(said and daily[of, id, said] == once[of, id, False] for of, id, said in unsaid)
    assert len(differ) <= 0.05 * len(revised)
    for one in differ:
        _, source_id, is_replaced = one
        assert not is_replaced
        assert len(world.papers[source_id].versions) > 1
        ((day,), (other,)) = daily[one], once[one]
        assert abs(days.index(day) - days.index(other)) == 1


def day_by_day(
    me: Follower, days: list[str]
) -> tuple[list[tuple[str, ...]], dict[tuple[str, str], dict[str, str]]]:
    """Sync every day; return works and announcements as they were at the end of our absence."""
    then: list[tuple[str, ...]] = []
    told: dict[tuple[str, str], dict[str, str]] = {}
    for place, day in enumerate(days):
        me.site.calm()
        me.site.storm(place, 0.2)
        for endpoint, fault in OUTAGES.get(place, ()):
            me.site.fail(endpoint, fault, count=999)
        me.sync(day)
        for category in CATEGORIES:
            assert me.batch(day, category).state == VERDICTS.get(place, "complete"), day
        if place == AWAY - 1:
            then, told = me.works(), me.held()
    me.site.calm()
    me.sync(days[-1])
    for category in CATEGORIES:
        assert me.states(category) == dict.fromkeys(days, "complete")
    me.assert_everything_once(days[0])
    return then, told
