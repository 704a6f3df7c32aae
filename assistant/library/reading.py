"""What a person does with papers: reading state, rating, star, tags; each change is logged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.errors import UsageError
from assistant.sources.record import Personal
from assistant.text import clean_line
from db import personal, works
from db.engine import Connection

STATES = ("unread", "skimmed", "read", "later")
MAX_TAG = 64
_UNREAD: dict[str, Any] = {"state": "unread", "rating": None, "starred": False}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing done to one paper, in words, and the event that holds it."""

    event: int | None
    subject: str
    text: str


def set_state(connection: Connection, work: works.WorkView, state: str) -> Change:
    """Mark a paper unread, skimmed, read or kept for later."""
    if state not in STATES:
        raise UsageError(f"{state!r} is no reading state.", hint=f"One of: {', '.join(STATES)}.")
    return _set_reading(connection, work, "state", "state", state, f"marked {state}")


def set_rating(connection: Connection, work: works.WorkView, rating: int | None) -> Change:
    """Rate a paper from 1 (not for me) to 5 (one of the best); None takes the rating away."""
    if rating is not None and not 1 <= rating <= 5:
        raise UsageError(f"A rating is 1 to 5, not {rating}.", hint="0 takes a rating away.")
    told = "rating removed" if rating is None else f"rated {rating} of 5"
    return _set_reading(connection, work, "rate", "rating", rating, told)


def set_star(connection: Connection, work: works.WorkView, starred: bool) -> Change:
    """Star a paper, or take the star away."""
    told = "starred" if starred else "star removed"
    return _set_reading(connection, work, "star", "starred", starred, told)


def change_tags(
    connection: Connection,
    work: works.WorkView,
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> Change:
    """Add and remove tags of a paper."""
    before = personal.tags_of(connection, [work.id]).get(work.id, [])
    gone = {clean_tag(tag) for tag in remove}
    after = sorted({*before, *(clean_tag(tag) for tag in add)} - gone)
    told = f"tags: {', '.join(after)}" if after else "no tags"
    if after == before:
        return Change(None, work.public_id, told)
    personal.put_tags(connection, {work.id: after})
    data = {"work": work.id, "before": before, "after": after}
    event = personal.append_event(connection, "tag", work.public_id, data)
    return Change(event, work.public_id, told)


def clean_tag(tag: str) -> str:
    """Return a tag as it is kept: one word, lower case, without a leading `#`.

    Raises:
        UsageError: nothing is left, or it is too long.
    """
    cleaned = "-".join(clean_line(tag, 10 * MAX_TAG).lower().replace(",", " ").split()).lstrip("#")
    if not cleaned or len(cleaned) > MAX_TAG:
        raise UsageError(
            f"{clean_line(tag, 80)!r} is no tag.", why=f"A tag has 1 to {MAX_TAG} characters."
        )
    return cleaned


def add_personal(connection: Connection, rows: Sequence[tuple[int, Personal]]) -> int:
    """Add what an export says a person did, where the library does not say otherwise.

    Tags are joined; a state, rating or star is taken over only where there is none. Returns how
    many works it changed.
    """
    if not rows:
        return 0
    ids = [work_id for work_id, _ in rows]
    tags, readings = personal.tags_of(connection, ids), personal.readings_of(connection, ids)
    new_tags: dict[int, Sequence[str]] = {}
    new_readings: dict[int, dict[str, Any]] = {}
    for work_id, told in rows:
        before = tags.get(work_id, [])
        after = sorted({*before, *(clean_tag(tag) for tag in told.tags)})
        if after != before:
            new_tags[work_id] = tags[work_id] = after
        reading = readings.get(work_id, _UNREAD)
        merged = {
            "state": told.state if reading["state"] == "unread" else reading["state"],
            "rating": reading["rating"] or told.rating,
            "starred": reading["starred"] or told.starred,
        }
        if merged != reading:
            readings[work_id] = merged
            new_readings[work_id] = {"work_id": work_id, **merged}
    personal.put_tags(connection, new_tags)
    personal.put_readings(connection, list(new_readings.values()))
    return len(new_tags.keys() | new_readings.keys())


def _set_reading(
    connection: Connection, work: works.WorkView, kind: str, field: str, value: Any, told: str
) -> Change:
    before = personal.readings_of(connection, [work.id]).get(work.id, _UNREAD)
    after = {**before, field: value}
    if after == before:
        return Change(None, work.public_id, told)
    personal.put_readings(connection, [{"work_id": work.id, **after}])
    data = {"work": work.id, "before": before, "after": after}
    event = personal.append_event(connection, kind, work.public_id, data)
    return Change(event, work.public_id, told)
