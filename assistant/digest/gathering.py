"""What a digest has to choose from: papers waiting, papers something happened to, feed items."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.digest.model import CoveredBatch, FeedItem
from assistant.library.following import Following
from assistant.library.sync.arxiv import SOURCE
from assistant.library.venues.telling import edition_papers
from assistant.sources.venues import Edition
from db import announcing, digests, feeds, works
from db.announcing import BatchView
from db.digests import Changed, StoredDigest, Waiting
from db.engine import Connection

MOST_ITEMS = 40
_NEVER = "9999"


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a profile's digest of a day can show.

    `stored` is the digest that day has already, `latest` the newest one up to it.
    """

    waiting: tuple[Waiting, ...]
    changed: tuple[Changed, ...]
    batches: tuple[CoveredBatch, ...]
    items: tuple[FeedItem, ...]
    last_item: int
    latest: StoredDigest | None
    stored: StoredDigest | None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.waiting or self.changed or self.items)


def gather(connection: Connection, profile: Following, day: str) -> Gathered:
    """Return what waits for a profile on an ISO day.

    That is what was announced since its digest before, and what came late for a day before: days
    that were missed then are in this digest. A first digest begins with the newest day.
    """
    latest = digests.latest_digest(connection, profile.id, day)
    stored = latest if latest is not None and latest.date == day else None
    if latest is None:
        newest = digests.newest_day(connection, SOURCE, profile.categories, day) or day
        after, changed_after = digests.day_before(newest), _NEVER
    else:
        after, changed_after = latest.date, latest.made_at
    waiting = digests.waiting(
        connection, profile.id, profile.categories,
        after=after, until=day, changed_after=changed_after,
    )  # fmt: skip
    changed = digests.changed(
        connection, profile.id, profile.categories,
        after=after, until=day, changed_after=changed_after,
    )  # fmt: skip
    late = {one.date for one in waiting}
    # Those a digest named before are told as they stand now; one that was a mistake is gone.
    named = {(one["category"], one["date"]) for one in stored.document["batches"]} if stored else ()
    known = announcing.batches(connection, SOURCE, profile.categories, until=day)
    covered = _covered(
        connection,
        [
            one
            for one in known
            if one.date > after or one.date in late or (one.category, one.date) in named
        ],
    )
    seen = latest.last_item if latest is not None else 0
    items = feeds.items_after(connection, seen, MOST_ITEMS)
    return Gathered(
        tuple(waiting),
        tuple(changed),
        covered,
        tuple(
            FeedItem(one.feed, one.title, one.link, one.published, one.summary, one.starts)
            for one in items
        ),
        feeds.last_item(connection),
        latest,
        stored,
    )


def gather_span(connection: Connection, profile: Following, since: str, until: str) -> Gathered:
    """Return all that was announced from one day to another, whether it was shown or not."""
    waiting = digests.announced_between(connection, profile.categories, since=since, until=until)
    known = announcing.batches(connection, SOURCE, profile.categories, since=since, until=until)
    return Gathered(tuple(waiting), (), _covered(connection, known), (), 0, None, None)


def gather_edition(connection: Connection, edition: Edition, day: str) -> Gathered:
    """Return the papers of a venue's edition; those the person has done something with stand among
    `changed`, as what may be shown again.
    """
    papers = edition_papers(connection, edition)
    mine = announcing.works_of_interest(connection, [one.work_id for one in papers])
    views = works.view_works(connection, [one.work_id for one in papers])
    category = {one.id: one.primary_category or "" for one in views}
    waiting, known = [], []
    for one in papers:
        told = (one.work_id, day, "new", 0, category[one.work_id])
        if one.work_id in mine:
            known.append(Changed(*told, None, None, None))
        else:
            waiting.append(Waiting(*told))
    return Gathered(tuple(waiting), tuple(known), (), (), 0, None, None)


def _covered(connection: Connection, known: Sequence[BatchView]) -> tuple[CoveredBatch, ...]:
    own = announcing.own_counts(connection, [one.id for one in known])
    return tuple(
        CoveredBatch(
            one.source, one.category, one.date, one.state, one.expected, one.received,
            own.get(one.id, 0),
        )
        for one in known
    )  # fmt: skip
