from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.library.matching import Edition, Facts, Match, corroborated, facts, same_work
from assistant.sources.record import Author, Identifier, author_from_name

LONG = "Attention Is All You Need"
AUTHORS = (Author("Vaswani", "Ashish"), Author("Shazeer", "Noam"))
ABSTRACT = (
    "We propose a simple network of stacked layers that looks at all words of a sentence at once"
    " and needs neither recurrence nor convolution; on two translation tasks it is better than the"
    " best ensembles reported so far and takes a fraction of their time to train on eight cards."
)
ANOTHER = (
    "Crop yields in dry regions depend on when the first rain falls; from forty years of gauge"
    " readings and satellite pictures we learn to foretell that day two weeks ahead, and show what"
    " a farmer gains who sows by such a forecast instead of by the calendar or by an old custom."
)


def of(title: str = LONG, authors: tuple[Author, ...] = AUTHORS, year: int | None = 2017,
       arxiv: str | None = None, abstract: str = "") -> Facts:  # fmt: skip
    named = [Identifier("arxiv", arxiv)] if arxiv else []
    return facts(title, authors, year, named, abstract)


def by(*names: str) -> tuple[Author, ...]:
    return tuple(map(author_from_name, names))


def surely(match: Match | None) -> bool:
    return match is not None and match.sure


def in_doubt(match: Match | None) -> bool:
    return match is not None and not match.sure


def test_same_title_and_authors_match_with_a_reason() -> None:
    match = same_work(of(), of("Attention is All you Need."))
    assert match is not None
    assert match.sure
    assert "title" in match.reason
    assert match.confidence > 0.9


def test_a_title_alone_never_matches() -> None:
    assert same_work(of(), of(authors=())) is None
    assert same_work(of(), of(authors=(Author("Nobody"),))) is None
    assert same_work(of("A Survey of Trees"), of("A survey of trees", by("N N"))) is None


def test_two_arxiv_ids_are_two_works_until_a_person_says_otherwise() -> None:
    assert in_doubt(same_work(of(arxiv="1706.03762"), of(arxiv="1706.03763")))
    renamed = of("Attention Is Enough", abstract=ABSTRACT, arxiv="1706.03763")
    assert same_work(of(abstract=ABSTRACT, arxiv="1706.03762"), renamed) is None
    assert surely(same_work(of(arxiv="1706.03762"), of()))


def test_years_must_be_near() -> None:
    assert surely(same_work(of(year=2017), of(year=2019)))
    assert in_doubt(same_work(of(year=2017), of(year=2027)))


def test_short_titles_ask_for_more() -> None:
    assert surely(same_work(of("Reply"), of("Reply", AUTHORS[:1])))
    assert same_work(of("Reply"), of("Reply", (AUTHORS[0], Author("Else")))) is None
    assert same_work(of("Reply", year=2017), of("Reply", year=2019)) is None


def test_one_wrong_identifier_does_not_fuse_strangers() -> None:
    assert not corroborated(of(), of("Something else entirely", (Author("Nobody"),)))
    assert corroborated(of(), of("Another title", AUTHORS))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Learning β-Divergences", "Learning $\\beta$-Divergences"),
        ("Readability ≠ Learnability: A Study", "Readability $\\ne$ Learnability: A study"),
        ("Fast & Simple Sampling of Graphs", "Fast and simple sampling of graphs"),
        ("Fast &amp; Simple Sampling of Graphs", "Fast and simple sampling of graphs"),
        ("M²X: Efficient In-Context Tuning", "M$^2$X: Efficient in-context tuning"),
        ("Don’t Forget What You Know", "Don't forget what you know"),
        ("Pretraining of Encoders by Naïve Noise", "Pre-training of encoders by naive noise"),
        ("Sparse Mixtures Revisited (Extended Abstract)", "Sparse mixtures revisited"),
    ],
)
def test_spellings_of_a_title_are_one_title(one: str, other: str) -> None:
    assert surely(same_work(of(one), of(other)))


@pytest.mark.parametrize(
    ("names", "others"),
    [
        (("Yu-Chiang Frank Wang", "Ada Ng"), ("Frank Wang", "A. Ng")),
        (("Wang Xiaoming", "Li Hua"), ("Xiaoming Wang", "Hua Li")),
        (("Kalina Jasinska", "Jan Kot"), ("Kalina Jasinska-Kobus", "Jan Kot")),
        (("Gunnar Rätsch", "Søren Ås"), ("Gunnar Raetsch", "Soren As")),
        (("Simon S. Du", "Wei Hu", "Jason Lee"), ("Simon Du", "Wei Hu", "others")),
        (("Wang X.", "Li H."), ("Xiaoming Wang", "Hua Li")),
    ],
)
def test_spellings_of_names_are_one_person(names: tuple[str, ...], others: tuple[str, ...]) -> None:
    match = same_work(of(authors=by(*names)), of(authors=by(*others)))
    assert match is not None
    assert match.sure
    assert "100%" in match.reason


def test_a_family_name_is_not_a_person() -> None:
    mine, theirs = by("Wei Zhang", "Jun Li"), by("Hao Zhang", "Yi Li")
    assert same_work(of(authors=mine), of(authors=theirs)) is None


def test_a_renamed_paper_is_known_by_its_abstract() -> None:
    shorter = ABSTRACT[: len(ABSTRACT) * 3 // 4] + " Code is public."
    renamed = of("Self-Attention Is All We Need", abstract=shorter, year=2018)
    assert surely(same_work(of(abstract=ABSTRACT), renamed))
    assert same_work(of(abstract=ABSTRACT), of("Sowing by Forecast", abstract=ANOTHER)) is None


def test_a_renamed_paper_without_abstract_is_a_doubt_or_spelt_almost_alike() -> None:
    assert surely(same_work(of(), of("Attention Is All You Needed")))
    assert in_doubt(same_work(of("Fast Sampling of Large Graphs"), of("Sampling of Large Graphs")))
    named = of("GraphX: Fast Sampling of Large Graphs")
    assert surely(same_work(of("Fast Sampling of Large Graphs"), named))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("On Kernels, Part I: Theory of Sampling", "On Kernels, Part II: Theory of Sampling"),
        ("Overview of the Plant Task 2019", "Overview of the Plant Task 2020"),
        ("Learning to Sample Sparse Graphs", "Learning to Sample Sparse Graphs II"),
        ("Attention Is All You Need", "Reply to: Attention Is All You Need"),
        ("Attention Is All You Need", "Comment on Attention Is All You Need"),
    ],
)
def test_parts_years_and_answers_are_works_of_their_own(one: str, other: str) -> None:
    assert not surely(same_work(of(one), of(other)))
    assert not surely(same_work(of(one, abstract=ABSTRACT), of(other, abstract=ABSTRACT)))


def test_one_title_over_two_abstracts_is_a_doubt() -> None:
    assert in_doubt(same_work(of(abstract=ABSTRACT), of(abstract=ANOTHER)))


def test_two_entries_of_one_programme_are_two_works_unless_told_twice() -> None:
    def listed(title: str, abstract: str, number: str) -> Facts:
        return Facts(
            frozenset([title]), of().people, frozenset([2024]), frozenset(),
            frozenset([abstract]), frozenset([Edition("neurips", "neurips", 2024, number)]),
        )  # fmt: skip

    oral = listed(LONG, ABSTRACT, "1")
    assert surely(same_work(oral, listed(LONG, ABSTRACT, "2")))
    assert not surely(same_work(oral, listed(LONG, ANOTHER, "2")))
    assert same_work(oral, listed("Attention Is All We Need", ABSTRACT, "2")) is None


def test_an_acceptance_that_agrees_settles_a_doubt() -> None:
    told = (
        "Learning to Sample Sparse Graphs by Walks",
        "Learning to Sample Sparse Graphs with Walk",
    )
    preprint = replace(of(told[0]), comments=frozenset(["Accepted at KDD 2017"]))
    here = replace(of(told[1]), appeared=frozenset([("Knowledge Discovery and Data Mining", 2017)]))
    elsewhere = replace(here, appeared=frozenset([("ICML", 2017)]))
    assert surely(same_work(preprint, here))
    assert not surely(same_work(preprint, elsewhere))


names = st.sampled_from(["Vaswani", "Shazeer", "Parmar", "Müller", "O'Neil", ""])
some = st.builds(
    of,
    title=st.sampled_from([LONG, "attention is all you need", "Attention Is Needed", "Reply", ""]),
    authors=st.lists(st.builds(Author, names, st.sampled_from(["A", "Bea", ""]))).map(tuple),
    year=st.none() | st.integers(2010, 2024),
    arxiv=st.none() | st.sampled_from(["1706.03762", "1810.04805"]),
    abstract=st.sampled_from(["", ABSTRACT, ANOTHER, ABSTRACT[:150]]),
)


@given(some, some)
def test_matching_does_not_depend_on_who_is_asked(a: Facts, b: Facts) -> None:
    assert same_work(a, b) == same_work(b, a)
    assert corroborated(a, b) == corroborated(b, a)


@given(some)
def test_a_copy_with_title_and_authors_matches_itself(a: Facts) -> None:
    assert surely(same_work(a, a)) == bool(a.folds and a.people)
