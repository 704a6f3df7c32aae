"""Bringing the index in step with the vault: by content, and only what has changed."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.errors import AssistantError
from assistant.notes import files
from assistant.notes.cards import cards_of
from assistant.notes.frontmatter import texts
from assistant.notes.markdown import Link, parse_note
from assistant.notes.names import key, name_of
from assistant.notes.vault import FoundFile, Problem, Vault, kind_of, scan
from assistant.sources.identifiers import parse_identifier
from assistant.text import clean_line, digest64
from db import notes as index
from db.engine import Connection

BATCH = 250
_UNSETTLED_NS = 200_000_000  # a file changed this lately may change again within one tick
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Refreshed:
    """What a refresh found: paths that are new, changed or gone, and what cannot be read."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def any(self) -> bool:
        """Whether the index is another than before."""
        return bool(self.added or self.changed or self.removed)


def refresh(
    vault: Vault,
    paths: Iterable[str] | None = None,
    *,
    thorough: bool = False,
    progress: Progress | None = None,
) -> Refreshed:
    """Bring the index in step with the whole vault, or with these paths of it.

    A file whose stamp is the same is taken to be the same; `thorough` reads every file anyway, for
    file systems whose times cannot be trusted. Killed midway, the next refresh does the rest.
    """
    report = Refreshed()
    with vault.database.read() as connection:
        if paths is None:
            known = index.indexed_files(connection)
        else:
            asked = list(paths)
            found_rows = (index.indexed_file(connection, path) for path in asked)
            known = {row.path: row for row in found_rows if row is not None}
    if paths is None:
        found, report.problems = scan(vault)
    else:
        found = [one for path in asked if (one := _found(vault, path)) is not None]
    present = {one.path for one in found}
    gone = [row for path, row in known.items() if path not in present]
    report.removed = sorted(row.path for row in gone)
    waiting = []
    for one in found:
        row = known.get(one.path)
        same = row is not None and (row.size, row.modified_ns, row.changed_ns) == one.stamp
        if same and not thorough:
            report.unchanged += 1
        else:
            waiting.append(one)
    for start in range(0, max(len(waiting), 1), BATCH):
        batch = waiting[start : start + BATCH]
        if batch or (gone and not start):
            _take_in(vault, batch, known, [row.id for row in gone] if not start else [], report)
        if progress:
            progress(min(start + BATCH, len(waiting)), len(waiting))
    if paths is None:
        with vault.database.read() as connection:
            report.problems += [Problem(*one) for one in index.problems(connection)]
        report.problems += _look_alikes(present)
    return report


def lagging(vault: Vault) -> list[str]:
    """Return the files that are new, changed or gone since they were indexed, none read.

    PDFs whose text was not read yet are among them.
    """
    with vault.database.read() as connection:
        known = index.indexed_files(connection)
    present = {one.path: one.stamp for one in scan(vault)[0]}
    behind = [path for path in known if path not in present]
    for path, stamp in present.items():
        row = known.get(path)
        if (
            row is None
            or (row.size, row.modified_ns, row.changed_ns) != stamp
            or (row.kind == "pdf" and row.digest is None)
        ):
            behind.append(path)
    return behind


def rebuild(vault: Vault, *, progress: Progress | None = None) -> Refreshed:
    """Throw the index away and read every file again."""
    with vault.database.write("rebuild the index of your notes") as connection:
        index.clear(connection)
    return refresh(vault, progress=progress)


def index_text(
    vault: Vault, connection: Connection, path: str, data: bytes, stamp: files.Stamp
) -> None:
    """Write what a note with this content says into the index."""
    index.put_files(connection, [_understood(path, data, stamp)])


def _found(vault: Vault, path: str) -> FoundFile | None:
    if any(part.startswith(".") for part in path.split("/")):
        return None
    try:
        told = vault.locate(path).stat(follow_symlinks=False)
    except (OSError, AssistantError):
        return None
    return FoundFile(path, kind_of(path), files.stamp_of(told))


def _take_in(
    vault: Vault,
    batch: Sequence[FoundFile],
    known: dict[str, index.IndexedFile],
    gone: Sequence[int],
    report: Refreshed,
) -> None:
    restamped: list[dict[str, Any]] = []
    entries = []
    for one in batch:
        row = known.get(one.path)
        if one.kind == "note":
            try:
                data, stamp = files.read_with_stamp(vault.locate(one.path))
            except AssistantError as error:
                entries.append(_unread(one, error.title if not error.why else error.why))
                _count(report, row, one.path)
                continue
            stamp = _settled(stamp)
            if row is not None and row.digest == files.digest(data):
                restamped.append({"id": row.id, **_stamp_row(stamp)})
                report.unchanged += 1
                continue
            entries.append(_understood(one.path, data, stamp))
        elif row is not None and row.kind == one.kind == "file":
            restamped.append({"id": row.id, **_stamp_row(one.stamp)})
            report.unchanged += 1
            continue
        else:
            entries.append(_unread(one, None))
        _count(report, row, one.path)
    with vault.database.write("index your notes") as connection:
        index.remove_files(connection, gone)
        index.restamp(connection, restamped)
        index.put_files(connection, entries)


def _count(report: Refreshed, row: index.IndexedFile | None, path: str) -> None:
    (report.added if row is None else report.changed).append(path)


def _understood(path: str, data: bytes, stamp: files.Stamp) -> index.FileEntry:
    """What a note says, as rows of the index."""
    if files.looks_binary(data):
        found = FoundFile(path, "note", stamp)
        return _unread(found, "it is no text, whatever its name says", files.digest(data))
    note = parse_note(files.decode(data))
    title = note.title or clean_line(name_of(path), 300)
    name = clean_line(str(note.properties.get("id") or ""), 200)
    created = clean_line(str(note.properties.get("created") or ""), 40)
    row = {
        "place": "vault", "path": path, "kind": "note", "name_key": key(name_of(path)),
        "title": title, "note_id": name or None, "created": created or None, **_stamp_row(stamp),
        "digest": files.digest(data), "properties": note.properties,
        "problem": note.problem or None,
    }  # fmt: skip
    sections = [
        section_row(title, section.heading, section.text, section.line)
        for section in note.sections
    ] or [section_row(title, "", "", 0)]  # fmt: skip
    links = [_link_row(link) for link in note.links]
    links += _named(note.properties, "papers", "paper") + _named(note.properties, "skills", "skill")
    cards = [
        {"digest": card.digest, "front": card.front, "back": card.back, "line": card.line}
        for card in cards_of(note, title, name or path)
    ]
    return index.FileEntry(row, sections, links, note.tags, cards)


def section_row(
    title: str, heading: str, body: str, line: int, page: int | None = None
) -> dict[str, Any]:
    """Return a passage as a row of the index."""
    return {
        "page": page, "line": line, "title": title, "heading": heading, "body": body,
        "text_digest": digest64(f"{title}\n{heading}\n{body}"),
    }  # fmt: skip


def _unread(found: FoundFile, why: str | None, content: str | None = None) -> index.FileEntry:
    """A file that is only listed: an attachment, or a note that cannot be read."""
    title = clean_line(name_of(found.path), 300)
    row: dict[str, Any] = {
        "place": "vault", "path": found.path, "kind": found.kind,
        "name_key": key(name_of(found.path)), "title": title, "note_id": None, "created": None,
        **_stamp_row(found.stamp), "digest": content, "properties": {}, "problem": why,
    }  # fmt: skip
    sections = [section_row(title, "", "", 0)] if found.kind == "note" else []
    return index.FileEntry(row, sections, [], [], [])


def _stamp_row(stamp: files.Stamp) -> dict[str, int]:
    return {
        "size": stamp.size, "modified_ns": stamp.modified, "changed_ns": stamp.changed
    }  # fmt: skip


def _settled(stamp: files.Stamp) -> files.Stamp:
    """A stamp that no later change can have; for a file changed just now, one that never agrees."""
    if time.time_ns() - stamp.changed < _UNSETTLED_NS:
        return files.Stamp(stamp.size, stamp.modified, 0)
    return stamp


def _link_row(link: Link) -> dict[str, Any]:
    target = link.target
    if link.kind == "paper":
        target = paper_id(target)
    last = target if link.kind in ("paper", "skill") else name_of(target)
    return {
        "kind": link.kind, "syntax": link.syntax, "target": target, "target_key": key(last),
        "fragment": link.fragment, "label": clean_line(link.label, 300), "line": link.line,
        "context": link.context,
    }  # fmt: skip


def paper_id(text: str) -> str:
    """Return a paper's id in its one form, or the text where it is none we know."""
    identifier = parse_identifier(text)
    return str(identifier) if identifier else clean_line(text, 300)


def _named(properties: dict[str, Any], name: str, kind: str) -> list[dict[str, Any]]:
    """The papers or skills that front matter lists, as links."""
    rows = []
    for told in texts(properties, name):
        told = told.strip("[]")
        target = paper_id(told) if kind == "paper" else told.removeprefix("skill:")
        target = target if kind == "paper" else f"skill:{target}"
        rows.append({
            "kind": kind, "syntax": "property", "target": target, "target_key": key(target),
            "fragment": "", "label": "", "line": 0, "context": f"{name}: {told}",
        })  # fmt: skip
    return rows


def _look_alikes(present: set[str]) -> list[Problem]:
    """Files whose names are one on systems where case or Unicode form does not count."""
    first: dict[str, str] = {}
    found = []
    for path in sorted(present):
        other = first.setdefault(key(path), path)
        if other != path:
            found.append(Problem(path, f"its name is one with {other} on many systems"))
    return found
