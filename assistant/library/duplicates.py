"""Works that may be one: listed for a person, settled one by one, and looked for anew."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.errors import NotFoundError
from assistant.library.drafts import Draft
from assistant.library.match_keys import fill_keys
from assistant.library.matching import Match, same_work
from assistant.library.merging import join, keep_apart, merge_works
from assistant.library.persist import load_drafts, write_drafts
from db import doubts, match_keys, works
from db.doubts import DoubtView
from db.engine import Connection, Database
from db.works import WorkView

_PAGE = 1_000

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two works that may be one, why, and how sure (0 to 1)."""

    number: int
    one: WorkView
    other: WorkView
    reason: str
    confidence: float


@dataclass(slots=True)
class Search:
    """What a search of the library found: works looked at, merged, and new pairs in doubt."""

    looked_at: int = 0
    merged: int = 0
    doubtful: int = 0


def pairs_in_doubt(connection: Connection, limit: int | None = None) -> list[Pair]:
    """Return the pairs a person has not decided, the surest first."""
    return _shown(connection, doubts.doubts(connection, limit))


def settle(connection: Connection, numbers: Sequence[int], *, merge: bool) -> list[Pair]:
    """Merge pairs, or keep them apart for good; each is an event and can be undone.

    Raises:
        NotFoundError: there is no pair of one of the numbers; nothing was changed.
    """
    held = doubts.doubts_by_id(connection, numbers)
    if unknown := [number for number in numbers if number not in held]:
        raise NotFoundError(
            f"There is no pair {unknown[0]}.",
            why="It was decided, or one of its works has gone, or it never was.",
            hint="`assistant duplicates` lists the pairs with their numbers.",
        )
    settled = []
    for number in dict.fromkeys(numbers):
        # One pair may have gone with the merging of another.
        for pair in _shown(connection, list(doubts.doubts_by_id(connection, [number]).values())):
            if merge:
                merge_works(connection, pair.one.id, pair.other.id)
            else:
                keep_apart(connection, pair.one.id, pair.other.id)
            settled.append(pair)
    return settled


def search_library(
    database: Database, *, merge: bool = True, progress: Progress = lambda *_: None
) -> Search:
    """Compare the works of the library with each other, as new ones are compared when they come.

    Sure ones are merged, which can be undone, or only listed; a page of works is one transaction.
    """
    with database.write("make what works are compared by") as connection:
        if match_keys.lacking_all(connection):
            fill_keys(connection)
        total = works.count_rows(connection)["works"]
    found = Search()
    last = 0
    while True:
        with database.write("look for duplicates") as connection:
            page = works.work_ids_in_order(connection, after=last, limit=_PAGE)
            if not page:
                return found
            _compare(connection, page, found, merge=merge)
        last = page[-1]
        found.looked_at += len(page)
        progress(found.looked_at, total)


def _compare(connection: Connection, page: Sequence[int], found: Search, *, merge: bool) -> None:
    """Compare a page of works with those that came before them."""
    drafts = {draft.id: draft for draft in load_drafts(connection, page)}
    keys = {work_id: draft.facts().keys for work_id, draft in drafts.items()}
    by_key: dict[int, set[int]] = {}
    for key, work_id in match_keys.find_keys(connection, set().union(*keys.values())):
        by_key.setdefault(key, set()).add(work_id)
    likely = {one for few in by_key.values() for one in few} - drafts.keys()
    drafts |= {draft.id: draft for draft in load_drafts(connection, likely)}
    in_doubt: list[tuple[int, int, str, float]] = []
    for work_id in page:
        earlier = {one for key in keys[work_id] for one in by_key.get(key, ()) if one < work_id}
        for other in sorted(earlier & drafts.keys()):
            if work_id not in drafts or works.are_kept_apart(connection, other, work_id):
                continue
            match = same_work(drafts[other].facts(), drafts[work_id].facts())
            if match is not None and match.sure and merge:
                _join(connection, drafts[other], drafts.pop(work_id), match)
                found.merged += 1
            elif match is not None:
                in_doubt.append((other, work_id, match.reason, match.confidence))
    alive = works.present(connection, {one for pair in in_doubt for one in pair[:2]})
    kept = [pair for pair in in_doubt if pair[0] in alive and pair[1] in alive]
    found.doubtful += doubts.put_doubts(connection, kept)


def _join(connection: Connection, keeper: Draft, other: Draft, match: Match) -> None:
    join(connection, keeper, other, match)
    write_drafts(connection, [keeper])


def _shown(connection: Connection, rows: Sequence[DoubtView]) -> list[Pair]:
    ids = list({one for row in rows for one in (row.work_a, row.work_b)})
    views = {view.id: view for view in works.view_works(connection, ids)}
    return [
        Pair(row.id, views[row.work_a], views[row.work_b], row.reason, row.confidence)
        for row in rows
    ]
