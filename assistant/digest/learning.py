"""What of a digest has to do with what the person is learning, which the caller knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.digest.model import DigestEntry
from assistant.library.following import Following
from assistant.search.topics import Topic, Topics, Touched

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from db.works import WorkView

    Vectors = Mapping[int, npt.NDArray[np.float32]]

MOST_MARKS = 2


@dataclass(frozen=True, slots=True)
class Studies:
    """What a person is learning now, and, by track, what those who follow it have still to learn.

    A digest only marks the first; a profile that follows a track ranks its topics higher.
    """

    current: tuple[Topic, ...] = ()
    tracks: Mapping[str, tuple[Topic, ...]] | None = None

    def followed(self, profile: Following) -> tuple[Topic, ...]:
        """Return the topics of the tracks a profile follows."""
        tracks = self.tracks or {}
        return tuple(topic for id in profile.tracks for topic in tracks.get(id, ()))

    def works(self, profile: Following) -> tuple[int, ...]:
        """Return the numbers of the works that stand for any of them."""
        every = (*self.current, *self.followed(profile))
        return tuple(dict.fromkeys(work for topic in every for work in topic.works))


class Marking:
    """Finds which papers have to do with what a profile's person is learning."""

    def __init__(self, studies: Studies, profile: Following, vectors: Vectors) -> None:
        followed = studies.followed(profile)
        self._followed = {topic.id for topic in followed}
        every = {topic.id: topic for topic in (*studies.current, *followed)}
        self._topics = Topics(list(every.values()), vectors) if every else None
        self._vectors = vectors

    def touched(self, view: WorkView) -> list[Touched]:
        """Return the topics a paper has to do with, the most before."""
        if self._topics is None:
            return []
        return self._topics.touched(view.title, view.abstract, self._vectors.get(view.id))

    def studied(self, found: Sequence[Touched]) -> tuple[str, ...]:
        """Return the names of those that the profile follows."""
        return tuple(one.topic.name for one in found if one.topic.id in self._followed)


def marked(entry: DigestEntry, found: Sequence[Touched], titles: Mapping[int, str]) -> DigestEntry:
    """Return an entry that says what of the person's learning it has to do with, and why."""
    if not found:
        return entry
    told = "; ".join(_told(one, titles) for one in found[:MOST_MARKS])
    return replace(
        entry,
        learning=tuple(one.topic.id for one in found),
        reasons=(*entry.reasons, f"relevant to what you are learning: {told}"),
    )


def _told(one: Touched, titles: Mapping[int, str]) -> str:
    if one.terms:
        return f"{one.topic.name} ({', '.join(one.terms)})"
    near = titles.get(one.near or 0, "")
    return f"{one.topic.name} (near “{near}”)" if near else one.topic.name
