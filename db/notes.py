"""The index of the vault: what its files say, which of them link where, what is due to be read."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select, text

from db.models import Base
from db.models_notes import NoteCard, NoteLink, NoteSection, NoteTag, VaultFile
from db.works import among, insert_rows

Row = dict[str, Any]
_LIKE = re.compile(r"[%_\\]")
_MOST_WORDS = 16
_FILE_KEY = ("place", "path")


class IndexedFile(NamedTuple):
    """What the index knows a file by: its stamp is size and two times in nanoseconds."""

    id: int
    path: str
    kind: str
    size: int
    modified_ns: int
    changed_ns: int
    digest: str | None


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note, PDF or other file as lists show it; `problem` says why it was not read whole."""

    id: int
    path: str
    kind: str
    title: str
    note_id: str | None
    created: str | None
    modified_ns: int
    digest: str | None
    properties: dict[str, Any]
    problem: str | None


class NoteLine(NamedTuple):
    """A note as one line of a long list."""

    path: str
    title: str
    modified_ns: int
    problem: str | None


_VIEW = (
    VaultFile.id, VaultFile.path, VaultFile.kind, VaultFile.title, VaultFile.note_id,
    VaultFile.created, VaultFile.modified_ns, VaultFile.digest, VaultFile.properties,
    VaultFile.problem,
)  # fmt: skip


def indexed_files(connection: Connection, place: str = "vault") -> dict[str, IndexedFile]:
    """Return path -> what the index knows of each file."""
    rows = connection.exec_driver_sql(
        "SELECT id, path, kind, size, modified_ns, changed_ns, digest FROM vault_files"
        " WHERE place = ?",
        (place,),
    )
    return {row[1]: IndexedFile(*row) for row in rows}


def indexed_file(connection: Connection, path: str, place: str = "vault") -> IndexedFile | None:
    """Return what the index knows of one file."""
    row = connection.exec_driver_sql(
        "SELECT id, path, kind, size, modified_ns, changed_ns, digest FROM vault_files"
        " WHERE place = ? AND path = ?",
        (place, path),
    ).first()
    return IndexedFile(*row) if row else None


def paths(connection: Connection) -> list[str]:
    """Return the path of every file of the vault."""
    query = "SELECT path FROM vault_files WHERE place = 'vault'"
    return list(connection.exec_driver_sql(query).scalars())


def paths_state(connection: Connection) -> tuple[str, int, int]:
    """Return what tells one set of the vault's paths from another: the library, newest row, count.

    A file's path is never changed in its row, and a row's id never given again.
    """
    query = "SELECT coalesce(max(id), 0), count(*) FROM vault_files WHERE place = 'vault'"
    newest, count = connection.exec_driver_sql(query).one()
    return str(connection.engine.url.database), newest, count


class FileEntry(NamedTuple):
    """All that a file says, as rows of the index."""

    row: Row
    sections: Sequence[Row]
    links: Sequence[Row]
    tags: Sequence[str]
    cards: Sequence[Row]


def put_files(connection: Connection, entries: Sequence[FileEntry]) -> None:
    """Write what files say in the place of what they said before.

    Passages whose text has not changed keep their row, so that only the rest is indexed anew.
    """
    if not entries:
        return
    names = list(entries[0].row)
    changes = ", ".join(f"{name}=excluded.{name}" for name in names if name not in _FILE_KEY)
    holes = ", ".join("?" * len(names))
    statement = (
        f"INSERT INTO vault_files ({', '.join(names)}) VALUES ({holes})"
        f" ON CONFLICT (place, path) DO UPDATE SET {changes} RETURNING id"
    )
    ids: list[int] = []
    for entry in entries:
        values = {**entry.row, "properties": json.dumps(entry.row["properties"])}
        row = connection.exec_driver_sql(statement, tuple(values[name] for name in names))
        ids.append(row.scalar_one())
    _put_sections(connection, dict(zip(ids, entries, strict=True)))
    lists: dict[type[Base], list[Row]] = {NoteLink: [], NoteTag: [], NoteCard: []}
    for file_id, entry in zip(ids, entries, strict=True):
        own = {"file_id": file_id}
        lists[NoteLink] += [own | {"position": n} | one for n, one in enumerate(entry.links)]
        lists[NoteTag] += [own | {"tag": tag} for tag in dict.fromkeys(entry.tags)]
        lists[NoteCard] += [own | {"position": n} | one for n, one in enumerate(entry.cards)]
    for model, rows in lists.items():
        connection.execute(delete(model).where(among(model.__table__.c.file_id, ids)))
        insert_rows(connection, model, rows)


def _put_sections(connection: Connection, entries: Mapping[int, FileEntry]) -> None:
    query = select(
        NoteSection.id, NoteSection.file_id, NoteSection.title, NoteSection.heading,
        NoteSection.text_digest, NoteSection.page, NoteSection.position, NoteSection.line,
    ).where(among(NoteSection.file_id, entries))  # fmt: skip
    known = connection.execute(query).all()
    by_text = {tuple(row[1:6]): row for row in known}
    moved, new, kept = [], [], set()
    for file_id, entry in entries.items():
        for position, section in enumerate(entry.sections):
            what = ("title", "heading", "text_digest", "page")
            same = by_text.pop((file_id, *(section[name] for name in what)), None)
            if same is None:
                new.append({"file_id": file_id, "position": position, **section})
                continue
            kept.add(same.id)
            if (same.position, same.line) != (position, section["line"]):
                moved.append({"id": same.id, "position": position, "line": section["line"]})
    gone = [row.id for row in known if row.id not in kept]
    if gone:
        connection.execute(delete(NoteSection).where(among(NoteSection.id, gone)))
    if moved:
        statement = text("UPDATE note_sections SET position=:position, line=:line WHERE id=:id")
        connection.execute(statement, moved)
    insert_rows(connection, NoteSection, new)


def restamp(connection: Connection, rows: Sequence[Row]) -> None:
    """Write {id, size, modified_ns, changed_ns} of files whose content is what it was."""
    statement = text(
        "UPDATE vault_files SET size=:size, modified_ns=:modified_ns, changed_ns=:changed_ns"
        " WHERE id=:id"
    )
    if rows:
        connection.execute(statement, list(rows))


def remove_files(connection: Connection, file_ids: Sequence[int]) -> None:
    """Forget files that are gone, with all they said."""
    if file_ids:
        connection.execute(delete(VaultFile).where(among(VaultFile.id, file_ids)))


def clear(connection: Connection) -> None:
    """Throw the index of the vault away; vectors stay, since they belong to texts."""
    connection.execute(delete(VaultFile))


def views(connection: Connection, among_paths: Sequence[str] | None = None) -> list[NoteView]:
    """Return the vault's notes, or these files of any kind, by path."""
    query = select(*_VIEW).where(VaultFile.place == "vault").order_by(VaultFile.path)
    if among_paths is None:
        query = query.where(VaultFile.kind == "note")
    else:
        query = query.where(among(VaultFile.path, among_paths))
    return [NoteView(*row) for row in connection.execute(query)]


def lines(connection: Connection) -> list[NoteLine]:
    """Return every note of the vault by path, with what a long list shows and no more."""
    rows = connection.exec_driver_sql(
        "SELECT path, title, modified_ns, problem FROM vault_files"
        " WHERE place = 'vault' AND kind = 'note' ORDER BY path"
    )
    return [NoteLine(*row) for row in rows]


def called_like(connection: Connection, words: str, limit: int) -> list[NoteLine]:
    """Return notes whose path or title has all of these words, the last changed first."""
    parts = words.split()[:_MOST_WORDS]
    has = " AND (path || ' ' || title) LIKE ? ESCAPE '\\'"
    rows = connection.exec_driver_sql(
        "SELECT path, title, modified_ns, problem FROM vault_files"
        f" WHERE place = 'vault' AND kind = 'note'{has * len(parts)}"
        " ORDER BY modified_ns DESC LIMIT ?",
        (*(f"%{_LIKE.sub(_escaped, part)}%" for part in parts), limit),
    )
    return [NoteLine(*row) for row in rows]


def _escaped(match: re.Match[str]) -> str:
    return "\\" + match[0]


def view(connection: Connection, path: str) -> NoteView | None:
    """Return one file of the vault."""
    return next(iter(views(connection, [path])), None)


def tagged(connection: Connection, tag: str) -> list[NoteView]:
    """Return the notes with a tag or one below it (`a` has `a/b` below)."""
    query = (
        select(*_VIEW)
        .join(NoteTag, NoteTag.file_id == VaultFile.id)
        .where((NoteTag.tag == tag) | NoteTag.tag.startswith(tag + "/", autoescape=True))
        .order_by(VaultFile.path)
    )
    return list({row[0]: NoteView(*row) for row in connection.execute(query)}.values())


def tags_of(connection: Connection, file_id: int) -> list[str]:
    """Return a note's tags."""
    query = select(NoteTag.tag).where(NoteTag.file_id == file_id).order_by(NoteTag.tag)
    return list(connection.execute(query).scalars())


def count_notes(connection: Connection) -> int:
    """Return how many notes there are."""
    query = "SELECT count(*) FROM vault_files WHERE place = 'vault' AND kind = 'note'"
    count: int = connection.exec_driver_sql(query).scalar_one()
    return count


def notes_with_id(connection: Connection, note_id: str) -> list[str]:
    """Return the paths of the notes whose front matter has this `id`."""
    query = select(VaultFile.path).where(VaultFile.note_id == note_id, VaultFile.place == "vault")
    return list(connection.execute(query).scalars())


def problems(connection: Connection) -> list[tuple[str, str]]:
    """Return (path, why) of files that could not be read whole."""
    query = (
        select(VaultFile.path, VaultFile.problem)
        .where(VaultFile.problem.is_not(None), VaultFile.place == "vault")
        .order_by(VaultFile.path)
    )
    return [(path, why or "") for path, why in connection.execute(query)]


def headings_of(connection: Connection, path: str) -> list[str]:
    """Return the headings of a note, each with the way to it, `Method > Loss`."""
    query = (
        select(NoteSection.heading)
        .join(VaultFile, VaultFile.id == NoteSection.file_id)
        .where(VaultFile.path == path, VaultFile.place == "vault", NoteSection.heading != "")
        .order_by(NoteSection.position)
    )
    return list(dict.fromkeys(connection.execute(query).scalars()))


def mentioning(connection: Connection, expression: str, limit: int) -> list[str]:
    """Return the paths of notes with a passage that matches a full-text expression."""
    rows = connection.execute(
        text(
            "SELECT DISTINCT f.path FROM sections_fts JOIN note_sections s ON s.id ="
            " sections_fts.rowid JOIN vault_files f ON f.id = s.file_id"
            " WHERE sections_fts MATCH :e AND f.kind = 'note' AND f.place = 'vault'"
            " ORDER BY f.path LIMIT :limit"
        ),
        {"e": expression, "limit": limit},
    )
    return list(rows.scalars())


def cards(connection: Connection) -> list[tuple[str, str, str, str, int, str]]:
    """Return (path, digest, front, back, line, title) of every passage marked for review."""
    query = (
        select(
            VaultFile.path, NoteCard.digest, NoteCard.front, NoteCard.back, NoteCard.line,
            VaultFile.title,
        )
        .join(VaultFile, VaultFile.id == NoteCard.file_id)
        .order_by(VaultFile.path, NoteCard.position)
    )  # fmt: skip
    return [tuple(row) for row in connection.execute(query)]  # type: ignore[misc]


def events_of(connection: Connection, kinds: Sequence[str], since: str = "") -> list[Row]:
    """Return {id, at, kind, subject, data, undoes} of events of these kinds, oldest first."""
    rows = connection.execute(
        text(
            "SELECT id, at, kind, subject, data, undoes FROM events WHERE at >= :since"
            " AND kind IN (SELECT value FROM json_each(:kinds)) ORDER BY id"
        ),
        {"since": since, "kinds": json.dumps(list(kinds))},
    ).mappings()
    return [{**row, "data": json.loads(row["data"])} for row in rows]


def events_between(connection: Connection, since: str, until: str) -> list[Row]:
    """Return {id, at, kind, subject, data, undoes} of what happened between two moments."""
    rows = connection.execute(
        text(
            "SELECT id, at, kind, subject, data, undoes FROM events"
            " WHERE at >= :since AND at < :until ORDER BY id"
        ),
        {"since": since, "until": until},
    ).mappings()
    return [{**row, "data": json.loads(row["data"])} for row in rows]


def was_logged(connection: Connection, subject: str, operation: str) -> bool:
    """Tell whether an operation on the vault has its event in the log already."""
    row = connection.execute(
        text(
            "SELECT 1 FROM events WHERE subject = :subject"
            " AND json_extract(data, '$.operation') = :operation"
        ),
        {"subject": subject, "operation": operation},
    ).first()
    return row is not None


def count_pages(connection: Connection, file_id: int) -> int:
    """Return how many pages with text a PDF has."""
    query = "SELECT count(*) FROM note_sections WHERE file_id = ? AND page IS NOT NULL"
    count: int = connection.exec_driver_sql(query, (file_id,)).scalar_one()
    return count


def problem_of(connection: Connection, path: str, place: str) -> str | None:
    """Return why a file was not read whole."""
    query = "SELECT problem FROM vault_files WHERE path = ? AND place = ?"
    why: str | None = connection.exec_driver_sql(query, (path, place)).scalar()
    return why
