"""What is due when: collections laid beside each other, so that disagreements are seen."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from assistant.sources.meetings import MAIN_KINDS, Deadline, Meeting, meeting_from
from assistant.sources.venues import Venue, known_venues, venues_called
from assistant.text import title_key
from db import meetings, venues
from db.engine import Connection

AGREED = timedelta(hours=1)
"""Collections that differ by less tell the same: 23:59 and 23:59:59, noon UTC and AoE."""
_NEAR = timedelta(days=21)
_ALIASES = {"mm": "acmmm", "acmmultimedia": "acmmm", "mlsys": "mlsys", "sigkdd": "kdd",
            "thewebconf": "www", "thewebconference": "www"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Telling:
    """What one collection tells of a deadline; `was` are the moments it told before, oldest first.

    `at` is in UTC, None while it is to be announced; `told` is how the collection writes it.
    """

    collection: str
    at: datetime | None
    told: str
    zone_known: bool = True
    was: tuple[datetime, ...] = ()
    extended: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """One deadline of one edition of a conference.

    `at` is the earliest moment that any collection tells. `venue` is the id of the venue it belongs
    to where we know it, and `followed` whether the person follows that.
    """

    key: str
    name: str
    year: int
    kind: str
    label: str
    round: int
    rounds: int
    at: datetime | None
    tellings: tuple[Telling, ...]
    full_name: str = ""
    link: str = ""
    subjects: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    venue: str | None = None
    followed: bool = False

    @property
    def edition(self) -> str:
        """The edition for people, "ICLR 2027"."""
        return f"{self.name} {self.year}"

    @property
    def what(self) -> str:
        """What is due, "paper, round 2 of 4"."""
        what = self.kind.replace("_", " ")
        return f"{what}, round {self.round} of {self.rounds}" if self.rounds > 1 else what

    @property
    def disagreed(self) -> bool:
        """Tell whether collections tell moments that are not the same."""
        known = [one.at for one in self.tellings if one.at]
        return bool(known) and max(known) - min(known) > AGREED

    @property
    def dates_agree(self) -> bool:
        """Tell whether collections have the meeting on the same days, however they spell them."""
        return len(set(map(_days, self.dates.values()))) <= 1

    @property
    def moved_from(self) -> datetime | None:
        """The moment it was before it moved last, None where it never did."""
        return next((one.was[-1] for one in self.tellings if one.was), None)

    def left(self, now: datetime) -> timedelta | None:
        """Return the time that is left, negative once it is over."""
        return self.at - now if self.at else None


def deadlines(
    connection: Connection,
    *,
    now: datetime,
    own_venues: Path | None = None,
    days: int | None = None,
    past: bool = False,
    every_kind: bool = False,
) -> list[Due]:
    """Return what is due, the nearest first, what is still open last.

    `days` looks no further ahead, `past` also gives what is over, `every_kind` also notifications,
    camera-ready copies and the like.
    """
    found = all_deadlines(connection, now=now, own_venues=own_venues, over=past)
    return [one for one in found if _wanted(one, now, days, past=past, every_kind=every_kind)]


def all_deadlines(
    connection: Connection, *, now: datetime, own_venues: Path | None = None, over: bool = False
) -> list[Due]:
    """Return every deadline of meetings that have one to come, earlier ones among them, by date.

    With `over` also those of meetings that have none.
    """
    since = None if over else _iso(now - timedelta(days=1))
    rows = meetings.meetings(connection, since=since)
    known = known_venues(own_venues)
    followed = venues.followed(connection)
    groups: dict[tuple[str, int], list[tuple[str, Meeting, dict[str, Any]]]] = {}
    for collection, document in rows:
        was = document.pop("was", {})
        meeting = meeting_from(document)
        key = _series(known, meeting.series)
        groups.setdefault((key, meeting.year), []).append((collection, meeting, was))
    found: list[Due] = []
    for (key, _), told in groups.items():
        venue = next((one for one in known if one.id == key), None)
        for due in _joined(key, told, venue):
            found.append(replace(due, followed=due.venue in followed))
    return sorted(
        found, key=lambda one: (one.at is None, one.at or now, one.name.lower(), one.year, one.kind)
    )


def about(dues: Iterable[Due], subject: str) -> list[Due]:
    """Return what is due at conferences on a subject, told by any part of its name."""
    wanted = subject.lower().replace("-", " ").strip()
    return [one for one in dues if any(wanted in told.lower() for told in one.subjects)]


def called(dues: Iterable[Due], name: str) -> list[Due]:
    """Return what is due at conferences called so, by short or full name."""
    wanted = title_key(name)
    return [
        one for one in dues
        if wanted and (wanted in (title_key(one.name), one.key, title_key(one.edition))
                       or wanted in title_key(one.full_name))
    ]  # fmt: skip


def _wanted(due: Due, now: datetime, days: int | None, *, past: bool, every_kind: bool) -> bool:
    if not every_kind and due.kind not in MAIN_KINDS:
        return False
    if due.at is None:
        return past or due.year >= now.year
    left = due.at - now
    return (past or left >= timedelta()) and (days is None or left <= timedelta(days=days))


def _days(dates: str) -> tuple[str, ...]:
    """Return what two spellings of the same days share: "May 01-05" and "May 1 - 5"."""
    words = re.findall(r"[A-Za-z]{3,}|\d+", dates.lower())
    return tuple(word[:3] if word.isalpha() else word.lstrip("0") for word in words)


def _series(known: Sequence[Venue], name: str) -> str:
    found = venues_called(known, name)
    if found:
        return found[0].id
    key = title_key(name)
    return _ALIASES.get(key, key)


def _joined(
    key: str, told: list[tuple[str, Meeting, dict[str, Any]]], venue: Venue | None
) -> list[Due]:
    """Lay what collections tell of one edition beside each other."""
    places: list[tuple[Deadline, list[Telling]]] = []
    for collection, meeting, was in told:
        for deadline in meeting.deadlines:
            telling = _telling(collection, deadline, was)
            match = _same(places, deadline, telling)
            if match is None:
                places.append((deadline, [telling]))
            else:
                match.append(telling)
    rounds = max((one.round for one, _ in places if one.kind in MAIN_KINDS), default=1)
    first = max((meeting for _, meeting, _ in told), key=lambda one: len(one.full_name))
    name = venue.name if venue else first.series
    return [
        Due(
            key=key,
            name=name,
            year=first.year,
            kind=deadline.kind,
            label=deadline.label,
            round=deadline.round,
            rounds=rounds if deadline.kind in MAIN_KINDS else 1,
            at=min((one.at for one in tellings if one.at), default=None),
            tellings=tuple(tellings),
            full_name=first.full_name,
            link=next((one.link for _, one, _ in told if one.link), ""),
            subjects=tuple(dict.fromkeys(s for _, one, _ in told for s in one.subjects)),
            places={collection: one.place for collection, one, _ in told if one.place},
            dates={collection: one.dates for collection, one, _ in told if one.dates},
            notes={collection: one.note for collection, one, _ in told if one.note},
            venue=venue.id if venue else None,
        )
        for deadline, tellings in places
    ]


def _same(
    places: list[tuple[Deadline, list[Telling]]], deadline: Deadline, telling: Telling
) -> list[Telling] | None:
    """Return the tellings of the same deadline by others: of the same moment, or of its round."""
    others = [
        (one, tellings) for one, tellings in places
        if one.kind == deadline.kind and all(t.collection != telling.collection for t in tellings)
    ]  # fmt: skip
    for _, tellings in others:
        at = tellings[0].at
        if at and telling.at and abs(at - telling.at) <= AGREED:
            return tellings
    for one, tellings in others:
        at = tellings[0].at
        if one.round == deadline.round and (
            at is None or telling.at is None or abs(at - telling.at) <= _NEAR
        ):
            return tellings
    return None


def _telling(collection: str, deadline: Deadline, was: dict[str, Any]) -> Telling:
    before = was.get(f"{deadline.kind} {deadline.round} {deadline.label}", ())
    return Telling(
        collection=collection,
        at=_moment(deadline.at) if deadline.at else None,
        told=deadline.told,
        zone_known=deadline.zone_known,
        was=tuple(map(_moment, before)),
        extended=deadline.extended,
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
