"""Links of notes as they are written, by the note they stand in and by what they name."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select

from db.models_notes import NoteLink, VaultFile
from db.works import among

_LINK = (
    VaultFile.path, NoteLink.position, NoteLink.kind, NoteLink.syntax, NoteLink.target,
    NoteLink.fragment, NoteLink.label, NoteLink.line, NoteLink.context,
)  # fmt: skip


class StoredLink(NamedTuple):
    """A link as written in the note `source`."""

    source: str
    position: int
    kind: str
    syntax: str
    target: str
    fragment: str
    label: str
    line: int
    context: str


def links_from(connection: Connection, path: str) -> list[StoredLink]:
    """Return a note's links, in order."""
    query = (
        select(*_LINK)
        .join(VaultFile, VaultFile.id == NoteLink.file_id)
        .where(VaultFile.path == path, VaultFile.place == "vault")
        .order_by(NoteLink.position)
    )
    return [StoredLink(*row) for row in connection.execute(query)]


def links_named(connection: Connection, target_keys: Iterable[str]) -> list[StoredLink]:
    """Return the links whose target's last part has one of these keys, by note and place."""
    query = (
        select(*_LINK)
        .join(VaultFile, VaultFile.id == NoteLink.file_id)
        .where(among(NoteLink.target_key, target_keys))
        .order_by(VaultFile.path, NoteLink.position)
    )
    return [StoredLink(*row) for row in connection.execute(query)]


def all_links(connection: Connection) -> list[StoredLink]:
    """Return every link of the vault, by note and place."""
    query = (
        select(*_LINK)
        .join(VaultFile, VaultFile.id == NoteLink.file_id)
        .order_by(VaultFile.path, NoteLink.position)
    )
    return [StoredLink(*row) for row in connection.execute(query)]
