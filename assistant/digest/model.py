"""A digest as every renderer takes it: which days it covers, which papers it shows, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CoveredBatch:
    """The verdict on one announcement day of one category.

    `state` is complete, partial, stale, holiday or failed; `expected` is None where nobody said.
    `own` counts the papers that no category before it announced the same day, so that a paper
    listed in several is counted once.
    """

    source: str
    category: str
    date: str
    state: str
    expected: int | None
    received: int
    own: int | None = None


@dataclass(frozen=True, slots=True)
class Folded:
    """A near-duplicate that stands behind an entry instead of beside it."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class DigestEntry:
    """One paper shown, and all a person needs to judge it.

    `kind` is how it was announced (new, cross, replace, replace-cross), `announced` the ISO day;
    `score` is between 0 and 1; `reasons` are whole phrases that can be checked; `extract` is two
    sentences of the abstract; `links` holds label -> address (page, pdf, doi); `explore` marks a
    pick outside what the person usually likes; `again` says what happened to a paper shown before;
    `learning` names the skills the person is learning that it has to do with.
    `status` is what became of it at its venue; `session`, `starts` (an ISO moment) and `place` are
    where it is presented, in a digest of a venue.
    """

    work_id: int
    id: str
    title: str
    authors: tuple[str, ...]
    category: str
    venue: str | None
    announced: str
    kind: str
    score: float
    reasons: tuple[str, ...]
    extract: str
    abstract: str
    links: Mapping[str, str]
    explore: bool = False
    again: str | None = None
    folded: tuple[Folded, ...] = ()
    learning: tuple[str, ...] = ()
    status: str | None = None
    session: str = ""
    starts: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class FeedItem:
    """Something new in a feed that is no paper: a blog post, a release, a talk.

    A talk has the moment it `starts`, in UTC.
    """

    feed: str
    title: str
    link: str
    published: str | None
    summary: str
    starts: str | None = None


@dataclass(frozen=True, slots=True)
class DueSoon:
    """A deadline of a venue the person follows: ISO moment in UTC, whole days left.

    Where collections disagreed it is the earliest they tell.
    """

    edition: str
    what: str
    at: str
    days: int
    link: str
    disagreed: bool


@dataclass(frozen=True, slots=True)
class Programme:
    """The edition of a venue a digest is of: status -> how many papers the library has."""

    id: str
    name: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Digest:
    """A profile's digest of one day, or of a venue's `programme`.

    `candidates` counts the papers ranked, `muted` those kept out by muted words; `confidence` says
    in a sentence how sure the ranking is and what would make it surer. `deadlines` are looked up
    when it is shown.
    """

    profile: str
    date: str
    made_at: str
    batches: tuple[CoveredBatch, ...]
    entries: tuple[DigestEntry, ...]
    candidates: int
    muted: int
    confidence: str
    items: tuple[FeedItem, ...] = field(default=())
    programme: Programme | None = None
    deadlines: tuple[DueSoon, ...] = ()
