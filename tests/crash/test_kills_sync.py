"""SIGKILL at random moments of a sync: no announcement is lost or doubled by the next one."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.config import ArxivSettings
from assistant.library.following import ensure_main, find_profile, like
from assistant.library.sync.run import sync
from db import works
from db.engine import Database
from db.migrate import migrate
from tests.crash.killing import Killer
from tests.crash.test_kills import assert_whole
from tests.fakes.arxiv_site import World, fake_arxiv_site, site_paper

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

KILLS = 60
DAYS = [f"2025-11-{day:02d}" for day in (3, 4, 5, 6, 7, 10, 11, 12, 13, 14)]
A_DAY = 40
CATEGORIES = ("cs.LG", "cs.CL")


def announcements(path: Path) -> list[tuple[str, str, str]]:
    with Database(path) as database, database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT b.category, b.date, a.source_id FROM announcements a"
            " JOIN batches b ON b.id = a.batch_id WHERE a.kind IN ('new', 'cross')"
        ).all()
    return [tuple(row) for row in rows]


@pytest.mark.timeout(600)
def test_sync_killed(tmp_path: Path) -> None:
    killer = Killer(5, 0.3, share=0.2)
    papers = {
        f"2511.{number + 1:05d}": site_paper(
            f"2511.{number + 1:05d}", DAYS[number // A_DAY], title=f"Paper {number} of many",
            categories=CATEGORIES if number % 2 else ("cs.LG",),
        )
        for number in range(A_DAY * len(DAYS))
    }  # fmt: skip
    expected = {
        (category, paper.events[0].day, name)
        for name, paper in papers.items()
        for category in (CATEGORIES if int(name[5:]) % 2 == 0 else ("cs.LG",))
    }
    world = World.of(*papers.values(), today=DAYS[0])
    for name in list(papers)[:6]:
        world.replace(name, DAYS[6])
    kills = finished = round_ = 0
    with fake_arxiv_site(world) as site:
        settings = ArxivSettings(
            api=site.api, feed=site.feed, listing=site.listing, oai=site.oai,
            interval_seconds=0, timeout_seconds=60,
        )  # fmt: skip

        def once(path: Path, acknowledge: Callable[[int], None]) -> None:
            with Database(path) as database:
                report = sync(database, settings, CATEGORIES, pause=lambda _: None)
                acknowledge(sum(batch.received for batch in report.batches))

        while kills < KILLS:
            path = tmp_path / str(round_) / "library.db"
            migrate(path, path.parent / "backups")
            world.today = DAYS[0]
            once(path, lambda _: None)
            with Database(path) as database, database.write("like") as connection:
                ensure_main(connection)
                profile = find_profile(connection, None)
                found = works.find_identifiers(connection, {"arxiv": list(papers)[:6]})
                for view in works.view_works(connection, sorted(found.values())):
                    like(connection, profile, view, 1)
            # Every day by itself, or all that was missed in one go.
            for day in DAYS[1:] if round_ % 2 else DAYS[-1:]:
                world.today = day
                done = False
                while not done:
                    before = len(announcements(path))
                    told, done = killer.run(lambda say, path=path: once(path, say))
                    kills += not done
                    finished += done
                    assert_whole(path)
                    kept = announcements(path)
                    assert len(kept) >= before, "what was there is gone"
                    assert set(kept) <= expected
                    assert done or not told or len(kept) > before
            kept = announcements(path)
            assert max(Counter(kept).values()) == 1
            assert set(kept) == expected
            with Database(path) as database, database.read() as connection:
                events = connection.exec_driver_sql(
                    "SELECT subject FROM events WHERE kind = 'version'"
                ).scalars()
                assert sorted(events.all()) == [f"arxiv:{name}" for name in list(papers)[:6]]
            round_ += 1
    assert finished >= 1
