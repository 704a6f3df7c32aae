"""What a profile follows, as a whole list of it; each rule that comes or goes can be undone."""

from collections.abc import Sequence
from typing import Literal

from assistant.library.following import MAX_RULE, ensure_main, find_profile, follow
from assistant.library.reading import Change
from assistant.text import clean_line
from db import profiles
from db.engine import Connection

MOST_INTERESTS = 20


def interests_of(text: str) -> list[str]:
    """Return the interests a person typed, separated by commas, semicolons or lines."""
    parts = text.replace(";", ",").replace("\n", ",").split(",")
    cleaned = (clean_line(part, MAX_RULE) for part in parts)
    return list(dict.fromkeys(part for part in cleaned if part))[:MOST_INTERESTS]


def follow_only(
    connection: Connection,
    name: str | None,
    kind: Literal["category", "author", "search"],
    values: Sequence[str],
) -> list[Change]:
    """Let a profile follow these and nothing else of the kind; return what changed.

    Raises:
        UsageError: a value is nothing that can be followed.
        NotFoundError: there is no such profile.
    """
    ensure_main(connection)
    profile = find_profile(connection, name)
    held = profiles.rules(connection, profile.id)[kind]
    new = [follow(connection, profile, kind, value) for value in values if value not in held]
    gone = [
        follow(connection, profile, kind, value, stop=True) for value in held if value not in values
    ]
    return [*new, *gone]
