"""What a note is joined to, as a list: backlinks, links, mentions, and what means the same."""

from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from assistant.tui.look import Look
from assistant.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from assistant.notes.linking import LinkOut, Mention


class Goal(NamedTuple):
    """Where a row leads: a file of the vault, a paper, a skill, or a note not made yet."""

    kind: str
    """note, paper, skill, missing (a note), or lost (any other file)."""
    name: str
    """The path, the id or the link's target."""
    heading: str = ""


class Joined(NamedTuple):
    """A row: where it leads, what it is called, and in what words. Without a goal, a heading."""

    goal: Goal | None
    text: str
    told: str = ""


class JoinedRows:
    """What a note is joined to, as rows under headings."""

    height = 1

    def __init__(self, rows: Sequence[Joined]) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def key(self, index: int) -> Hashable | None:
        """Return what tells a row from others, None for a heading."""
        return None if self.rows[index].goal is None else (index, self.rows[index].goal)

    def index_of(self, key: Hashable) -> int | None:
        """Return where a row stands."""
        return next((n for n in range(len(self.rows)) if self.key(n) == key), None)

    def lines(self, index: int, width: int, look: Look) -> list[Text]:
        """Draw a row."""
        row = self.rows[index]
        line = Text(no_wrap=True, end="")
        if row.goal is None:
            line.append(row.text, look.strong)
            line.append(f"  {row.told}" if row.told else "", look.dim)
            return [line]
        missing = row.goal.kind in ("missing", "lost")
        line.append("  ✗ " if missing else "    ", look.bad)
        line.append(row.text, look.bad if missing else look.accent)
        line.append(f"  {row.told}" if row.told else "", look.dim)
        return [line]


class LinksPane(RowList):
    """The list itself; `enter` goes where a row leads."""

    DEFAULT_CSS = "LinksPane { background: $surface; border-top: solid $panel; }"

    def goal(self, index: int) -> Goal | None:
        """Return where a row leads."""
        source = self.source
        return source.rows[index].goal if isinstance(source, JoinedRows) else None


def goal_of(link: "LinkOut") -> Goal:
    """Return where a link of a note leads."""
    if link.kind in ("paper", "skill"):
        return Goal(link.kind, link.target)
    if link.path is None:
        return Goal("missing" if link.kind == "note" else "lost", link.target)
    return Goal("note", link.path, link.fragment)


def joined(
    back: "Iterable[LinkOut]",
    out: "Iterable[LinkOut]",
    named: "Iterable[Mention]",
    titles: dict[str, str],
) -> list[Joined]:
    """Return what links here, where this links, and where it is named without a link.

    `titles` are of notes by path and of papers by id.
    """
    backs = _once(Joined(Goal("note", one.source), _short(one.source), one.context) for one in back)
    outs: dict[Goal, Joined] = {}
    for one in out:
        goal = goal_of(one)
        told = titles.get(goal.name, "")
        lost = f"no heading {one.fragment}" if one.state == "no heading" else ""
        missing = {"missing": "not there yet", "lost": "not there"}.get(goal.kind, "")
        name = _short(goal.name) if goal.kind == "note" else goal.name
        outs.setdefault(goal, Joined(goal, name, lost or missing or told))
    said = _once(
        Joined(Goal("note", one.source), _short(one.source), one.context) for one in named
    )  # fmt: skip
    rows: list[Joined] = []
    for heading, found in (("Linked from", backs), ("Links to", list(outs.values())),
                           ("Named without a link", said)):  # fmt: skip
        if found:
            rows += [Joined(None, heading, f"{len(found):,}"), *found]
    return rows


def _once(rows: Iterable[Joined]) -> list[Joined]:
    return list(dict.fromkeys(rows))


def _short(path: str) -> str:
    return path.removesuffix(".md")
