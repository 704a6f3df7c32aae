"""Deadlines of the venues a person follows, as a digest tells them: those of the next weeks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.digest.model import Digest, DueSoon
from assistant.library.deadlines.due import deadlines
from db import meetings, venues
from db.engine import Connection

DAYS = 30


def with_deadlines(connection: Connection, digest: Digest, own_venues: Path) -> Digest:
    """Return a digest with what is due in the weeks after its day, from now on if that is today's.

    It is looked up whenever a digest is shown and never kept in it, since deadlines move.
    """
    if not venues.followed(connection) or not meetings.collections(connection):
        return digest
    now = datetime.now(UTC)
    day = datetime.fromisoformat(digest.date).replace(tzinfo=UTC)
    # arXiv's day is not over yet when it is the next one in UTC.
    since = now if timedelta() <= now - day < timedelta(days=2) else day
    found = deadlines(connection, now=since, own_venues=own_venues, days=DAYS)
    return replace(
        digest,
        deadlines=tuple(
            DueSoon(
                edition=one.edition,
                what=one.what,
                at=one.at.isoformat(timespec="minutes"),
                days=(one.at - since).days,
                link=one.link,
                disagreed=one.disagreed,
            )
            for one in found
            if one.followed and one.at
        ),
    )
