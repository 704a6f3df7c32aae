"""Finding papers by their words: FTS5's BM25, made bounded in time, forgiving and complete-first.

BM25 costs what the hits cost, not the answers, so common words are kept from being ranked:

1. Function words go, where anything else is left.
2. *Narrow*: papers that have the query as it was typed come first, then those with every word.
3. *Wide*: papers that have any of its rarer words, as many words as a fixed number of postings
   allows, fill the rest.

Only the newest hits are ranked where more match. Words that no paper has are corrected first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import NamedTuple

from assistant.search.query import Query, split_terms
from assistant.search.spelling import Spelling, correct, replace_words
from assistant.search.terms import affordable, ceiling, every_word, joins, look_up, telling_words
from assistant.sources.identifiers import parse_identifier
from assistant.text import digest64, title_key
from assistant.words import words
from db import fulltext, works
from db.engine import Connection
from db.filters import Restriction, any_of, phrase, restriction

NEWEST = 3_000  # papers ranked of those that have every word
SCORED = 40_000  # postings read to rank them
POSTINGS = 5_000  # postings read and papers ranked that have only some of the words
NARROW_FILTER = 5_000  # works; a filter that fewer fulfil is looked up before ranking
_LONGEST_NARROW = 12  # words; nobody means all the words of a longer query
_READING = 600  # postings; what it costs to read one paper's text instead
_LONGEST_VERBATIM = 24  # words, function words too
_LONGEST_CORRECTED = 40  # words


class Match(IntEnum):
    """How much of a query a paper has."""

    SOME = 0  # some of its words
    EVERY = 1  # every word
    VERBATIM = 2  # the words as typed, in a row
    NAMED = 3  # the query is the paper's title or identifier


class LexicalHit(NamedTuple):
    """A paper found by its words; `score` is BM25 as a share of the most the query could reach.

    Better matches come first, by score among equals. `match` is how the query stands in the paper.
    """

    work_id: int
    score: float
    match: Match = Match.SOME


@dataclass(frozen=True, slots=True)
class LexicalResult:
    """What was found, and how the query was understood.

    `query` is the query as searched (typos corrected, phrases nobody wrote taken as words): embed
    its `plain`. `corrected` is its text where it differs ("showing results for ..."), `suggestion`
    a likelier spelling that was not forced on the query.
    """

    hits: list[LexicalHit]
    query: Query
    corrected: str | None = None
    suggestion: str | None = None
    notices: tuple[str, ...] = ()


def search_lexical(
    connection: Connection,
    query: Query,
    limit: int,
    *,
    exact: bool = False,
    understood: Callable[[Query], object] = lambda _: None,
) -> LexicalResult:
    """Return at most `limit` papers that match the words of a query, and what it became.

    With `exact` no word is corrected. A query of filters alone gives the newest papers.
    `understood` is told the query as searched before any paper is ranked, so that its meaning can
    be looked up meanwhile.
    """
    query, notices = _drop_unwritten_phrases(connection, query)
    within = restriction_of(query)
    telling = telling_words(query)
    spelling = Spelling({}, {})
    if not exact and telling and len(query.terms) <= _LONGEST_CORRECTED:
        spelling = correct(connection, telling)
    corrected = suggestion = None
    if spelling.perhaps:
        suggestion = replace_words(
            query.text, {w: tuple(c for c in cs if c != w) for w, cs in spelling.perhaps.items()}
        )
    if spelling.instead:
        corrected = replace_words(query.text, spelling.instead)
    searched = query
    if corrected is not None:
        plain = replace_words(query.plain, spelling.instead)
        searched = replace(query, terms=tuple(split_terms(plain)), plain=plain)
    understood(searched)
    hits = _search(connection, query, telling, spelling, within, limit)
    return LexicalResult(hits, searched, corrected, suggestion, notices)


def restriction_of(query: Query) -> Restriction:
    """Return what a paper must fulfil to be found by a query, for either kind of search."""
    return restriction(query.filters, query.phrases, query.excluded)


def _search(
    connection: Connection,
    query: Query,
    telling: Sequence[str],
    spelling: Spelling,
    within: Restriction,
    limit: int,
) -> list[LexicalHit]:
    among = fulltext.selected(connection, within, NARROW_FILTER) if within else None
    if among is not None and not among:
        return []
    if not query.terms and not query.phrases:
        if not query.filters:
            return []
        listed = among or fulltext.newest_works(connection, within, limit)
        return [LexicalHit(work_id, 0.0) for work_id in listed[:limit]]
    found = {
        work_id: LexicalHit(work_id, 1.0, Match.NAMED)
        for work_id in _named(connection, query, within)
    }
    size = fulltext.index_size(connection)
    terms = look_up(connection, query, telling, spelling, size)
    if not terms:
        return list(found.values())[:limit]
    best = ceiling(terms, size)

    def take(ranked: list[tuple[int, float]], verbatim: set[int], otherwise: Match) -> None:
        for work_id, score in ranked:
            match = Match.VERBATIM if work_id in verbatim else otherwise
            found.setdefault(work_id, LexicalHit(work_id, min(score / best, 1.0), match))

    complete: list[int] = []
    if len(terms) <= _LONGEST_NARROW:
        newest = max(NEWEST, limit)
        joined = joins(connection, query)
        every = every_word(query, telling, spelling, joined)
        complete = fulltext.matches(connection, every, newest, within, among)
        if complete:
            said = words(replace_words(query.plain, spelling.instead))
            rarest = min(term.works for term in terms)
            typed = _as_typed(connection, said, rarest, complete)
            scored = affordable(terms, SCORED)
            affords = len(scored) == len(terms)
            ranked = fulltext.ranked(
                connection,
                every if affords else any_of([*scored, *joined.all]),
                limit,
                newest,
                # What it must fulfil, those of `complete` do.
                Restriction(turned_down=within.turned_down),
                among=None if affords and not within else complete,
                down_to=min(complete),
                first=typed,
            )
            take(ranked, set(typed), Match.EVERY)
    if len(found) < limit and (len(terms) > 1 or not complete):
        some = any_of(affordable(terms, POSTINGS))
        take(fulltext.ranked(connection, some, limit, NEWEST, within, among), set(), Match.SOME)
    return list(found.values())[:limit]


def _as_typed(
    connection: Connection, said: Sequence[str], rarest: int, complete: Sequence[int]
) -> list[int]:
    """Those of the papers with every word that have all of them in a row, function words too.

    `rarest` is in how many works the rarest word is, which is what the index costs to ask.
    """
    if not 1 < len(said) <= _LONGEST_VERBATIM:
        return []
    run = " ".join(said)
    if len(complete) * _READING < rarest * len(said):
        texts = fulltext.texts_of(connection, complete)
        return [i for i in complete if f" {run} " in f" {' '.join(words(texts[i]))} "]
    typed = set(fulltext.matches(connection, phrase(run), NEWEST, down_to=min(complete)))
    return [work_id for work_id in complete if work_id in typed]


def _named(connection: Connection, query: Query, within: Restriction) -> list[int]:
    """Papers whose identifier or whole title the query is."""
    found: list[int] = []
    identifier = parse_identifier(query.text)
    if identifier is not None:
        known = works.find_identifiers(connection, {identifier.scheme: [identifier.value]})
        found += known.values()
    if len(query.terms) > 1:
        digest = digest64(title_key(query.plain))
        found += [work_id for _, work_id in works.works_by_title_digest(connection, [digest])]
    if found and within:
        allowed = fulltext.allowed(connection, within, found)
        found = [work_id for work_id in found if work_id in allowed]
    return found


def _drop_unwritten_phrases(connection: Connection, query: Query) -> tuple[Query, tuple[str, ...]]:
    """Search a phrase that no paper has as plain words, and say so."""
    unwritten = [
        said for said in query.phrases if not fulltext.matches(connection, phrase(said), 1)
    ]
    if not unwritten:
        return query, ()
    loose = [word for said in unwritten for word in said.split()]
    query = replace(
        query,
        phrases=tuple(said for said in query.phrases if said not in unwritten),
        terms=tuple(dict.fromkeys((*query.terms, *loose))),
    )
    return query, tuple(f'No paper has "{said}"; searched as plain words.' for said in unwritten)
