"""Keys that copies of one work are found by, so that no two works need be compared in vain.

Copies share the spelling-free title, or two of their authors, or the rarest runs of words of their
abstracts; of each there are few enough that a library of a million answers at once.
"""

import heapq
import re
import zlib
from collections.abc import Iterable
from functools import lru_cache

from assistant.library.drafts import Draft
from assistant.library.matching import Facts
from assistant.library.people import Person, main_key, whole_name
from assistant.library.persist import load_drafts
from assistant.text import digest64
from db import match_keys, works
from db.engine import Connection

_RUN = 4
_BEGINNING = 800
_WORD = re.compile(r"\w+")
_ABSTRACT_KEYS = 2
_PAGE = 2_000


def keys_of(facts: Facts) -> set[int]:
    """Return the keys of a work or copy."""
    keys = {digest64(f"title {fold}") for fold in facts.folds}
    keys |= {digest64(f"authors {pair}") for pair in _pairs(facts.people)}
    for abstract in facts.abstracts:
        keys |= _rarest_runs(abstract)
    return keys


def put_keys(connection: Connection, drafts: Iterable[Draft]) -> None:
    """Write the keys of works that changed."""
    new = {draft.id: keys_of(draft.facts()) for draft in drafts if draft.is_new}
    known = {draft.id: keys_of(draft.facts()) for draft in drafts if not draft.is_new}
    match_keys.put_keys(connection, new, known=False)
    match_keys.put_keys(connection, known, known=True)


def fill_keys(connection: Connection) -> None:
    """Make the keys of every work, where a library is older than keys are."""
    last = 0
    while page := works.work_ids_in_order(connection, after=last, limit=_PAGE):
        put_keys(connection, load_drafts(connection, page))
        last = page[-1]


def _pairs(people: tuple[Person, ...]) -> set[str]:
    """Return the first two and the last two names in alphabetical order, whatever the order was."""
    if len(people) == 1:
        return {whole_name(people[0])}
    names = sorted(map(main_key, people))
    return {" ".join(names[:2]), " ".join(names[-2:])} if names else set()


@lru_cache(maxsize=8_192)  # asked of an entry, and again of the work it has become part of
def _rarest_runs(abstract: str) -> frozenset[int]:
    """Return the least checksums of runs of words: two abstracts mostly alike share one of them."""
    words = _WORD.findall(abstract[:_BEGINNING].lower())
    if len(words) < 2 * _RUN:
        return frozenset()
    runs = map(" ".join, zip(*(words[at:] for at in range(_RUN)), strict=False))
    return frozenset(heapq.nsmallest(_ABSTRACT_KEYS, {zlib.crc32(run.encode()) for run in runs}))
