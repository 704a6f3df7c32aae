"""Digests as days to read: the one to open, the days around it, and what waits for the next."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from assistant.digest.document import from_document
from assistant.digest.gathering import gather
from assistant.digest.model import Digest, DigestEntry
from assistant.digest.renderers.words import washed
from assistant.digest.schedule.times import AFTER_ARXIV, next_run
from assistant.library.following import Following, find_profile
from assistant.sources.identifiers import parse_identifier
from db import digests, personal, profiles, works
from db.engine import Connection


@dataclass(frozen=True, slots=True)
class Day:
    """What a profile can read on a day.

    `digest` is the one of `date`, None where there is none up to it; its batches are told as they
    stand now, and its entries are works the library has. `before` and `after` are the neighbouring
    days with a digest. `waiting` counts what no digest has shown yet, `following` whether any
    category is followed; `due` says that arXiv has announced since the last sync.
    """

    profile: str
    profiles: tuple[str, ...]
    today: str
    date: str
    digest: Digest | None
    before: str | None
    after: str | None
    waiting: int
    following: bool
    due: bool


@dataclass(frozen=True, slots=True)
class Prospect:
    """What there is to do once a day is read: papers kept for later, days not read to the end."""

    later: int
    missed: tuple[digests.DigestDay, ...]
    next_announcement: datetime


def open_day(connection: Connection, name: str | None, date: str | None, today: str) -> Day | None:
    """Return a profile's day: the one asked for, else the newest; None where no profile is yet.

    A day without a digest is answered with the newest before it. `today` is arXiv's ISO day.

    Raises:
        NotFoundError: there is no such profile.
    """
    known = profiles.profiles(connection)
    if not known:
        return None
    profile = find_profile(connection, name)
    found = gather(connection, profile, today)
    waiting = len(found.waiting) + len(found.changed) + len(found.items)
    dates = digests.digest_dates(connection, profile.id)
    shown = max((one for one in dates if one <= (date or today)), default=None)
    place = dates.index(shown) if shown is not None else 0
    return Day(
        profile=profile.name,
        profiles=tuple(one.name for one in known),
        today=today,
        date=shown or today,
        digest=_digest(connection, profile, shown) if shown is not None else None,
        before=dates[place - 1] if place else None,
        after=next((one for one in dates if shown is not None and one > shown), None),
        waiting=waiting,
        following=bool(profile.categories),
        due=_due(connection),
    )


def prospect(connection: Connection, name: str, days: int) -> Prospect:
    """Return what there is to do beside a day, missed days among the last `days` digests.

    Raises:
        NotFoundError: there is no such profile.
    """
    profile = find_profile(connection, name)
    known = digests.digest_days(connection, profile.id, days)
    return Prospect(
        later=personal.count_states(connection).get("later", 0),
        missed=tuple(one for one in known if one.undecided),
        next_announcement=next_run(AFTER_ARXIV, datetime.now(UTC)),
    )


def _digest(connection: Connection, profile: Following, date: str) -> Digest | None:
    found = gather(connection, profile, date)
    if found.stored is None:
        return None
    digest = washed(from_document(found.stored.document))
    return replace(digest, batches=found.batches, entries=tuple(_here(connection, digest)))


def _here(connection: Connection, digest: Digest) -> Iterator[DigestEntry]:
    """Yield the entries whose works are still there, those merged into others as these."""
    there = {one.id for one in works.view_works(connection, [e.work_id for e in digest.entries])}
    seen: set[int] = set()
    for entry in digest.entries:
        work: int | None = entry.work_id
        if work not in there:
            parsed = parse_identifier(entry.id)
            named = {parsed.scheme: [parsed.value]} if parsed else {}
            work = next(iter(works.find_identifiers(connection, named).values()), None)
        if work is not None and work not in seen:
            seen.add(work)
            yield replace(entry, work_id=work)


def _due(connection: Connection) -> bool:
    last = personal.last_event(connection, "sync")
    if last is None:
        return True
    return next_run(AFTER_ARXIV, datetime.fromisoformat(last[0])) <= datetime.now(UTC)
