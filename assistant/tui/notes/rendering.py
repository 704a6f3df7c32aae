"""A note's Markdown as lines for the screen, drawn in a thread whatever its length.

Textual's Markdown widget takes seconds for a long note; rich's takes a fraction, and what is longer
than anybody reads so is shown as it is written. Nothing of a note is ever markup, an action or a
terminal's link: links of all kinds become marked places of the page, which keys follow.
"""

import io
import re
from collections.abc import Iterable, Sequence
from typing import ClassVar, NamedTuple

from markdown_it.token import Token
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown, MarkdownElement
from rich.segment import Segment
from rich.style import Style
from rich.syntax import Syntax
from rich.text import Text
from rich.theme import Theme
from textual.strip import Strip

from assistant.notes.frontmatter import split
from assistant.notes.markdown import Link, parse_note
from assistant.text import clean, title_key
from assistant.tui.look import Look

MOST_RENDERED = 60_000
"""Characters of a note that are laid out as Markdown."""
MOST_SHOWN = 300_000
"""Characters of a note that are shown at all."""
WIDEST = 96
_MOST_BRACKETS = 4_000
_MOST_COLOURED = 4_000
_OURS = "assistant:"
_ESCAPED = re.compile(r"[\\`*_\[\]<>|~!#&]")
_COMMENT = re.compile(r"%%.*?%%", re.DOTALL)


class PageLink(NamedTuple):
    """A link on a page: the line it begins on, and what it leads to: a note's link, or the web."""

    line: int
    link: Link | None
    address: str


class Rendered(NamedTuple):
    """A page: its lines, its links in order, and what of the note is not shown."""

    lines: list[Strip]
    links: list[PageLink]
    told: str = ""

    def line_of(self, heading: str) -> int | None:
        """Return the line on which a heading stands."""
        wanted = title_key(heading.rpartition(" > ")[2].rpartition("#")[2])
        found = (
            n for n, line in enumerate(self.lines) if wanted and title_key(line.text) == wanted
        )
        return next(found, None)


def link_of(style: Style | None) -> int | None:
    """Return the number of the link that a place on a page belongs to."""
    number = style.meta.get("note_link") if style is not None else None
    return number if isinstance(number, int) else None


def rendered(text: str, width: int, look: Look, *, lost: Iterable[str] = ()) -> Rendered:
    """Lay a note's text out in `width` columns; never raises, whatever the text is.

    Links whose target is among `lost` are drawn as leading nowhere.
    """
    text = clean(text, MOST_SHOWN + 1)
    told = ""
    if len(text) > MOST_SHOWN:
        text = text[:MOST_SHOWN]
        told = "It goes on: e opens all of it in your editor."
    body = text[split(text)[2] :]
    width = max(min(width, WIDEST), 10)
    if len(body) <= MOST_RENDERED and body.count("[") <= _MOST_BRACKETS:
        try:
            return _as_markdown(text, width, look, frozenset(lost))._replace(told=told)
        except (RecursionError, ValueError, LookupError, RuntimeError, AssertionError):
            told = told or "It is shown as it is written."
    else:
        told = told or "It is long, and shown as it is written."
    return Rendered(_as_written(body, width), [], told)


def _as_markdown(text: str, width: int, look: Look, lost: frozenset[str]) -> Rendered:
    source, links = _with_places(text)
    console = Console(
        width=width, file=io.StringIO(), force_terminal=True, color_system="truecolor",
        legacy_windows=False, markup=False, highlight=False, emoji=False, theme=_theme(look),
    )  # fmt: skip
    page = _Page(source, code_theme="ansi_dark", hyperlinks=True)
    lines = console.render_lines(page, console.options, pad=False)
    return _placed(lines, links, look, lost)


def _with_places(text: str) -> tuple[str, list[Link]]:
    """Return a note's body with its links as links to their number in the list returned."""
    start = split(text)[2]
    links: list[Link] = []
    pieces, last = [], start
    for link in sorted(parse_note(text).links, key=lambda one: one.start):
        if link.start < last or link.syntax not in ("wiki", "markdown"):
            continue
        label = link.label or f"{link.target}{'#' if link.fragment else ''}{link.fragment}"
        sign = "▣ " if link.kind == "embed" else ""
        shown = _ESCAPED.sub(lambda match: "\\" + match[0], label.replace("\n", " "))
        pieces += [text[last : link.start], f"[{sign}{shown}]({_OURS}{len(links)})"]
        links.append(link)
        last = link.end
    body = "".join([*pieces, text[last:]])
    return (_COMMENT.sub("", body) if "%%" in body else body), links


def _placed(
    lines: Sequence[Sequence[Segment]], links: Sequence[Link], look: Look, lost: frozenset[str]
) -> Rendered:
    """Turn links of a drawing into places of ours, numbered as they come."""
    found: list[PageLink] = []
    strips: list[Strip] = []
    before: tuple[str, str] | None = None
    for number, line in enumerate(lines):
        segments = []
        for text, style, _ in line:
            address = style.link if style is not None else None
            if style is None or address is None:
                if text.strip():
                    before = None
                segments.append(Segment(text, style))
                continue
            name = (address, style.link_id)
            if name != before:  # one that goes on in the next line is still the same
                found.append(_page_link(number, address, links))
                before = name
            one = found[-1]
            broken = one.link is not None and one.link.target in lost
            drawn = (look.bad if broken else look.accent) + Style(underline=True)
            drawn += Style(meta={"note_link": len(found) - 1})
            segments.append(Segment(text, style.update_link(None) + drawn))
        strips.append(Strip(segments))
    while strips and not strips[-1].text.strip():
        strips.pop()
    return Rendered(strips, found)


def _page_link(line: int, address: str, links: Sequence[Link]) -> PageLink:
    number = address.removeprefix(_OURS)
    if address != number and number.isascii() and number.isdecimal() and int(number) < len(links):
        return PageLink(line, links[int(number)], "")
    return PageLink(line, None, address)


def _as_written(text: str, width: int) -> list[Strip]:
    console = Console(width=width, file=io.StringIO())
    strips = []
    for line in text.split("\n"):
        for piece in Text(line.expandtabs(4)).wrap(console, width):
            piece.rstrip()
            strips.append(Strip([Segment(piece.plain)]))
    return strips


def _theme(look: Look) -> Theme:
    quiet = look.dim
    return Theme({
        "markdown.code": look.warn, "markdown.code_block": Style(), "markdown.link": look.accent,
        "markdown.link_url": look.accent, "markdown.block_quote": quiet, "markdown.hr": quiet,
        "markdown.item.bullet": look.accent, "markdown.item.number": look.accent,
        "markdown.table.border": quiet, "markdown.table.header": look.strong,
        "markdown.h1": look.strong + look.accent, "markdown.h2": look.strong + look.accent,
        **{f"markdown.h{n}": look.strong for n in range(3, 7)},
    })  # fmt: skip


def _without_ground(style: Style | None) -> Style | None:
    return style and Style(color=style.color, bold=style.bold, italic=style.italic)


class _Heading(Heading):
    """A heading at the left edge."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        text = self.text.copy()
        text.justify = "left"
        yield text


class _Code(CodeBlock):
    """A block of code, coloured unless it is long: some lexers take forever on some texts."""

    @classmethod
    def create(cls, markdown: Markdown, token: Token) -> "_Code":
        """Return the element of a token."""
        name = (token.info or "").partition(" ")[0]
        short = len(token.content) <= _MOST_COLOURED
        return cls(name if name and short else "text", markdown.code_theme)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        code = str(self.text).rstrip()
        for line in console.render_lines(
            Syntax(
                code, self.lexer_name, theme=self.theme, word_wrap=True, background_color="default"
            ),
            options.update(width=max(options.max_width - 2, 1)),
            pad=False,
        ):
            yield Segment("  ")
            yield from (Segment(one.text, _without_ground(one.style)) for one in line)
            yield Segment("\n")


class _Page(Markdown):
    """Markdown with our headings and code."""

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements, "heading_open": _Heading, "fence": _Code, "code_block": _Code
    }  # fmt: skip
