"""Settling the newest day of a category: what the feed brought, what is missing, the verdict."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from assistant.config import ArxivSettings
from assistant.errors import SourceError
from assistant.library.sync.assigning import assign
from assistant.library.sync.ledger import SOURCE, Verdict, followed_since, judge_again, keep
from assistant.library.sync.today import Today
from assistant.sources.announced import Announcement, Kind
from assistant.sources.arxiv_api import fetch_by_ids
from assistant.sources.arxiv_oai import harvest, set_of
from assistant.sources.arxiv_oai_xml import OaiRecord
from assistant.sources.polite import Validators
from db import announcing
from db.announcing import BatchView
from db.engine import Database


@dataclass(frozen=True, slots=True)
class Arxiv:
    """How arXiv is asked, and the library that keeps what it says."""

    database: Database
    settings: ArxivSettings
    pause: Callable[[float], None]


def settle_today(
    arxiv: Arxiv, category: str, today: Today, answer: tuple[str, Validators]
) -> BatchView:
    """Keep the newest day's papers, repair what is missing, and give the verdict.

    `answer` is remembered once the day is complete, so that an unchanged feed need not come again.
    """
    told = _without_strangers(arxiv.database, category, today)
    batch = keep(arxiv.database, category, today.date, told, Verdict("partial", today.expected))
    if today.ids is None:
        batch = _verify(arxiv, category, today, batch)
    else:
        batch = repair(arxiv, category, batch, today.ids, today.expected or len(today.ids))
    if batch.state in announcing.SETTLED:
        with arxiv.database.write("remember the feed") as connection:
            announcing.put_validators(connection, answer[0], *answer[1])
    return batch


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
            why = _told(error)
        missing = _missing(arxiv.database, batch, ids)
    if missing:
        try:
            fetched = fetch_by_ids(sorted(missing), arxiv.settings, pause=arxiv.pause)
            found = [Announcement(one, ids[one.source_id]) for one in fetched]
            keep(arxiv.database, category, batch.date, found, Verdict("partial", expected))
        except SourceError as error:
            why = _told(error)
        missing = _missing(arxiv.database, batch, ids)
    lacking = {source_id: ids[source_id] for source_id in sorted(missing)}
    return conclude(arxiv.database, category, batch.date, expected, lacking, why)


def harvested(arxiv: Arxiv, category: str, since: str, until: str) -> list[OaiRecord]:
    """Return all that OAI-PMH says changed in a category from one day to another.

    Raises:
        SourceError: the list could not be had whole.
    """
    set_spec = set_of(category)
    return list(
        harvest(arxiv.settings, set_spec=set_spec, since=since, until=until, pause=arxiv.pause)
    )


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


def _verify(arxiv: Arxiv, category: str, today: Today, batch: BatchView) -> BatchView:
    """Judge a day whose listing page could not be had by what OAI-PMH knows of it."""
    try:
        records = harvested(arxiv, category, batch.date, batch.date)
    except SourceError as error:
        told = f"how many there are could not be checked. {_told(error)}"
        state = "partial" if batch.received else "failed"
        return judge_again(arxiv.database, category, batch.date, Verdict(state, None, told))
    with arxiv.database.read() as connection:
        have = announcing.announced_ids(connection, batch.id)
        before = announcing.announced_before(connection, category, [r.arxiv_id for r in records])
        since = followed_since(connection, category) or batch.date
    assigned = assign(records, [batch.date], category, before - have, since)[batch.date]
    more = [one for one in assigned if one.record.source_id not in have]
    keep(arxiv.database, category, batch.date, more, Verdict("partial"))
    expected = len(have) + len(more)
    if not expected:
        holiday = Verdict("holiday", 0, "nothing was announced")
        return judge_again(arxiv.database, category, batch.date, holiday)
    return conclude(arxiv.database, category, batch.date, expected, {}, "")


def _missing(database: Database, batch: BatchView, ids: Collection[str]) -> set[str]:
    with database.read() as connection:
        return set(ids) - announcing.announced_ids(connection, batch.id)


def _without_strangers(database: Database, category: str, today: Today) -> tuple[Announcement, ...]:
    """Leave out papers of an earlier day, which a feed that is late still shows."""
    if today.ids is None:
        return today.announcements
    strangers = [
        one.record.source_id for one in today.announcements if one.record.source_id not in today.ids
    ]
    with database.read() as connection:
        earlier = announcing.announced_before(connection, category, strangers, until=today.date)
    return tuple(one for one in today.announcements if one.record.source_id not in earlier)


def _told(error: SourceError) -> str:
    return f"{error.title} {error.why}".strip()
