"""Skills as rows: their state in a sign and a word, and the signs of what each needs."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from assistant.library.spacing import in_words
from assistant.skills.learner import Learner
from assistant.skills.progress import Standing
from assistant.tui.look import Look

SIGNS = {
    "proven": ("✓", "good"), "due": ("↻", "warn"), "started": ("◐", "accent"),
    "ready": ("○", "plain"), "locked": ("·", "dim"),
}  # fmt: skip
"""The sign of a state, and the style it is drawn in."""
_TITLE = 31
_WIDE = 70


class SkillRow(NamedTuple):
    """A skill, or a heading where `standing` is None; `next` says that it is what to do now."""

    standing: Standing | None
    heading: str = ""
    next: bool = False


class SkillRows:
    """A track's skills in the order to learn them, each after what it needs."""

    height = 1

    def __init__(self, rows: Sequence[SkillRow], standings: Mapping[str, Standing]) -> None:
        self._rows = rows
        self._standings = standings
        self._places = {
            row.standing.skill.id: n for n, row in enumerate(rows) if row.standing is not None
        }

    def __len__(self) -> int:
        return len(self._rows)

    def key(self, index: int) -> Hashable | None:
        """Return the skill's id, None for a heading."""
        standing = self._rows[index].standing
        return standing.skill.id if standing is not None else None

    def index_of(self, key: Hashable) -> int | None:
        """Return where a skill stands."""
        return self._places.get(str(key))

    def lines(self, index: int, width: int, look: Look) -> list[Text]:
        """Draw a row: the next one's mark, state, title, hours, lab, and what it needs."""
        row = self._rows[index]
        line = Text(no_wrap=True, end="")
        if row.standing is None:
            line.append(row.heading, look.strong)
            return [line]
        skill, state = row.standing.skill, row.standing.state
        sign, style = SIGNS[state]
        line.append("▸" if row.next else " ", look.accent)
        line.append(f"{sign} ", getattr(look, style))
        title = _fitted(skill.title) if width >= _WIDE else skill.title
        line.append(f"{title} ", look.dim if state == "locked" else look.plain)
        line.append(f" {state:<7} ", getattr(look, style))
        if width < _WIDE:
            return [line]
        line.append(f"{skill.hours:>3g} h ", look.dim)
        line.append("lab " if skill.labs else "    ", look.dim)
        for id in skill.needs:
            sign, style = SIGNS[self._standings[id].state]
            line.append(f" {sign} ", getattr(look, style))
            line.append(id, look.dim)
        return [line]


def _fitted(title: str) -> str:
    cut = set_cell_size(title, _TITLE)
    return cut if cell_len(title) <= _TITLE else set_cell_size(title, _TITLE - 1) + "…"


def track_rows(learner: Learner, track: str, words: str = "") -> list[SkillRow]:
    """Return the rows of a track, or of all where it is ""; `words` narrow them, ! turns it round.

    What a track only rests on stands first, under a heading of its own.
    """
    curriculum, found = learner.curriculum, learner.standings
    if track:
        aims = set(curriculum.aims(track))
        path = curriculum.path(track)
        first = [id for id in path if id not in aims]
        title = curriculum.tracks[track].title
        groups = [("What it rests on", first), (title, [id for id in path if id in aims])]
    else:
        groups = [(one.title, list(one.own)) for one in curriculum.tracks.values()]
    advice = learner.next(track or None, limit=1)
    at = advice[0].standing.skill.id if advice else ""
    rows = []
    for heading, ids in groups:
        kept = [found[id] for id in ids if id in found and matches(found[id], words)]
        if kept:
            rows.append(SkillRow(None, heading))
            rows += [SkillRow(one, next=one.skill.id == at) for one in kept]
    return rows


def track_told(learner: Learner, track: str, look: Look, choose: str) -> Text:
    """Return a line on a track, or on all where it is "": how many of its skills stand how.

    `choose` is the key that chooses a track.
    """
    line = Text(no_wrap=True, overflow="ellipsis")
    own = learner.track is not None and learner.track.id == track
    if track:
        line.append(learner.curriculum.tracks[track].title, look.strong)
        line.append(" (yours)" if own else "")
        counts: Counter[str] = learner.counts(track)
    else:
        line.append("All tracks", look.strong)
        counts = Counter(one.state for one in learner.standings.values())
    line.append(f" · {counts['proven'] + counts['due']:,} of {sum(counts.values()):,} proven")
    for state in ("due", "started", "ready"):
        line.append(f" · {counts[state]:,} {state}" if counts[state] else "")
    if learner.track is None:
        line.append(f" · {choose} chooses a track")
    return line


def matches(one: Standing, words: str) -> bool:
    """Tell whether a skill has every word: in its title, id, state, terms, labs or its first line;
    after a ! whether it has not.
    """
    words = words.strip()
    inverted = words.startswith("!")
    asked = words.lstrip("!").casefold().split()
    if not asked:
        return True
    skill = one.skill
    fields = (skill.title, skill.id, one.state, skill.can, *skill.terms, *skill.labs)
    whole = " ".join(fields).casefold()
    return all(word in whole for word in asked) != inverted


def state_told(one: Standing, now: datetime) -> str:
    """Say where a skill stands, and since or until when."""
    if one.state == "proven" and one.proven is not None:
        again = f", comes back in {in_words(one.due - now)}" if one.due else ""
        return f"proven {_ago(now, one.proven)}{again}"
    if one.state == "due" and one.due is not None:
        return f"due for review for {in_words(now - one.due)} now"
    if one.state == "started" and one.started is not None:
        return f"started {_ago(now, one.started)}"
    return one.state


def _ago(now: datetime, moment: datetime) -> str:
    return f"{in_words(now - moment)} ago"
