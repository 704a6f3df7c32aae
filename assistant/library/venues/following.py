"""Which venues a person follows; each change is logged and can be undone."""

from assistant.errors import NotFoundError
from assistant.library.reading import Change
from assistant.sources.venues import Venue
from db import personal, venues
from db.engine import Connection

EVENT = "venue"


def follow(connection: Connection, venue: Venue) -> Change:
    """Follow a venue with all its new editions."""
    if not venues.follow(connection, venue.id):
        return Change(None, venue.name, f"follows {venue.name}")
    data = {"venue": venue.id, "name": venue.name, "added": True}
    event = personal.append_event(connection, EVENT, venue.id, data)
    return Change(event, venue.name, f"follows {venue.name}")


def unfollow(connection: Connection, venue: Venue) -> Change:
    """Stop following a venue; its papers stay.

    Raises:
        NotFoundError: it was not followed.
    """
    if not venues.unfollow(connection, venue.id):
        raise NotFoundError(
            f"You do not follow {venue.name}.", hint="`assistant venue list` shows what you follow."
        )
    data = {"venue": venue.id, "name": venue.name, "added": False}
    event = personal.append_event(connection, EVENT, venue.id, data)
    return Change(event, venue.name, f"no longer follows {venue.name}")


def put_back(connection: Connection, venue: str, *, followed: bool) -> None:
    """Make a venue followed or not, without logging it."""
    (venues.follow if followed else venues.unfollow)(connection, venue)
