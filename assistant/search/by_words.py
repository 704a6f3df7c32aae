"""Papers, notes and PDFs by their words alone, in one list: what answers while one still types.

The order is that of `Everything` in its lexical mode, and nothing heavy is loaded for it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple, TypeVar

from assistant.search.lexical import LexicalResult, Match, search_lexical
from assistant.search.query import parse_query
from assistant.search.section_lexical import as_notes_have_it, search_sections
from db import sections
from db.engine import Connection

T = TypeVar("T")


class WordHit(NamedTuple):
    """What words found: a paper by its work id, or a passage of a file by its section; 0 else."""

    work: int
    section: int
    match: Match
    score: float


class WordResult(NamedTuple):
    """What was found, best first, and how the query was understood."""

    hits: list[WordHit]
    papers: LexicalResult


def search_by_words(connection: Connection, text: str, limit: int) -> WordResult:
    """Find at most `limit` papers and notes, a note once, by its best passage."""
    found = search_lexical(connection, parse_query(text), limit)
    papers = [WordHit(hit.work_id, 0, hit.match, hit.score) for hit in found.hits]
    if not sections.newest_section(connection):
        return WordResult(papers, found)
    query = as_notes_have_it(connection, text, found.corrected, found.query)
    passages = search_sections(connection, query, limit)
    file_of = {
        view.id: view.file_id
        for view in sections.section_views(connection, [hit.work_id for hit in passages])
    }
    present = [hit for hit in passages if hit.work_id in file_of]
    notes = [
        WordHit(0, hit.work_id, hit.match, hit.score)
        for hit in first_of_each(present, lambda hit: file_of[hit.work_id])
    ]
    hits = merged(papers, notes, lambda hit: (int(hit.match), hit.score), limit)
    return WordResult(hits, found)


def first_of_each(hits: Sequence[T], of: Callable[[T], Hashable]) -> list[T]:
    """Keep the first hit of each thing, in order."""
    seen: dict[Hashable, T] = {}
    for hit in hits:
        seen.setdefault(of(hit), hit)
    return list(seen.values())


def merged(
    papers: Sequence[T], passages: Sequence[T], worth: Callable[[T], tuple[int, float]], limit: int
) -> list[T]:
    """Merge two ranked lists; each keeps its own order, and equals leave papers first."""
    found: list[T] = []
    rest = list(passages)[::-1]
    for hit in papers:
        while rest and worth(rest[-1]) > worth(hit):
            found.append(rest.pop())
        found.append(hit)
    return [*found, *rest[::-1]][:limit]
