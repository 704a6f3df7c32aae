"""Finding passages of notes and pages of PDFs by their words, scored as papers are.

The score is BM25 as a share of the most the query could reach, among passages; so it means the
same as a paper's, and the two can stand in one list.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.search.lexical import LexicalHit, Match
from assistant.search.query import Query, parse_query
from assistant.search.terms import Term, affordable, ceiling, telling_words
from assistant.text import title_key
from assistant.words import words
from db import sections
from db.engine import Connection
from db.filters import all_of, any_of, phrase
from db.fulltext import frequencies

NEWEST = 1_000  # passages ranked of those that match
POSTINGS = 5_000  # read for those that have only some of the words
_MOST_WORDS = 32
_LONGEST_EVERY = 12
Tags = list[tuple[str, bool]]


def section_filters(query: Query) -> tuple[Tags, list[str], list[str]] | None:
    """Return what filters ask of a note: tags, and expressions it must and must not match.

    None where a filter asks for what only papers have (an author, a year): then no note is meant.
    """
    tags: Tags = []
    required = [phrase(said) for said in query.phrases]
    forbidden = [phrase(said) for said in query.excluded]
    for one in query.filters:
        if one.field == "tag":
            tags.append((one.value.lstrip("#").lower(), one.negated))
        elif one.field == "title":
            (forbidden if one.negated else required).append(phrase(one.value, "title"))
        elif not one.negated:
            return None
    return tags, required, forbidden


def search_sections(connection: Connection, query: Query, limit: int) -> list[LexicalHit]:
    """Return at most `limit` passages that match a query; their ids stand as work ids."""
    asked = section_filters(query)
    if asked is None or not sections.newest_section(connection):
        return []
    tags, required, forbidden = asked
    telling = telling_words(query)[:_MOST_WORDS]
    if not telling and not required:
        found = sections.of_tags(connection, tags, limit) if tags else []
        return [LexicalHit(section, 0.0) for section in found]
    size = sections.newest_section(connection)
    expressions = [*map(phrase, telling), *required]
    found_in = frequencies(connection, expressions, size, "sections_fts")
    terms = [Term(e, n) for e, n in zip(expressions, found_in, strict=True) if n]
    if not terms or any(n == 0 for n in found_in[len(telling) :]):
        return []
    best = ceiling(terms, size)

    def whole(expression: str) -> str:
        wanted = all_of([expression, *required]) if required else expression
        return f"{wanted} NOT {any_of(forbidden)}" if forbidden else wanted

    scores: dict[int, float] = {}
    every: set[int] = set()
    if len(terms) == len(expressions) <= _LONGEST_EVERY:
        complete = sections.ranked(connection, whole(all_of(expressions)), NEWEST, NEWEST, tags)
        scores.update(complete)
        every = set(scores)
    if len(scores) < limit and (len(terms) > 1 or not scores):
        some = whole(any_of(affordable(terms, POSTINGS)))
        for section, score in sections.ranked(connection, some, limit, NEWEST, tags):
            scores.setdefault(section, score)
    said = words(query.plain)
    typed: set[int] = set()
    if every and 1 < len(said) <= 2 * _LONGEST_EVERY:
        typed = set(sections.matches(connection, whole(phrase(" ".join(said))), NEWEST, tags))
    named = _named(connection, query)
    hits = [
        LexicalHit(section, min(score / best, 1.0), _match(section, every, typed, named))
        for section, score in scores.items()
    ]
    hits.sort(key=lambda hit: (-hit.match, -hit.score, -hit.work_id))
    return hits[:limit]


def _match(section: int, every: set[int], typed: set[int], named: set[int]) -> Match:
    if section in named:
        return Match.NAMED
    if section in typed:
        return Match.VERBATIM
    return Match.EVERY if section in every else Match.SOME


def _named(connection: Connection, query: Query) -> set[int]:
    """The first passages of notes whose title the whole query is."""
    if len(query.terms) < 2 or not title_key(query.plain):
        return set()
    return set(sections.titled(connection, query.plain.strip(), 20))


def as_notes_have_it(
    connection: Connection, text: str, corrected: str | None, query: Query
) -> Query:
    """Return the query as typed where notes have its words, even if no paper does."""
    typed = parse_query(text)
    if corrected is None:
        return typed
    telling = telling_words(typed)
    return typed if known_words(connection, telling) == set(telling) else query


def known_words(connection: Connection, wanted: Sequence[str]) -> set[str]:
    """Return those of the words that any passage has."""
    size = sections.newest_section(connection)
    found = frequencies(connection, map(phrase, wanted), size, "sections_fts")
    return {word for word, count in zip(wanted, found, strict=True) if count}
