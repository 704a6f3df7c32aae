"""Keys that copies of one work share, so that no two works need be compared in vain.

Copies share the spelling-free title or a part of it, or two of their authors, or the rarest runs of
words of their abstracts; of each there are few enough that a library of a million answers at once.
"""

import re
import zlib
from collections.abc import Iterable

from assistant.library.people import Person, main_key, whole_name
from assistant.text import digest64

_RUN = 4
_BEGINNING = 400
_WORD = re.compile(r"\w+")


def blocking_keys(
    folds: Iterable[str], people: tuple[Person, ...], abstracts: Iterable[str]
) -> frozenset[int]:
    """Return the keys of a work or copy: of its folded titles, its people, its abstracts."""
    keys = {digest64(f"title {fold}") for fold in folds}
    keys |= {digest64(f"authors {pair}") for pair in _pairs(people)}
    for abstract in abstracts:
        keys |= _rarest_runs(abstract)
    return frozenset(keys)


def _pairs(people: tuple[Person, ...]) -> set[str]:
    """Return the first two and the last two names in alphabetical order, whatever the order was."""
    if len(people) == 1:
        return {whole_name(people[0])}
    names = sorted(map(main_key, people))
    return {" ".join(names[:2]), " ".join(names[-2:])} if names else set()


def _rarest_runs(abstract: str) -> set[int]:
    """Return the two least checksums of runs of words: abstracts mostly alike share one of them."""
    words = " ".join(_WORD.findall(abstract[:_BEGINNING].lower())).encode().split(b" ")
    if len(words) < 2 * _RUN:
        return set()
    runs = map(b" ".join, zip(*(words[at:] for at in range(_RUN)), strict=False))
    return set(sorted(set(map(zlib.crc32, runs)))[:2])
