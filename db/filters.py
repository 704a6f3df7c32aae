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
    "liked": ("rating >= 4", False),
    "disliked": ("rating <= 2", False),
}
_ANY_OF = frozenset({"cat", "year", "venue"})  # fields of which a paper need fulfil only one


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
    """What a work must fulfil to be found at all, as SQL and as full-text expressions."""

    conditions: tuple[Condition, ...] = ()
    parameters: dict[str, object] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()

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

    Several `cat`, `year` or `venue` mean any of them; everything else must hold together.
    """
    conditions: list[Condition] = []
    parameters: dict[str, object] = {}
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
    return Restriction(tuple(conditions), parameters, tuple(required), tuple(forbidden))


def _in_column(one: FilterLike) -> str:
    if one.field == "title":
        return phrase(one.value, "title")
    # "LeCun, Yann", "Yann A. LeCun" and "Yann LeCun" are one.
    names = [word for word in one.value.replace(",", " ").split() if any(map(str.isalnum, word))]
    return f"authors : NEAR({' '.join(map(phrase, names))}, {_NEAR})"


def _condition(one: FilterLike, number: int, parameters: dict[str, object]) -> Condition:
    name = f"filter_{number}"
    if one.field == "is":
        where, turned = _READING[one.value]
        return Condition("readings", "work_id", where, turned != one.negated)
    if one.field == "year":
        parameters[f"{name}_first"] = one.first if one.first is not None else -9999
        parameters[f"{name}_last"] = one.last if one.last is not None else 9999
        where = f"year BETWEEN :{name}_first AND :{name}_last"
        return Condition("works", "id", where, one.negated)
    if one.field == "venue":
        parameters[name] = f"%{_like(one.value)}%"
        where = f"venue IS NOT NULL AND venue LIKE :{name} ESCAPE '!'"
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
