"""Whether two copies are of one work: title together with authors, year and abstract.

Identifiers come first and are looked up elsewhere; here is what decides where they say nothing. A
verdict is sure, or a doubt that a person is asked about. Calibrated on the labelled pairs that
`tests/merging/README.md` describes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from operator import itemgetter
from typing import NamedTuple

from assistant.library.blocking import blocking_keys
from assistant.library.people import Person, in_common, people
from assistant.library.titles import (
    extends,
    head_fold,
    likeness,
    main_folds,
    numbers,
    tells_apart,
    title_fold,
)
from assistant.sources.acceptance import accepted
from assistant.sources.record import Author, Identifier
from assistant.sources.venue_names import short_name

_SHORT_TITLE = 16
_MIN_OVERLAP = 0.5
_MAX_YEARS_APART = 4
_RENAMED_YEARS_APART = 3
_SHORT_ABSTRACT = 25  # runs of words
_RUN = 3
_UNLIKE = 0.02
_HARDLY_ALIKE = 0.12
_NEARLY_ONE_TITLE = 0.95
_WORDS = bytes(code if chr(code).isalnum() and code < 128 else 32 for code in range(256))
"""Bytes to bytes: what is no ASCII letter or digit parts words."""
_COMMAND = re.compile(r"\\[A-Za-z]+")


class Edition(NamedTuple):
    """One source's list of one venue and year, and the place of a copy in it."""

    source: str
    venue: str
    year: int
    source_id: str


@dataclass(frozen=True)
class Facts:
    """What matching looks at: every title, author list and abstract the copies of a work have.

    `comments` are what preprints say of their fate, `appeared` the venues, as their sources write
    them, and years of the copies that did.
    """

    titles: frozenset[str]
    people: tuple[Person, ...]
    years: frozenset[int]
    arxiv_ids: frozenset[str]
    abstracts: frozenset[str] = frozenset()
    editions: frozenset[Edition] = field(default_factory=frozenset)
    comments: frozenset[str] = frozenset()
    appeared: frozenset[tuple[str, int]] = frozenset()

    @cached_property
    def folds(self) -> frozenset[str]:
        """The titles as they are compared first."""
        return frozenset(filter(None, map(title_fold, self.titles)))

    @cached_property
    def keys(self) -> frozenset[int]:
        """The keys that copies of the same work are likely to share."""
        parts = {part for title in self.titles for part in main_folds(title)}
        return blocking_keys(self.folds | parts, self.people, self.abstracts)

    @cached_property
    def accepted_at(self) -> frozenset[tuple[str, int]]:
        """The venues and years that comments claim."""
        claims = filter(None, map(accepted, self.comments))
        return frozenset((claim.venue, claim.year) for claim in claims if claim.year)

    @cached_property
    def published_at(self) -> frozenset[tuple[str, int]]:
        """The venues and years of the copies that appeared."""
        return frozenset((short_name(venue), year) for venue, year in self.appeared)

    @cached_property
    def runs(self) -> tuple[frozenset[tuple[bytes, ...]], ...]:
        """The runs of words of each abstract long enough to compare."""
        found = (word_runs(abstract) for abstract in self.abstracts)
        return tuple(runs for runs in found if len(runs) >= _SHORT_ABSTRACT)


@dataclass(frozen=True, slots=True)
class Match:
    """Two copies taken for one work: why, and how sure (0 to 1); a doubt is for a person."""

    reason: str
    confidence: float
    sure: bool = True


def facts(
    title: str,
    authors: Iterable[Author],
    year: int | None,
    identifiers: Iterable[Identifier],
    abstract: str = "",
) -> Facts:
    """Return what matching looks at, of one copy."""
    return Facts(
        titles=frozenset(filter(None, [title])),
        people=people(authors),
        years=frozenset(filter(None, [year])),
        arxiv_ids=frozenset(found.value for found in identifiers if found.scheme == "arxiv"),
        abstracts=frozenset(filter(None, [abstract])),
    )


def same_work(a: Facts, b: Facts) -> Match | None:
    """Match by title, authors, year and abstract; a title alone never suffices.

    None says that they are two works. A short title ("Reply", "Introduction") asks for the same
    year and all the authors of the shorter list. Two arXiv ids are two works, and so are two
    entries of one programme, unless they are one entry told twice.
    """
    if not a.folds or not b.folds or not a.people or not b.people:
        return None
    if a.folds & b.folds:
        return _same_title(a, b)
    return _renamed(a, b)


def corroborated(a: Facts, b: Facts) -> bool:
    """Tell whether a shared identifier is believable: title or authors agree, or one is unknown.

    A wrong DOI in one BibTeX entry must not fuse two unrelated works.
    """
    if not a.people or not b.people or not a.folds or not b.folds:
        return True
    if _two_arxiv_ids(a, b):
        return False
    return bool(a.folds & b.folds) or in_common(a.people, b.people) > 0


def word_runs(abstract: str) -> frozenset[tuple[bytes, ...]]:
    """Return every run of three words of an abstract, TeX taken off."""
    if "\\" in abstract:
        abstract = _COMMAND.sub(" ", abstract)
    words = abstract.lower().encode("ascii", "replace").translate(_WORDS).split()
    return frozenset(zip(*(words[at:] for at in range(_RUN)), strict=False))


def _same_title(a: Facts, b: Facts) -> Match | None:
    shared, overlap, jaccard = _overlap(a, b)
    apart = _years_apart(a, b)
    alike = _abstracts_alike(a, b)
    if not shared:
        if alike is not None and alike >= 0.6:
            return _doubt("same title and abstract, other names", 0.6)
        return None
    told = f"same title, {overlap:.0%} of the authors"
    if _two_arxiv_ids(a, b):
        return _doubt(f"{told}, but two arXiv ids", 0.5)
    # Three people who share a short title share the paper.
    short = min(map(len, a.folds & b.folds)) < _SHORT_TITLE and not (jaccard == 1.0 and shared > 2)
    if overlap < (1.0 if short else _MIN_OVERLAP):
        if alike is not None and alike >= 0.5:
            return _sure(f"{told}, same abstract", 0.9)
        return None if short else _doubt(told, 0.4 + 0.3 * overlap)
    if apart > (1 if short else _MAX_YEARS_APART):
        return None if short else _doubt(f"{told}, {apart} years apart", 0.5)
    if alike is not None and alike < _UNLIKE:
        return _doubt(f"{told}, but the abstracts have nothing in common", 0.6)
    if _one_programme(a, b) and not (jaccard == 1.0 and (alike is None or alike >= 0.8)):
        return _doubt(f"{told}, but two entries of one programme", 0.5)
    return _sure(told, 0.7 + 0.24 * jaccard + (0.05 if not apart else 0.0))


def _renamed(a: Facts, b: Facts) -> Match | None:
    if _two_arxiv_ids(a, b) or _one_programme(a, b):
        return None
    apart = _years_apart(a, b)
    if apart > _RENAMED_YEARS_APART:
        return None
    shared, overlap, jaccard = _overlap(a, b)
    if overlap < _MIN_OVERLAP or (shared < 2 and jaccard < 1.0):
        return None
    alike = _abstracts_alike(a, b)
    pairs = list(product(sorted(a.titles), sorted(b.titles)))
    title, (mine, theirs) = max(((likeness(*pair), pair) for pair in pairs), key=itemgetter(0))
    if alike is not None and alike < _HARDLY_ALIKE and title < _NEARLY_ONE_TITLE:
        return None
    told = f"similar title, {overlap:.0%} of the authors"
    series = tells_apart(mine, theirs)
    longer = any(extends(*pair) for pair in pairs)
    agreed = not (
        a.accepted_at.isdisjoint(b.published_at) and b.accepted_at.isdisjoint(a.published_at)
    )
    if agreed:
        told += ", accepted where the other appeared"
    if alike is None:
        alone = title >= 0.94 or longer or (title >= 0.9 and shared > 3 and jaccard == 1.0)
        alone = alone or (agreed and title >= 0.85)
        return None if series else _by_title_alone(mine, theirs, title, told, alone, jaccard)
    named = any(head_fold(x) and head_fold(x) == head_fold(y) for x, y in pairs)
    closeness = max(title, 0.85 if longer else 0.0, 0.75 if named else 0.0)
    closeness += 0.1 if agreed else 0.0
    told += f", {alike:.0%} of the abstract"
    if not series and any(
        alike >= needed and closeness >= least
        for needed, least in ((0.5, 0.6), (0.4, 0.7), (0.3, 0.9))
    ):
        return _sure(told, 0.6 + 0.2 * alike + 0.15 * min(closeness, 1.0))
    if (
        alike >= 0.35
        or (alike >= _HARDLY_ALIKE and closeness >= 0.7)
        or (title >= _NEARLY_ONE_TITLE and not series)
    ):
        return _doubt(told, 0.2 + 0.3 * alike + 0.3 * closeness)
    return None


def _by_title_alone(
    mine: str, theirs: str, title: float, told: str, close: bool, jaccard: float
) -> Match | None:
    """Judge a changed title where no abstract can say more."""
    if close and jaccard >= 0.75 and numbers(mine) == numbers(theirs):
        return _sure(told, 0.6 + 0.3 * title)
    return _doubt(told, 0.2 + 0.5 * title) if title >= 0.75 or close else None


def _overlap(a: Facts, b: Facts) -> tuple[int, float, float]:
    """Return how many authors are shared, that over the shorter list, and over both."""
    shared = in_common(a.people, b.people)
    fewer, more = sorted((len(a.people), len(b.people)))
    return shared, min(shared / fewer, 1.0), min(shared / max(fewer + more - shared, 1), 1.0)


def _abstracts_alike(a: Facts, b: Facts) -> float | None:
    """Return how much of the shorter abstract the longer one has, None where one is missing."""
    found = [len(x & y) / min(len(x), len(y)) for x, y in product(a.runs, b.runs)]
    return max(found, default=None)


def _two_arxiv_ids(a: Facts, b: Facts) -> bool:
    return bool(a.arxiv_ids and b.arxiv_ids) and a.arxiv_ids.isdisjoint(b.arxiv_ids)


def _one_programme(a: Facts, b: Facts) -> bool:
    """Tell whether one source lists both for one venue and year, under two ids."""
    lists = {edition[:3] for edition in a.editions} & {edition[:3] for edition in b.editions}
    return bool(lists) and a.editions.isdisjoint(b.editions)


def _years_apart(a: Facts, b: Facts) -> int:
    return min((abs(x - y) for x, y in product(a.years, b.years)), default=0)


def _sure(reason: str, confidence: float) -> Match:
    return Match(reason, round(min(confidence, 0.99), 2))


def _doubt(reason: str, confidence: float) -> Match:
    return Match(reason, round(min(confidence, 0.9), 2), sure=False)
