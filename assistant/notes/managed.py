"""Blocks of a note that we keep up to date, between two comments; the rest is the person's.

<!-- assistant:begin paper -->
…
<!-- assistant:end paper -->
"""

import re
from dataclasses import dataclass

from assistant.errors import AssistantError

_MARK = re.compile(r"^[ \t]*<!-- assistant:(begin|end) ([a-z]+) -->[ \t]*\r?$", re.MULTILINE)


class NoBlockError(AssistantError):
    """A note has no such block, or its marks were broken."""


@dataclass(frozen=True, slots=True)
class Block:
    """Where a block stands in a text, its marks included."""

    start: int
    end: int


def find(text: str, name: str) -> Block:
    """Return the one block of a name.

    Raises:
        NoBlockError: there is none, or it does not begin and end exactly once.
    """
    marks = [(match[1], match.start(), match.end()) for match in _MARK.finditer(text)
             if match[2] == name]  # fmt: skip
    if not marks:
        raise NoBlockError(
            f"The note has no block `{name}` that could be kept up to date.",
            why="Its marks `<!-- assistant:begin … -->` were taken away.",
            hint="Nothing was changed. Put the two marks back where the block should stand.",
        )
    if [kind for kind, _, _ in marks] != ["begin", "end"]:
        raise NoBlockError(
            f"The marks of the note's block `{name}` do not match.",
            why="It should begin and end once.",
            hint="Nothing was changed. Mend the `<!-- assistant:… -->` lines.",
        )
    (_, start, _), (_, _, end) = marks
    return Block(start, end - 1 if text[end - 1 : end] == "\r" else end)


def replaced(text: str, name: str, rendered: str) -> str:
    """Return a text with its block replaced by that of a rendered template; all else stays.

    Raises:
        NoBlockError: either has no such block.
    """
    ours, theirs = find(rendered, name), find(text, name)
    block = rendered[ours.start : ours.end].replace("\r\n", "\n")
    if "\r\n" in text[theirs.start : theirs.end]:
        block = block.replace("\n", "\r\n")
    return text[: theirs.start] + block + text[theirs.end :]
