"""What the ranker is told about a reader and a day, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.text import name_key

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class Paper:
    """A paper as the ranker reads it.

    `vector` is float32 (d,) of unit length, or None where the paper has not been embedded. Two
    papers with one `id` are one paper.
    """

    id: str
    title: str
    abstract: str
    vector: npt.NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Candidate(Paper):
    """A paper to be ranked; `authors` as displayed, `kind` as announced (new, cross, replace).

    `topics` are the names of what the reader studies that it has to do with.
    """

    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    kind: str = "new"
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Rated:
    """A paper the reader judged: `weight` says how strongly (a plain like is 1), `age` in days."""

    paper: Paper
    weight: float = 1.0
    age: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class SavedSearch:
    """A search by its name, with the words and phrases it asks for; all must stand in a paper."""

    name: str
    terms: tuple[str, ...]
    vector: npt.NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Taste:
    """All that is known of one profile; every field may be empty.

    `liked` holds what speaks for a topic, whatever the gesture (a like, a star, a reading, a note,
    an example chosen on the first day). `followed` holds `author_key`s.
    """

    liked: tuple[Rated, ...] = ()
    disliked: tuple[Rated, ...] = ()
    followed: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    searches: tuple[SavedSearch, ...] = ()
    muted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NearLike:
    """A liked paper near a candidate, by the cosine of their vectors."""

    id: str
    title: str
    cosine: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a candidate, each of it checkable.

    `terms` stand in the candidate as spelt here, and in something the reader liked; they are those
    that raise the score most, found only for the first candidates (see `rank`).
    """

    near: tuple[NearLike, ...] = ()
    terms: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    searches: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """A candidate with its score, between 0 and 1.

    The score says how well it fits, not how probable a like is: what was liked scores about 0.8,
    what was passed over about 0.2. `folded` are near-duplicates that stand behind it.
    """

    candidate: Candidate
    score: float
    evidence: Evidence
    folded: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Exploration:
    """A pick from outside the reader's usual, and the checkable reason for it."""

    ranked: Ranked
    reason: str


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure a ranking is: `value` between 0 (a guess) and 1, and a sentence for people.

    `share` is what the sentence states once likes can be hidden: of the pairs of a paper the reader
    will like and another, those expected in the right order.
    """

    value: float
    sentence: str
    share: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """A profile's ranking: `papers` best first, `explore` also among them, `muted` left out."""

    papers: tuple[Ranked, ...]
    confidence: Confidence
    explore: tuple[Exploration, ...] = ()
    muted: tuple[Candidate, ...] = field(default=())


def author_key(name: str) -> str:
    """Return what two spellings of a person's name share: "LeCun, Yann" is "Yann LeCun"."""
    family, comma, given = name.partition(",")
    return name_key(f"{given} {family}" if comma else name)
