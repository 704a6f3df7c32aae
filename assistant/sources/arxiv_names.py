"""arXiv's names as its feeds and its harvesting door write them: categories, lists of authors."""

import re

from assistant.errors import SourceError
from assistant.sources.names import tex_to_unicode
from assistant.sources.record import MAX_AUTHORS, Author, author_from_name
from assistant.text import clean_line

_CATEGORY = re.compile(r"([a-z]+(?:-[a-z]+)?)(?:\.([A-Za-z]+(?:-[A-Za-z]+)?))?")
# Two names of one category each: a paper at home in one is at home in the other.
_ALIASES = {
    "cs.NA": "math.NA",
    "cs.SY": "eess.SY",
    "math.IT": "cs.IT",
    "math.MP": "math-ph",
    "q-fin.EC": "econ.GN",
    "stat.TH": "math.ST",
}
_BRACKETS = re.compile(r"\([^()]*\)")
_DEPTH = 5
_BETWEEN = re.compile(r"[,;]|\s&\s|\band\b|:\s", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|v|ph\.?d)\.?", re.IGNORECASE)
_ET_AL = re.compile(r"\bet\.?\s+al\.?", re.IGNORECASE)
_MAX_LINE = 400_000


def checked_category(text: str) -> tuple[str, str]:
    """Return a category's archive and its class, ("cs", "LG"); the class of an archive is "".

    Source: https://arxiv.org/category_taxonomy

    Raises:
        SourceError: the text is no such name.
    """
    found = _CATEGORY.fullmatch(text)
    if found is None or len(text) > 40:
        raise SourceError(
            f"{clean_line(text, 60)!r} is no arXiv category.",
            hint="A category looks like cs.LG, stat.ML or hep-th.",
        )
    return found[1], found[2] or ""


def at_home(primary: str, category: str) -> bool:
    """Tell whether a paper of this primary category is one of the category's or archive's own."""
    names = {_ALIASES.get(name, name) for name in (primary, category)}
    return not primary or len(names) == 1 or primary.startswith(f"{category}.")


def authors_of_line(line: str) -> tuple[Author, ...]:
    """Return the authors of a line such as `Ada Lovelace (Univ. A, B), G. H\\"older and C. D.`.

    Affiliations in brackets are left out, and a suffix goes with the family name.

    Source: https://info.arxiv.org/help/prep.html#author (what authors are asked to write).
    """
    line = tex_to_unicode(clean_line(line, _MAX_LINE))
    for _ in range(_DEPTH):
        line, found = _BRACKETS.subn(" ", line)
        if not found:
            break
    line = _ET_AL.sub(",", line.replace("(", " ").replace(")", " "))
    authors: list[Author] = []
    for name in _BETWEEN.split(line):
        name = clean_line(name, 300)
        if not name.strip("., "):
            continue
        if _SUFFIX.fullmatch(name) and authors:
            last = authors[-1]
            authors[-1] = last._replace(family=f"{last.family} {name}")
            continue
        words, suffix = name.split(), ""
        if len(words) > 2 and _SUFFIX.fullmatch(words[-1]):
            suffix = f" {words.pop()}"
        author = author_from_name(" ".join(words))
        authors.append(author._replace(family=author.family + suffix))
        if len(authors) >= MAX_AUTHORS:
            break
    return tuple(authors)
