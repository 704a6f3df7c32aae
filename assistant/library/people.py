"""Whether two lists of authors are the same people, however their names are written.

Initials, dropped middle names, family name first, compound names and lists cut off by "et al." are
one person or list; two people who share a family name are not.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import starmap

from assistant.text import title_key

_PIECES = re.compile(r"[\s.\-‐‑’'_,]+")
_ASCII = re.compile(r"[a-z0-9]+")
_NOBODY = frozenset(("others", "etal", "al", "anonymous", "anonymousauthors", "anonymousauthor"))
_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv"))
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "æ": "ae",
                          "œ": "oe"})  # fmt: skip
_UMLAUT = re.compile(r"(?<=[aou])e(?=[a-z])")

Person = frozenset[str]
"""The keys one author can be known by; two authors with a key in common are taken for one."""


@lru_cache(maxsize=65_536)
def _person(family_name: str, given_name: str) -> Person | None:
    """Return an author's keys, None for "et al." and its like."""
    family = [one for one in _folded(family_name) if one not in _SUFFIXES]
    given = [one for one in _folded(given_name) if one not in _SUFFIXES]
    if not family or "".join((*given, *family)) in _NOBODY:
        return None
    if not given:
        # A name of one part, or one whose parts nobody told: it may be the family name of any.
        return frozenset(("=" + "".join(family), f"{family[-1]}.*"))
    if len(given[0]) > 1 and all(len(one) == 1 for one in family):
        family, given = given, family  # "Wang X." was taken for given name and family
    keys = {"=" + " ".join(sorted((*family, *given)))}
    keys |= {f"{one}.{given[0][0]}" for one in ("".join(family), *family)}
    if len(given) > 1:
        # Called by a middle name.
        keys |= {f"{''.join(family)}.{one[0]}" for one in given if len(one) > 1}
    return frozenset(keys)


def people(authors: Iterable[Sequence[str]]) -> tuple[Person, ...]:
    """Return the keys of each (family, given) of a list, those left out by "et al." not counted."""
    return tuple(filter(None, starmap(_person, authors)))


def in_common(mine: tuple[Person, ...], theirs: tuple[Person, ...]) -> int:
    """Return how many people two lists share; the same whichever comes first."""
    found = _known(mine, theirs)
    return min(found, _known(theirs, mine)) if found else 0


def main_key(keys: Person) -> str:
    """Return the key that most spellings of a name have: family name and first initial."""
    plain = sorted(key for key in keys if key[0] != "=")
    return max(plain, key=len) if plain else min(keys)


def whole_name(keys: Person) -> str:
    """Return the key that holds every part of the name."""
    return min(key for key in keys if key[0] == "=")


def _known(mine: tuple[Person, ...], theirs: tuple[Person, ...]) -> int:
    known = _keys_of(theirs)
    strangers = [keys for keys in mine if keys.isdisjoint(known)]
    found = len(mine) - len(strangers)
    if not (_families(mine)[1] or _families(theirs)[1]):
        return found
    return found + sum(_by_family(keys, theirs) for keys in strangers)


@lru_cache(maxsize=4_096)
def _keys_of(people: tuple[Person, ...]) -> frozenset[str]:
    return frozenset().union(*people)


def _by_family(keys: Person, people: tuple[Person, ...]) -> bool:
    """Tell whether a family name without a given one may be of somebody in the list, or theirs."""
    families, alone = _families(people)
    mine, i_am_alone = _families((keys,))
    return not alone.isdisjoint(mine) or (bool(i_am_alone) and not families.isdisjoint(mine))


@lru_cache(maxsize=4_096)
def _families(people: tuple[Person, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the family names of a list, and those of them that stand alone."""
    keys = [key for key in _keys_of(people) if key[0] != "="]
    alone = frozenset(key[:-2] for key in keys if key.endswith(".*"))
    return frozenset(key.partition(".")[0] for key in keys), alone


def _folded(name: str) -> list[str]:
    name = name.lower()
    if name.isascii():
        pieces = _ASCII.findall(name)
    else:
        pieces = [title_key(one) for one in _PIECES.split(name.translate(_LETTERS))]
    # "Müller" and "Mueller" are one name.
    return [_UMLAUT.sub("", one) if "e" in one else one for one in pieces if one]
