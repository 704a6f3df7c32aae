"""Everything about a person's learning at one moment, read at once."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from assistant.config import Home
from assistant.skills.advice import Advice, next_skills
from assistant.skills.catalogue import load_curriculum
from assistant.skills.deeds import Deed, picked_track, read_deeds
from assistant.skills.model import Curriculum, Track
from assistant.skills.progress import Standing, reading_ids, standings
from db.engine import Database


@dataclass(frozen=True, slots=True)
class Learner:
    """The tracks, what was done, and where it leaves a person; `track` is the one they picked.

    `numbers` maps the works on reading lists to their numbers in the library.
    """

    curriculum: Curriculum
    deeds: tuple[Deed, ...]
    standings: dict[str, Standing]
    numbers: dict[str, int]
    track: Track | None
    now: datetime

    def next(self, track: str | None = None, limit: int = 5) -> list[Advice]:
        """Return what to do next, on a track or on the one picked."""
        chosen = track or (self.track.id if self.track else None)
        return next_skills(self.curriculum, self.standings, chosen, self.now, limit)

    def counts(self, track: str) -> Counter[str]:
        """Return state -> how many skills of a track's path are in it."""
        return Counter(self.standings[id].state for id in self.curriculum.path(track))

    def current(self) -> tuple[Standing, ...]:
        """Return what the person is learning: begun skills, and the ready ones of their track."""
        path = set(self.curriculum.path(self.track.id)) if self.track else set()
        return tuple(
            one
            for id, one in self.standings.items()
            if one.state == "started" or (one.state == "ready" and id in path)
        )


def read_learner(home: Home, database: Database, now: datetime | None = None) -> Learner:
    """Return where the person stands now, or would stand at another moment."""
    now = now or datetime.now(UTC)
    curriculum = load_curriculum(home)
    with database.read() as connection:
        deeds = tuple(read_deeds(connection))
        numbers = reading_ids(connection, curriculum)
    picked = picked_track(deeds)
    track = curriculum.tracks.get(picked) if picked else None
    path = set(curriculum.path(track.id)) if track else None
    found = standings(curriculum, deeds, numbers, now, path)
    return Learner(curriculum, deeds, found, numbers, track, now)
