"""What a vault's Markdown has beyond CommonMark, as rules of markdown-it: links, tags, comments.

CommonMark 0.31 (https://spec.commonmark.org/0.31.2/) with tables, dollar maths and footnotes, and
of Obsidian's flavour (https://help.obsidian.md/syntax) `[[links]]`, `![[embeds]]`, `#tags` and
`%% comments %%`. The rules write down where in the text they found what, which markdown-it itself
does not keep for inline things: `env["found"]` receives `Found` with positions in the block's
content.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

_WIKI = re.compile(r"(!?)\[\[([^\[\]\n]*[^\s\[\]][^\[\]\n]*)\]\]")
_TAG = re.compile(r"#([\w/-]*[^\W\d][\w/-]*)")


class Found(NamedTuple):
    """Something in a block's content: `start` to `end`, and what is to be read inside it.

    `kind` is wiki, embed, markdown or tag; `inner` is where a link's target (with fragment and
    label, for `[[ ]]`) stands.
    """

    kind: str
    start: int
    end: int
    inner: tuple[int, int]


@cache
def parser() -> "MarkdownIt":
    """Return the one parser, whose inline rules run only where they are asked to."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    md = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    md.use(dollarmath_plugin, allow_space=False, allow_digits=False)
    md.use(footnote_plugin, inline=False, move_to_end=False)
    md.disable(["inline", "text_join"])
    md.block.ruler.before(
        "fence", "comment", _comment_block, {"alt": ["paragraph", "reference", "blockquote"]}
    )
    md.inline.ruler.before("link", "wiki", _wiki)
    md.inline.ruler.before("link", "comment", _comment)
    md.inline.ruler.before("link", "tag", _tag)
    md.inline.ruler.at("link", _noting(_original(md, "link"), "["))
    md.inline.ruler.at("image", _noting(_original(md, "image"), "!["))
    return md


def _original(md: "MarkdownIt", name: str) -> Any:
    from markdown_it.rules_inline import image, link

    return {"link": link, "image": image}[name]


def _note(state: "StateInline", found: Found) -> None:
    # An image's text is parsed apart, as a text of its own: its positions are not the block's.
    if state.src is state.env.get("content"):
        state.env["found"].append(found)


def _wiki(state: "StateInline", silent: bool) -> bool:
    match = _WIKI.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        kind = "embed" if match[1] else "wiki"
        _note(state, Found(kind, match.start(), match.end(), match.span(2)))
    state.pos = match.end()
    return True


def _tag(state: "StateInline", silent: bool) -> bool:
    pos = state.pos
    if state.src[pos] != "#" or (pos and not state.src[pos - 1].isspace()):
        return False
    match = _TAG.match(state.src, pos, state.posMax)
    if match is None:
        return False
    if not silent:
        _note(state, Found("tag", match.start(), match.end(), match.span(1)))
    state.pos = match.end()
    return True


def _comment(state: "StateInline", silent: bool) -> bool:
    if not state.src.startswith("%%", state.pos):
        return False
    end = state.src.find("%%", state.pos + 2, state.posMax)
    if end < 0:
        return False
    state.pos = end + 2
    return True


def _comment_block(state: "StateBlock", start: int, end: int, silent: bool) -> bool:
    """`%%` alone at the start of a line comments everything up to the next `%%`, or the end."""
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if state.is_code_block(start) or not first.startswith("%%") or "%%" in first[2:]:
        return False
    if silent:
        return True
    line = start + 1
    while line < end and "%%" not in state.src[state.bMarks[line] : state.eMarks[line]]:
        line += 1
    state.line = min(line + 1, end)
    return True


def _noting(rule: Any, opening: str) -> Any:
    """Return a link rule that also writes down where its destination stands."""

    def noting(state: "StateInline", silent: bool) -> bool:
        start, most = state.pos, state.posMax
        if not state.src.startswith(opening, start):
            return False
        done = rule(state, silent)
        if done and not silent and state.src is state.env.get("content"):
            end, state.pos, state.posMax = state.pos, start, most
            span = _destination(state, start + len(opening) - 1, end)
            state.pos = end
            if span is not None:
                _note(state, Found("markdown", start, end, span))
        return bool(done)

    return noting


def _destination(state: "StateInline", bracket: int, end: int) -> tuple[int, int] | None:
    """Where the destination of an inline link stands, without its angle brackets."""
    label_end = state.md.helpers.parseLinkLabel(state, bracket, False)
    if label_end < 0 or not state.src.startswith("(", label_end + 1):
        return None
    pos = label_end + 2
    while pos < end and state.src[pos].isspace():
        pos += 1
    told = state.md.helpers.parseLinkDestination(state.src, pos, end)
    if not told.ok:
        return None
    if state.src[pos] == "<":
        return pos + 1, told.pos - 1
    return pos, told.pos
