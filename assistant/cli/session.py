"""What a command works on: the home, its settings and the open library."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from assistant.cli.output import note
from assistant.config import Home, Settings, find_home, load_settings
from assistant.errors import NotFoundError
from assistant.library.opening import open_library
from assistant.sources.identifiers import parse_identifier
from assistant.text import clean_line
from db import trash, works
from db.engine import Connection, Database


@dataclass(frozen=True, slots=True)
class Session:
    """An open library with its home and settings."""

    home: Home
    settings: Settings
    database: Database


@contextmanager
def session() -> Iterator[Session]:
    """Open the person's library, and close it at the end."""
    home = find_home()
    settings = load_settings(home)
    database = open_library(home, settings, announce=note)
    try:
        yield Session(home, settings, database)
    finally:
        database.close()


def find_work(connection: Connection, named: str) -> works.WorkView:
    """Return the paper a person means by an id, an address or a DOI.

    Raises:
        NotFoundError: it is no id we know, or the library has no such paper.
    """
    identifier = parse_identifier(named)
    if identifier is None:
        raise NotFoundError(
            f"{clean_line(named, 80)!r} is no paper's id.",
            hint="Give an id such as arxiv:2103.00020, a DOI, or the paper's address; "
            "`assistant search WORDS` finds ids.",
        )
    found = works.find_identifiers(connection, {identifier.scheme: [identifier.value]})
    views = works.view_works(connection, list(found.values()))
    if not views and trash.find(connection, [identifier]):
        raise NotFoundError(
            f"{identifier} is in the trash.",
            hint=f"`assistant paper restore {identifier}` brings it back.",
        )
    if not views:
        raise NotFoundError(
            f"{identifier} is not in your library.",
            hint="`assistant search WORDS` finds what is; "
            "`assistant import FILE.txt` fetches ids from arXiv.",
        )
    return views[0]
