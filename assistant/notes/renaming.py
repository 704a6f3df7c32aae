"""Renaming and moving files of the vault with every link to them: all or nothing, and back."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import relpath
from typing import Any

from mdurl import encode

from assistant.errors import AssistantError, NotFoundError
from assistant.notes import files, frontmatter, journal
from assistant.notes.changing import change
from assistant.notes.indexing import refresh
from assistant.notes.linking import meaning, resolver_of
from assistant.notes.markdown import Link, parse_note
from assistant.notes.names import (
    checked_path,
    folder_of,
    is_note,
    key,
    name_of,
    safe_name,
    without_suffix,
)
from assistant.notes.resolving import Resolver
from assistant.notes.vault import Vault
from db import note_links
from db import notes as index

_TITLE = re.compile(r"^title:[ \t]+(\S[^\r\n]*?)[ \t]*$", re.MULTILINE)
_IN_ANGLES = re.compile(r"[%<>\\]")
_IN_ADDRESSES = "/!$&'*+,;=:@-._~"


@dataclass(slots=True)
class Renamed:
    """What a renaming did: old path -> new path, the notes whose links changed, how many links.

    `kept` are files that another program changed at that moment: they keep what it wrote.
    """

    moved: dict[str, str]
    rewritten: list[str] = field(default_factory=list)
    links: int = 0
    kept: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Edits:
    """New text of a file, and what was changed to get there: (start, new, old).

    `links` is how many of the changes are links; the other one is the title.
    """

    before: str
    text: str
    changes: list[tuple[int, str, str]]
    links: int


def rename(vault: Vault, path: str, new_path: str, *, title: str = "") -> Renamed:
    """Give a file of the vault another path; every link to it is rewritten in the same moment.

    Links keep their form: a name stays a name where that is clear, a path a path. Where the note's
    front matter has the old name as its title, it has `title`, or the new name, from now on. The
    index is in step afterwards.

    Raises:
        NotFoundError: there is no such file.
        BadNameError: the new path cannot be one.
        NoteExistsError: it is taken.
    """
    with vault.writing():
        refresh(vault)
        _require_free(vault, path, new_path)
        return _move(vault, {path: new_path}, "note-rename", title=title)


def rename_back(
    vault: Vault, event: int, data: Mapping[str, Any], *, kind: str = "note-undo"
) -> Renamed:
    """Undo a renaming, inside `vault.writing()`, given its event; `kind` is what the log calls it.

    Files that nobody has changed since get back every byte; in others the links are rewritten.

    Raises:
        NotFoundError: the file is gone.
        NoteExistsError: its old name is taken by now.
    """
    refresh(vault)
    back = {new: old for old, new in data["moved"].items()}
    for path, old in back.items():
        _require_free(vault, path, old, was_there=True)
    return _move(vault, back, kind, undoes=event, edited=data["edited"])


def _require_free(vault: Vault, path: str, new_path: str, *, was_there: bool = False) -> None:
    if not vault.locate(path).is_file():
        raise NotFoundError(f"There is no {path} in your notes.")
    if key(path) == key(new_path):
        vault.locate(
            new_path if was_there else checked_path(new_path)
        )  # only its case or Unicode form changes
        if path == new_path:
            raise files.NoteExistsError(f"{path} is called so already.")
        return
    (vault.locate_free if was_there else vault.locate_new)(new_path)


def _move(
    vault: Vault,
    moves: Mapping[str, str],
    kind: str,
    *,
    undoes: int | None = None,
    edited: Mapping[str, Any] | None = None,
    title: str = "",
) -> Renamed:
    planned = _plan(vault, moves, title)
    for path, told in (edited or {}).items():
        _restore_bytes(vault, moves, path, told, planned)
    steps = [
        journal.Move(old, new, files.digest_of(vault.locate(old)) or "")
        for old, new in moves.items()
    ]
    contents = [
        (moves.get(path, path), edits.before, files.encode(edits.text))
        for path, edits in planned.items()
        if edits.changes
    ]
    links = sum(edits.links for edits in planned.values())
    data = {
        "moved": dict(moves),
        "links": links,
        "edited": {
            moves.get(path, path): {
                "after": files.digest(files.encode(edits.text)),
                "changes": [[start, new, old] for start, new, old in edits.changes],
            }
            for path, edits in planned.items()
            if edits.changes
        },
    }
    first = next(iter(moves.values()))
    event = {"kind": kind, "subject": f"note:{first}", "data": data, "undoes": undoes}
    kept = change(vault, event, moves=steps, contents=contents)
    relinked = [moves.get(path, path) for path, edits in planned.items() if edits.links]
    return Renamed(dict(moves), relinked, links, kept)


def _plan(vault: Vault, moves: Mapping[str, str], title: str) -> dict[str, _Edits]:
    """Return the edits that keep what every link means, by path before the moves."""
    with vault.database.read() as connection:
        before = resolver_of(connection)
        paths = index.paths(connection)
        after = Resolver(moves.get(path, path) for path in paths)
        names = {key(name_of(path)) for pair in moves.items() for path in pair}
        names |= {key(path.rpartition("/")[2]) for pair in moves.items() for path in pair}
        near = note_links.links_named(connection, names)
        sources = {link.source for link in near if link.kind in ("note", "embed")} | set(moves)
        affected = {
            source for source in sources
            if source in moves or any(_turns(before, after, moves, link) for link in near
                                      if link.source == source)
        }  # fmt: skip
    planned = {}
    for path in sorted(affected):
        if not is_note(path):
            continue
        try:
            text, digest = files.read_text(vault.locate(path))
        except files.NoteFileError:
            continue  # what cannot be read has no links that we know of
        planned[path] = _edits(path, text, digest, before, after, moves, title)
    return planned


def _turns(
    before: Resolver, after: Resolver, moves: Mapping[str, str], link: note_links.StoredLink
) -> bool:
    if link.kind not in ("note", "embed"):
        return False
    target = meaning(before, link)
    return target is not None and moves.get(target, target) != meaning(after, link)


def _edits(
    path: str,
    text: str,
    digest: str,
    before: Resolver,
    after: Resolver,
    moves: Mapping[str, str],
    title: str,
) -> _Edits:
    new_path = moves.get(path, path)
    changes: list[tuple[int, str, str]] = []
    pieces, last, shift = [], 0, 0
    if retitled := _new_title(text, path, new_path, title):
        start, end, written = retitled
        pieces += [text[:start], written]
        changes.append((start, written, text[start:end]))
        last, shift = end, len(written) - (end - start)
    for link in sorted(parse_note(text).links, key=lambda link: link.target_start):
        if link.kind not in ("note", "embed") or not link.target:
            continue
        if link.target_start < last:
            continue  # it stands inside what was just rewritten
        target = _means(before, link, path)
        if target is None:
            continue
        target = moves.get(target, target)
        if _means(after, link, new_path) == target:
            continue
        written = _rewritten(link, text, target, new_path, after)
        old = text[link.target_start : link.target_end]
        pieces += [text[last : link.target_start], written]
        changes.append((link.target_start + shift, written, old))
        shift += len(written) - len(old)
        last = link.target_end
    links = len(changes) - (retitled is not None)
    return _Edits(digest, "".join([*pieces, text[last:]]), changes, links)


def _new_title(text: str, path: str, new_path: str, new_title: str) -> tuple[int, int, str] | None:
    """Where front matter gives the old name as the title, and what it says from now on."""
    start, end, _ = frontmatter.split(text)
    match = _TITLE.search(text, start, end)
    if match is None or name_of(path) == name_of(new_path) or match[1][0] in "|>[{&*!#":
        return None
    title = str(frontmatter.parse(text[start:end])[0].get("title") or "")
    if not title or name_of(path) not in (title, safe_name(title)):
        return None
    return (
        match.start(1),
        match.end(1),
        json.dumps(new_title or name_of(new_path), ensure_ascii=False),
    )


def _means(resolver: Resolver, link: Link, source: str) -> str | None:
    if link.syntax in ("markdown", "reference"):
        return resolver.markdown(link.target, source)
    return resolver.wiki(link.target, source)


def _rewritten(link: Link, text: str, target: str, source: str, after: Resolver) -> str:
    """The text that means a target in a note, in the form the link had."""
    if link.syntax in ("markdown", "reference"):
        absolute = link.target.startswith("/")
        path = f"/{target}" if absolute else relpath(target, folder_of(source) or ".")
        if is_note(target) and not is_note(link.target):
            path = without_suffix(path)
        if text[link.target_start - 1 : link.target_start] == "<":
            return _IN_ANGLES.sub(lambda match: f"%{ord(match[0]):02X}", path)
        return encode(path, exclude=_IN_ADDRESSES, keep_escaped=False)
    keeps_suffix = is_note(link.target) or not is_note(target)
    path = target if keeps_suffix else without_suffix(target)
    name = path.rpartition("/")[2]
    wanted = name if "/" not in link.target and after.wiki(name, source) == target else path
    if after.wiki(wanted, source) != target:
        wanted = target  # another file has the same path but for its suffix
    quoted = text.rfind("\n", 0, link.start) + 1
    if link.syntax == "property" and "'" in text[quoted : link.start]:
        wanted = wanted.replace("'", "''")
    return wanted


def _restore_bytes(
    vault: Vault,
    moves: Mapping[str, str],
    path: str,
    told: Mapping[str, Any],
    planned: dict[str, _Edits],
) -> None:
    """Take back exactly what a renaming changed in a file, if nobody has touched it since."""
    try:
        text, digest = files.read_text(vault.locate(path))
    except AssistantError:
        return
    if digest != told["after"]:
        return
    changes: list[tuple[int, str, str]] = []
    pieces, last = [], 0
    for start, new, old in told["changes"]:
        pieces += [text[last:start], old]
        changes.append((sum(map(len, pieces)) - len(old), old, new))
        last = start + len(new)
    links = planned[path].links if path in planned else 0
    planned[path] = _Edits(digest, "".join([*pieces, text[last:]]), changes, links)
