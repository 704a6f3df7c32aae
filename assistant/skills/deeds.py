"""What a person did, as learning needs it: read from the log, and written to it.

track-pick    track:ID   {told}                                     the track one is on
skill-start   skill:ID   {told}
skill-proof   skill:ID   {how: note|link, words, note|link, text, told}
skill-review  skill:ID   {answer: again|hard|good|easy, told}
skill-contribution  skill:ID  {what, state, link, …, told}: see `contributions`
lab-start     lab:ID     {file, told}
lab-check     lab:ID     {status, passed, checks, results, seconds, digest, told}
                where the status is "copied", it was the reference: it proves nothing
lab-hint      lab:ID     {check, number, of, told}
lab-run       lab:ID     {run, device, scale, seed, ok, error, solution, …, told}: see `runs`
read-elsewhere  a paper's id  {state, told}                         from an import of progress

Beside these it reads `state`, which the library writes when a paper is marked read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.errors import UsageError
from assistant.library.reading import Change
from assistant.library.spacing import ANSWERS, Answer
from assistant.skills.model import Skill, Track
from assistant.text import clean_line
from db import learning, personal
from db.engine import Connection

CONTRIBUTION = "skill-contribution"
OWN = (
    "track-pick", "skill-start", "skill-proof", "skill-review", CONTRIBUTION,
    "lab-start", "lab-check", "lab-hint", "lab-run", "read-elsewhere",
)  # fmt: skip
READING = "state"
KINDS = (*OWN, READING)
LONGEST_LINK = 500


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done: when, what, about what."""

    at: datetime
    kind: str
    subject: str
    data: dict[str, Any]

    @property
    def id(self) -> str:
        """The bare id of the skill, lab or track it is about."""
        return self.subject.partition(":")[2]


def read_deeds(
    connection: Connection, kinds: Iterable[str] = KINDS, *, since: str = ""
) -> list[Deed]:
    """Return what was done and not taken back, the earliest first."""
    rows = learning.events_in_time(connection, kinds, since=since)
    return [
        Deed(datetime.fromisoformat(row.at), row.kind, row.subject, row.data)
        for row in rows
        if not row.undone
    ]


def picked_track(deeds: Iterable[Deed]) -> str | None:
    """Return the id of the track picked last."""
    picked = [deed.id for deed in deeds if deed.kind == "track-pick"]
    return picked[-1] if picked else None


def pick_track(connection: Connection, track: Track) -> Change:
    """Be on a track from now on."""
    return _said(connection, "track-pick", f"track:{track.id}", {}, f"picked {track.title}")


def start_skill(connection: Connection, skill: Skill) -> Change:
    """Begin a skill, whether it is locked or not."""
    return _said(connection, "skill-start", f"skill:{skill.id}", {}, f"began {skill.title}")


def prove_by_note(connection: Connection, skill: Skill, path: str, words: int) -> Change:
    """Hand a note in as evidence for a skill.

    Raises:
        UsageError: no way to prove the skill takes a note, or the note is too short for all.
    """
    asked = [way.note for way in skill.proof if way.note]
    if not asked:
        raise UsageError(f"{skill.title} is not proven by a note.", hint=_ways_hint(skill))
    if words < min(asked):
        raise UsageError(
            f"{path} has {words:,} words of its own; {skill.title} asks for {min(asked):,}.",
            hint="Front matter, code and quotations are not counted.",
        )
    data = {"how": "note", "note": path, "words": words}
    told = f"handed in a note of {words:,} words for {skill.title}: {path}"
    return _said(connection, "skill-proof", f"skill:{skill.id}", data, told)


def prove_by_link(connection: Connection, skill: Skill, link: str, text: str = "") -> Change:
    """Hand in the address of something done outside as evidence for a skill.

    Raises:
        UsageError: no way to prove the skill takes one, or it is no address.
    """
    if not any(way.show for way in skill.proof):
        raise UsageError(f"{skill.title} is not proven by a link.", hint=_ways_hint(skill))
    link, text = clean_line(link, LONGEST_LINK + 1), clean_line(text, LONGEST_LINK)
    scheme, _, rest = link.partition("://")
    if scheme not in ("http", "https", "file") or not rest.strip("/") or len(link) > LONGEST_LINK:
        raise UsageError(
            f"{clean_line(link, 80)!r} is no address.",
            hint="Give the address of what you have done: https://… or file:///….",
        )
    data = {"how": "link", "link": link, "text": text}
    told = f"showed for {skill.title}: {text or link}"
    return _said(connection, "skill-proof", f"skill:{skill.id}", data, told)


def answer_review(connection: Connection, skill: Skill, answer: Answer) -> Change:
    """Write down how well a skill was remembered.

    Raises:
        UsageError: that is no answer.
    """
    if answer not in ANSWERS:
        raise UsageError(f"{answer!r} is no answer.", hint=f"One of: {', '.join(ANSWERS)}.")
    told = f"reviewed {skill.title}: {answer}"
    return _said(connection, "skill-review", f"skill:{skill.id}", {"answer": answer}, told)


def _said(
    connection: Connection, kind: str, subject: str, data: dict[str, Any], told: str
) -> Change:
    event = personal.append_event(connection, kind, subject, {**data, "told": told})
    return Change(event, subject, told)


def _ways_hint(skill: Skill) -> str:
    return f"`assistant skill show {skill.id}` says what proves it."
