"""What the Venues area asks of the library; imported once the library is open."""

from collections.abc import Sequence
from datetime import datetime

from assistant.config import Home
from assistant.digest import shelf
from assistant.library.deadlines.due import Due, all_deadlines
from assistant.library.venues.telling import edition_papers, sessions_of, venues_told
from assistant.search.query import quote
from assistant.sources.meetings import MAIN_KINDS
from assistant.sources.venues import known_venues
from assistant.tui.areas.venues.model import Done, DueKey, Held, Listed, Sheet
from db import meetings, profiles, venues, works
from db.engine import Connection
from db.venues import Mine

_MOST_DONE = 12


def held(connection: Connection, home: Home, now: datetime, *, over: bool) -> Held:
    """Return everything there is to list; with `over` also meetings with nothing to come."""
    dues = _by_key(all_deadlines(connection, now=now, own_venues=home.venues_file, over=over))
    asked = meetings.collections(connection)
    upcoming: dict[str, Due] = {}
    for due in dues.values():
        if due.venue and due.kind in MAIN_KINDS and due.at and due.at >= now:
            upcoming.setdefault(due.venue, due)
    mine = venues.mine(connection)
    listed: list[Listed] = []
    for told in venues_told(connection, known_venues(home.venues_file)):
        next_due = upcoming.get(told.venue.id)
        if not told.editions:
            listed.append(Listed(told, due=next_due))
        for place, edition in enumerate(told.editions):
            read, liked = mine.get(edition.edition.id, Mine())
            listed.append(Listed(told, edition, read, liked, None if place else next_due))
    failures = [f"{one.name}: {one.failure}" for one in asked if one.failure]
    return Held({one.key: one for one in listed}, dues, failures, bool(asked))


def sheet(connection: Connection, home: Home, one: Listed) -> Sheet:
    """Return what a page tells of an edition."""
    if one.edition is None:
        return Sheet()
    edition = one.edition.edition
    done = venues.mine_of(connection, edition.id)
    numbers = [work_id for work_id, _, _ in done[:_MOST_DONE]]
    titles = {view.id: view.title for view in works.view_works(connection, numbers)}
    first = profiles.profiles(connection)
    return Sheet(
        sessions=sessions_of(edition_papers(connection, edition)),
        done=[
            Done(work_id, titles[work_id], state, liked)
            for work_id, state, liked in done[:_MOST_DONE] if work_id in titles
        ],
        done_in_all=len(done),
        ranked=shelf.find(home, first[0].name, edition.id) if first else None,
    )  # fmt: skip


def session_query(one: Listed, session: str) -> str:
    """Return the query that finds the papers of a session."""
    name = quote(session)
    return one.query(f"session:{name}")


def _by_key(dues: Sequence[Due]) -> dict[DueKey, Due]:
    found: dict[DueKey, Due] = {}
    for due in dues:
        at = due.at.isoformat() if due.at else ""
        key: DueKey = (due.key, due.year, due.kind, due.round, due.label, at)
        while key in found:  # told twice by one collection
            key = (*key[:4], f"{key[4]} ", at)
        found[key] = due
    return found
