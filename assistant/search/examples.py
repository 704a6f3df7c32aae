"""Papers of the starter library to begin with: those nearest to some interests, of every kind."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from itertools import zip_longest

from assistant.search.lexical import search_lexical
from assistant.search.query import parse_query
from assistant.sources.starter import starter_entries
from db import works
from db.engine import Connection

_LOOKED_AT = 300
_RANK = 10


def matching(connection: Connection, interest: str) -> list[int]:
    """Return the starter works that have the words of an interest, the best first."""
    held = set(_held(connection).values())
    query = parse_query(interest)
    found = search_lexical(connection, query, _LOOKED_AT).hits if query.plain else []
    return [hit.work_id for hit in found if hit.work_id in held]


def examples(connection: Connection, interests: Sequence[str], limit: int) -> list[int]:
    """Return starter works: what the interests find, then one of each topic in turn."""
    scores: dict[int, float] = defaultdict(float)
    for interest in interests:
        for place, work in enumerate(matching(connection, interest)):
            scores[work] += 1 / (_RANK + place)
    ranked = sorted(scores, key=lambda work: -scores[work])
    held = _held(connection)
    by_topic = [[held[id] for id in ids if id in held] for ids in _topics().values()]
    mixed = [work for row in zip_longest(*by_topic) for work in row if work is not None]
    return list(dict.fromkeys([*ranked, *mixed]))[:limit]


def _held(connection: Connection) -> dict[str, int]:
    """Return arXiv id -> work of the starter papers that the library has."""
    ids = [id for ids in _topics().values() for id in ids]
    found = works.find_identifiers(connection, {"arxiv": ids})
    return {value: work for (_, value), work in found.items()}


@cache
def _topics() -> dict[str, list[str]]:
    """Return topic -> arXiv ids, each paper under its first topic."""
    found: dict[str, list[str]] = defaultdict(list)
    for entry in starter_entries():
        record = entry.records[0]
        found[record.extra["topics"].split()[0]].append(record.source_id)
    return dict(found)
