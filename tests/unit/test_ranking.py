"""The ranker through its public door: what it learns, what it says, what it leaves out."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.digest.ranking import (
    Candidate,
    Evidence,
    NearLike,
    Paper,
    Ranking,
    Rated,
    SavedSearch,
    Taste,
    author_key,
    rank,
    ranking_space,
    reasons,
)

TOPICS = {
    "graphs": "graph neural network message passing nodes edges".split(),
    "speech": "speech recognition acoustic phoneme audio transcription".split(),
    "robots": "robot grasping manipulation gripper control torque".split(),
    "proteins": "protein folding residue sequence structure amino".split(),
}


def paper(topic: str, number: int, vectors: bool = True) -> Candidate:
    """A paper of a topic, never the same twice."""
    random = np.random.default_rng([list(TOPICS).index(topic), number])
    words = [str(word) for word in random.permutation(TOPICS[topic])]
    filler = [f"filler{n}" for n in random.integers(0, 60, 12)]
    vector = random.normal(0, 0.25, 16)
    vector[list(TOPICS).index(topic)] += 2
    return Candidate(
        f"{topic}{number}",
        f"{words[0].title()} {words[1]} study {number}",
        f"We propose {' '.join(words)} with {' '.join(filler)}.",
        (vector / np.linalg.norm(vector)).astype(np.float32) if vectors else None,
        authors=(f"Ada {topic.title()}{number}",),
        categories=(f"cs.{topic[:2].upper()}",),
    )


def day(start: int = 100, each: int = 12, vectors: bool = True) -> list[Candidate]:
    return [paper(topic, start + n, vectors) for n in range(each) for topic in TOPICS]


def likes(topic: str, count: int, vectors: bool = True) -> tuple[Rated, ...]:
    return tuple(Rated(paper(topic, n, vectors)) for n in range(count))


def topics_of(ranking: Ranking, count: int) -> set[str]:
    return {one.candidate.id.rstrip("0123456789") for one in ranking.papers[:count]}


@pytest.mark.parametrize("vectors", [True, False])
def test_what_is_like_the_likes_comes_first(vectors: bool) -> None:
    taste = Taste(likes("graphs", 4, vectors), likes("speech", 4, vectors))

    ranking = rank(taste, day(vectors=vectors), day(50, 5, vectors))

    assert topics_of(ranking, 12) == {"graphs"}
    assert all(0 <= one.score <= 1 for one in ranking.papers)
    assert [one.score for one in ranking.papers] == sorted(
        (one.score for one in ranking.papers), reverse=True
    )


def test_two_interests_are_both_served() -> None:
    taste = Taste((*likes("graphs", 4), *likes("proteins", 4)))

    assert topics_of(rank(taste, day(), day(50, 5)), 24) == {"graphs", "proteins"}


def test_dislikes_alone_put_their_like_last() -> None:
    ranking = rank(Taste(disliked=likes("speech", 5)), day())

    last = {one.candidate.id.rstrip("0123456789") for one in ranking.papers[-12:]}
    assert last == {"speech"}


def test_a_stronger_like_counts_more_and_an_old_one_less() -> None:
    strong = Taste((Rated(paper("graphs", 1), 8.0), Rated(paper("speech", 1))))
    old = Taste((Rated(paper("graphs", 1), age=4000.0), Rated(paper("speech", 1))))

    def mean_score(taste: Taste, topic: str) -> float:
        papers = rank(taste, day()).papers
        return float(np.mean([one.score for one in papers if one.candidate.id.startswith(topic)]))

    assert mean_score(strong, "graphs") > 2 * mean_score(strong, "speech")
    assert mean_score(old, "speech") > 2 * mean_score(old, "graphs")


def test_cold_starts() -> None:
    followed = Taste(followed=frozenset({author_key("Robots105, Ada")}))
    category = Taste(categories=frozenset({"cs.PR"}))
    search = Taste(searches=(SavedSearch("sounds", ("speech", "acoustics")),))

    first = rank(followed, day()).papers[0]
    assert first.candidate.id == "robots105"
    assert first.evidence.authors == ("Ada Robots105",)
    assert topics_of(rank(category, day()), 12) == {"proteins"}
    both = replace(day()[-1], id="both", categories=("cs.PR", "cs.RO"))
    categories = Taste(categories=frozenset({"cs.PR", "cs.RO"}))
    assert rank(categories, [*day(), both]).papers[0].candidate.id == "both"
    assert topics_of(rank(search, day()), 12) == {"speech"}
    assert rank(search, day()).papers[0].evidence.searches == ("sounds",)
    nothing = rank(Taste(), day())
    assert len(nothing.papers) == 48
    assert nothing.confidence.value == 0.0


def test_a_followed_author_stands_beside_what_is_most_alike() -> None:
    taste = Taste(likes("graphs", 5), followed=frozenset({author_key("Ada Robots105")}))

    first = [one.candidate.id for one in rank(taste, day(), day(50, 5)).papers[:13]]
    assert "robots105" in first


def test_evidence_can_be_checked() -> None:
    liked = likes("graphs", 5)

    ranking = rank(Taste(liked), day(), day(50, 5))

    titles = {one.paper.id: one.paper.title for one in liked}
    for entry in ranking.papers[:10]:
        text = f"{entry.candidate.title}\n{entry.candidate.abstract}"
        assert entry.evidence.terms
        for term in entry.evidence.terms:
            assert term in text
        for near in entry.evidence.near:
            assert titles[near.id] == near.title
            vector = next(one.paper.vector for one in liked if one.paper.id == near.id)
            assert vector is not None
            assert entry.candidate.vector is not None
            assert near.cosine == pytest.approx(float(vector @ entry.candidate.vector), abs=1e-3)


def test_reasons_are_phrases_the_strongest_first() -> None:
    evidence = Evidence(
        near=(NearLike("1", "Liked", 0.71234),),
        terms=("graph", "edges"),
        authors=("Ada L",),
        searches=("mine",),
        categories=("cs.LG",),
    )

    assert reasons(evidence) == (
        "by Ada L, whom you follow",
        "matches your saved search “mine”",
        "near “Liked”, which you liked (cosine 0.71)",
        "shares with what you liked: graph, edges",
    )
    assert reasons(Evidence(categories=("cs.LG",))) == ("in cs.LG, which you read",)
    assert reasons(Evidence()) == ()


@pytest.mark.parametrize(
    ("muted", "title", "hidden"),
    [
        ("graph", "A Graph study", True),
        ("graph", "Graphene sheets", False),
        ("resume", "On the Résumé", True),
        ("Straße", "strasse networks", True),
        ("fine tuning", "Fine-Tuning of things", True),
        ("fine-tuning", "fine\ntuning", True),
        ("fine tuning", "fine and tuning", False),
        ("C++", "Learning C++ fast", True),
        ("C++", "Learning C fast", False),
        ("", "Anything", False),
        ("-", "A - B", False),
        (".*", "Anything", False),
    ],
)
def test_muted_words_are_whole_words(muted: str, title: str, hidden: bool) -> None:
    ranking = rank(Taste(muted=(muted,)), [Candidate("a", title, ""), Candidate("b", "Other", "")])

    assert [one.id for one in ranking.muted] == (["a"] if hidden else [])
    assert len(ranking.papers) == 2 - hidden


def test_near_duplicates_stand_behind_the_better_one() -> None:
    papers = day()
    original = papers[0]
    renamed = replace(original, id="copy", title=original.title.upper() + "!")
    ranking = rank(Taste(likes("graphs", 4)), [*papers, renamed], day(50, 5))

    folded = [one for one in ranking.papers if one.folded]
    assert len(folded) == 1
    both = {folded[0].candidate.id, folded[0].folded[0].id}
    assert both == {original.id, "copy"}
    assert len(ranking.papers) == len(papers)


@pytest.mark.parametrize(
    ("title", "cosine", "one"),
    [
        ("Sparse attention for long documents", 0.5, True),
        ("Sparse Attention for Longer Documents", 0.9, True),
        ("Sparse attention for long documents II", 0.99, False),
        ("Sparse attention for long videos", 0.9, False),
        ("Long documents with sparse attention: a study", 0.97, True),
        ("Protein folding", 0.99, False),
    ],
)
def test_what_is_one_paper(title: str, cosine: float, one: bool) -> None:
    first = np.eye(2, dtype=np.float32)[0]
    other = np.array([cosine, (1 - cosine**2) ** 0.5], dtype=np.float32)
    papers = [
        Candidate("a", "Sparse attention for long documents", "x", first),
        Candidate("b", title, "y", other),
    ]

    assert len(rank(Taste(), papers).papers) == 2 - one


def test_two_exploratory_picks_are_far_from_the_likes_and_stay_for_a_seed() -> None:
    taste = Taste(likes("graphs", 6))

    first, again, other = (
        rank(taste, day(), day(50, 5), seed=seed) for seed in ("p 2025-01-01",) * 2 + ("p2",)
    )

    picked = [one.ranked.candidate.id for one in first.explore]
    assert len(set(picked)) == 2
    assert not any(one.startswith("graphs") for one in picked)
    assert picked == [one.ranked.candidate.id for one in again.explore]
    assert all(one.ranked in first.papers for one in first.explore)
    assert all(one.reason.startswith("to explore: ") for one in other.explore)
    draws = {
        tuple(one.ranked.candidate.id for one in rank(taste, day(), seed=str(n)).explore)
        for n in range(8)
    }
    assert len(draws) > 1


def test_confidence_is_measured_once_there_are_likes_to_hide() -> None:
    clear = rank(Taste(likes("graphs", 12), likes("speech", 12)), day(), day(50, 5)).confidence
    few = rank(Taste(likes("graphs", 2)), day(), day(50, 5)).confidence
    mixed = [Rated(paper(topic, n)) for n in range(6) for topic in TOPICS]
    chance = rank(Taste(tuple(mixed[::2]), tuple(mixed[1::2])), day(), day(50, 5)).confidence

    assert clear.value > 0.5  # a quarter of those passed over are of the liked kind
    assert "12 liked papers" in clear.sentence
    assert clear.share is not None
    assert f"{clear.share:.0%}" in clear.sentence
    assert few.share is None
    assert 0 < few.value <= 0.25
    assert "too little to measure" in few.sentence
    assert chance.value < clear.value


def test_one_space_serves_several_profiles() -> None:
    tastes = [Taste(likes("graphs", 3)), Taste(likes("speech", 3))]
    papers, shown = day(), day(50, 5)
    space = ranking_space(tastes, papers, shown)

    found = [topics_of(rank(taste, papers, shown, space=space), 10) for taste in tastes]

    assert found == [{"graphs"}, {"speech"}]


def test_nothing_to_rank_and_one_to_rank() -> None:
    assert rank(Taste(likes("graphs", 3)), []).papers == ()
    alone = rank(Taste(likes("graphs", 3)), [paper("graphs", 9)])
    assert [one.candidate.id for one in alone.papers] == ["graphs9"]
    liked = Taste(likes("graphs", 6))
    assert rank(liked, []).papers == ()
    assert rank(liked, []).explore == ()
    by_followed = replace(paper("speech", 9), authors=("Ada Lin",))
    followed = Taste(likes("graphs", 6), followed=frozenset({author_key("Ada Lin")}))
    assert rank(followed, [by_followed]).explore == (), "none is left to pick"


def test_a_candidate_that_was_liked_before_is_no_reason_for_itself() -> None:
    liked = paper("graphs", 1)

    entry = rank(Taste((Rated(liked),)), [liked, paper("graphs", 2)]).papers[0]

    assert all(near.id != entry.candidate.id for near in entry.evidence.near)


texts = st.text(st.characters(codec="utf-8"), max_size=40)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(texts, texts), max_size=6),
    st.lists(st.tuples(texts, texts), max_size=3),
    st.lists(texts, max_size=3),
)
def test_any_text_can_be_ranked(
    today: list[tuple[str, str]], liked: list[tuple[str, str]], said: list[str]
) -> None:
    candidates = [Candidate(f"c{n}", *one) for n, one in enumerate(today)]
    taste = Taste(
        liked=tuple(Rated(Paper(f"l{n}", *one)) for n, one in enumerate(liked)),
        searches=(SavedSearch("s", tuple(said)),),
        muted=tuple(said[:1]),
    )

    ranking = rank(taste, candidates)

    shown = [one.candidate.id for one in ranking.papers]
    shown += [other.id for one in ranking.papers for other in one.folded]
    assert sorted([*shown, *(one.id for one in ranking.muted)]) == sorted(c.id for c in candidates)
    assert all(0 <= one.score <= 1 for one in ranking.papers)


def test_a_phrase_that_all_likes_share_outweighs_all_else_they_say() -> None:
    """Papers on four subjects, liked for a phrase that one of each carries."""

    def carrying(one: Candidate) -> Candidate:
        return replace(one, id=f"{one.id}+", abstract=f"{one.abstract} Low rank adapters help.")

    liked = [carrying(paper(topic, n)) for n in range(2) for topic in TOPICS]
    wanted = {carrying(paper(topic, 105)).id for topic in TOPICS}
    papers = [*day(), *(carrying(paper(topic, 105)) for topic in TOPICS)]

    ranking = rank(Taste(tuple(map(Rated, liked))), papers, day(50, 5))

    first = ranking.papers[: len(wanted)]
    assert {one.candidate.id for one in first} == wanted
    assert all("adapters" in " ".join(one.evidence.terms) for one in first)


def test_a_word_that_some_likes_share_by_chance_does_not_outweigh_their_kind() -> None:
    def carrying(one: Candidate) -> Candidate:
        return replace(one, id=f"{one.id}+", abstract=f"{one.abstract} Zebrafish.")

    liked = [paper("graphs", n) for n in range(8)]
    liked[:2] = [carrying(one) for one in liked[:2]]
    papers = [*day(), *(carrying(paper("robots", 150 + n)) for n in range(6))]

    ranking = rank(Taste(tuple(map(Rated, liked))), papers, day(50, 5))

    assert topics_of(ranking, 12) == {"graphs"}


def test_many_papers_rank_in_blocks_as_they_do_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def scores() -> list[float]:
        ranking = rank(Taste(likes("graphs", 6)), day(), day(50, 5), explore=0)
        return [one.score for one in sorted(ranking.papers, key=lambda one: one.candidate.id)]

    at_once = scores()
    monkeypatch.setattr("assistant.digest.ranking.learning.MOST_COMPARED", 7)

    assert scores() == pytest.approx(at_once, abs=1e-5)


def test_a_term_is_the_whole_phrase() -> None:
    def about(number: int) -> Candidate:
        title = f"Sparse mixture routing for study {number}"
        return Candidate(f"g{number}", title, f"Sparse mixture routing find filler{number}.")

    likes_of_phrase = tuple(Rated(about(number)) for number in range(6))

    best = rank(Taste(likes_of_phrase), [*day(vectors=False), about(50)]).papers[0]

    assert best.candidate.id == "g50"
    assert "Sparse mixture routing" in best.evidence.terms
    assert not {"Sparse mixture", "mixture routing"} & {*best.evidence.terms}
