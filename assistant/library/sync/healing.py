"""Catching up: days that were missed, and days that did not come whole."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import cast

from assistant.errors import SourceError
from assistant.library.sync.assigning import assign, weekdays
from assistant.library.sync.ledger import SOURCE, Verdict, followed_since, judge_again, keep
from assistant.library.sync.settling import Arxiv, conclude, harvested, repair
from assistant.sources.announced import Announcement, Kind, Listing
from assistant.sources.arxiv_api import fetch_by_ids
from assistant.sources.arxiv_listing import fetch_past_week
from assistant.sources.arxiv_oai_xml import OaiRecord
from db import announcing
from db.announcing import BatchView

FAR_APART = 7
"""Days without a gap between two gaps that make it cheaper to ask twice."""
GIVE_UP_DAYS = 30
"""After so long, what arXiv itself cannot find any more is left missing."""


def gaps(batches: Sequence[BatchView], newest: str, since: str | None) -> list[str]:
    """Return the announcement days before the newest one that are not settled, oldest first."""
    first = min([one.date for one in batches] + ([since] if since else []), default=newest)
    held = {one.date: one for one in batches}
    oldest = (date.fromisoformat(newest) - timedelta(days=GIVE_UP_DAYS)).isoformat()

    def is_gap(day: str) -> bool:
        batch = held.get(day)
        if batch is None or batch.state == "failed":
            return True
        return batch.state not in announcing.SETTLED and day >= oldest

    return [day for day in weekdays(first, newest) if day != newest and is_gap(day)]


def heal(arxiv: Arxiv, category: str, days: Sequence[str]) -> Iterator[BatchView]:
    """Bring in what a category announced on these days (ISO, in order); yield each verdict.

    A day that lacks papers known by id is repaired. Of the others OAI-PMH tells all that changed;
    where it does not answer, the past week's listing names the ids, and the API has the papers.
    """
    unknown = []
    for day in days:
        batch = _batch(arxiv, category, day)
        if batch is not None and batch.missing:
            ids = cast(Mapping[str, Kind], batch.missing)
            yield repair(arxiv, category, batch, ids, batch.expected or len(ids))
        else:
            unknown.append(day)
    for run in _runs(unknown):
        try:
            records = harvested(arxiv, category, run[0], run[-1])
        except SourceError as error:
            yield from _by_listing(arxiv, category, run, error)
        else:
            yield from _by_harvest(arxiv, category, run, records)


def _by_harvest(
    arxiv: Arxiv, category: str, days: Sequence[str], records: Sequence[OaiRecord]
) -> Iterator[BatchView]:
    ids = [one.arxiv_id for one in records]
    with arxiv.database.read() as connection:
        before = announcing.announced_before(connection, category, ids)
        since = followed_since(connection, category) or days[0]
    for day, found in assign(records, days, category, before, since).items():
        batch = keep(arxiv.database, category, day, found, Verdict("partial"))
        if batch.received:
            yield conclude(arxiv.database, category, day, batch.received, {}, "")
        else:
            holiday = Verdict("holiday", 0, "nothing was announced")
            yield judge_again(arxiv.database, category, day, holiday)


def _by_listing(
    arxiv: Arxiv, category: str, days: Sequence[str], error: SourceError
) -> Iterator[BatchView]:
    """Fetch the days that the past week's listing names; the others have to wait."""
    listings: dict[str, Listing] = {}
    try:
        week = fetch_past_week(category, arxiv.settings, pause=arxiv.pause)
        listings = {one.date: one for one in week}
    except SourceError as also:
        error = also
    for day in days:
        batch = _batch(arxiv, category, day)
        if day in listings:
            yield _listed(arxiv, category, listings[day])
        elif batch is not None and batch.received:
            yield batch
        else:
            failed = Verdict("failed", None, f"{error.title} {error.why}".strip())
            yield judge_again(arxiv.database, category, day, failed)


def _listed(arxiv: Arxiv, category: str, listing: Listing) -> BatchView:
    found: list[Announcement] = []
    why = "which papers were revised is not known yet"
    try:
        for record in fetch_by_ids(sorted(listing.ids), arxiv.settings, pause=arxiv.pause):
            found.append(Announcement(record, listing.ids[record.source_id]))
    except SourceError as error:
        why = f"{error.title} {error.why}".strip()
    state = "partial" if found else "failed"
    return keep(arxiv.database, category, listing.date, found, Verdict(state, None, why))


def _batch(arxiv: Arxiv, category: str, day: str) -> BatchView | None:
    with arxiv.database.read() as connection:
        found = announcing.batches(connection, SOURCE, [category], since=day, until=day)
    return found[0] if found else None


def _runs(days: Sequence[str]) -> Iterator[list[str]]:
    """Part days into runs that are worth one harvest each."""
    run: list[str] = []
    for day in days:
        if run and (date.fromisoformat(day) - date.fromisoformat(run[-1])).days > FAR_APART:
            yield run
            run = []
        run.append(day)
    if run:
        yield run
