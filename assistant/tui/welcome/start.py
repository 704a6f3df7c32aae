"""Whether a person is to be asked the first questions."""

from typing import TYPE_CHECKING

from assistant.tui.desk import Desk

if TYPE_CHECKING:
    from db.engine import Connection

PLACE = "welcome"


async def is_wanted(desk: Desk) -> bool:
    """Tell whether this is a first start, or one that was left in the midst of its questions."""
    if desk.state.get(PLACE, "done", False):
        return False
    if desk.state.get(PLACE, "step", 0) > 0:
        return True
    return desk.state.is_new and await desk.library.read(_knows_nothing)


def _knows_nothing(connection: "Connection") -> bool:
    from assistant.library.following import find_profile
    from db import profiles

    if not profiles.profiles(connection):
        return True
    profile = find_profile(connection, None)
    told = profile.searches or profile.authors or profile.muted
    return not told and not profiles.count_liked(connection)
