"""The full-text index: ranking, document frequencies, known words, filters.

Expressions come from `db.filters`, which quotes what a person wrote.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from sqlalchemy import Connection, text

from db.filters import ANYTHING, HIDDEN, Restriction, all_of, any_of

# Weights of title, abstract, authors, compounds in bm25.
_SCORE = "-bm25(works_fts, 2.0, 1.0, 1.0, 1.0)"
_SAMPLE = 1_000  # hits counted before a frequency is estimated


def index_size(connection: Connection) -> int:
    """Return about how many works there are: the highest id, which costs nothing to find."""
    size: int = connection.execute(text("SELECT coalesce(max(id), 0) FROM works")).scalar_one()
    return size


def frequencies(
    connection: Connection,
    expressions: Iterable[str],
    size: int,
    index: Literal["works_fts", "sections_fts"] = "works_fts",
) -> list[int]:
    """Return in how many rows each expression is found: exact below 1,000, else estimated.

    The newest 1,000 hits are counted; how far down the `size` ids they reach gives the rest, so a
    word of every paper costs no more than a rare one.
    """
    rows = connection.execute(
        text(
            "SELECT (SELECT count(*) || ' ' || coalesce(min(rowid), 0) FROM (SELECT rowid"
            f" FROM {index} WHERE {index} MATCH one.value ORDER BY rowid DESC LIMIT :sample))"
            " FROM json_each(:expressions) AS one ORDER BY one.key"
        ),
        {"expressions": json.dumps(list(expressions)), "sample": _SAMPLE},
    )
    found = []
    for (row,) in rows:
        count, lowest = map(int, row.split())
        if count == _SAMPLE:
            count = max(count, round(count * size / max(size - lowest + 1, 1)))
        found.append(count)
    return found


def matches(
    connection: Connection,
    expression: str,
    limit: int,
    within: Restriction = ANYTHING,
    among: Collection[int] | None = None,
    down_to: int = 0,
) -> list[int]:
    """Return the ids of the newest works that match, unranked: 20 times cheaper than ranking.

    `among` restricts to these ids, `down_to` to ids from there on.
    """
    wanted, where, parameters = _conditions(connection, expression, within, among, down_to)
    return _ids(
        connection,
        f"SELECT rowid AS id FROM works_fts WHERE works_fts MATCH :e{where}"
        " ORDER BY rowid DESC LIMIT :limit",
        parameters | {"e": wanted, "limit": limit},
    )


def ranked(
    connection: Connection,
    expression: str,
    limit: int,
    newest: int,
    within: Restriction = ANYTHING,
    among: Collection[int] | None = None,
    down_to: int = 0,
    first: Collection[int] = (),
) -> list[tuple[int, float]]:
    """Return (work id, bm25) of the best matches, best first, among the `newest` that match.

    `among` restricts to these ids, `down_to` to ids from there on; those of `first` are put before
    all others. BM25 counts what each word of the expression is in, so the sum of the words'
    frequencies is what this costs, however few works match.
    """
    wanted, where, parameters = _conditions(connection, expression, within, among, down_to)
    statement = (
        f"SELECT id, score FROM (SELECT rowid AS id, {_SCORE} AS score FROM works_fts"
        f" WHERE works_fts MATCH :e{where} ORDER BY rowid DESC LIMIT :newest)"
        " ORDER BY id IN (SELECT value FROM json_each(:first)) DESC, score DESC, id DESC"
        " LIMIT :limit"
    )
    parameters |= {"e": wanted, "newest": newest, "limit": limit, "first": json.dumps(list(first))}
    return [(row[0], row[1]) for row in connection.execute(text(statement), parameters)]


def _conditions(
    connection: Connection,
    expression: str,
    within: Restriction,
    among: Collection[int] | None,
    down_to: int,
) -> tuple[str, str, dict[str, object]]:
    """The whole expression, what else to ask of a row of `works_fts`, and its parameters."""
    wanted = all_of([expression, *within.required])
    if within.forbidden:
        wanted += f" NOT {any_of(within.forbidden)}"
    where, parameters = _where(connection, within, "works_fts.rowid", among)
    if down_to:
        where += " AND rowid >= :down_to"
        parameters["down_to"] = down_to
    return wanted, where, parameters


def _where(
    connection: Connection, within: Restriction, column: str, among: Collection[int] | None
) -> tuple[str, dict[str, object]]:
    parameters = dict(within.parameters)
    clauses = [condition.holds_for(column) for condition in within.conditions]
    if not within.turned_down and hides_any(connection):
        clauses.append(f"{column} NOT IN ({HIDDEN})")
    if among is not None:
        # The plus sign keeps FTS5 from being asked once per id, which costs 0.3 ms each.
        clauses.insert(0, f"+{column} IN (SELECT value FROM json_each(:among))")
        parameters["among"] = json.dumps(list(among))
    return "".join(f" AND {clause}" for clause in clauses), parameters


def selected(connection: Connection, within: Restriction, at_most: int) -> list[int] | None:
    """Return the ids, newest first, that fulfil a restriction; None where more than `at_most` do.

    Costs what its narrowest condition costs, so it is cheap to ask first: rank among the ids it
    gives, or, where it gives None, filter candidates with `allowed`.
    """
    best: list[int] | None = None
    for expression in within.required:
        best = _narrower(best, matches(connection, expression, at_most + 1), at_most)
    for condition in within.conditions:
        if not condition.negated:
            statement = (
                f"SELECT {condition.key} AS id FROM {condition.table} WHERE {condition.where}"
                " LIMIT :at_most"
            )
            found = _ids(connection, statement, {**within.parameters, "at_most": at_most + 1})
            best = _narrower(best, found, at_most)
    if best is None:
        return None
    alone = len(within.required) + len(within.conditions) + len(within.forbidden) == 1
    if alone and (within.turned_down or not hides_any(connection)):
        return sorted(set(best), reverse=True)
    keep = allowed(connection, within, best)
    return sorted(keep, reverse=True)


def hides_any(connection: Connection) -> bool:
    """Tell whether any work is hidden unless asked for."""
    return bool(connection.execute(text(f"SELECT EXISTS ({HIDDEN})")).scalar_one())


def _ids(connection: Connection, statement: str, parameters: Mapping[str, object]) -> list[int]:
    """Return the column `id` of a statement; as one text, since rows by the thousand are dear."""
    told = connection.execute(
        text(f"SELECT json_group_array(id) FROM ({statement})"), parameters
    ).scalar_one()
    ids: list[int] = json.loads(told)
    return ids


def _narrower(best: list[int] | None, found: list[int], at_most: int) -> list[int] | None:
    if len(found) > at_most:
        return best
    return found if best is None or len(found) < len(best) else best


def allowed(connection: Connection, within: Restriction, work_ids: Collection[int]) -> set[int]:
    """Return those of the ids that fulfil a restriction."""
    where, parameters = _where(connection, within, "works.id", None)
    for number, expression in enumerate((*within.required, *within.forbidden)):
        negation = "NOT " if number >= len(within.required) else ""
        where += (
            f" AND works.id {negation}IN"
            f" (SELECT rowid FROM works_fts WHERE works_fts MATCH :match_{number})"
        )
        parameters[f"match_{number}"] = expression
    statement = f"SELECT id FROM works WHERE id IN (SELECT value FROM json_each(:among)){where}"
    parameters["among"] = json.dumps(list(work_ids))
    return {row[0] for row in connection.execute(text(statement), parameters)}


def known_words(connection: Connection, words: Iterable[str]) -> dict[str, int]:
    """Return word -> number of works that have it, for those of the words that are known."""
    rows = connection.execute(
        text(
            "SELECT term, works FROM spelling_terms"
            " WHERE term IN (SELECT value FROM json_each(:words)) AND works > 0"
        ),
        {"words": json.dumps(list(words))},
    )
    return {row[0]: row[1] for row in rows}


def words_beginning(connection: Connection, prefix: str, shortest: int, longest: int) -> list[str]:
    """Return known words of a prefix and of `shortest` to `longest` letters, 50,000 at most."""
    rows = connection.execute(
        text(
            "SELECT term FROM spelling_terms WHERE term >= :prefix AND term < :end"
            " AND length(term) BETWEEN :shortest AND :longest AND works > 0 LIMIT 50000"
        ),
        {
            "prefix": prefix,
            "end": prefix + "\U0010ffff",
            "shortest": shortest,
            "longest": longest,
        },
    )
    return [row[0] for row in rows]


def texts_of(connection: Connection, work_ids: Iterable[int]) -> dict[int, str]:
    """Return work id -> title, abstract, authors and joined words in one text."""
    rows = connection.execute(
        text(
            "SELECT id, title || ' ' || abstract || ' ' || authors || ' ' || compounds FROM works"
            " WHERE id IN (SELECT value FROM json_each(:ids))"
        ),
        {"ids": json.dumps(list(work_ids))},
    )
    return {row[0]: row[1] for row in rows}


def newest_works(connection: Connection, within: Restriction, limit: int) -> list[int]:
    """Return the ids of the newest works that fulfil a restriction, for a query of filters only."""
    if within.required:
        ids = ranked(connection, within.required[0], limit, limit, within)
        return sorted((work_id for work_id, _ in ids), reverse=True)
    where, parameters = _where(connection, within, "works.id", None)
    for number, expression in enumerate(within.forbidden):
        where += (
            f" AND works.id NOT IN (SELECT rowid FROM works_fts WHERE works_fts MATCH :m{number})"
        )
        parameters[f"m{number}"] = expression
    statement = f"SELECT id FROM works WHERE 1{where} ORDER BY id DESC LIMIT :limit"
    parameters["limit"] = limit
    return [row[0] for row in connection.execute(text(statement), parameters)]
