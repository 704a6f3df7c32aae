"""Words as the library counts and joins them; a leaf module, called once per imported paper."""

import re
import unicodedata

LONGEST_WORD = 40

_WORD = re.compile(r"[^\W_]+")
_ASCII_WORDS = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_HYPHENATED = re.compile(r"[^\W_]++(?:-[^\W_]++)+")
# Hyphen, non-breaking hyphen, en dash ("Navier–Stokes").
_TO_HYPHEN_MINUS = str.maketrans(dict.fromkeys("\u2010\u2011\u2013", "-"))
# Only runs beyond ASCII are decomposed: an abstract has a handful of them.
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_HAS_LETTER = re.compile(r"[^\W\d_]")


def fold(text: str) -> str:
    """Return text in lower case without diacritics, as the full-text index sees it."""
    text = text.lower()
    if text.isascii():
        return text
    return _NOT_ASCII.sub(_without_marks, text)


def _without_marks(run: re.Match[str]) -> str:
    decomposed = unicodedata.normalize("NFD", run[0])
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", kept)  # Hangul goes back together


def words(text: str) -> list[str]:
    """Return the folded words of a text in order, hyphens and underscores parting them."""
    return _WORD.findall(fold(text))


def surface_words(text: str) -> set[str]:
    """Return the different words of a text as spelt (folded, unstemmed).

    Words beyond 40 characters are left out.
    """
    if text.isascii():  # most texts; three times as fast as a pattern
        found = set(text.translate(_ASCII_WORDS).split())
    else:
        found = set(_WORD.findall(fold(text)))
    if found and max(map(len, found)) > LONGEST_WORD:
        found = {word for word in found if len(word) <= LONGEST_WORD}
    return found


def compounds(text: str) -> str:
    """Return the joined forms of a text's hyphenated words ("fine-tuning" -> "finetuning").

    Distinct, folded, in order of appearance, parted by spaces; number ranges are left out.
    """
    if not text.isascii():
        text = text.translate(_TO_HYPHEN_MINUS)
    if "-" not in text:
        return ""
    # Only chunks with a hyphen meet the costly pattern.
    chunks = " ".join([chunk for chunk in text.split() if "-" in chunk])
    joined = dict.fromkeys(fold(match.replace("-", "")) for match in _HYPHENATED.findall(chunks))
    return " ".join(
        [word for word in joined if len(word) <= LONGEST_WORD and _HAS_LETTER.search(word)]
    )
