"""What a person gave to projects and communities: pull requests, issues, reviews, talks.

skill-contribution  skill:ID   {what, state, link, title, author, note, told}

`state` is what GitHub said of it (merged, open, closed), or claimed where nobody was asked. The
newest event of a link says how it stands; the moment it was first merged is kept by the log.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from assistant.errors import UsageError
from assistant.library.reading import Change
from assistant.skills.deeds import CONTRIBUTION, LONGEST_LINK, Deed
from assistant.skills.model import Skill
from assistant.sources.addresses import web_link
from assistant.sources.github_names import Piece, piece_of
from assistant.text import clean_line
from db import personal
from db.engine import Connection

What = Literal["pull-request", "issue", "review", "talk", "other"]
WHATS: tuple[What, ...] = ("pull-request", "issue", "review", "talk", "other")
CLAIMED = "claimed"
STATES = ("merged", "open", "closed", CLAIMED)
_LONGEST_NOTE = 300


@dataclass(frozen=True, slots=True)
class Contribution:
    """Something given: what, where, how it stands; `title` and `author` as GitHub tells them."""

    skill: str
    what: str
    link: str
    state: str = CLAIMED
    title: str = ""
    author: str = ""
    note: str = ""
    at: datetime | None = None

    @property
    def text(self) -> str:
        """It in words."""
        words = self.what.replace("-", " ") if self.what != "other" else "contribution"
        head = f"{words}, {self.state}" if self.what != "talk" else words
        told = f"{self.title} ({self.link})" if self.title else self.link
        return f"{head}: {told}" + (f" – {self.note}" if self.note else "")


def named(link: str, what: str | None, web: str = "") -> tuple[str, What, Piece | None]:
    """Return a contribution's address as it is kept, what it is, and what of GitHub's it is.

    `web` is the address of a GitHub of one's own.

    Raises:
        UsageError: it is no address, or nobody says what is there.
    """
    told = web_link(clean_line(link, LONGEST_LINK + 1))
    if told is None or len(told) > LONGEST_LINK or "@" in told.split("/")[2]:
        raise UsageError(
            f"{clean_line(link, 80)!r} is no web address.",
            hint="Give the address of what you gave: https://…",
        )
    piece = piece_of(told, web)
    kind = next((one for one in WHATS if one == what), None) or (piece.sort if piece else None)
    if kind is None:
        raise UsageError(
            "What is at that address?", hint=f"Say --as and one of {', '.join(WHATS)}."
        )
    if piece is not None and kind != "review":
        told = piece.page
    return told, kind, piece


def contribute(connection: Connection, skill: Skill, one: Contribution) -> Change:
    """Log a contribution as evidence for a skill."""
    data: dict[str, Any] = {
        "what": one.what, "state": one.state, "link": one.link, "title": one.title,
        "author": one.author, "note": clean_line(one.note, _LONGEST_NOTE), "told": one.text,
    }  # fmt: skip
    event = personal.append_event(connection, CONTRIBUTION, f"skill:{skill.id}", data)
    return Change(event, f"skill:{skill.id}", one.text)


def contributions(deeds: Iterable[Deed]) -> list[Contribution]:
    """Return what was contributed, each once for each skill as it stands now, the newest last."""
    found: dict[tuple[str, str, str], Contribution] = {}
    for deed in deeds:
        if deed.kind == CONTRIBUTION:
            told = {
                name: clean_line(str(deed.data.get(name, "")), 1_000)
                for name in ("what", "link", "state", "title", "author", "note")
            }
            key = (deed.id, told["what"], told["link"])
            first = found.pop(key, None)
            at = first.at if first else deed.at
            found[key] = Contribution(deed.id, at=at, **told)
    return list(found.values())
