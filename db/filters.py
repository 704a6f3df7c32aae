"""Filters of the query language as SQL conditions and full-text expressions.

Expressions are FTS5's query syntax, made only by the functions here, so that no text of a person
reaches FTS5 unquoted. https://sqlite.org/fts5.html
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

WRITTEN = "{title abstract}"
"""The columns that hold words as the authors wrote them."""

_NEAR = 2  # words that may stand between the names of one author

_READING = {
    "unread": ("state != 'unread'", True),
    "read": ("state = 'read'", False),
    "skimmed": ("state = 'skimmed'", False),
    "later": ("state = 'later'", False),
    "starred": ("starred", False),
    "rated": ("rating IS NOT NULL", False),
}
_JUDGED = {"liked": ("rating >= 4", 1), "disliked": ("rating <= 2", -1)}  # in any profile
_ANY_OF = frozenset({"cat", "year"})  # fields of which a paper need fulfil only one
TURNED_DOWN = "('rejected','withdrawn')"
_OWN_YEAR = (
    "CASE WHEN venue GLOB '*[12][0-9][0-9][0-9]' THEN CAST(substr(venue, -4) AS INTEGER)"
    " ELSE year END"
)
HIDDEN = (
    f"SELECT id FROM works WHERE status IN {TURNED_DOWN}"
    " AND NOT EXISTS (SELECT 1 FROM readings r WHERE r.work_id = works.id)"
    " AND NOT EXISTS (SELECT 1 FROM work_tags t WHERE t.work_id = works.id)"
)
"""SQL: works that no list shows unless asked: turned down, and nothing a person keeps."""


class FilterLike(Protocol):
    """What this module needs to know of a filter: see `assistant.search.query.Filter`."""

    @property
    def field(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> str: ...  # noqa: D102
    @property
    def negated(self) -> bool: ...  # noqa: D102
    @property
    def first(self) -> int | None: ...  # noqa: D102
    @property
    def last(self) -> int | None: ...  # noqa: D102
    @property
    def names(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def editions(self) -> tuple[str, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Condition:
    """`table.key` holds the ids of the works that `where` is true of."""

    table: str
    key: str
    where: str
    negated: bool = False

    def holds_for(self, column: str) -> str:
        """SQL asked once per candidate: right for a condition that many works fulfil."""
        narrow = " INDEXED BY ix_works_facts" if self.table == "works" else ""
        sql = (
            f"EXISTS (SELECT 1 FROM {self.table} AS held{narrow}"
            f" WHERE held.{self.key} = {column} AND ({self.where}))"
        )
        return f"NOT {sql}" if self.negated else sql


@dataclass(frozen=True, slots=True)
class Restriction:
    """What a work must fulfil to be found at all, as SQL and as full-text expressions.

    With `turned_down`, works that are hidden otherwise are found too.
    """

    conditions: tuple[Condition, ...] = ()
    parameters: dict[str, object] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    turned_down: bool = False

    def __bool__(self) -> bool:
        return bool(self.conditions or self.required or self.forbidden)


ANYTHING = Restriction()


def phrase(words: str, column: str = "") -> str:
    """Return the expression for words in a row, anywhere or in some column(s)."""
    quoted = '"' + words.replace('"', " ").replace("\0", " ") + '"'
    return f"{column} : {quoted}" if column else quoted


def any_of(expressions: Iterable[str]) -> str:
    """Return the expression that one of several fulfils."""
    return "(" + " OR ".join(expressions) + ")"


def all_of(expressions: Iterable[str]) -> str:
    """Return the expression that fulfils every one of several."""
    return "(" + " AND ".join(expressions) + ")"


def restriction(
    filters: Sequence[FilterLike], phrases: Iterable[str] = (), excluded: Iterable[str] = ()
) -> Restriction:
    """Return filters, required phrases and excluded words as one restriction.

    Several `cat`, `year`, `venue`, `status` or `session` mean any of them; everything else must
    hold together. Statuses and sessions are those at the venue that is named beside them, in the
    year that is: the year of the edition, whenever a preprint came out.
    """
    filters, standing, turned_down = _standing(filters)
    conditions: list[Condition] = []
    parameters: dict[str, object] = {}
    if standing:
        conditions.append(_standing_condition(standing, parameters))
    required = [phrase(words) for words in phrases]
    forbidden = [phrase(words) for words in excluded]
    alternatives: dict[str, list[Condition]] = {}
    for number, one in enumerate(filters):
        if one.field in ("author", "title"):
            (forbidden if one.negated else required).append(_in_column(one))
            continue
        condition = _condition(one, number, parameters)
        if one.field in _ANY_OF and not one.negated:
            alternatives.setdefault(one.field, []).append(condition)
        else:
            conditions.append(condition)
    for same in alternatives.values():
        where = " OR ".join(f"({condition.where})" for condition in same)
        conditions.append(Condition(same[0].table, same[0].key, where))
    return Restriction(
        tuple(conditions), parameters, tuple(required), tuple(forbidden), turned_down
    )


def _standing(
    filters: Sequence[FilterLike],
) -> tuple[list[FilterLike], dict[str, list[FilterLike]], bool]:
    """Part off the filters that ask together how a paper stands where; tell whether any asks for
    what was turned down.
    """
    mine: dict[str, list[FilterLike]] = {}
    for one in filters:
        if one.field in ("venue", "status", "session", "year") and not one.negated:
            mine.setdefault(one.field, []).append(one)
    asked = any(one.value in ("rejected", "withdrawn") for one in mine.get("status", ()))
    if mine.keys() <= {"year"}:
        return list(filters), {}, False
    taken = {id(one) for same in mine.values() for one in same}
    return [one for one in filters if id(one) not in taken], mine, asked


def _standing_condition(
    standing: dict[str, list[FilterLike]], parameters: dict[str, object]
) -> Condition:
    """Return the condition for what must hold of one copy together."""
    year, sessions, venues = [], [], standing.get("venue", ())
    at = [_edition(one, f"edition_{number}", parameters) for number, one in enumerate(venues)]
    for number, one in enumerate(standing.get("year", ())):
        name = f"standing_{number}"
        parameters[f"{name}_first"] = one.first if one.first is not None else -9999
        parameters[f"{name}_last"] = one.last if one.last is not None else 9999
        year.append(f"BETWEEN :{name}_first AND :{name}_last")
    for number, one in enumerate(standing.get("session", ())):
        sessions.append(_session(one, f"session_{number}", parameters))
    wanted = [_status(one.value) for one in standing.get("status", ())]
    copy = [f"({' OR '.join(wanted)})" if wanted else f"status NOT IN {TURNED_DOWN}"]
    own = [f"({' OR '.join(wanted)})", "venue IS NOT NULL"] if wanted else []
    if at:
        copy.append(f"({' OR '.join(at)})")
        named = (_named(one, f"venue_{n}", parameters) for n, one in enumerate(venues))
        own.append(f"({' OR '.join(named)})")
    if year:
        years = (f"CAST(substr(edition, -4) AS INTEGER) {one}" for one in year)
        copy.append(f"({' OR '.join(years)})")
        own.append(f"({' OR '.join(f'{_OWN_YEAR} {one}' for one in year)})")
    if sessions:  # which only a venue's list tells
        copy.append(f"({' OR '.join(sessions)})")
        own = ["0"]
    return Condition("works", "id", _own_or_copy(own, copy))


def _own_or_copy(own: Sequence[str], copy: Sequence[str]) -> str:
    """SQL for what a work says of itself, or any of its copies that a venue's list told of.

    A preprint's comment can tell where it was accepted, without a list.
    """
    return (
        f"({' AND '.join(own)})"
        f" OR id IN (SELECT work_id FROM submissions WHERE {' AND '.join(copy)})"
    )


def _status(value: str) -> str:
    """SQL for a status; accepted means in whatever way."""
    return f"status NOT IN {TURNED_DOWN}" if value == "accepted" else f"status = '{value}'"


def _session(one: FilterLike, name: str, parameters: dict[str, object]) -> str:
    """SQL for a session by words of its name in a row; "Session 1" is not in "Session 12"."""
    parameters[name] = f"% {_like(one.value)} %"
    told = "replace(json_extract(extra, '$.session'), '\"', '')"
    return f"' ' || {told} || ' ' LIKE :{name} ESCAPE '!'"


def _edition(one: FilterLike, name: str, parameters: dict[str, object]) -> str:
    """SQL for the editions a venue's name means."""
    told = []
    for number, edition in enumerate(one.editions):
        if edition.endswith("-"):
            parameters |= {f"{name}_{number}_from": edition, f"{name}_{number}_to": f"{edition}:"}
            told.append(f"(edition > :{name}_{number}_from AND edition < :{name}_{number}_to)")
        else:
            parameters[f"{name}_{number}"] = edition
            told.append(f"edition = :{name}_{number}")
    return f"({' OR '.join(told)})" if told else "0"


def _named(one: FilterLike, name: str, parameters: dict[str, object]) -> str:
    """SQL for a venue as copies write it: a known one as a word, any other as a part of it."""
    told = []
    for number, called in enumerate(one.names):
        parameters[f"{name}_{number}"] = f"% {_like(called)} %"
        told.append(
            "' ' || replace(replace(replace(venue, '(', ' '), ')', ' '), ',', ' ') || ' '"
            f" LIKE :{name}_{number} ESCAPE '!'"
        )
    if not told:
        parameters[name] = f"%{_like(one.value)}%"
        told.append(f"venue LIKE :{name} ESCAPE '!'")
    return f"venue IS NOT NULL AND ({' OR '.join(told)})"


def _in_column(one: FilterLike) -> str:
    if one.field == "title":
        return phrase(one.value, "title")
    # "LeCun, Yann", "Yann A. LeCun" and "Yann LeCun" are one.
    names = [word for word in one.value.replace(",", " ").split() if any(map(str.isalnum, word))]
    return f"authors : NEAR({' '.join(map(phrase, names))}, {_NEAR})"


def _condition(one: FilterLike, number: int, parameters: dict[str, object]) -> Condition:
    name = f"filter_{number}"
    if one.field == "is" and one.value in _JUDGED:
        rated, liked = _JUDGED[one.value]
        where = (
            f"id IN (SELECT work_id FROM readings WHERE {rated})"
            f" OR id IN (SELECT work_id FROM profile_ratings WHERE liked = {liked})"
        )
        return Condition("works", "id", where, one.negated)
    if one.field == "is":
        where, turned = _READING[one.value]
        return Condition("readings", "work_id", where, turned != one.negated)
    if one.field == "year":
        parameters[f"{name}_first"] = one.first if one.first is not None else -9999
        parameters[f"{name}_last"] = one.last if one.last is not None else 9999
        where = f"year BETWEEN :{name}_first AND :{name}_last"
        return Condition("works", "id", where, one.negated)
    if one.field == "venue":
        at = f"status NOT IN {TURNED_DOWN} AND {_edition(one, f'{name}_edition', parameters)}"
        where = _own_or_copy([_named(one, name, parameters)], [at])
        return Condition("works", "id", where, one.negated)
    if one.field == "status":
        wanted = _status(one.value)
        where = _own_or_copy([f"{wanted} AND venue IS NOT NULL"], [wanted])
        return Condition("works", "id", where, one.negated)
    if one.field == "session":
        where = f"id IN (SELECT work_id FROM submissions WHERE {_session(one, name, parameters)})"
        return Condition("works", "id", where, one.negated)
    if one.field == "cat":  # `cat:cs` means every class of cs
        # Three spellings and a range can use the index, which a comparison without case cannot.
        archive, dot, subject = one.value.partition(".")
        spellings = (one.value, one.value.lower(), f"{archive.lower()}{dot}{subject.upper()}")
        parameters |= {f"{name}_{n}": spelling for n, spelling in enumerate(spellings)}
        where = f"category IN (:{name}_0, :{name}_1, :{name}_2)"
        if not dot:
            parameters |= {
                f"{name}_from": f"{archive.lower()}.",
                f"{name}_to": f"{archive.lower()}/",
            }
            where += f" OR (category > :{name}_from AND category < :{name}_to)"
        return Condition("work_categories", "work_id", where, one.negated)
    parameters[name] = one.value
    return Condition("work_tags", "work_id", f"tag = :{name} COLLATE NOCASE", one.negated)


def _like(value: str) -> str:
    return value.replace("!", "!!").replace("%", "!%").replace("_", "!_")
