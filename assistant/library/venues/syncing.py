"""Bringing followed venues up to date: which editions to ask for, each of their sources in turn."""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from assistant.config import VenuesSettings
from assistant.errors import SourceError
from assistant.library.completing import NO_ABSTRACT
from assistant.library.entries import records_of
from assistant.library.store import store
from assistant.library.venues.keeping import EditionOutcome, judge, keep, known_by, validators
from assistant.sources import cvf
from assistant.sources.editions import fetch_edition, usable
from assistant.sources.record import Entry
from assistant.sources.sites import Site
from assistant.sources.submissions import NotPublishedError
from assistant.sources.venues import Edition, Venue, VenueSource
from db import personal, venues
from db.engine import Database

AGAIN = {"complete": timedelta(days=6), "absent": timedelta(hours=20)}
"""How long the daily sync leaves an edition alone; one that failed or lacks papers it asks for."""
SETTLED_YEARS = 1
"""An edition that lies further back and is complete does not change any more."""
LOOK_BACK = 3
"""Years in which the newest edition of a venue is looked for."""
ABSTRACTS = 25
"""Abstracts that are fetched one by one and stored together."""

Progress = Callable[[int, int, str], None]


@dataclass(slots=True)
class VenuesReport:
    """What became of each list that was asked for; `unusable` are editions nobody could be asked
    for: no source has that year, or only one that wants a login.
    """

    outcomes: list[EditionOutcome] = field(default_factory=list)
    unusable: list[Edition] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing failed and nothing is missing of what could be asked for."""
        return all(one.state in ("complete", "absent") for one in self.outcomes)


@dataclass(slots=True)
class _Sync:
    database: Database
    site: Site
    now: datetime
    progress: Progress
    report: VenuesReport = field(default_factory=VenuesReport)


def sync_venues(
    database: Database,
    settings: VenuesSettings,
    followed: Sequence[Venue],
    *,
    pause: Callable[[float], None],
    editions: Sequence[Edition] = (),
    since: int | None = None,
    daily: bool = False,
    now: datetime | None = None,
    progress: Progress = lambda *_: None,
) -> VenuesReport:
    """Bring in the newest editions of venues, and the `editions` named; what fails costs no other.

    `since` reaches back to the editions of earlier years. `daily` leaves alone what was asked for a
    short while ago. Stopped at any moment, the next call goes on where this one was.
    """
    run = _Sync(database, Site(settings, pause), now or datetime.now(UTC), progress)
    for edition in editions:
        _edition(run, edition)
    for venue in followed:
        _venue(run, venue, since, daily=daily)
    if run.report.outcomes:
        with database.write("log the sync of venues") as connection:
            counts = {
                name: sum(getattr(one, name) for one in run.report.outcomes)
                for name in ("added", "merged", "updated")
            }
            personal.append_event(connection, "sync-venues", "venues", counts)
        database.checkpoint()
    return run.report


def _venue(run: _Sync, venue: Venue, since: int | None, *, daily: bool) -> None:
    """Ask for the editions that may have changed: the newest one known, and what came after it."""
    with run.database.read() as connection:
        ledger = venues.editions(connection, venue.id)
    known = {one.year for one in ledger if one.changed_at is not None}
    beyond: list[Edition] = []
    years = _years(venue, known, run.now.date().year, since)
    for year in years:
        held = [one for one in ledger if one.year == year]
        if since is None and _settled(held, year, run.now.date()):
            continue
        edition = Edition(venue, year)
        if not any(usable(one, edition, run.site) for one in venue.sources):
            beyond.append(edition)
            continue
        found, failed = _edition(run, edition, held if daily else ())
        if failed or (found and not known and since is None):
            # Who does not answer for one year is not pressed for another; and the newest edition
            # is where following begins, earlier ones are asked for by name.
            return
    if beyond and len(beyond) == len(years):
        run.report.unusable.append(max(beyond, key=lambda edition: edition.year))


def _years(venue: Venue, known: Set[int], this_year: int, since: int | None) -> list[int]:
    """Return the years to ask for, in that order: of a venue never seen, the newest first."""
    last = this_year + 1
    years: Iterable[int]
    if since is not None:
        years = range(since, last + 1)
    elif known:
        newest = max(known)
        since_then = range(min(newest, this_year - SETTLED_YEARS), last + 1)
        years = [year for year in since_then if year in known or year > newest]
    else:
        years = range(last, this_year - LOOK_BACK * venue.every - 1, -1)
    return [year for year in years if venue.takes_place(year)]


def _recent(held: venues.EditionView, now: datetime) -> bool:
    wait = AGAIN.get(held.state)
    return wait is not None and datetime.fromisoformat(held.checked_at) > now - wait


def _settled(held: Sequence[venues.EditionView], year: int, today: date) -> bool:
    return (
        bool(held)
        and year < today.year - SETTLED_YEARS
        and all(one.state == "complete" for one in held)
    )


def _edition(
    run: _Sync, edition: Edition, held: Sequence[venues.EditionView] = ()
) -> tuple[bool, bool]:
    """Ask every source of an edition; tell whether any has papers of it, and whether all failed.

    A source that was asked lately, as `held` says, is left alone.
    """
    usable_sources = [one for one in edition.venue.sources if usable(one, edition, run.site)]
    if not usable_sources:
        run.report.unusable.append(edition)
    lately = {one.source: one for one in held if _recent(one, run.now)}
    found = False
    states = []
    for source in usable_sources:
        if source.kind in lately:
            found = found or lately[source.kind].changed_at is not None
            continue
        run.progress(0, 0, f"{edition.label}: {source.kind}")
        outcome = _source(run, edition, source)
        run.report.outcomes.append(outcome)
        states.append(outcome.state)
        found = found or outcome.received > 0 or outcome.unchanged
        if source.parameters["abstracts"] and outcome.state == "complete":
            _abstracts(run, edition, outcome)
    return found, bool(states) and set(states) == {"failed"}


def _source(run: _Sync, edition: Edition, source: VenueSource) -> EditionOutcome:
    key = known_by(edition, source, run.site.settings)
    with run.database.read() as connection:
        ledger = venues.editions(connection, edition.venue.id)
        known = validators(connection, key)
    held = next(
        (one for one in ledger if (one.year, one.source) == (edition.year, source.kind)), None
    )
    try:
        fetched = fetch_edition(edition, source, run.site, known)
    except NotPublishedError as error:
        # A list that was there before is not taken for one that never was.
        absent = held is None or held.changed_at is None
        state, detail = ("absent", "") if absent else ("failed", told_by(error))
        outcome = EditionOutcome(edition, source.kind, state, detail=detail)
    except SourceError as error:
        outcome = EditionOutcome(edition, source.kind, "failed", detail=told_by(error))
    else:
        if fetched.records is not None:
            return keep(
                run.database, edition, source.kind, fetched, key,
                progress=lambda done, total: run.progress(
                    done, total, f"{edition.label}: {done:,} of {total:,} papers"
                ),
            )  # fmt: skip
        outcome = EditionOutcome(
            edition, source.kind, "complete", unchanged=True,
            expected=held.expected if held else None,
        )  # fmt: skip
    with run.database.write(f"note what became of {edition.label}") as connection:
        judge(connection, outcome)
    return outcome


def _abstracts(run: _Sync, edition: Edition, outcome: EditionOutcome) -> None:
    """Fetch the abstracts that a list leaves to each paper's own page, as many as can be had now.

    They are stored a few at a time, so that stopping keeps what came.
    """
    done = 0
    while True:
        with run.database.read() as connection:
            total, wanted = venues.without_abstract(
                connection, edition.id, outcome.source, ABSTRACTS
            )
            rows = venues.versions(connection, wanted)
        if not rows:
            return
        found: list[Entry] = []
        failure = ""
        for record in (records_of([row])[0] for row in rows):
            run.progress(done, done + total, f"{edition.label}: abstracts")
            try:
                abstract = cvf.fetch_abstract(record, run.site)
            except SourceError as error:
                failure = told_by(error)
                break
            extra = record.extra if abstract else {**record.extra, NO_ABSTRACT: "yes"}
            found.append(Entry((replace(record, abstract=abstract, extra=extra),)))
            done += 1
        with run.database.write(f"store abstracts of {edition.label}") as connection:
            outcome.updated += store(connection, found).updated
            if failure:
                outcome.state = "partial"
                outcome.detail = f"{total - len(found):,} abstracts are missing. {failure}"
                judge(connection, outcome)
        if failure:
            return


def told_by(error: SourceError) -> str:
    """Return what went wrong in one line."""
    return f"{error.title} {error.why}".strip()
