"""The trash: papers leave the library whole, and come back whole under their old ids.

What is in the trash stays out, whatever brings it: a sync counts it as received, an import passes
it over, until the person restores it.
"""

from collections.abc import Sequence
from typing import Any

from assistant.errors import NotFoundError
from assistant.library.persist import count_works
from assistant.library.reading import Change, Named, told_change
from assistant.sources.identifiers import parse_identifier
from assistant.sources.record import Entry
from assistant.text import clean_line
from db import trash
from db.engine import Connection
from db.trash import TrashedWork


def trash_works(connection: Connection, papers: Sequence[Named]) -> Change:
    """Move papers to the trash at once, undone at once."""
    papers = list({one.id: one for one in papers}.values())
    move_out(connection, [one.id for one in papers])
    rows: list[tuple[str, dict[str, Any]]] = [(one.public_id, {"work": one.id}) for one in papers]
    return told_change(connection, "trash", rows, papers, "moved to the trash")


def restore(connection: Connection, papers: Sequence[TrashedWork]) -> Change:
    """Bring papers back from the trash at once, undone at once.

    Raises:
        NotFoundError: another paper stands in the place of one now.
    """
    move_back(connection, [one.work_id for one in papers])
    rows: list[tuple[str, dict[str, Any]]] = [
        (one.public_id, {"work": one.work_id}) for one in papers
    ]
    return told_change(connection, "restore", rows, (), "restored from the trash")


def list_trash(connection: Connection) -> list[TrashedWork]:
    """Return what is in the trash, the newest first."""
    return trash.trashed(connection)


def find_trashed(connection: Connection, named: str) -> TrashedWork:
    """Return the paper of the trash that a person means by an id, an address or a DOI.

    Raises:
        NotFoundError: the trash has no such paper.
    """
    identifier = parse_identifier(named)
    held = trash.find(connection, [identifier]) if identifier else {}
    wanted = next(iter(held.values()), None)
    for one in trash.trashed(connection):
        if one.work_id == wanted or one.public_id == named:
            return one
    raise NotFoundError(
        f"{clean_line(named, 80)!r} is not in the trash.",
        hint="`assistant paper trash` without an id lists what is.",
    )


def outside(connection: Connection, entries: Sequence[Entry]) -> tuple[list[Entry], int]:
    """Return the entries that nothing in the trash keeps out, and how many it does."""
    wanted = {one for entry in entries for record in entry.records for one in record.identifiers}
    held = trash.find(connection, wanted)
    if not held:
        return list(entries), 0
    kept = [
        entry
        for entry in entries
        if not any(str(one) in held for record in entry.records for one in record.identifiers)
    ]
    return kept, len(entries) - len(kept)


def move_out(connection: Connection, work_ids: Sequence[int]) -> None:
    """Move works to the trash without logging it."""
    count_works(connection, work_ids, -1)
    trash.take_out(connection, work_ids)


def move_back(connection: Connection, work_ids: Sequence[int]) -> None:
    """Move works back from the trash without logging it.

    Raises:
        NotFoundError: they are not in it, or another paper stands in their place now.
    """
    if len(trash.titles(connection, work_ids)) < len(set(work_ids)):
        raise NotFoundError("It is not in the trash any more.")
    if taken := trash.in_the_way(connection, work_ids):
        raise NotFoundError(
            f"{taken[0]} stands in the library in its place.",
            why="Another paper with one of its ids came in meanwhile.",
            hint=f"`assistant paper trash {taken[0]}` first makes room.",
        )
    trash.put_back(connection, work_ids)
    count_works(connection, work_ids, 1)
