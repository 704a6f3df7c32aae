"""What links where: backlinks, links out, broken ones, orphans, mentions, a note's surroundings."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from assistant.errors import AssistantError
from assistant.notes import files
from assistant.notes.frontmatter import split
from assistant.notes.markdown import parse_note
from assistant.notes.names import is_note, key, name_of
from assistant.notes.resolving import Resolver
from assistant.notes.vault import Vault
from assistant.sources.identifiers import parse_identifier
from assistant.text import clean_line, title_key
from db import note_links, works
from db import notes as index
from db.engine import Connection
from db.filters import any_of, phrase

State = Literal["ok", "missing", "no heading"]
_MENTIONING = 200
_CONTEXT = 200
_RESOLVERS: dict[tuple[str, int, int], Resolver] = {}
"""The newest one; it is never changed, so several threads may ask it."""


class LinkOut(NamedTuple):
    """A link as written, and what it means: a file's path, or a paper's or skill's id.

    `state` is missing where there is no such thing, `no heading` where the file has no such
    heading. A paper that the library does not have is ok: it can be fetched.
    """

    source: str
    kind: str
    target: str
    fragment: str
    label: str
    line: int
    context: str
    path: str | None
    state: State


class Mention(NamedTuple):
    """A place where a note's name stands without being a link; `line` counts from 0."""

    source: str
    line: int
    context: str


@dataclass(slots=True)
class Surroundings:
    """The notes, papers and skills near a note, and which links join them.

    Nodes are paths and ids; edges go from a note to what it links. `missing` are targets that do
    not exist yet.
    """

    centre: str
    nodes: dict[str, str] = field(default_factory=dict)
    edges: list[tuple[str, str]] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)


def resolver_of(connection: Connection) -> Resolver:
    """Return what links mean at this moment; one for as long as no file comes or goes."""
    state = index.paths_state(connection)
    known = _RESOLVERS.get(state)
    if known is None:
        known = Resolver(index.paths(connection))
        _RESOLVERS.clear()
        _RESOLVERS[state] = known
    return known


def meaning(resolver: Resolver, link: note_links.StoredLink) -> str | None:
    """Return the path a link to a file means, None where it is broken."""
    if not link.target:
        return link.source
    if link.syntax in ("markdown", "reference"):
        return resolver.markdown(link.target, link.source)
    return resolver.wiki(link.target, link.source)


def links_out(vault: Vault, path: str) -> list[LinkOut]:
    """Return a note's links in order, with what each means."""
    with vault.database.read() as connection:
        resolver = resolver_of(connection)
        headings: dict[str, set[str]] = {}
        return [
            _told(connection, resolver, link, headings)
            for link in note_links.links_from(connection, path)
        ]


def backlinks(vault: Vault, path: str) -> list[LinkOut]:
    """Return the links that mean a file of the vault, by note and place."""
    with vault.database.read() as connection:
        resolver = resolver_of(connection)
        keys = {key(name_of(path)), key(path.rpartition("/")[2])}
        found = [
            link for link in note_links.links_named(connection, keys)
            if link.kind in ("note", "embed") and link.source != path
            and meaning(resolver, link) == path
        ]  # fmt: skip
        return [_told(connection, resolver, link, {}) for link in found]


def links_to_id(vault: Vault, ids: Iterable[str]) -> list[LinkOut]:
    """Return the links to papers or skills by their ids, `arxiv:2103.00020` or `skill:amp`."""
    with vault.database.read() as connection:
        resolver = resolver_of(connection)
        found = note_links.links_named(connection, {key(one) for one in ids})
        return [
            _told(connection, resolver, link, {})
            for link in found
            if link.kind in ("paper", "skill")
        ]


def notes_of_paper(vault: Vault, ids: Iterable[str]) -> list[index.NoteView]:
    """Return the notes that name a paper by any of its ids, its own note first."""
    with vault.database.read() as connection:
        return notes_about(connection, ids)


def notes_about(connection: Connection, ids: Iterable[str]) -> list[index.NoteView]:
    """Return the same, of one state of the library."""
    wanted = list(ids)
    links = note_links.links_named(connection, {key(one) for one in wanted})
    sources = dict.fromkeys(link.source for link in links if link.kind == "paper")
    found = index.views(connection, list(sources))
    own = {f"paper:{one}" for one in wanted}
    return sorted(found, key=lambda note: (note.note_id not in own, note.path))


def broken(vault: Vault) -> list[LinkOut]:
    """Return every link to a file or heading that is not there."""
    with vault.database.read() as connection:
        resolver = resolver_of(connection)
        headings: dict[str, set[str]] = {}
        told = (
            _told(connection, resolver, link, headings) for link in note_links.all_links(connection)
        )
        return [link for link in told if link.state != "ok"]


def orphans(vault: Vault) -> list[index.NoteView]:
    """Return the notes that no link joins to anything: none leads to them, they lead nowhere."""
    with vault.database.read() as connection:
        resolver = resolver_of(connection)
        joined: set[str] = set()
        for link in note_links.all_links(connection):
            if link.kind in ("paper", "skill"):
                joined.add(link.source)
            elif (target := meaning(resolver, link)) is not None and target != link.source:
                joined |= {link.source, target}
        return [note for note in index.views(connection) if note.path not in joined]


def mentions(vault: Vault, path: str) -> list[Mention]:
    """Return where other notes name this one without linking to it."""
    with vault.database.read() as connection:
        note = index.view(connection, path)
        if note is None:
            return []
        names = {name for name in (name_of(path), note.title) if len(title_key(name)) > 2}
        if not names:
            return []
        sources = index.mentioning(connection, any_of(map(phrase, sorted(names))), _MENTIONING)
    pattern = re.compile(
        "|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(names, key=len)[::-1]),
        re.IGNORECASE,
    )
    return [
        one for source in sources if source != path for one in _mentions_in(vault, source, pattern)
    ]


def surroundings(vault: Vault, path: str, *, depth: int = 1, most: int = 60) -> Surroundings:
    """Return what is within `depth` links of a note, at most so many nodes."""
    graph = Surroundings(path)
    with vault.database.read() as connection:
        resolver = resolver_of(connection)
        reached, edge = {path}, [path]
        for _ in range(depth):
            following: list[str] = []
            for node in edge:
                for source, target, kind in _joined(connection, resolver, node):
                    other = target if source == node else source
                    if other not in reached:
                        if len(reached) >= most:
                            continue
                        reached.add(other)
                        following.append(other)
                    if (source, target) not in graph.edges and source != target:
                        graph.edges.append((source, target))
                    if kind == "missing":
                        graph.missing.add(target)
            edge = [node for node in following if node not in graph.missing]
        graph.nodes = _titles(connection, reached)
    return graph


def _joined(
    connection: Connection, resolver: Resolver, node: str
) -> Iterable[tuple[str, str, str]]:
    """Yield (source, target, kind) of the links from and to a node."""
    for link in note_links.links_from(connection, node):
        if link.kind in ("paper", "skill"):
            yield node, link.target, link.kind
        elif (found := meaning(resolver, link)) is not None:
            yield node, found, "note"
        else:
            yield node, link.target, "missing"
    names = {key(name_of(node)), key(node.rpartition("/")[2]), key(node)}
    for link in note_links.links_named(connection, names):
        own = link.kind in ("paper", "skill")
        if link.source != node and (link.target if own else meaning(resolver, link)) == node:
            yield link.source, node, link.kind


def _titles(connection: Connection, nodes: set[str]) -> dict[str, str]:
    found = dict.fromkeys(sorted(nodes), "")
    found |= {view.path: view.title for view in index.views(connection, sorted(nodes))}
    for node in nodes:
        identifier = None if found[node] else parse_identifier(node)
        if identifier is not None:
            ids = works.find_identifiers(connection, {identifier.scheme: [identifier.value]})
            for work in works.view_works(connection, list(ids.values())):
                found[node] = work.title
    return {node: title or node for node, title in found.items()}


def _told(
    connection: Connection,
    resolver: Resolver,
    link: note_links.StoredLink,
    headings: dict[str, set[str]],
) -> LinkOut:
    path: str | None = None
    state: State = "ok"
    if link.kind in ("note", "embed"):
        path = meaning(resolver, link)
        if path is None:
            state = "missing"
        elif link.fragment and not link.fragment.startswith("^") and is_note(path):
            if path not in headings:
                ways = index.headings_of(connection, path)
                headings[path] = {title_key(way.rpartition(" > ")[2]) for way in ways}
            if title_key(link.fragment.rpartition("#")[2]) not in headings[path]:
                state = "no heading"
    return LinkOut(
        link.source, link.kind, link.target, link.fragment, link.label, link.line, link.context,
        path, state,
    )  # fmt: skip


def _mentions_in(vault: Vault, source: str, pattern: re.Pattern[str]) -> list[Mention]:
    try:
        text, _ = files.read_text(vault.locate(source))
    except AssistantError:
        return []
    note = parse_note(text)
    closed = [(link.start, link.end) for link in note.links] + note.opaque
    start = split(text)[2]
    found = []
    for match in pattern.finditer(text, start):
        if any(begin <= match.start() < end for begin, end in closed):
            continue
        begin = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.end())
        line = text[max(begin, match.start() - _CONTEXT // 2) : end if end >= 0 else len(text)]
        found.append(
            Mention(source, text.count("\n", 0, match.start()), clean_line(line, _CONTEXT))
        )
    return found
