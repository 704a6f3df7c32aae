"""The small library that the tests of the app open: sixty papers, some of them read and liked."""

import json
from collections.abc import Sequence
from pathlib import Path

import time_machine

from assistant.library import following, reading, searches
from assistant.library.importing import store_entries
from assistant.sources.arxiv_snapshot import snapshot_entry
from assistant.sources.record import Entry
from db import announcing, works
from db.engine import Connection, Database
from db.migrate import migrate
from tests.fakes.papers import snapshot_lines

COUNT = 60


def seed(folder: Path, entries: Sequence[Entry] | None = None) -> None:
    """Make a library in a folder: of these entries, else of papers that read like papers."""
    migrate(folder / "library.db", folder / "backups")
    found = [snapshot_entry(json.loads(line)) for line in snapshot_lines(COUNT)]
    made = entries or [one for one in found if isinstance(one, Entry)]
    with Database(folder / "library.db") as database:
        store_entries(database, made, label="papers.jsonl")
        with database.write("seed") as connection:
            following.ensure_main(connection)
            _live(connection, min(len(made), COUNT))


def _live(connection: Connection, count: int) -> None:
    """Do what a person does in two weeks."""
    profile = following.find_profile(connection, None)
    views = {view.id: view for view in works.view_works(connection, range(1, count + 1))}
    for number, view in views.items():
        with time_machine.travel(f"2025-10-{20 + number % 12}T09:00:00+00:00", tick=False):
            if number % 3 == 0:
                reading.set_state(connection, view, "read")
            elif number % 7 == 0:
                reading.set_state(connection, view, "later")
            if number % 5 == 0:
                following.like(connection, profile, view, 1 if number % 2 else -1)
            if number % 11 == 0:
                reading.set_star(connection, view, True)
                reading.change_tags(connection, view, add=["to-cite", "thesis"])
    for day in range(3, 6):
        batch = announcing.put_batch(
            connection, "arxiv", "cs.LG", f"2025-11-{day:02}", state="complete"
        )
        told = [(f"2511.{day}{number:04}", number, "new", 1) for number in range(1, 10 + 4 * day)]
        announcing.put_announcements(connection, batch, told)
    searches.save(connection, "cheap training", "cat:cs.LG sparse attention")
