"""SIGKILL at random moments of a venue's sync: the next one makes the edition whole, once."""

import os
from pathlib import Path

import pytest

from assistant.library.importing import store_entries
from assistant.library.reading import change_tags
from assistant.library.venues.syncing import sync_venues
from assistant.sources.venues import find_edition, known_venues
from db import venues, works
from db.engine import Database
from db.migrate import migrate
from tests.crash.killing import Killer
from tests.crash.test_kills import assert_whole
from tests.fakes import venue_forms as forms
from tests.fakes.venue_sites import fake_sites
from tests.functional.test_venues import preprint

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

KILLS = 20
PAPERS = 1_600


@pytest.mark.timeout(600)
def test_venue_sync_killed(tmp_path: Path) -> None:
    killer = Killer(7, 1.5, share=0.2)
    edition = find_edition(known_venues(), "neurips-2025")
    assert edition is not None
    events = [forms.event(number, f"Paper Number {number}") for number in range(PAPERS)]
    path = "/virtual/static/virtual/data/neurips-2025-orals-posters.json"
    kills = finished = round_ = 0
    with fake_sites({path: forms.virtual_list(events)}) as sites:
        sites.etags = True
        while kills < KILLS:
            round_ += 1
            library = tmp_path / f"{round_}.db"
            migrate(library, tmp_path / "backups")
            with Database(library) as database:
                store_entries(database, [preprint(1, "Paper Number 1500")], label="x")
                with database.write("tag") as connection:
                    (view,) = works.view_works(connection, [1])
                    change_tags(connection, view, add=["mine"])

            def work(acknowledge: object = None, library: Path = library) -> None:
                with Database(library) as database:
                    sync_venues(
                        database, sites.settings(), [], pause=lambda _: None, editions=[edition]
                    )

            while kills < KILLS:
                _, done = killer.run(work)
                if done:
                    finished += 1
                    break
                kills += 1
                assert_whole(library)
            work()
            with Database(library) as database, database.read() as connection:
                assert venues.counts(connection) == {"neurips-2025": {"poster": PAPERS}}
                accepted = connection.exec_driver_sql(
                    "SELECT count(*) FROM events WHERE kind = 'accepted'"
                ).scalar_one()
                (row,) = venues.editions(connection)
            assert accepted == 1, "noted once, whenever it was killed"
            assert (row.state, row.expected) == ("complete", PAPERS)
    assert kills == KILLS
