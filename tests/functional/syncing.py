"""What the tests of `sync` share: someone who follows categories of a fake arXiv."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from assistant.config import ArxivSettings
from assistant.library.sync.run import SyncReport, sync
from db import announcing, personal
from db.announcing import BatchView
from db.engine import Database
from tests.fakes.arxiv_site import FakeArxivSite, World, fake_arxiv_site, site_paper

BEFORE = "2025-10-31"
MON, TUE, WED, THU, FRI = (f"2025-11-{day:02}" for day in range(3, 8))
SAT, SUN, MON2, TUE2, WED2 = (f"2025-11-{day:02}" for day in range(8, 13))
NEWS = ("new", "cross")


def week(days: Sequence[str], papers: int = 12, *, also: Sequence[str] = ()) -> World:
    """Return a world with so many papers of cs.LG, some listed across, on each of these days."""
    world = World(today=days[0])
    number = 0
    for day in days:
        for place in range(papers):
            number += 1
            across = (("cs.LG", *also), ("cs.LG",), ("stat.ML", "cs.LG"))[place % 3]
            world.add(
                site_paper(
                    f"{day[2:4]}{day[5:7]}.{number:05}",
                    day,
                    title=f"The Study of Subject {number}",
                    authors=(f"Ada Author{number}",),
                    categories=across,
                )
            )
    return world


def settings_for(site: FakeArxivSite, timeout: float = 100.0) -> ArxivSettings:
    return ArxivSettings(
        api=site.api, feed=site.feed, listing=site.listing, oai=site.oai,
        interval_seconds=0.0, timeout_seconds=timeout,
    )  # fmt: skip


@dataclass
class Follower:
    """A library that follows categories of a site, and what each day's verdict was."""

    database: Database
    site: FakeArxivSite
    categories: list[str] = field(default_factory=lambda: ["cs.LG"])
    timeout: float = 100.0

    def sync(
        self, day: str, *, clock: str | None = None, since: str | None = None, hour: int = 12
    ) -> SyncReport:
        """Sync on a day of arXiv's, at noon of the east coast or of what our clock says."""
        self.site.world.today = day
        return sync(
            self.database,
            settings_for(self.site, self.timeout),
            self.categories,
            pause=lambda _: None,
            since=since,
            now=datetime.fromisoformat(f"{clock or day}T{hour:02}:00:00-05:00"),
        )

    def batch(self, day: str, category: str = "cs.LG") -> BatchView:
        with self.database.read() as connection:
            (found,) = announcing.batches(connection, "arxiv", [category], since=day, until=day)
        return found

    def states(self, category: str = "cs.LG") -> dict[str, str]:
        with self.database.read() as connection:
            found = announcing.batches(connection, "arxiv", [category])
        return {one.date: one.state for one in found}

    def held(self) -> dict[tuple[str, str], dict[str, str]]:
        """Return (category, day) -> id -> kind of all that the library was told."""
        found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        with self.database.read() as connection:
            for category, day, source_id, kind in connection.exec_driver_sql(
                "SELECT category, date, source_id, kind FROM announcements JOIN batches"
                " ON batches.id = batch_id"
            ):
                found[category, day][source_id] = kind
        return found

    def events(self) -> list[tuple[str, int]]:
        """Return (subject, number) of the events about new versions."""
        with self.database.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT subject, json_extract(data, '$.number') FROM events WHERE kind='version'"
            )
            return [(row[0], row[1]) for row in rows]

    def like(self, source_id: str) -> None:
        """Read a paper, so that its new versions are news."""
        with self.database.write("read") as connection:
            work = connection.exec_driver_sql(
                "SELECT work_id FROM versions WHERE source_id=?", (source_id,)
            ).scalar_one()
            personal.put_readings(
                connection, [{"work_id": work, "state": "read", "rating": None, "starred": False}]
            )

    def works(self) -> list[tuple[str, ...]]:
        """Return what the library knows of each work, in an order of its own."""
        with self.database.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT public_id, title, abstract, authors, primary_category, (SELECT"
                " group_concat(category, ' ') FROM (SELECT category FROM work_categories"
                " WHERE work_id = works.id ORDER BY category)) FROM works ORDER BY public_id"
            )
            return [tuple(row) for row in rows]

    def assert_everything_once(self, since: str, *, until: str = "") -> None:
        """Assert that each paper announced came once, and stands under its day in each category."""
        world = self.site.world
        until = until or world.today
        held = self.held()
        for category in self.categories:
            told = {
                (day, item.paper.id): item.kind
                for day in world.batch_days(until, 10_000)
                if day >= since
                for item in world.announced([category], day)
                if item.kind in NEWS
            }
            got = [
                (day, source_id, kind)
                for (of, day), ids in held.items()
                if of == category
                for source_id, kind in ids.items()
                if kind in NEWS
            ]
            due = {(*where, kind) for where, kind in told.items()}
            differ = sorted(due - set(got)), sorted(set(got) - due)
            assert differ == ([], []), f"missing, and not announced so: {differ}"
            assert len(got) == len(due)
        with self.database.read() as connection:
            copies = Counter(
                connection.exec_driver_sql(
                    "SELECT DISTINCT source_id || ':' || number FROM versions"
                ).scalars()
            )
            every = connection.exec_driver_sql("SELECT count(*) FROM versions").scalar_one()
        assert every == len(copies)


@contextmanager
def following(
    database: Database, world: World, categories: Sequence[str] = ("cs.LG",), timeout: float = 100.0
) -> Iterator[Follower]:
    """Serve a world and lend someone who follows it."""
    with fake_arxiv_site(world) as site:
        yield Follower(database, site, list(categories), timeout)
