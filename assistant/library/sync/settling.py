"""Settling the newest day of a category: what the feed brought, what is missing, the verdict."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

from assistant.config import ArxivSettings
from assistant.errors import SourceError
from assistant.library.sync.arxiv import SOURCE
from assistant.library.sync.assigning import assign
from assistant.library.sync.ledger import (
    Verdict,
    followed_since,
    held_batch,
    judge_again,
    keep,
)
from assistant.library.sync.today import Today
from assistant.sources.announced import Announcement, Kind
from assistant.sources.arxiv_api import fetch_by_ids
from assistant.sources.arxiv_oai import harvest, set_of
from assistant.sources.arxiv_oai_xml import OaiRecord
from assistant.sources.courtesy import UnansweredError
from db import announcing
from db.announcing import BatchView
from db.engine import Database

_EMPTY_TRIES = 2


@dataclass(frozen=True, slots=True)
class Arxiv:
    """How arXiv is asked, and the library that keeps what it says."""

    database: Database
    settings: ArxivSettings
    pause: Callable[[float], None]
    _silent: dict[str, UnansweredError] = field(default_factory=dict)

    @contextmanager
    def door(self, name: str) -> Iterator[None]:
        """Ask at one of arXiv's doors; one that gave no answer is left alone for this sync.

        Raises:
            SourceError: what asking raises, or raised the last time.
        """
        if name in self._silent:
            raise self._silent[name]
        try:
            yield
        except UnansweredError as error:
            self._silent[name] = error
            raise


def settle_today(arxiv: Arxiv, category: str, today: Today) -> BatchView:
    """Keep the newest day's papers, repair what is missing, and give the verdict."""
    with arxiv.database.read() as connection:
        held = held_batch(connection, category, today.date)
    if today.ids is not None:
        told = _without_strangers(arxiv.database, category, today)
        first = Verdict("partial", today.expected)
        batch = keep(arxiv.database, category, today.date, told, first)
        return repair(arxiv, category, batch, today.ids, today.expected or len(today.ids))
    if held is not None and held.missing:
        keep(
            arxiv.database, category, today.date, _news(arxiv, category, today), Verdict("partial")
        )
        return repair_missing(arxiv, category, held)
    return _verify(arxiv, category, today)


def settle_unheard(
    arxiv: Arxiv, category: str, day: str, nothing: Verdict, unanswered: Verdict
) -> BatchView:
    """Bring in what OAI-PMH knows of a day that neither feed nor listing page tells of.

    It may not know all of it yet, so the next sync looks again. The two verdicts are for a day on
    which it knows of nothing, and for no answer.
    """
    try:
        more = _unknown(arxiv, category, day, harvested(arxiv, category, day, day))
    except SourceError:
        return judge_again(arxiv.database, category, day, unanswered)
    if not more:
        return judge_again(arxiv.database, category, day, nothing)
    told = Verdict("partial", None, "only OAI-PMH tells of it so far")
    return keep(arxiv.database, category, day, more, told)


def repair_missing(arxiv: Arxiv, category: str, batch: BatchView) -> BatchView:
    """Fetch what a batch is known to lack."""
    ids = cast(Mapping[str, Kind], batch.missing)
    return repair(arxiv, category, batch, ids, batch.expected or len(ids))


def repair(
    arxiv: Arxiv, category: str, batch: BatchView, ids: Mapping[str, Kind], expected: int
) -> BatchView:
    """Fetch what a listing names and a batch lacks: through OAI-PMH, then the API; then judge."""
    why = ""
    missing = _missing(arxiv.database, batch, ids)
    if missing:
        try:
            found = [
                Announcement(one.record, ids[one.arxiv_id])
                for one in harvested(arxiv, category, batch.date, batch.date)
                if one.record is not None and one.arxiv_id in missing
            ]
            keep(arxiv.database, category, batch.date, found, Verdict("partial", expected))
        except SourceError as error:
            why = told_by(error)
    lacking, why = fetch_missing(arxiv, category, batch, ids, expected, why)
    return conclude(arxiv.database, category, batch.date, expected, lacking, why)


def fetch_missing(
    arxiv: Arxiv,
    category: str,
    batch: BatchView,
    ids: Mapping[str, Kind],
    expected: int,
    why: str = "",
) -> tuple[dict[str, str], str]:
    """Fetch through the API what a batch lacks of these ids; return what it still lacks, and why.

    What comes before a fault is kept.
    """
    missing = _missing(arxiv.database, batch, ids)
    if missing:
        found = []
        try:
            with arxiv.door("api"):
                for one in fetch_by_ids(sorted(missing), arxiv.settings, pause=arxiv.pause):
                    found.append(Announcement(one, ids[one.source_id]))
        except SourceError as error:
            why = told_by(error)
        keep(arxiv.database, category, batch.date, found, Verdict("partial", expected))
        missing -= {one.record.source_id for one in found}
    return {source_id: ids[source_id] for source_id in sorted(missing)}, why


def harvested(arxiv: Arxiv, category: str, since: str, until: str | None = None) -> list[OaiRecord]:
    """Return all that OAI-PMH says changed in a category from one day to another.

    A list without anything is asked for twice, since it can be a fault.

    Raises:
        SourceError: the list could not be had whole.
    """
    spec = set_of(category)
    with arxiv.door("oai"):
        for _ in range(_EMPTY_TRIES):
            found = list(
                harvest(arxiv.settings, set_spec=spec, since=since, until=until, pause=arxiv.pause)
            )
            if found:
                return found
    return []


def conclude(
    database: Database,
    category: str,
    date: str,
    expected: int,
    missing: Mapping[str, str],
    why: str,
) -> BatchView:
    """Give the verdict on a day of which the papers are known."""
    with database.read() as connection:
        (batch,) = announcing.batches(connection, SOURCE, [category], since=date, until=date)
    if not missing and batch.received >= expected:
        verdict = Verdict("complete", expected)
    elif batch.received:
        verdict = Verdict("partial", expected, why, missing)
    else:
        verdict = Verdict("failed", expected, why or "arXiv gave none of its papers", missing)
    return judge_again(database, category, date, verdict)


def _verify(arxiv: Arxiv, category: str, today: Today) -> BatchView:
    """Judge a day whose listing page could not be had by what OAI-PMH knows of it."""
    database, day = arxiv.database, today.date
    told = _news(arxiv, category, today)
    stale = Verdict("stale", None, "the feed still shows the papers of an earlier day")
    try:
        records = harvested(arxiv, category, day, day)
    except SourceError as error:
        unchecked = Verdict("partial", None, f"it could not be checked. {told_by(error)}")
        return keep(database, category, day, told, unchecked if told else stale)
    changed = {one.arxiv_id for one in records}
    confirmed = [one for one in told if one.record.source_id in changed]
    agree = bool(confirmed) and 2 * len(confirmed) >= len(told)
    if records and not agree:
        told = ()
    keep(database, category, day, told, Verdict("partial"))
    more = _unknown(arxiv, category, day, records)
    if not agree:
        if not (told or more):
            return judge_again(database, category, day, stale)
        unsure = Verdict("partial", None, "feed and OAI-PMH do not agree")
        return keep(database, category, day, more, unsure)
    batch = keep(database, category, day, more, Verdict("partial"))
    return conclude(database, category, day, batch.received, {}, "")


def _unknown(
    arxiv: Arxiv, category: str, day: str, records: Sequence[OaiRecord]
) -> list[Announcement]:
    """Return what records say was announced on a day, beyond what the library has of it."""
    with arxiv.database.read() as connection:
        held = held_batch(connection, category, day)
        have = announcing.announced_ids(connection, held.id) if held else set()
        before = announcing.announced_before(connection, category, [r.arxiv_id for r in records])
        since = followed_since(connection, category) or day
    found = assign(records, [day], category, before - have, since)[day]
    return [one for one in found if one.record.source_id not in have]


def _news(arxiv: Arxiv, category: str, today: Today) -> tuple[Announcement, ...]:
    """Return what a feed tells, nothing where most of it was new on an earlier day already."""
    fresh = [one.record.source_id for one in today.announcements if one.kind in ("new", "cross")]
    with arxiv.database.read() as connection:
        known = announcing.announced_before(connection, category, fresh, until=today.date)
    if 2 * len(known) > len(fresh):
        return ()
    return tuple(one for one in today.announcements if one.record.source_id not in known)


def _missing(database: Database, batch: BatchView, ids: Collection[str]) -> set[str]:
    with database.read() as connection:
        return set(ids) - announcing.announced_ids(connection, batch.id)


def _without_strangers(database: Database, category: str, today: Today) -> tuple[Announcement, ...]:
    """Leave out papers of an earlier day, which a feed that is late still shows."""
    ids = today.ids or {}
    strangers = [
        one.record.source_id for one in today.announcements if one.record.source_id not in ids
    ]
    with database.read() as connection:
        earlier = announcing.announced_before(connection, category, strangers, until=today.date)
    return tuple(one for one in today.announcements if one.record.source_id not in earlier)


def told_by(error: SourceError) -> str:
    """Return what went wrong in one line."""
    return f"{error.title} {error.why}".strip()
