"""Which of the papers that wait a digest shows, in which order, and the reasons for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import TYPE_CHECKING, Protocol

from threadpoolctl import threadpool_limits

from assistant.config import Home, Settings
from assistant.digest.gathering import Gathered
from assistant.digest.learning import Marking, Studies, marked
from assistant.digest.model import DigestEntry, Folded
from assistant.digest.opinions import Opinion, opinion
from assistant.digest.ranking import (
    Candidate,
    Paper,
    Ranked,
    Ranking,
    Rated,
    SavedSearch,
    Taste,
    author_key,
    extract,
    rank,
    reasons,
)
from assistant.errors import ModelError
from assistant.library.following import Following
from assistant.library.links import paper_links
from assistant.library.sync.arxiv import ARXIV_TIME
from assistant.search.query import parse_query
from assistant.search.work_vectors import work_vectors
from assistant.sources.venues import Edition
from db import announcing, profiles, venues, works
from db.digests import Changed, Waiting
from db.engine import Connection, Database
from db.venues import SubmissionView
from db.works import WorkView

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = dict[int, npt.NDArray[np.float32]]

MOST_AGAIN = 3
"""Papers shown before and not kept by the person, that come again for something that happened."""


class Tools(Protocol):
    """What choosing needs of a workshop."""

    database: Database
    home: Home
    settings: Settings
    announce: Callable[[str], None]
    progress: Callable[[int, int], None]
    studies: Studies


@dataclass(frozen=True, slots=True)
class Choice:
    """The entries of a digest, and (work id, shown, version, venue) of all it has weighed."""

    entries: tuple[DigestEntry, ...]
    offered: tuple[tuple[int, bool, int, str | None], ...]
    candidates: int
    muted: int
    confidence: str


def choose(
    tools: Tools,
    profile: Following,
    found: Gathered,
    day: str,
    limit: int,
    edition: Edition | None = None,
) -> Choice:
    """Rank what waits for a profile; choose at most `limit` papers beside those that come again.

    Of an `edition` each entry says where it is presented, and what the person has done with it.

    The ranking depends on the day's papers and the person's opinions only, so a day ranks the same
    whenever it came in.
    """
    with tools.database.read() as connection:
        opinions = _opinions(connection, profile, day)
        facts: dict[int, Waiting | Changed] = {one.work_id: one for one in found.waiting}
        facts.update({one.work_id: one for one in found.changed})
        ids = [*sorted(facts), *(one.work.work_id for one in opinions)]
        views = {one.id: one for one in works.view_works(connection, sorted(facts))}
        categories = works.categories_of(connection, sorted(facts))
        kept = announcing.works_of_interest(connection, [one.work_id for one in found.changed])
        standings = venues.standings(connection, views)
        presented = (
            {one.work_id: one for one in venues.papers(connection, edition.id)} if edition else {}
        )
    studied = tools.studies.works(profile)
    vectors = _vectors(tools, list(dict.fromkeys([*ids, *studied])))
    marking = Marking(tools.studies, profile, vectors)
    touched = {work: marking.touched(view) for work, view in views.items()}
    taste = _taste(profile, opinions, vectors)
    verbs = {str(one.work.work_id): one.verb for one in opinions}
    if edition is not None:
        kept = {one.work.work_id for one in opinions if one.weight > 0} & kept
    # What the person has judged already is no news, unless something happened to it.
    known = {one.work.work_id for one in opinions} - {one.work_id for one in found.changed}
    candidates = [
        replace(
            _candidate(views[work], categories.get(work, []), facts[work].kind, vectors.get(work)),
            topics=marking.studied(touched[work]),
        )
        # In an order that does not tell which paper a library had first: samples depend on it.
        for work in sorted(views, key=lambda work: views[work].public_id)
        if work not in known
    ]
    explore = min(tools.settings.digest.explore, max(limit - 1, 0))
    # With a second thread a busy machine takes three times as long: they spin, waiting.
    with threadpool_limits(limits=1):
        ranking = rank(
            taste, candidates, seed=f"{profile.name} {day}", explore=explore, explained=2 * limit
        )
    chosen = _chosen(ranking, found, kept, limit)
    with tools.database.read() as connection:
        entries = tuple(
            _entry(connection, one, views[int(one.ranked.candidate.id)], facts, verbs)
            for one in chosen
        )
        titles = {one.id: one.title for one in works.view_works(connection, studied)}
    entries = tuple(marked(one, touched[one.work_id], titles) for one in entries)
    entries = tuple(_presented(one, presented.get(one.work_id), verbs) for one in entries)
    shown = {one.work_id for one in entries} | known
    shown |= {int(one.id) for pick in chosen for one in pick.ranked.folded}
    offered = tuple(
        (work, work in shown, facts[work].number, standings.get(work)) for work in sorted(views)
    )
    return Choice(
        entries, offered, len(candidates), len(ranking.muted), ranking.confidence.sentence
    )


@dataclass(frozen=True, slots=True)
class _Pick:
    ranked: Ranked
    explore: str = ""
    again: bool = False


def _chosen(ranking: Ranking, found: Gathered, kept: set[int], limit: int) -> list[_Pick]:
    """What comes again and is kept, the best of the new ones, and those to explore."""
    again = {one.work_id for one in found.changed}
    explore = [one for one in ranking.explore if int(one.ranked.candidate.id) not in again]
    exploring = {one.ranked.candidate.id for one in explore}
    picks: list[_Pick] = []
    unkept = new = mine = 0
    room = limit - len(explore)
    for place, one in enumerate(ranking.papers):
        work = int(one.candidate.id)
        if work in again:
            if work in kept:
                mine += 1
                if mine <= limit:
                    picks.append(_Pick(one, again=True))
            elif unkept < MOST_AGAIN and place < limit:
                unkept += 1
                picks.append(_Pick(one, again=True))
        elif new < room and one.candidate.id not in exploring:
            new += 1
            picks.append(_Pick(one))
    picks += [_Pick(one.ranked, explore=one.reason) for one in explore]
    return picks


def _opinions(connection: Connection, profile: Following, day: str) -> list[Opinion]:
    first = profiles.profiles(connection)[0]
    judged = profiles.judged_works(connection, profile.id, also_unclaimed=profile.id == first.id)
    # Of that day, so that the same digest comes out whenever it is made.
    now = datetime.combine(datetime.fromisoformat(day), time.max, ARXIV_TIME)
    return [said for one in judged if (said := opinion(one, now)) is not None]


def _vectors(tools: Tools, work_ids: Sequence[int]) -> Vectors:
    try:
        return work_vectors(
            tools.database, tools.home, tools.settings, work_ids,
            announce=tools.announce, progress=tools.progress,
        )  # fmt: skip
    except ModelError as error:
        tools.announce(f"{error.title} Ranked by words alone. {error.hint}")
        return {}


def _taste(profile: Following, opinions: Sequence[Opinion], vectors: Vectors) -> Taste:
    def rated(one: Opinion) -> Rated:
        work = one.work
        paper = Paper(str(work.work_id), work.title, work.abstract, vectors.get(work.work_id))
        return Rated(paper, abs(one.weight), one.age_days)

    searches = []
    for text in profile.searches:
        query = parse_query(text)
        if terms := (*query.terms, *query.phrases):
            searches.append(SavedSearch(text, terms))
    return Taste(
        liked=tuple(rated(one) for one in opinions if one.weight > 0),
        disliked=tuple(rated(one) for one in opinions if one.weight < 0),
        followed=frozenset(map(author_key, profile.authors)),
        categories=frozenset(profile.categories),
        searches=tuple(searches),
        muted=profile.muted,
    )


def _candidate(
    view: WorkView, categories: Sequence[str], kind: str, vector: npt.NDArray[np.float32] | None
) -> Candidate:
    return Candidate(
        str(view.id), view.title, view.abstract, vector,
        authors=_names(view), categories=tuple(categories), kind=kind,
    )  # fmt: skip


def _entry(
    connection: Connection,
    pick: _Pick,
    view: WorkView,
    facts: dict[int, Waiting | Changed],
    verbs: Mapping[str, str],
) -> DigestEntry:
    fact = facts[view.id]
    links = paper_links(connection, view.id)
    folded = works.view_works(connection, [int(one.id) for one in pick.ranked.folded])
    return DigestEntry(
        work_id=view.id,
        id=view.public_id,
        title=view.title,
        authors=_names(view),
        category=view.primary_category or fact.category,
        venue=view.venue,
        announced=fact.date,
        kind=fact.kind,
        score=round(pick.ranked.score, 4),
        reasons=(pick.explore,) if pick.explore else reasons(pick.ranked.evidence, verbs),
        extract=extract(view.abstract, pick.ranked.evidence.terms),
        abstract=view.abstract,
        links={
            name: address
            for name, address in (("page", links.page), ("pdf", links.pdf))
            if address is not None
        },
        explore=bool(pick.explore),
        again=_again(fact) or None if pick.again and isinstance(fact, Changed) else None,
        status=view.status,
        folded=tuple(Folded(one.public_id, one.title) for one in folded),
    )


def _presented(
    entry: DigestEntry,
    paper: SubmissionView | None,
    verbs: Mapping[str, str],
) -> DigestEntry:
    """Return an entry of an edition with its session and what the person did."""
    if paper is None:
        return entry
    facts = paper.facts
    place = ", ".join(filter(None, (facts.get("room", ""), facts.get("position", ""))))
    did = verbs.get(str(entry.work_id))
    return replace(
        entry,
        status=paper.status,
        session=facts.get("session", ""),
        starts=facts.get("starts", ""),
        place=place,
        again=f"you {did} it" if did else entry.again,
    )


def _again(fact: Changed) -> str:
    told = []
    revised = fact.kind.startswith("replace")
    if revised and (fact.shown_number is None or fact.number > fact.shown_number):
        seen = f", you saw v{fact.shown_number}" if fact.shown_number else ""
        told.append(f"new version v{fact.number}{seen}")
    known = fact.shown_number is not None or not revised
    if fact.venue and known and fact.venue != fact.shown_venue:
        told.append(f"now at {fact.venue}")
    return "; ".join(told)


def _names(view: WorkView) -> tuple[str, ...]:
    return tuple(view.authors.split(", ")) if view.authors else ()
