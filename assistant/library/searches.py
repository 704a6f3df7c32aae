"""Saved searches: kept under a name; each change is logged and can be undone."""

from assistant.errors import NotFoundError, UsageError
from assistant.library.reading import Change
from assistant.text import clean_line
from db import personal
from db.engine import Connection

MAX_NAME = 60
MAX_QUERY = 1_000


def save(connection: Connection, name: str, query: str) -> Change:
    """Keep a query under a name, replacing what had it.

    Raises:
        UsageError: the name or the query is empty.
    """
    name, query = clean_line(name, MAX_NAME), clean_line(query, MAX_QUERY)
    if not name or not query:
        raise UsageError("A saved search has a name and a query.")
    before = personal.saved_searches(connection).get(name)
    personal.save_search(connection, name, query)
    data = {"name": name, "before": before, "after": query}
    event = personal.append_event(connection, "save-search", name, data)
    return Change(event, name, f"saved the search {name}")


def forget(connection: Connection, name: str) -> Change:
    """Remove a saved search.

    Raises:
        NotFoundError: there is none of this name.
    """
    before = personal.saved_searches(connection).get(name)
    if before is None:
        raise NotFoundError(
            f"No search is saved as {clean_line(name, 60)!r}.",
            hint="`assistant search --list-saved` lists them.",
        )
    put_back(connection, name, None)
    data = {"name": name, "before": before, "after": None}
    event = personal.append_event(connection, "save-search", name, data)
    return Change(event, name, f"forgot the search {name}")


def put_back(connection: Connection, name: str, query: str | None) -> None:
    """Make a saved search what it was, None meaning that there was none."""
    if query is None:
        personal.forget_search(connection, name)
    else:
        personal.save_search(connection, name, query)
