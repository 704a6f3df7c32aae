"""Two sentences of an abstract."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.digest.ranking import extract

ABSTRACT = (
    "Deep networks are widely used. However, they are slow. "
    "We propose Foo, e.g. a sparse layer with $k=3.5$ experts (Smith et al., 2020). "
    "It is trained as usual. Our method outperforms dense layers by 3.2% on ImageNet. "
    "Code is available at https://example.org/foo."
)


def test_the_contribution_and_the_result_in_order() -> None:
    assert extract(ABSTRACT) == (
        "We propose Foo, e.g. a sparse layer with $k=3.5$ experts (Smith et al., 2020). … "
        "Our method outperforms dense layers by 3.2% on ImageNet."
    )


def test_what_matters_to_the_reader_counts() -> None:
    text = (
        "We propose a framework called Foo. Graph layers are pruned while they are being trained. "
        "Quantum gates are replaced while they are being measured."
    )

    assert "Quantum gates" in extract(text, ["Quantum gates"], limit=120)
    assert "Graph layers" in extract(text, ["graph layers"], limit=120)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("  \n ", ""),
        ("Only one sentence here.", "Only one sentence here."),
        ("One here. Two here.", "One here. Two here."),
    ],
)
def test_short_abstracts(text: str, expected: str) -> None:
    assert extract(text) == expected


def test_a_sentence_too_long_is_cut_at_a_word() -> None:
    cut = extract("word " * 300, limit=100)

    assert len(cut) <= 100
    assert re.fullmatch(r"(?:word )*word…", cut)


sentence = st.lists(
    st.sampled_from(["we propose", "novel", "3.5", "Fig. 3", "et al.", "$x. Y$", "a", "e.g.", "Z"]),
    min_size=1,
    max_size=40,
).map(lambda parts: " ".join(parts) + ".")


@given(st.lists(sentence, max_size=12).map(" ".join), st.integers(40, 420))
def test_it_is_the_abstracts_own_words_within_the_limit(text: str, limit: int) -> None:
    told = extract(text, ["novel"], limit=limit)

    assert len(told) <= limit
    assert bool(told) == bool(text)
    place = 0
    for part in told.removesuffix("…").split(" … "):
        place = text.index(part.strip(), place) + len(part.strip())


@given(st.text(max_size=600))
def test_any_text_has_an_extract(text: str) -> None:
    assert len(extract(text)) <= 420


def test_emphasis_and_quotes_of_latex_become_plain() -> None:
    told = "We propose \\textbf{REXO}, an \\emph{open} ``phase'' model at $R^2=0.9$. It is fast."

    assert extract(told) == "We propose REXO, an open “phase” model at $R^2=0.9$. It is fast."
