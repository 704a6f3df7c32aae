"""Reading a note: its title, sections, links and tags, with the exact places of what can change.

Positions count characters of the text as it was decoded, so that a rewrite touches only them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from mdurl import decode

from assistant.notes import frontmatter
from assistant.notes.grammar import Found, parser
from assistant.notes.sections import Heading, Section, sections_of
from assistant.text import clean_line

if TYPE_CHECKING:
    from markdown_it.token import Token

_LINE_END = re.compile(r"\r\n?|\n")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}:")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_REFERENCE = re.compile(r"(?:[ \t>+*-]|\d+[.)])*\[(?:[^\[\]\\]|\\.)+\]:\s*(<[^<>\n]*>|\S+)")
_PROPERTY_LINK = re.compile(r"(!?)\[\[([^\[\]\n]*[^\s\[\]][^\[\]\n]*)\]\]")
_OWN = re.compile(r"(arxiv|doi|openreview|acl|pmlr|dblp|skill):\s*(\S.*)", re.IGNORECASE)
MOST_INLINE = 100_000  # characters of one paragraph that are looked into
MOST_BRACKETS = 2_000  # in it: finding their partners takes quadratic time
_CONTEXT = 300


class Link(NamedTuple):
    """A link to something of ours: where it stands, and what it says.

    `kind` is note, embed, paper or skill; `syntax` is wiki, markdown, reference or property.
    `target` is the decoded path or id without fragment, which the text has, as written, from
    `target_start` to `target_end`; `start` to `end` is all of the link.
    """

    kind: str
    syntax: str
    start: int
    end: int
    target_start: int
    target_end: int
    target: str
    fragment: str
    label: str
    line: int
    context: str


class Marked(NamedTuple):
    """A block of text with a tag in it: `text` is its Markdown, `heading` whether it is one."""

    tag: str
    text: str
    line: int
    heading: bool


@dataclass(slots=True)
class ParsedNote:
    """What a note says; `problem` tells what of it could not be read."""

    title: str
    properties: frontmatter.Properties
    problem: str
    sections: list[Section]
    links: list[Link] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    marked: list[Marked] = field(default_factory=list)
    opaque: list[tuple[int, int]] = field(default_factory=list)
    """Character ranges of code, maths, HTML and comments that stand as blocks."""


def parse_note(text: str) -> ParsedNote:
    """Return what a note's text says; never raises, whatever the text is."""
    yaml_start, yaml_end, body_start = frontmatter.split(text)
    properties, problem = frontmatter.parse(text[yaml_start:yaml_end])
    body = _Body(text, body_start)
    body.read()
    headings = [heading for heading in body.headings if heading.level == 1]
    title = clean_line(str(properties.get("title") or ""), 300)
    if not title and headings:
        title = headings[0].text
    note = ParsedNote(title, properties, problem, sections_of(text, body_start, body.headings))
    note.links = [*_property_links(text, yaml_start, yaml_end), *body.links]
    given = frontmatter.texts(properties, "tags", "tag")
    tags = [one.lstrip("#").strip().replace(" ", "-") for one in given]
    note.tags = list(dict.fromkeys(tag.lower() for tag in (*tags, *body.tags) if tag))
    note.marked, note.opaque = body.marked, body.opaque
    return note


class _Body:
    """The Markdown below the front matter, read block by block."""

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        ends = [match.span() for match in _LINE_END.finditer(text, start)]
        # (start, end) of each line, as markdown-it counts them.
        starts = [start, *(end for _, end in ends)]
        self.lines = list(zip(starts, [*(begin for begin, _ in ends), len(text)], strict=True))
        self.first_line = text.count("\n", 0, start)
        self.source = text[start:]
        self.headings: list[Heading] = []
        self.links: list[Link] = []
        self.tags: list[str] = []
        self.marked: list[Marked] = []
        self.opaque: list[tuple[int, int]] = []
        self._cell = (-1, 0)

    def read(self) -> None:
        env: dict[str, Any] = {}
        tokens = parser().parse(self.source, env)
        for place, token in enumerate(tokens):
            if token.type in ("fence", "code_block", "html_block", "math_block") and token.map:
                self.opaque.append(self._span(token.map))
            if token.type != "inline" or not token.map:
                continue
            opening = tokens[place - 1] if place else token
            if opening.type == "heading_open" and opening.level == 0:
                self._heading(token, int(opening.tag[1:]))
            self._inline(token, opening.type, env)
        for told in env.get("references", {}).values():
            self._reference(told)

    def _span(self, lines: list[int]) -> tuple[int, int]:
        return self.lines[lines[0]][0], self.lines[min(lines[1], len(self.lines)) - 1][1]

    def _heading(self, token: "Token", level: int) -> None:
        assert token.map
        start = self.lines[token.map[0]][0]
        self.headings.append(
            Heading(level, clean_line(token.content, 300), start, self.first_line + token.map[0])
        )

    def _inline(self, token: "Token", opening: str, env: dict[str, Any]) -> None:
        content = token.content
        in_table = opening in ("th_open", "td_open")
        lines = self._located(token, in_table) if "[" in content or in_table else None
        if "[" not in content and "#" not in content:
            return
        if len(content) > MOST_INLINE or content.count("[") > MOST_BRACKETS:
            return
        env |= {"content": content, "found": []}
        md = parser()
        md.inline.parse(content, md, env, [])
        assert token.map
        for found in env["found"]:
            if found.kind == "tag":
                tag = content[slice(*found.inner)].lower().strip("/")
                self.tags.append(tag)
                line = self.first_line + token.map[0] + content.count("\n", 0, found.start)
                self.marked.append(Marked(tag, content, line, opening == "heading_open"))
            elif lines is not None:
                self._link(found, content, lines, token.map[0])

    def _located(self, token: "Token", in_table: bool) -> "list[_Line] | None":
        """Where each line of a block's content stands in the text, None where that is unclear."""
        assert token.map
        located = []
        at = 0
        for number, line in enumerate(token.content.split("\n")):
            row = token.map[0] + number
            if row >= len(self.lines):
                return None
            start, end = self.lines[row]
            wanted = line.strip()
            skipped = len(line) - len(line.lstrip())
            if in_table:
                begin = self._cell[1] if self._cell[0] == row else start
                place = self.text.find(wanted, begin, end)
                escaped = False
                if "|" in wanted:
                    place = self.text.find(wanted.replace("|", "\\|"), begin, end)
                    escaped = True
                if place < 0:
                    return None
                self._cell = (row, place + len(wanted))
            else:
                place, escaped = self.text.rfind(wanted, start, end), False
                if place < 0:
                    return None
            located.append(_Line(at + skipped, at + len(line), place, escaped))
            at += len(line) + 1
        return located

    def _link(self, found: Found, content: str, lines: "list[_Line]", row: int) -> None:
        def place(position: int) -> int | None:
            for line in lines:
                if line.start <= position <= line.end:
                    extra = content.count("|", line.start, position) if line.escaped else 0
                    return line.place + position - line.start + extra
            return None

        inner = content[slice(*found.inner)]
        start, end = place(found.start), place(found.end)
        if start is None or end is None:
            return
        line = self.first_line + row + content.count("\n", 0, found.start)
        context = _context(content, found)
        if found.kind == "markdown":
            path, _, fragment = inner.partition("#")
            image = content[found.start] == "!"
            label = content[found.start + 1 + image : found.inner[0]].rpartition("](")[0]
            begin = place(found.inner[0])
            if begin is not None and self.text.startswith(path, begin):
                made = _markdown_link(
                    "markdown", path, fragment, label, image, (start, end, begin), line, context
                )
                self.links += made
            return
        begin = place(found.inner[0])
        if begin is not None and self.text.startswith(inner.partition("|")[0], begin):
            embed = found.kind == "embed"
            self.links.append(wiki_link(inner, embed, "wiki", (start, end, begin), line, context))

    def _reference(self, told: dict[str, Any]) -> None:
        """A definition `[label]: path` is one link, however often it is used."""
        start, end = self._span(told["map"])
        match = _REFERENCE.match(self.text, start, end)
        if match is None:
            return
        raw, begin = match[1], match.start(1)
        if raw.startswith("<"):
            raw, begin = raw[1:-1], begin + 1
        path, _, fragment = raw.partition("#")
        line = self.first_line + told["map"][0]
        context = clean_line(self.text[start:end], _CONTEXT)
        span = (match.start(1), match.end(1), begin)
        self.links += _markdown_link("reference", path, fragment, "", False, span, line, context)


class _Line(NamedTuple):
    """A line of a block's content: from where to where in it, and its place in the text.

    `escaped` is a table's cell in which every `|` stands as `\\|`.
    """

    start: int
    end: int
    place: int
    escaped: bool


def _context(content: str, found: Found) -> str:
    """The words around a link, whole where they are few."""
    start = max(content.rfind("\n", 0, max(found.start - _CONTEXT // 2, 0)) + 1, 0)
    return clean_line(content[start : found.end + _CONTEXT // 2], _CONTEXT)


def wiki_link(
    inner: str, embed: bool, syntax: str, span: tuple[int, int, int], line: int, context: str
) -> Link:
    """Return the link that `[[inner]]` is; `span` is its start, end and where `inner` starts."""
    start, end, begin = span
    path, _, label = inner.partition("|")
    label = clean_line(label, 300)
    own = _OWN.fullmatch(path.strip().rstrip("\\"))
    if own is not None:
        kind = "skill" if own[1].lower() == "skill" else "paper"
        target = clean_line(f"{own[1].lower()}:{own[2]}", 300)
        at = begin, begin + len(path)
        return Link(kind, syntax, start, end, *at, target, "", label, line, context)
    target, _, fragment = path.partition("#")
    # In a table the bar is written `\|`.
    written = target.rstrip("\\") if not fragment else target
    stripped = written.strip()
    at_start = begin + len(written) - len(written.lstrip())
    return Link(
        "embed" if embed else "note", syntax, start, end, at_start, at_start + len(stripped),
        clean_line(stripped, 1_000), clean_line(fragment.rstrip("\\"), 300), label, line, context,
    )  # fmt: skip


def _markdown_link(
    syntax: str, path: str, fragment: str, label: str, image: bool,
    span: tuple[int, int, int], line: int, context: str,
) -> Iterator[Link]:  # fmt: skip
    """Yield the link of a relative destination; what leads to the web is none of ours."""
    target = decode(_ESCAPED.sub(r"\1", path), "")
    if not path or _SCHEME.match(target) or target.startswith("//"):
        return
    start, end, begin = span
    kind = "embed" if image else "note"
    yield Link(
        kind, syntax, start, end, begin, begin + len(path), clean_line(target, 1_000),
        clean_line(decode(fragment, ""), 300), clean_line(label, 300), line, context,
    )  # fmt: skip


def _property_links(text: str, start: int, end: int) -> Iterator[Link]:
    """Yield the `[[links]]` in front matter, and the papers and skills it names."""
    for match in _PROPERTY_LINK.finditer(text, start, end):
        span = (match.start(), match.end(), match.start(2))
        line = text.count("\n", 0, match.start())
        begin = text.rfind("\n", 0, match.start()) + 1
        finish = text.find("\n", match.end())
        context = clean_line(text[begin : finish if finish >= 0 else end], _CONTEXT)
        yield wiki_link(match[2], bool(match[1]), "property", span, line, context)
