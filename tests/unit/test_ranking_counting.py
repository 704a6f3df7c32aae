"""Counting grams in arrays gives what counting them one by one gives, in the same order."""

import json
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.digest.ranking import space as spaces
from assistant.digest.ranking.counting import count_grams
from assistant.digest.ranking.model import Paper
from assistant.digest.ranking.space import Space
from assistant.search.query import FUNCTION_WORDS
from assistant.search.stemming import stem
from assistant.words import words
from tests.fakes.papers import snapshot_lines

TEXTS = st.text("ab é-_.X1", max_size=20) | st.lists(
    st.sampled_from(["the", "of", "models", "model", "Modelling", "x", "low-rank", "rank", "Ünï"]),
    max_size=12,
).map(" ".join)


def one_by_one(text: str) -> Counter[str]:
    """Words, pairs, stems, pairs of stems: as the docstring of `count_grams` says it."""
    spelt = [word for word in words(text) if word not in FUNCTION_WORDS]
    stems = [stem(word) for word in spelt]
    counts = Counter(word for word in spelt if len(word) > 1)
    counts.update(map(" ".join, pairwise(spelt)))
    counts.update(f"~{word}" for word in stems if len(word) > 1)
    counts.update(f"~{one} {two}" for one, two in pairwise(stems))
    return counts


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=8), st.integers(1, 3))
def test_the_same_counts_in_the_same_order(documents: list[tuple[str, str]], rarest: int) -> None:
    expected: list[Counter[str]] = []
    for abstract, title in documents:
        counts = one_by_one(abstract)
        for gram, count in one_by_one(title).items():
            counts[gram] += 8 * count
        expected.append(counts)
    standing = sum((one_by_one(text) for both in documents for text in both), Counter())
    kept = {gram for gram, times in standing.items() if times >= rarest}
    found = count_grams(documents, (1, 8), rarest)
    names = found.names(np.arange(len(found.documents_with)))
    told = [
        (int(document), names[gram], int(count))
        for document, gram, count in zip(found.documents, found.grams, found.counts, strict=True)
    ]
    assert told == [
        (number, gram, count)
        for number, counts in enumerate(expected)
        for gram, count in counts.items()
        if gram in kept
    ]
    with_each = Counter(gram for counts in expected for gram in counts if gram in kept)
    assert dict(zip(names, found.documents_with.tolist(), strict=True)) == with_each
    assert names == list(dict.fromkeys(gram for _, gram, _ in told))


@pytest.mark.parametrize("many", [True, False])
def test_words_are_as_alike_as_their_rows(many: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Products are kept where papers are few; what is told of them is the same to the bit."""
    if many:
        monkeypatch.setattr(spaces, "MOST_LEARNT", 20)
    told = map(json.loads, snapshot_lines(60, seed=3))
    papers = [Paper(one["id"], one["title"], one["abstract"], None) for one in told]
    space = Space(papers)
    left, right = np.array([5, 2, 40]), np.arange(60)
    alike = (space.words[left] @ space.words[right].T).toarray()
    assert (space.cosines(left, right)["words"] == alike).all()
