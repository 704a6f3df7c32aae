"""Labs as rows: their state in a sign and words, and their last run."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from assistant.library.spacing import in_words
from assistant.tui.areas.labs.standing import SIGNS, LabStanding
from assistant.tui.look import Look

_TITLE = 34
_STATE = 14
_WIDE = 64


class LabRow(NamedTuple):
    """A lab, or the heading of a theme where `standing` is None; `doing` is its job's word."""

    standing: LabStanding | None
    heading: str = ""
    doing: str = ""


class LabRows:
    """Labs under their themes."""

    height = 1

    def __init__(self, rows: Sequence[LabRow], now: datetime) -> None:
        self._rows = rows
        self._now = now

    def __len__(self) -> int:
        return len(self._rows)

    def key(self, index: int) -> Hashable | None:
        """Return the lab's id, None for a heading."""
        standing = self._rows[index].standing
        return standing.lab.id if standing is not None else None

    def index_of(self, key: Hashable) -> int | None:
        """Return where a lab stands."""
        return next((n for n in range(len(self)) if self.key(n) == key), None)

    def lines(self, index: int, width: int, look: Look) -> list[Text]:
        """Draw a row: state, title, how far, and the last run."""
        row = self._rows[index]
        line = Text(no_wrap=True, end="")
        if row.standing is None:
            line.append(row.heading, look.strong)
            return [line]
        one = row.standing
        sign, style = ("▸", "accent") if row.doing else SIGNS[one.state]
        line.append(f" {sign} ", getattr(look, style))
        title = one.lab.title
        if width >= _WIDE:
            cut = cell_len(title) > _TITLE
            title = set_cell_size(title, _TITLE - cut) + "…" * cut
        line.append(f"{title} ")
        line.append(f" {row.doing or one.told:<{_STATE}} ", getattr(look, style))
        if width >= _WIDE and one.last is not None:
            ok = one.last.data.get("ok") is True
            line.append("✓ " if ok else "✗ ", look.good if ok else look.bad)
            line.append(f"ran {in_words(self._now - one.last.at)} ago", look.dim)
        if one.lab.missing_extras:
            line.append(f" needs {' '.join(one.lab.missing_extras)}", look.warn)
        return [line]


def lab_rows(
    standings: Mapping[str, LabStanding], words: str, doing: Mapping[str, str]
) -> list[LabRow]:
    """Return labs under their themes; `words` narrow them, after a ! they are turned round."""
    rows: list[LabRow] = []
    theme = ""
    for id, one in standings.items():
        if not _matches(one, words):
            continue
        if one.lab.theme != theme:
            theme = one.lab.theme
            rows.append(LabRow(None, theme.capitalize()))
        rows.append(LabRow(one, doing=doing.get(id, "")))
    return rows


def _matches(one: LabStanding, words: str) -> bool:
    words = words.strip()
    asked = words.lstrip("!").casefold().split()
    lab = one.lab
    whole = " ".join((lab.id, lab.title, lab.summary, lab.theme, one.told, *lab.skills)).casefold()
    return not asked or all(word in whole for word in asked) != words.startswith("!")
