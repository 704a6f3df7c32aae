"""The last step before the terminal: nothing that commands it is ever in a text."""

import re

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from assistant.text import CONTROLS

_UNSEEN = re.compile(f"{CONTROLS.pattern[:-1]}\t\n]")


class Printable(LineFilter):
    """Takes control characters out of every line that is drawn; widths stay as they were.

    What comes from outside was cleaned when it came in; this holds for what did not come in by a
    door: a library from elsewhere, a message of a library we use.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments, those that had any without them."""
        return [
            segment
            if segment.control or segment.text.isprintable()
            else Segment(_UNSEEN.sub(_in_place, segment.text), segment.style)
            for segment in segments
        ]


def _in_place(found: re.Match[str]) -> str:
    return "\ufffd" * cell_len(found[0])
