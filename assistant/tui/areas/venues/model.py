"""What the Venues area shows, as it was read of the library."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from assistant.digest.model import Digest
    from assistant.library.deadlines.due import Due
    from assistant.library.venues.telling import EditionTold, VenueTold
    from assistant.sources.venues import Venue

Kind = Literal["papers", "paper", "named", "due", "venue", "fetch", "web"]
DueKey = tuple[str, int, str, int, str, str]


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a place of a page leads: `name` is a query, a paper, a deadline, a venue, an address.

    `section` tells two places apart that lead to the same.
    """

    kind: Kind
    name: Hashable
    section: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A venue as the list shows it: an edition of it, or itself where the library has none.

    `read` and `liked` count its papers; `due`, on a venue's first line, is what is due there next.
    """

    told: "VenueTold"
    edition: "EditionTold | None" = None
    read: int = 0
    liked: int = 0
    due: "Due | None" = None

    @property
    def venue(self) -> "Venue":
        """The venue."""
        return self.told.venue

    @property
    def followed(self) -> bool:
        """Whether the person follows it."""
        return self.told.followed_at is not None

    @property
    def key(self) -> str:
        """What the row is known by: the edition's id, or the venue's."""
        return self.edition.edition.id if self.edition is not None else self.venue.id

    @property
    def name(self) -> str:
        """The edition or the venue for people."""
        return self.edition.edition.label if self.edition is not None else self.venue.name

    def query(self, *more: str) -> str:
        """Return the query that finds the edition's papers."""
        words = [f"venue:{self.venue.id}", *more]
        if self.edition is not None:
            words.insert(1, f"year:{self.edition.edition.year}")
        return " ".join(words) + " "


@dataclass(frozen=True, slots=True)
class Held:
    """All the area lists: venues, what is due at meetings, and how asking for that went.

    `asked` says whether any collection of deadlines was ever asked.
    """

    listed: Mapping[str, Listed] = field(default_factory=dict)
    dues: "Mapping[DueKey, Due]" = field(default_factory=dict)
    failures: Sequence[str] = ()
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """A paper of an edition the person has read, kept for later or liked."""

    work_id: int
    title: str
    state: str
    liked: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a page tells of an edition beside its counts; `ranked` is the newest digest of it."""

    sessions: Sequence[tuple[str, str, int]] = ()
    done: Sequence[Done] = ()
    done_in_all: int = 0
    ranked: "Digest | None" = None
