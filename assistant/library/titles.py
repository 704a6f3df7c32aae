"""Titles compared as people write them: spelling folded, how alike two are, and which part is told.

A preprint and its camera-ready differ in Unicode and TeX, in case and hyphens, often in a word or a
subtitle. Two parts, years or editions of a series differ in little more than a number.
"""

import html
import re
import unicodedata
from functools import lru_cache

_LETTERS = """
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma
    tau upsilon phi chi psi omega
"""
_GREEK = {
    chr(code): name
    for start in (0x391, 0x3B1)
    for code, name in zip(
        [*range(start, start + 17), *range(start + 18, start + 25)], _LETTERS.split(), strict=True
    )
} | {"ς": "sigma", "ϵ": "epsilon", "ϕ": "phi", "ϑ": "theta", "ℓ": "ell", "∞": "infty"}
_NAMED = frozenset(_GREEK.values())
_VARIANT = re.compile(r"var(?=[a-z]+$)")
_QUOTES = re.compile(r"\\textquote(?:dbl)?(?:left|right|single)?|\\textasciicircum")
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_WORD = re.compile(r"[^\W_]+")
_HEAD = re.compile(r"\s*(?::|\s[-–—]+\s|--+|—|\?\s)\s*")
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8",
          "ix": "9", "x": "10"}  # fmt: skip
_SPELT = {"one": "1", "two": "2", "three": "3", "four": "4", "first": "1", "second": "2",
          "third": "3", "1st": "1", "2nd": "2", "3rd": "3", "4th": "4", "5th": "5"}  # fmt: skip
_COUNTED = frozenset(
    ("part", "vol", "volume", "chapter", "version", "edition", "phase", "task", "track", "level")
)
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_ANSWERS = re.compile(
    r"\b(?:reply|response|rejoinder|rebuttal|comments? on|commentary|a note on|corrigendum|erratum|"
    r"errata|correction|retraction|addendum|supplement\w*|discussion of|demonstration|tutorial|"
    r"proceedings|preface|editorial|book review)\b",
    re.IGNORECASE,
)
_VERSION_WORDS = re.compile(
    r"[(\[]\s*(?:extended|full|long|short|technical report|preprint|student|abstract|poster|demo|"
    r"supplementary|camera|arxiv|workshop)[^)\]]{0,40}[)\]]|[:,.-]\s*(?:extended|full|long|short) "
    r"(?:version|abstract|paper)\s*$",
    re.IGNORECASE,
)


@lru_cache(maxsize=65_536)
def title_words(title: str) -> tuple[str, ...]:
    """Return a title's words: no case, accent, TeX or HTML; Greek letters by their names."""
    title = _VERSION_WORDS.sub(" ", html.unescape(title) if "&" in title else title)
    if "\\" in title:
        title = _COMMAND.sub(_named, _QUOTES.sub(" ", title))
    if not title.isascii():
        title = "".join(_GREEK.get(letter, letter) for letter in title)
        title = unicodedata.normalize("NFKD", title)
        title = "".join(one for one in title if not unicodedata.combining(one))
    return tuple(_WORD.findall(title.casefold().replace("&", " and ").replace("'", "")))


def title_fold(title: str) -> str:
    """Return what two spellings of one title share, hyphens and spaces forgotten."""
    return "".join(title_words(title))


def head_fold(title: str) -> str:
    """Return the folded part before the first colon or dash, "" where there is no such part."""
    head, *rest = _HEAD.split(title, maxsplit=1)
    return title_fold(head) if rest and rest[0] else ""


def main_folds(title: str) -> list[str]:
    """Return the folded parts of a title that may stand for it alone: four words or more."""
    parts = _HEAD.split(title, maxsplit=1)
    return [title_fold(part) for part in parts if len(parts) > 1 and len(title_words(part)) >= 4]


def likeness(a: str, b: str) -> float:
    """Return how alike two titles are, 0 to 1, whatever the order of their words."""
    from rapidfuzz import fuzz

    mine, theirs = title_words(a), title_words(b)
    in_order = fuzz.ratio(" ".join(mine), " ".join(theirs))
    return max(in_order, fuzz.ratio(" ".join(sorted(mine)), " ".join(sorted(theirs)))) / 100.0


def extends(a: str, b: str) -> bool:
    """Tell whether one title is the other with a subtitle or with a name before it."""
    mine, theirs = sorted((title_words(a), title_words(b)), key=len)
    if len(mine) < 4 or len(mine) == len(theirs):
        return False
    whole = a if len(title_words(a)) > len(mine) else b
    head, *rest = _HEAD.split(whole, maxsplit=1)
    return mine in (title_words(head), title_words(rest[0]) if rest else ())


def tells_apart(a: str, b: str) -> bool:
    """Tell whether two titles name different parts, years or editions, or one answers the other."""
    if bool(_ANSWERS.search(a)) != bool(_ANSWERS.search(b)):
        return True
    mine, theirs = numbers(a), numbers(b)
    # A number only one of them has is a subtitle's; two that differ count a series.
    return bool(mine and theirs and mine != theirs) or _counted(a) != _counted(b)


def numbers(title: str) -> frozenset[str]:
    """Return the numbers a title has, as written."""
    return frozenset(_NUMBER.findall(title))


def _counted(title: str) -> frozenset[tuple[str, str]]:
    """Return the counted words of a title, such as ("part", "2") of "Part II"."""
    words = title_words(title)
    found = set()
    for word, following in zip(words, (*words[1:], ""), strict=True):
        number = _ROMAN.get(following) or _SPELT.get(following) or following
        if word in _COUNTED and number.isdecimal():
            found.add((word, number))
    if words and words[-1] in _ROMAN and words[-1] not in ("i", "v", "x"):
        found.add(("part", _ROMAN[words[-1]]))
    return frozenset(found)


def _named(match: re.Match[str]) -> str:
    name = _VARIANT.sub("", match[1])
    return f" {name} " if name.lower() in _NAMED else " "
