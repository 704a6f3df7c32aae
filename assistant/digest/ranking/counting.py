"""Counting the words and pairs of many texts at once, in arrays: a day has a million of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.digest.ranking.grams import LONGEST_TEXT
from assistant.search.query import FUNCTION_WORDS
from assistant.search.stemming import stem
from assistant.words import words

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class GramCounts:
    """How often each gram stands in each document: parallel arrays, by document, in reading order.

    `grams` numbers them by where they first stood; `documents_with` says by that number how many
    documents have one, and `names` spells them.
    """

    documents: Numbers
    grams: Numbers
    counts: Numbers
    documents_with: Numbers
    _kinds: tuple[_Kind, ...]
    _originals: Numbers

    def names(self, wanted: Numbers) -> list[str]:
        """Return the grams with these numbers as text."""
        import numpy as np

        numbers = self._originals[wanted]
        named = np.empty(len(numbers), dtype=object)
        first = 0
        for kind in self._kinds:
            mine = (numbers >= first) & (numbers < first + len(kind.codes))
            named[mine] = kind.names(numbers[mine] - first)
            first += len(kind.codes)
        return list(named)


@dataclass(frozen=True, slots=True)
class _Kind:
    """Words, or pairs of them, as they stand in texts, and the code of each different one.

    A pair's code is its first word's number times how many words there are, plus the second's.
    """

    standing: Numbers  # numbers into `codes`
    texts: Numbers  # of the same length: where they stand
    codes: Numbers
    known: Sequence[str]
    sign: str
    paired: bool

    def names(self, numbers: Numbers) -> list[str]:
        codes = self.codes[numbers].tolist()
        if not self.paired:
            return [f"{self.sign}{self.known[code]}" for code in codes]
        parts = (divmod(code, len(self.known)) for code in codes)
        return [f"{self.sign}{self.known[one]} {self.known[two]}" for one, two in parts]


def count_grams(
    documents: Sequence[Sequence[str]], weights: Sequence[int], rarest: int = 1
) -> GramCounts:
    """Count the words and the pairs of neighbouring words of documents.

    Each document has as many texts as there are `weights`; a gram of a text counts its weight.
    Function words are left out before pairing. Stems carry a leading "~": spelling and stem are two
    grams, since "generative" and "general" share a stem but not a meaning. Grams that stand fewer
    than `rarest` times are left out.
    """
    import numpy as np

    texts = [text[:LONGEST_TEXT] for document in documents for text in document]
    kinds = _kinds(texts, rarest)
    # In reading order: text by text, in each of them kind by kind.
    places = np.concatenate([one.texts * len(kinds) + at for at, one in enumerate(kinds)])
    order = np.argsort(places, kind="stable")
    firsts = np.cumsum([0, *(len(one.codes) for one in kinds)])
    grams = np.concatenate([one.standing + firsts[at] for at, one in enumerate(kinds)])[order]
    document, text = np.divmod(places[order] // len(kinds), len(weights))
    cells, read, cell = np.unique(
        document * firsts[-1] + grams, return_index=True, return_inverse=True
    )
    counts = np.bincount(cell, np.array(weights)[text], minlength=len(cells)).astype(np.int64)
    reading = np.argsort(read)
    document, grams = np.divmod(cells[reading], max(firsts[-1], 1))
    different, read = np.unique(grams, return_index=True)
    originals = different[np.argsort(read)]
    number_of = np.empty(firsts[-1], dtype=np.int64)
    number_of[originals] = np.arange(len(originals))
    numbers = number_of[grams]
    with_each = np.bincount(numbers, minlength=len(originals))
    return GramCounts(document, numbers, counts[reading], with_each, kinds, originals)


def _kinds(texts: Sequence[str], rarest: int) -> tuple[_Kind, ...]:
    """Return the words, the pairs, the stems and the pairs of stems of texts."""
    import numpy as np

    spelling, standing = _numbered([words(text) for text in texts])
    where = np.repeat(np.arange(len(texts)), [len(text) for text in standing])
    spelt = np.array([number for text in standing for number in text], dtype=np.int64)
    tells = np.array([word not in FUNCTION_WORDS for word in spelling], dtype=bool)[spelt]
    spelt, where = spelt[tells], where[tells]
    stems, (stem_of,) = _numbered([[stem(word) for word in spelling]])
    rooted = np.array(stem_of, dtype=np.int64)[spelt]
    neighbours = where[1:] == where[:-1]
    found = []
    for sign, known, numbers in (("", spelling, spelt), ("~", stems, rooted)):
        long = np.array([len(word) > 1 for word in known], dtype=bool)[numbers]
        pairs = (numbers[:-1] * len(known) + numbers[1:])[neighbours]
        for paired, codes, texts_of in (
            (False, numbers[long], where[long]),
            (True, pairs, where[1:][neighbours]),
        ):
            different, number, times = np.unique(codes, return_inverse=True, return_counts=True)
            often = times[number] >= rarest
            found.append(_Kind(number[often], texts_of[often], different, known, sign, paired))
    return tuple(found)


def _numbered(texts: Sequence[Sequence[str]]) -> tuple[list[str], list[list[int]]]:
    """Return the different words in the order they come, and texts as their numbers."""
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    standing = [[numbers[word] for word in text] for text in texts]
    return list(numbers), standing
