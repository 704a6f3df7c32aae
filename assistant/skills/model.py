"""Tracks and skills as their files tell them, with everything checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assistant.errors import AssistantError


class TrackError(AssistantError):
    """A file of tracks that cannot be used: which, where in it, and what would mend it."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something to read, and why: a work by its id, or a resource with title and address."""

    why: str
    work: str = ""
    title: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question for the reviews, and its answer."""

    ask: str
    answer: str


@dataclass(frozen=True, slots=True)
class Way:
    """One way to prove a skill; all that it names must hold.

    `checks` and `run` name a lab, "*" any lab of the skill, "" none. `read` counts works, `note`
    words, `reviews` answers, `merged` pull requests that GitHub says are merged, `talks` talks
    given; `show` says what is to be shown by a link.
    """

    checks: str = ""
    run: str = ""
    read: int = 0
    note: int = 0
    reviews: int = 0
    merged: int = 0
    talks: int = 0
    show: str = ""


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill: what one can do when one has it, and how it is learnt and proven.

    `labs` are those its file names and those that name it; `track` is the one that defines it.
    """

    id: str
    track: str
    title: str
    can: str
    why: str
    needs: tuple[str, ...]
    hours: float
    terms: tuple[str, ...]
    read: tuple[Item, ...]
    labs: tuple[str, ...]
    planned: str
    recall: tuple[Question, ...]
    proof: tuple[Way, ...]

    @property
    def works(self) -> tuple[str, ...]:
        """The ids of the works on its reading list."""
        return tuple(one.work for one in self.read if one.work)


@dataclass(frozen=True, slots=True)
class Track:
    """A way through skills: its own and those it includes of others, after other tracks."""

    id: str
    title: str
    summary: str
    after: tuple[str, ...]
    include: tuple[str, ...]
    own: tuple[str, ...]
    source: Path


@dataclass(frozen=True, slots=True)
class TrackFile:
    """What one file tells: a track and its skills, or only skills that take others' places."""

    source: Path
    track: Track | None
    skills: tuple[Skill, ...]


@dataclass(frozen=True, slots=True)
class Curriculum:
    """All tracks and skills; `problems` says which files of the person's could not be used.

    `skills` stand in an order in which each comes after those it needs.
    """

    tracks: Mapping[str, Track]
    skills: Mapping[str, Skill]
    problems: tuple[TrackError, ...] = field(default=())

    def aims(self, track: str) -> tuple[str, ...]:
        """Return the ids of the skills a track is for: its own and those it includes."""
        one = self.tracks[track]
        chosen = {*one.own, *one.include}
        return tuple(id for id in self.skills if id in chosen)

    def path(self, track: str) -> tuple[str, ...]:
        """Return the ids of all skills on the way through a track.

        That is what the tracks before it are for, what it is for itself, and what any of them
        needs.
        """
        return tuple(id for id in self.skills if id in self._closed(track, set()))

    def way_to(self, skill: str) -> tuple[str, ...]:
        """Return the ids of a skill and of all it rests on, in order."""
        wanted = self._needed({skill})
        return tuple(id for id in self.skills if id in wanted)

    def opens(self, skill: str) -> tuple[str, ...]:
        """Return the ids of the skills that need this one directly."""
        return tuple(id for id, one in self.skills.items() if skill in one.needs)

    def _closed(self, track: str, seen: set[str]) -> set[str]:
        seen.add(track)
        found = self._needed(set(self.aims(track)))
        for before in self.tracks[track].after:
            if before not in seen:
                found |= self._closed(before, seen)
        return found

    def _needed(self, ids: set[str]) -> set[str]:
        found: set[str] = set()
        waiting = list(ids)
        while waiting:
            id = waiting.pop()
            if id not in found:
                found.add(id)
                waiting += self.skills[id].needs
        return found
