"""How the digest ranks while it knows little of a reader, and whether it is as sure as it says.

    python -m tests.benchmarks.bench_cold_start [--sets DIR ...] [--folder DIR]

Each reader of a set is known by 0, 1, 3, 5, 12 or all of their likes (drawn with a fixed seed, no
dislikes), by a saved search (the first of the reader's own keywords, as a person would type it; no
ranking of likes sees it), or by the authors of what they liked. The baselines get the same. Where
the papers are arXiv's, readers also follow the two categories commonest among what they liked.

Then, over all of these rankings: the share of pairs in order that a ranking states, beside the
share it has on the days to come; and the score of a paper, beside how often such a paper is one
that the reader wants.
"""

import argparse
import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer

from assistant.digest.ranking import (
    Candidate,
    Ranking,
    Rated,
    SavedSearch,
    Taste,
    author_key,
    rank,
    ranking_space,
)
from assistant.digest.ranking.space import Space
from assistant.digest.ranking_baselines import Task
from assistant.digest.ranking_evaluation import (
    Reader,
    embedded,
    in_order,
    ndcg_by_day,
    read_ranking_set,
)
from assistant.search.encoders import DEFAULT_MODEL, Encoder, load_encoder
from tests.benchmarks.scale import REAL, real_papers

GIVEN = REAL.parent / "ranking_eval" / "iclr2021"
LIKES = (0, 1, 3, 5, 12)
STATED = (0.0, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)
SCORES = (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.01)


class Measured:
    """One set's readers, ranked by what little is told of them."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.judged = read_ranking_set(folder)
        found, self.baselines = embedded(self.judged, encoder)
        categories = _categories()
        # Some sets have all names of a paper in one text.
        authors = {
            one["id"]: tuple(", ".join(one["authors"]).split(", "))
            for one in _lines(folder / "papers.jsonl.gz")
        }
        self.papers = [
            replace(one, authors=authors[one.id], categories=categories.get(one.id, ()))
            for one in found
        ]
        self.row_of = {one.id: row for row, one in enumerate(self.papers)}
        self.keyword = {
            one["user"]: str(one["topics"][0]).replace("-", " ")
            for one in _lines(folder / "users.jsonl")
        }
        self.vectors = {one: encoder.encode_query(one) for one in set(self.keyword.values())}
        asked = [Taste(searches=(self.search(one),)) for one in self.judged.readers]
        self.space: Space = ranking_space(asked, self.papers)
        self.vectorizer = TfidfVectorizer(
            stop_words="english", ngram_range=(1, 2), sublinear_tf=True, max_features=20_000
        )
        self.words = self.vectorizer.fit_transform(f"{p.title}. {p.abstract}" for p in self.papers)
        days = np.array(self.judged.days)
        self.shown = np.flatnonzero(days <= self.judged.split)
        self.later = np.flatnonzero(days > self.judged.split)
        self.ndcg: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self.shares: list[tuple[float, float]] = []
        self.hits: list[tuple[float, bool]] = []

    def search(self, reader: Reader) -> SavedSearch:
        said = self.keyword[reader.name]
        return SavedSearch(said, tuple(said.split()), self.vectors[said])

    def read(self, reader: Reader) -> None:
        """Measure one reader by everything there is to tell of them."""
        liked = list(reader.liked)
        random.Random(reader.name).shuffle(liked)
        by_likes: dict[str, list[str]] = {f"{count} likes": liked[:count] for count in LIKES}
        by_likes["all likes"] = liked
        for told, likes in by_likes.items():
            self._rank(told, reader, self._taste(likes))
            self._baselines(told, reader, likes)
        written = Counter(name for one in liked for name in self._paper(one).authors)
        authors = frozenset(map(author_key, written))
        search = (self.search(reader),)
        for told, taste in {
            "authors": Taste(followed=authors),
            "a search": Taste(searches=(replace(search[0], vector=None),)),
            "a search, embedded": Taste(searches=search),
            "3 likes, a search": replace(self._taste(liked[:3]), searches=search),
            "3 likes, authors": replace(self._taste(liked[:3]), followed=authors),
        }.items():
            self._rank(told, reader, taste)
        self._query("a search", reader)
        carried = Counter(one for paper in liked for one in self._paper(paper).categories)
        if carried:
            common = frozenset(one for one, _ in carried.most_common(2))
            self._rank("categories", reader, Taste(categories=common))
            self._rank(
                "1 likes, categories", reader, replace(self._taste(liked[:1]), categories=common)
            )

    def _paper(self, one: str) -> Candidate:
        return self.papers[self.row_of[one]]

    def _taste(self, likes: Iterable[str]) -> Taste:
        return Taste(liked=tuple(Rated(self._paper(one)) for one in likes))

    def _rank(self, told: str, reader: Reader, taste: Taste) -> None:
        ranking = rank(
            taste,
            [self.papers[row] for row in self.later],
            [self.papers[row] for row in self.shown],
            explained=0, explore=0, space=self.space,
        )  # fmt: skip
        self.ndcg[told]["assistant"].append(
            ndcg_by_day(in_order(ranking), reader, self.judged, self.row_of)
        )
        if taste.liked:
            if ranking.confidence.share is not None and not taste.searches and not taste.followed:
                self.shares.append((ranking.confidence.share, _share_in_order(ranking, reader)))
            self.hits += [
                (one.score, one.candidate.id in reader.relevant) for one in ranking.papers
            ]

    def _baselines(self, told: str, reader: Reader, likes: Sequence[str]) -> None:
        rows = np.array([self.row_of[one] for one in likes], dtype=np.intp)
        for name, scores in self.baselines.scores(Task(rows, self.shown, self.later)).items():
            self._scored(told, name, reader, scores)

    def _query(self, told: str, reader: Reader) -> None:
        """A search's own ranking of the papers, by TF-IDF and by meaning."""
        said = self.keyword[reader.name]
        lexical = (self.words[self.later] @ self.vectorizer.transform([said]).T).toarray().ravel()
        later = np.stack([self.papers[row].vector for row in self.later])
        self._scored(told, "tfidf", reader, lexical)
        self._scored(told, "cosine", reader, later @ self.vectors[said])

    def _scored(self, told: str, name: str, reader: Reader, scores: npt.NDArray[Any]) -> None:
        order = [self.papers[row].id for row in self.later[np.argsort(-scores, kind="stable")]]
        self.ndcg[told][name].append(ndcg_by_day(order, reader, self.judged, self.row_of))


def _share_in_order(ranking: Ranking, reader: Reader) -> float:
    """The area under the ROC curve of what the reader wants among the later papers."""
    wanted, others = (
        np.array([p.score for p in ranking.papers if (p.candidate.id in reader.relevant) is wants])
        for wants in (True, False)
    )
    others.sort()
    below = np.searchsorted(others, wanted, "left") + np.searchsorted(others, wanted, "right")
    return float(below.mean() / 2 / max(len(others), 1))


def _lines(path: Path) -> list[dict[str, Any]]:
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in text.splitlines()]


def _categories() -> dict[str, tuple[str, ...]]:
    return {one["id"]: tuple(one["categories"].split()) for one in real_papers()}


def _bins(
    pairs: Sequence[tuple[float, float]], edges: Sequence[float]
) -> list[tuple[float, float, int]]:
    """What was stated and what came true, on average, and of how many, by what was stated."""
    told = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    found = []
    for low, high in pairwise(edges):
        inside = told[(told[:, 0] >= low) & (told[:, 0] < high)]
        if len(inside):
            found.append((*map(float, inside.mean(axis=0)), len(inside)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=Path, nargs="+", default=[GIVEN])
    parser.add_argument("--folder", type=Path, default=Path("models"), help="Of converted models.")
    arguments = parser.parse_args()
    encoder = load_encoder(DEFAULT_MODEL, arguments.folder)
    for folder in arguments.sets:
        measured = Measured(folder, encoder)
        for reader in measured.judged.readers:
            measured.read(reader)
        print(f"\n{folder.name}: nDCG@10 over {len(measured.judged.readers)} readers")
        for told, by in measured.ndcg.items():
            print(
                f"  {told:<22}", json.dumps({k: round(float(np.mean(v)), 3) for k, v in by.items()})
            )
        print("  share of pairs in order: stated, true, rankings")
        for stated, true, count in _bins(measured.shares, STATED):
            print(f"    {stated:.2f}  {true:.2f}  {count}")
        print("  score of a paper, share that is wanted, papers")
        for stated, true, count in _bins(measured.hits, SCORES):
            print(f"    {stated:.2f}  {true:.3f}  {count}", flush=True)


if __name__ == "__main__":
    main()
