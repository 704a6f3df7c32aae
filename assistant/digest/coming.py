"""Deadlines of the venues a person follows, as a digest tells them: those of the next weeks."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.digest.model import Digest, DueSoon
from assistant.library.deadlines.due import deadlines
from db import meetings, venues
from db.engine import Connection

DAYS = 30


def with_deadlines(connection: Connection, digest: Digest, own_venues: Path) -> Digest:
    """Return a digest with what is due in the weeks after its day, or from now on if that is today.

    It is looked up whenever a digest is shown and never kept in it, since deadlines move.
    """
    if not venues.followed(connection) or not meetings.collections(connection):
        return digest
    now = datetime.now(UTC)
    day = datetime.fromisoformat(digest.date).replace(tzinfo=UTC)
    since = now if day.date() >= now.date() else day
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
