"""Catching up: days that were missed, and days that did not come whole."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from assistant.errors import SourceError
from assistant.library.sync.assigning import assign, weekdays
from assistant.library.sync.guesses import correct, guess, guessed, held_guesses, is_guessed
from assistant.library.sync.ledger import (
    UNCONFIRMED,
    Verdict,
    followed_since,
    held_batch,
    judge_again,
    keep,
)
from assistant.library.sync.settling import (
    Arxiv,
    conclude,
    fetch_missing,
    harvested,
    repair_missing,
    told_by,
)
from assistant.library.sync.today import days_between
from assistant.sources.announced import Announcement, Listing
from assistant.sources.arxiv_listing import fetch_past_week
from assistant.sources.arxiv_oai_xml import OaiRecord
from assistant.sources.record import Record
from db import announcing
from db.announcing import BatchView

WEEK_DAYS = 7
"""How old a day may be to stand in the past week's listing, which shows five announcement days."""
QUIET_DAYS = 5
"""So many weekdays in a row without papers are a fault of the list, not of arXiv."""
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
        unsettled = batch.state not in announcing.SETTLED or batch.detail == UNCONFIRMED
        return unsettled and day >= oldest

    return [day for day in weekdays(first, newest) if day != newest and is_gap(day)]


def heal(arxiv: Arxiv, category: str, days: Sequence[str], newest: str) -> Iterator[BatchView]:
    """Bring in what a category announced on these days (ISO, in order); yield each verdict.

    A day that lacks papers known by id is repaired. Of the others OAI-PMH tells all that changed
    since; the past week's listing tells what belongs to its days, and the API has papers that were
    revised or overlooked. Where OAI-PMH does not answer, the API alone tells of older days.
    """
    unknown = []
    for day in days:
        batch = _batch(arxiv, category, day)
        if batch is not None and batch.missing:
            yield repair_missing(arxiv, category, batch)
        else:
            unknown.append(day)
    if not unknown:
        return
    week: dict[str, Listing] = {}
    why = ""
    if days_between(unknown[-1], newest) <= WEEK_DAYS:
        week = _past_week(arxiv, category)
    try:
        # To this day: what was revised since stands under the day of its revision.
        records = harvested(arxiv, category, unknown[0])
        if not records and len(unknown) > QUIET_DAYS:
            raise SourceError("OAI-PMH knows of nothing in so long.")
        assigned = _assigned(arxiv, category, unknown, records, week)
    except SourceError as error:
        records, assigned, why = [], None, told_by(error)
        yield from _without_oai(arxiv, category, unknown, week, why)
        unknown = [day for day in unknown if day in week]
    by_id = {one.arxiv_id: one.record for one in records if one.record is not None}
    for day in unknown:
        if day in week:
            found = _listed(week[day], by_id, (assigned or {}).get(day, ()))
            yield _settle_listed(arxiv, category, week[day], found, why)
        elif assigned is not None:
            last = max([one.datestamp[:10] for one in records] + list(week), default="")
            yield _settle(arxiv, category, day, assigned[day], confirmed=day < last)


def _without_oai(
    arxiv: Arxiv, category: str, days: Sequence[str], week: Mapping[str, Listing], why: str
) -> Iterator[BatchView]:
    """Settle what can be of the days that no listing names: by the API, which tells no day."""
    # The past week has every day of its span on which anything was announced.
    spanned = (min(week), max(week)) if week else ("9999", "")
    older = [day for day in days if not spanned[0] <= day <= spanned[1]]
    held = {day: one for day in older if (one := _batch(arxiv, category, day)) and is_guessed(one)}
    asked = [day for day in older if day not in held]
    found: dict[str, list[Announcement]] = {}
    try:
        found = guess(arxiv, category, asked, week) if asked else {}
    except SourceError as error:
        why = f"{why} {told_by(error)}"
    for day in days:
        if day in held:
            yield held[day]
        elif day in asked:
            told = found.get(day, ())
            verdict = guessed(why) if told else Verdict("failed", None, why)
            yield keep(arxiv.database, category, day, told, verdict)
        elif day not in week:
            yield _settle(arxiv, category, day, (), confirmed=True)


def _past_week(arxiv: Arxiv, category: str) -> dict[str, Listing]:
    try:
        with arxiv.door("listing"):
            week = fetch_past_week(category, arxiv.settings, pause=arxiv.pause)
    except SourceError:
        return {}
    return {one.date: one for one in week}


def _assigned(
    arxiv: Arxiv,
    category: str,
    days: Sequence[str],
    records: Sequence[OaiRecord],
    week: Mapping[str, Listing],
) -> dict[str, list[Announcement]]:
    with arxiv.database.read() as connection:
        before = announcing.announced_before(connection, category, [r.arxiv_id for r in records])
        since = followed_since(connection, category) or days[0]
    guesses = held_guesses(arxiv, category, days)
    before = (before - guesses.keys()).union(*(listing.ids for listing in week.values()))
    found = assign(records, days, category, before, since, week)
    correct(arxiv, category, guesses, found, week)
    return found


def _listed(
    listing: Listing, by_id: Mapping[str, Record], assigned: Sequence[Announcement]
) -> list[Announcement]:
    """Return what a listing names, of what OAI-PMH has, and the revisions no such listing names."""
    news = [Announcement(by_id[one], kind) for one, kind in listing.ids.items() if one in by_id]
    revised = [
        one
        for one in assigned
        if one.kind in ("replace", "replace-cross") and one.record.source_id not in listing.ids
    ]
    return news + revised


def _settle_listed(
    arxiv: Arxiv, category: str, listing: Listing, found: Sequence[Announcement], why: str
) -> BatchView:
    told = f"which papers were revised is not known yet. {why}"
    first = Verdict("partial", listing.expected, told)
    batch = keep(arxiv.database, category, listing.date, found, first)
    if not why:
        expected = listing.expected + sum(one.record.source_id not in listing.ids for one in found)
        lacking, why = fetch_missing(arxiv, category, batch, listing.ids, expected)
        return conclude(arxiv.database, category, listing.date, expected, lacking, why)
    fetch_missing(arxiv, category, batch, listing.ids, listing.expected)
    with arxiv.database.read() as connection:
        received = len(announcing.announced_ids(connection, batch.id))
    state = "partial" if received else "failed"
    last = Verdict(state, listing.expected, told)
    return judge_again(arxiv.database, category, listing.date, last)


def _settle(
    arxiv: Arxiv, category: str, day: str, found: Sequence[Announcement], *, confirmed: bool
) -> BatchView:
    """Keep what is known of a day; that it is nothing is `confirmed` once a later day is told."""
    batch = keep(arxiv.database, category, day, found, Verdict("partial"))
    if batch.received:
        return conclude(arxiv.database, category, day, batch.received, {}, "")
    nothing = Verdict("holiday", 0, "" if confirmed else UNCONFIRMED)
    return judge_again(arxiv.database, category, day, nothing)


def _batch(arxiv: Arxiv, category: str, day: str) -> BatchView | None:
    with arxiv.database.read() as connection:
        return held_batch(connection, category, day)
