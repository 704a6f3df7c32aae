import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.library.choose import choose


def row(source: str, **told: object) -> dict[str, object]:
    blank = {
        "source": source, "source_id": "x", "number": 0, "kind": "preprint", "title": "T",
        "abstract": "", "authors": [], "categories": None, "venue": None, "year": None,
        "published": None, "extra": None,
    }  # fmt: skip
    return {**blank, **told}


def test_each_field_comes_from_who_knows_it_best() -> None:
    chosen = choose([
        row("starter", title="starter title", abstract="ours", year=2017, venue="NeurIPS 2017"),
        row("bibtex", title="bib title", kind="conference", venue="NIPS", year=2018),
        row("arxiv", title="arXiv title", abstract="theirs", categories="cs.LG cs.CL", number=2,
            published="2017-06-12", year=2017, authors=[["Vaswani", "Ashish"]]),
    ])  # fmt: skip
    assert chosen.title == "arXiv title"
    assert chosen.abstract == "theirs"
    assert chosen.venue == "NIPS"
    assert chosen.year == 2017
    assert chosen.published == "2017-06-12"
    assert chosen.categories == ("cs.LG", "cs.CL")


def test_an_abstract_is_taken_where_there_is_one() -> None:
    assert choose([row("arxiv"), row("bibtex", abstract="found")]).abstract == "found"


@given(
    st.permutations(
        [
            row("arxiv", source_id=str(n), number=n, abstract=f"a{n}", year=2000 + n)
            for n in (1, 2, 3)
        ]
        + [row("bibtex", source_id="b", venue="V"), row("openreview", source_id="o", venue="W")]
    )
)
def test_the_order_of_copies_does_not_matter(rows: list[dict[str, object]]) -> None:
    assert choose(rows) == choose(list(reversed(rows)))
    assert choose(rows).abstract == "a3"


def test_no_title_is_refused() -> None:
    with pytest.raises(ValueError, match="title"):
        choose([row("arxiv", title=None)])


def test_a_comment_tells_the_venue_where_no_published_copy_does() -> None:
    preprint = row("arxiv", extra={"comment": "Accepted at ICML 2025 (spotlight)"})
    assert choose([preprint]).venue == "ICML 2025"
    assert choose([preprint, row("pmlr", kind="conference", venue="ICML")]).venue == "ICML"
    assert choose([row("arxiv", extra={"comment": "Submitted to ICML 2025"})]).venue is None
