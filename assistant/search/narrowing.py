"""Narrowing a list as one types: which of its papers match, in the list's own order.

A query of the query language, with three differences to a search: nothing is ranked or corrected,
the last word is taken as the beginning of one, and a leading `!` turns the whole round. What is
half typed (`is:un`, `author:`) does not narrow yet.
"""

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.search.query import FIELDS, FUNCTION_WORDS, STATES, Filter, parse_query
from assistant.search.stemming import stem
from assistant.sources.identifiers import parse_identifier
from assistant.sources.statuses import STATUSES
from assistant.text import clean_line
from assistant.words import words
from db import facets, narrowing, works
from db.engine import Connection
from db.filters import Condition, all_of, any_of, phrase, restriction

_LONGEST = 400  # characters; what is longer was pasted, and its beginning narrows enough
_MOST_WORDS = 16
_MOST_FILTERS = 12
_DEAR = 120_000  # postings; a short beginning that has more is looked for in titles only
_SHORT = 3  # letters
_MOST_FORMS = 64  # spellings of one beginning whose stems do not begin with it
_LOOKED_AT = 2_000
_TYPED = re.compile(
    r"""(?:^|(?<=\s))(?P<minus>-?)(?:(?P<field>[A-Za-z]+):)?(?P<value>"[^"]*|[^\s"]*)$"""
)
"""The word, filter or quotation that is being typed at the end of a text."""
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})


@dataclass(slots=True)
class _Wanted:
    """What a paper must have: full-text expressions, and filters as SQL."""

    required: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    parameters: dict[str, object] = field(default_factory=dict)
    turned_down: bool = False


def narrow(connection: Connection, text: str, ids: Sequence[int]) -> "array[int]":
    """Return those of `ids` that match what was typed so far, in the order given; never raises.

    Papers that were turned down are left out, and join the list where its text asks for them.
    """
    text = _cleaned(text)
    inverted = text.startswith("!")
    if inverted:
        text = text[1:]
    wanted = _wanted(connection, text)
    if hidden := narrowing.hidden(connection):
        shown = [one for one in ids if one not in hidden]
        # Who asks for what was turned down finds it at the end of the list.
        ids = array("q", [*shown, *sorted(hidden, reverse=True)] if wanted.turned_down else shown)
    if not (wanted.required or wanted.forbidden or wanted.conditions):
        return array("q", ids)
    found: set[int] | None = None
    without: set[int] = set()
    if wanted.required:
        found = narrowing.matching(connection, all_of(wanted.required))
        found |= _named(connection, text)
    if wanted.forbidden:
        without |= narrowing.matching(connection, any_of(wanted.forbidden))
    for condition in wanted.conditions:
        fulfilling = narrowing.fulfilling(connection, condition, wanted.parameters)
        if condition.negated:
            without |= fulfilling
        else:
            found = fulfilling if found is None else found & fulfilling
    if found is None:
        kept = [one for one in ids if (one not in without) != inverted]
    else:
        found -= without
        kept = [one for one in ids if (one in found) != inverted]
    return array("q", kept)


def _cleaned(text: str) -> str:
    """Return typed text as one line; a space at its end stays, which ends the word before it."""
    told = clean_line(text[:_LONGEST], _LONGEST).translate(_QUOTES)
    return f"{told} " if told and text[-1:].isspace() else told


def _wanted(connection: Connection, text: str) -> _Wanted:
    typed = _typed(text)
    query = parse_query(text if typed is None else text[: typed.start()])
    filters = list(query.filters[:_MOST_FILTERS])
    wanted = _Wanted()
    beginning: list[str] = []
    if typed is not None:
        filters += _being_typed(connection, typed, wanted)
        beginning = _words_typed(typed)
    within = restriction(filters, query.phrases[:_MOST_WORDS], query.excluded[:_MOST_WORDS])
    wanted.required += within.required
    wanted.forbidden += within.forbidden
    wanted.conditions += within.conditions
    wanted.parameters |= within.parameters
    wanted.turned_down = within.turned_down
    said = [word for term in query.terms for word in term.split("-")] + beginning[:-1]
    said = list(dict.fromkeys(said))[:_MOST_WORDS]
    telling = [word for word in said if word not in FUNCTION_WORDS]
    wanted.required += map(phrase, telling or ([] if beginning else said))
    if beginning:
        wanted.required.append(_beginning(connection, beginning[-1]))
    return wanted


def _typed(text: str) -> re.Match[str] | None:
    """What is being typed at the end of a text; None where that is finished."""
    if not text or text[-1].isspace():
        return None
    match = _TYPED.search(text)
    # A quotation mark that closes one has an even number of them before what follows it.
    if match is None or text[: match.start("value")].count('"') % 2 or not match[0]:
        return None
    return match


def _words_typed(typed: re.Match[str]) -> list[str]:
    """The words being typed, where they are no filter's and no excluded ones."""
    named = (typed["field"] or "").lower()
    if named in FIELDS or typed["minus"]:
        return []
    return words(f"{typed['field'] or ''} {typed['value']}")


def _being_typed(connection: Connection, typed: re.Match[str], wanted: _Wanted) -> list[Filter]:
    """Add the filter or exclusion that is being typed, or return it where it can stand as it is."""
    named, value = (typed["field"] or "").lower(), typed["value"].lstrip('"').strip()
    negated = bool(typed["minus"])
    if named not in FIELDS:
        if negated and (said := words(f"{named} {value}")):
            wanted.forbidden.append(phrase(" ".join(said)))
        return []
    said = words(value)
    if named in ("author", "title") and said:
        column = "authors" if named == "author" else "title"
        expressions = [phrase(word, column) for word in said[:-1][:_MOST_WORDS]]
        expressions.append(_beginning(connection, said[-1], column))
        if negated:
            wanted.forbidden.append(all_of(expressions))
        else:
            wanted.required += expressions
    elif named == "tag" and value:
        escaped = value.replace("!", "!!").replace("%", "!%").replace("_", "!_")
        wanted.parameters["typed_tag"] = f"{escaped}%"
        wanted.conditions.append(
            Condition("work_tags", "work_id", "tag LIKE :typed_tag ESCAPE '!'", negated)
        )
    elif named == "cat" and value:
        known = [one for one in facets.categories(connection) if _begins(one, value)]
        source = typed[0]
        return [Filter("cat", one, negated, source) for one in known or [value]]
    elif named in ("venue", "year") or value.lower() in (*STATES, *STATUSES):
        closed = f'{typed[0]}"' if '"' in typed[0] else typed[0]
        return list(parse_query(closed).filters)
    return []


def _begins(category: str, value: str) -> bool:
    return category.lower().startswith(value.lower())


def _beginning(connection: Connection, word: str, column: str = "") -> str:
    """Return the expression for any word that begins so, in time bounded by `_DEAR`.

    FTS5 looks for stems ("optim"), so a beginning that reaches beyond its word's stem
    ("optimizatio") is looked for by the spellings that begin with it.
    """
    if not column and len(word) <= _SHORT and narrowing.prefix_weight(connection, word) > _DEAR:
        column = "title"
    kept = stem(word) == word
    forms = [f"{phrase(word, column)} *"] if kept else [phrase(word, column)]
    if len(word) > 2:
        seen: set[str] = {stem(word)}
        for spelt in narrowing.frequent_words(connection, word, _LOOKED_AT):
            root = stem(spelt)
            if root in seen or (kept and root.startswith(word)):
                continue
            seen.add(root)
            forms.append(phrase(spelt, column))
            if len(forms) > _MOST_FORMS:
                break
    return any_of(forms)


def _named(connection: Connection, text: str) -> frozenset[int]:
    """The paper whose identifier the text is."""
    identifier = parse_identifier(text.strip())
    if identifier is None:
        return frozenset()
    found = works.find_identifiers(connection, {identifier.scheme: [identifier.value]})
    return frozenset(found.values())
