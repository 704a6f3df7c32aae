"""What the library holds of venues: their editions with counts, an edition's papers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.sources.statuses import STATUSES, TURNED_DOWN
from assistant.sources.venues import Edition, Venue
from db import venues
from db.engine import Connection
from db.venues import EditionView, SubmissionView


@dataclass(frozen=True, slots=True)
class EditionTold:
    """An edition: status -> papers the library has, and what each source said of it.

    `sources` is empty where its papers came from a file.
    """

    edition: Edition
    counts: Mapping[str, int]
    sources: tuple[EditionView, ...] = ()

    @property
    def papers(self) -> int:
        """How many papers were accepted, in whatever way."""
        return sum(count for status, count in self.counts.items() if status not in TURNED_DOWN)

    @property
    def turned_down(self) -> int:
        """How many papers were rejected or withdrawn."""
        return sum(count for status, count in self.counts.items() if status in TURNED_DOWN)

    @property
    def state(self) -> str:
        """The best any source says: complete, partial, failed, absent; imported without one."""
        order = ("complete", "partial", "failed", "absent")
        told = [one.state for one in self.sources if one.state != "absent" or not self.counts]
        return min(told, key=order.index, default="imported")


@dataclass(frozen=True, slots=True)
class VenueTold:
    """A venue: since when it is followed, and its editions, the newest first."""

    venue: Venue
    followed_at: str | None
    editions: tuple[EditionTold, ...] = field(default=())


def venues_told(connection: Connection, known: Sequence[Venue]) -> list[VenueTold]:
    """Return every venue with what the library has of it."""
    followed = venues.followed(connection)
    ledger: dict[tuple[str, int], list[EditionView]] = {}
    for one in venues.editions(connection):
        ledger.setdefault((one.venue, one.year), []).append(one)
    counts = venues.counts(connection)
    return [
        VenueTold(venue, followed.get(venue.id), tuple(_editions(venue, counts, ledger)))
        for venue in known
    ]


def edition_told(connection: Connection, edition: Edition) -> EditionTold:
    """Return an edition with its counts."""
    counts = venues.counts(connection, since=edition.id, before=f"{edition.id}\0")
    ledger = venues.editions(connection, edition.venue.id)
    sources = tuple(one for one in ledger if one.year == edition.year)
    return EditionTold(edition, counts.get(edition.id, {}), sources)


def edition_papers(
    connection: Connection,
    edition: Edition,
    *,
    statuses: Iterable[str] = (),
    session: str = "",
) -> list[SubmissionView]:
    """Return an edition's papers, best status first; those turned down only if asked for.

    `session` narrows to sessions whose name has these words in it.
    """
    wanted = set(statuses) or set(STATUSES) - set(TURNED_DOWN)
    found = [
        one
        for one in venues.papers(connection, edition.id)
        if one.status in wanted and session.lower() in one.facts.get("session", "").lower()
    ]
    order: dict[str, int] = {status: place for place, status in enumerate(STATUSES)}
    return sorted(found, key=lambda one: order.get(one.status, len(order)))


def sessions_of(papers: Iterable[SubmissionView]) -> list[tuple[str, str, int]]:
    """Return (session, when it starts, papers) in the order of the programme."""
    found: dict[str, list[str]] = {}
    for one in papers:
        if session := one.facts.get("session", ""):
            found.setdefault(session, []).append(one.facts.get("starts", ""))
    told = [(session, min(starts), len(starts)) for session, starts in found.items()]
    return sorted(told, key=lambda one: (one[1] or "9999", one[0]))


def _editions(
    venue: Venue,
    counts: Mapping[str, Mapping[str, int]],
    ledger: Mapping[tuple[str, int], Sequence[EditionView]],
) -> Iterable[EditionTold]:
    years = {year for known, year in ledger if known == venue.id}
    for held_id in counts:
        name, _, told = held_id.rpartition("-")
        if name == venue.id and told.isdecimal():
            years.add(int(told))
    for year in sorted(years, reverse=True):
        edition = Edition(venue, year)
        held = counts.get(edition.id, {})
        sources = tuple(ledger.get((venue.id, year), ()))
        if held or any(one.changed_at is not None for one in sources):
            yield EditionTold(edition, held, sources)
