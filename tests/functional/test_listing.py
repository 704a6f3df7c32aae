"""The library as one long list: orders, rows, counts and charts."""

import json
from datetime import date

import pytest

from assistant.library import following, reading, undoing
from assistant.library.history import recent_events
from assistant.library.importing import store_entries
from assistant.sources.arxiv_snapshot import snapshot_entry
from assistant.sources.record import Entry
from db import announcing, listing, personal, works
from db.engine import Database
from tests.fakes.papers import snapshot_lines

COUNT = 60


@pytest.fixture
def filled(database: Database) -> Database:
    entries = [snapshot_entry(json.loads(line)) for line in snapshot_lines(COUNT)]
    store_entries(database, [one for one in entries if isinstance(one, Entry)], label="made")
    with database.write("make a profile") as connection:
        following.ensure_main(connection)
    return database


def test_every_order_holds_every_work_once_and_what_lacks_the_key_comes_last(
    filled: Database,
) -> None:
    with filled.write("rate") as connection:
        views = works.view_works(connection, [3, 7, 9])
        for view, rating in zip(views, (2, 5, 3), strict=True):
            reading.set_rating(connection, view, rating)
    with filled.read() as connection:
        everything = sorted(listing.ordered_ids(connection, "added"))
        assert everything == list(range(1, COUNT + 1))
        for sort in listing.SORTS:
            for descending in (True, False):
                ids = listing.ordered_ids(connection, sort, descending=descending)
                assert ids.typecode == "q"
                assert sorted(ids) == everything, sort
        by_rating = [list(listing.ordered_ids(connection, "rating", descending=d))[:3]
                     for d in (True, False)]  # fmt: skip
        assert by_rating == [[7, 9, 3], [3, 9, 7]]
        rows = listing.paper_rows(connection, listing.ordered_ids(connection, "published"))
        days = [row.published for row in rows if row.published]
        assert days == sorted(days, reverse=True)
        rows = listing.paper_rows(
            connection, listing.ordered_ids(connection, "title", descending=False)
        )
        titles = [row.title.lower() for row in rows]
        assert titles == sorted(titles)


def test_a_row_tells_what_the_person_did(filled: Database) -> None:
    with filled.write("read") as connection:
        profile = following.find_profile(connection, None)
        (view,) = works.view_works(connection, [5])
        reading.set_state(connection, view, "later")
        reading.set_star(connection, view, True)
        reading.change_tags(connection, view, add=["b", "a"])
        following.like(connection, profile, view, -1)
    with filled.read() as connection:
        gone, *rows = listing.paper_rows(connection, [6, 999, 5], profile.id)
        (row,) = rows
        assert (gone.id, gone.state, gone.liked, gone.tags) == (6, "unread", None, ())
        assert (row.state, row.starred, row.rating) == ("later", True, None)
        assert (row.tags, row.liked) == (("a", "b"), -1)
        assert (row.title, row.authors) == (view.title, view.authors)
        (elsewhere,) = listing.paper_rows(connection, [5], profile.id + 1)
        assert elsewhere.liked is None
        told = listing.counts(connection, profile.id)
    assert told == listing.Counts(works=COUNT, unread=COUNT - 1, starred=1, later=1, liked=0)


def test_papers_a_day_count_once_whatever_categories_announced_them(filled: Database) -> None:
    with filled.write("announce") as connection:
        for category, day, ids in (
            ("cs.LG", "2025-11-03", (1, 2)),
            ("cs.CL", "2025-11-03", (2, 3)),
            ("cs.LG", "2025-11-04", ()),
            ("cs.LG", "2025-10-01", (4,)),
        ):
            batch = announcing.put_batch(connection, "arxiv", category, day, state="complete")
            rows = [(f"2511.{work:05}", work, "new", 1) for work in ids]
            announcing.put_announcements(connection, batch, [*rows, ("x", 9, "replace", 2)])
    with filled.read() as connection:
        told = listing.announced_per_day(connection, 2)
    assert told == [("2025-11-03", 3), ("2025-11-04", 0)]


def test_events_a_week_leave_out_what_was_undone(filled: Database) -> None:
    with filled.write("log") as connection:
        first = personal.append_event(connection, "state", "x", {})
        personal.append_event(connection, "state", "y", {})
        personal.append_event(connection, "rate", "y", {})
        personal.append_event(connection, "undo", "x", {}, undoes=first)
        told = listing.events_per_week(connection, ["state"], 3)
        later = listing.events_per_week(connection, ["state"], 2, today=date(2999, 1, 1))
    assert [count for _, count in told] == [0, 0, 1]
    assert all(date.fromisoformat(monday).weekday() == 0 for monday, _ in told)
    assert [count for _, count in later] == [0, 0]


def test_events_a_week_of_papers_that_were_read(filled: Database) -> None:
    with filled.write("act") as connection:
        (view,) = works.view_works(connection, [5])
        for state in ("later", "read", "unread"):
            reading.set_state(connection, view, state)
        told = listing.events_per_week(connection, ["state"], 1, states=["read", "skimmed"])
    assert [count for _, count in told] == [1]


def test_the_log_is_told_in_words_newest_first(filled: Database) -> None:
    with filled.write("act") as connection:
        (view,) = works.view_works(connection, [5])
        reading.set_state(connection, view, "read")
        reading.set_rating(connection, view, 4)
        undoing.undo_last(connection)
        told = recent_events(connection, 4)
    assert [(one.text, one.undone) for one in told[1:]] == [
        ("rated 4 of 5", True),
        ("marked read", False),
        (f"imported: {COUNT} new, {COUNT} read", False),
    ]
    assert told[0].kind == "undo"
    assert told[1].title == view.title
