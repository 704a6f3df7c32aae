"""What a person's doings say about a paper: how much it counts for or against its kind."""

from dataclasses import dataclass
from datetime import datetime

from db.profiles import Judged

_LIKED = {1: "liked", -1: "disliked"}
_STATES = {
    "read": (0.5, "read"),
    "later": (0.5, "kept for later"),
    "skimmed": (0.2, "skimmed"),
    "unread": (0.0, "left unread"),
}
_TAGGED = 0.5
_STARRED = 0.9
_RATINGS = {1: -1.0, 2: -0.7, 3: 0.2, 4: 0.9, 5: 1.0}


@dataclass(frozen=True, slots=True)
class Opinion:
    """A work and how much it is liked: 1 is a like, -1 a dislike, between are weaker signs.

    `verb` says what the person did, as in "which you liked".
    """

    work: Judged
    weight: float
    age_days: float
    verb: str


def opinion(judged: Judged, now: datetime) -> Opinion | None:
    """Return what a person's doings say; None where they say nothing.

    What they said outright outweighs what they did: a disliked paper that was read is disliked.
    """
    age = max((now - datetime.fromisoformat(judged.at)).total_seconds() / 86_400, 0.0)
    if judged.liked is not None:
        return Opinion(judged, float(judged.liked), age, _LIKED[judged.liked])
    if judged.rating is not None:
        return Opinion(judged, _RATINGS[judged.rating], age, f"rated {judged.rating}")
    signs = [_STATES[judged.state]]
    signs += [(_STARRED, "starred")] if judged.starred else []
    signs += [(_TAGGED, "tagged")] if judged.tagged else []
    weight, verb = max(signs)
    return Opinion(judged, weight, age, verb) if weight else None
