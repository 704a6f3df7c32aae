"""What a person does with papers: reading state, rating, star, tags; each change is logged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from assistant.errors import UsageError
from assistant.sources.record import Personal
from assistant.text import clean_line
from db import personal
from db.engine import Connection

STATES = ("unread", "skimmed", "read", "later")
MAX_TAG = 64
UNREAD: dict[str, Any] = {"state": "unread", "rating": None, "starred": False}


class Named(Protocol):
    """A paper as changes need it: `db.works.WorkView` and `db.listing.PaperRow` are such."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def public_id(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Change:
    """One thing done to one paper or to several at once, in words, and the event that holds it.

    `event` is the first one's, None where all was so already; `works` are those that changed.
    """

    event: int | None
    subject: str
    text: str
    works: tuple[int, ...] = ()


def set_state(connection: Connection, work: Named, state: str) -> Change:
    """Mark a paper unread, skimmed, read or kept for later."""
    return set_states(connection, [work], state)


def set_states(connection: Connection, papers: Sequence[Named], state: str) -> Change:
    """Mark papers at once, undone at once."""
    if state not in STATES:
        raise UsageError(f"{state!r} is no reading state.", hint=f"One of: {', '.join(STATES)}.")
    return _set_reading(connection, papers, "state", "state", state, f"marked {state}")


def set_rating(connection: Connection, work: Named, rating: int | None) -> Change:
    """Rate a paper from 1 (not for me) to 5 (one of the best); None takes the rating away."""
    return set_ratings(connection, [work], rating)


def set_ratings(connection: Connection, papers: Sequence[Named], rating: int | None) -> Change:
    """Rate papers at once, undone at once."""
    if rating is not None and not 1 <= rating <= 5:
        raise UsageError(f"A rating is 1 to 5, not {rating}.", hint="0 takes a rating away.")
    told = "rating removed" if rating is None else f"rated {rating} of 5"
    return _set_reading(connection, papers, "rate", "rating", rating, told)


def set_star(connection: Connection, work: Named, starred: bool) -> Change:
    """Star a paper, or take the star away."""
    return set_stars(connection, [work], starred)


def set_stars(connection: Connection, papers: Sequence[Named], starred: bool) -> Change:
    """Star papers at once, undone at once."""
    told = "starred" if starred else "star removed"
    return _set_reading(connection, papers, "star", "starred", starred, told)


def change_tags(
    connection: Connection,
    work: Named,
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> Change:
    """Add and remove tags of a paper."""
    return tag_all(connection, [work], add=add, remove=remove)


def tag_all(
    connection: Connection,
    papers: Sequence[Named],
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> Change:
    """Add and remove tags of papers at once, undone at once."""
    papers = list({one.id: one for one in papers}.values())
    new, gone = {clean_tag(tag) for tag in add}, {clean_tag(tag) for tag in remove}
    held = personal.tags_of(connection, [one.id for one in papers])
    rows: list[tuple[str, dict[str, Any]]] = []
    told = ""
    for one in papers:
        before = held.get(one.id, [])
        after = sorted({*before, *new} - gone)
        told = f"tags: {', '.join(after)}" if after else "no tags"
        if after != before:
            rows.append((one.public_id, {"work": one.id, "before": before, "after": after}))
    if len(papers) > 1:
        told = " ".join([f"+{tag}" for tag in sorted(new)] + [f"-{tag}" for tag in sorted(gone)])
    personal.put_tags(connection, {data["work"]: data["after"] for _, data in rows})
    return told_change(connection, "tag", rows, papers, told)


def told_change(
    connection: Connection,
    kind: str,
    rows: Sequence[tuple[str, dict[str, Any]]],
    papers: Sequence[Named],
    told: str,
) -> Change:
    """Log what was done to papers as (public id, data), and return it as one change."""
    events = personal.append_events(connection, kind, rows)
    subjects = [subject for subject, _ in rows] or [one.public_id for one in papers]
    subject = subjects[0] if len(subjects) == 1 else f"{len(subjects):,} papers"
    changed = tuple(data["work"] for _, data in rows)
    return Change(events[0] if events else None, subject, told, changed)


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
        reading = readings.get(work_id, UNREAD)
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
    connection: Connection, papers: Sequence[Named], kind: str, field: str, value: Any, told: str
) -> Change:
    papers = list({one.id: one for one in papers}.values())
    held = personal.readings_of(connection, [one.id for one in papers])
    rows: list[tuple[str, dict[str, Any]]] = []
    for one in papers:
        before = held.get(one.id, UNREAD)
        after = {**before, field: value}
        if after != before:
            rows.append((one.public_id, {"work": one.id, "before": before, "after": after}))
    personal.put_readings(
        connection, [{"work_id": data["work"], **data["after"]} for _, data in rows]
    )
    return told_change(connection, kind, rows, papers, told)
