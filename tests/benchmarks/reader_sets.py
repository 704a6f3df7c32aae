"""Reader sets of other makings than the given one, to tune the digest's ranking on and to judge it.

    python -m tests.benchmarks.reader_sets DIR

Each is a folder as `assistant evaluate ranking` reads it, made with a fixed seed from the real
papers beside the project. Readers like what carries one of their one to three topics, in the days
before the split each such paper with a chance of 0.65, and dislike two other papers a day.

| making | papers | a topic is | for tuning | held out |
|---|---|---|---|---|
| keywords | WWW and COLM 2025 | an author's keyword | half the keywords | the other half |
| categories | arXiv | two categories, both given | days 1 to 23 | days 24 to 47 |
| phrases | arXiv | two words said in title or abstract | days 1 to 23 | days 24 to 47 |
| titles | NeurIPS 2018, NAACL 2024 | a word of the title, rare in abstracts | NeurIPS | NAACL |
| careless | arXiv | either of the two | days 1 to 23 | days 24 to 47 |

A careless reader rates a third as much, and one like in six is a paper drawn at random.
"""

import argparse
import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

from tests.benchmarks.scale import REAL, real_papers

CONFERENCES = REAL.parent / "conferences"
KINDS = ("tuning", "held-out")
READERS = 60
LIKING = 0.65
DISLIKES_A_DAY = 2
ARXIV_A_DAY = 115
IN_TITLES = 5  # titles a phrase must stand in: what no title says is nobody's interest
HALF = 23
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")
_STOP = frozenset(
    "a an and are as at be both by can for from has have how in into is it its more most new not of"
    " on only or our over show such than that the their these this through to toward towards under"
    " up using via we what when where which while with without your paper propose".split()
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper of a set, the day it came, and the topics it carries."""

    id: str
    day: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    topics: frozenset[str]


def write_sets(folder: Path) -> list[Path]:
    """Write every set of both kinds, `tuning` and `held-out`; return their folders."""
    written = []
    for kind in KINDS:
        for name, (sheets, split, rarest, careless) in made_sets(kind).items():
            path = folder / f"{name}-{kind}"
            write_set(path, sheets, split, rarest, careless, random.Random(f"{name} {kind}"))
            written.append(path)
    return written


def made_sets(kind: str) -> dict[str, tuple[list[Sheet], int, int, bool]]:
    """Return by making the papers of a kind, the split, the rarest topic, and who is careless."""
    half = _arxiv_halves()[KINDS.index(kind)]
    conference = ("nips2018", "naacl2024")[KINDS.index(kind)]
    said = Counter(phrase for one in half for phrase in _phrases(one.title))
    phrases = [
        _with(one, {p for p in _phrases(f"{one.title}. {one.abstract}") if said[p] >= IN_TITLES})
        for one in half
    ]
    return {
        "keywords": (_keyword_papers(kind == "held-out"), 10, 5, False),
        "categories": (half, 8, 18, False),
        "phrases": (phrases, 8, 18, False),
        "titles": (_title_words(_conference(conference, lambda _: set())), 10, 12, False),
        "careless": (
            [_with(a, a.topics | b.topics) for a, b in zip(half, phrases, strict=True)],
            8, 18, True,
        ),
    }  # fmt: skip


def write_set(
    folder: Path,
    sheets: Collection[Sheet],
    split: int,
    rarest: int,
    careless: bool,
    chance: random.Random,
) -> None:
    """Write the papers and 60 readers of topics that `rarest` to 5% of the papers carry.

    The days before `split` are rated.
    """
    carried = Counter(topic for one in sheets for topic in one.topics)
    topics = sorted(t for t, count in carried.items() if rarest <= count <= 0.05 * len(sheets))
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / "papers.jsonl.gz", "wt", encoding="utf-8") as file:
        for one in sheets:
            paper = {"id": one.id, "day": one.day, "title": one.title}
            paper |= {"abstract": one.abstract, "authors": list(one.authors)}
            file.write(json.dumps(paper) + "\n")
    readers: list[dict[str, Any]] = []
    while len(readers) < READERS:
        chosen = chance.sample(topics, chance.choices((1, 2, 3), (20, 40, 40))[0])
        reader = _reader(f"u{len(readers):03}", chosen, sheets, split, careless, chance)
        if reader is not None:
            readers.append(reader)
    lines = "".join(json.dumps(one) + "\n" for one in readers)
    (folder / "users.jsonl").write_text(lines, encoding="utf-8")


def _reader(
    name: str,
    topics: list[str],
    sheets: Iterable[Sheet],
    split: int,
    careless: bool,
    chance: random.Random,
) -> dict[str, Any] | None:
    """A reader as the set's file has it; None where there would be too little to learn or judge."""
    wanted = set(topics)
    share = 1 / 3 if careless else 1.0
    ratings: list[dict[str, Any]] = []
    relevant = []
    others: dict[int, list[Sheet]] = {}
    for one in sheets:
        fits = bool(one.topics & wanted)
        if one.day >= split:
            relevant += [one.id] if fits else []
        elif not fits:
            others.setdefault(one.day, []).append(one)
        elif chance.random() < LIKING * share:
            ratings.append({"id": one.id, "day": one.day, "liked": True})
    likes = len(ratings)
    if likes < 2 or len(relevant) < 6:
        return None
    for day, papers in sorted(others.items()):
        drawn = chance.sample(papers, min(DISLIKES_A_DAY, len(papers)))
        ratings += [
            {"id": one.id, "day": day, "liked": False} for one in drawn[: 1 if careless else 2]
        ]
    if careless:
        strays = chance.sample([one for day in others.values() for one in day], max(likes // 5, 1))
        liked = {one.id for one in strays}
        ratings = [one for one in ratings if one["id"] not in liked]
        ratings += [{"id": one.id, "day": one.day, "liked": True} for one in strays]
    ratings.sort(key=lambda one: (one["day"], one["id"]))
    return {"user": name, "topics": topics, "ratings": ratings, "relevant": relevant}


def _keyword_papers(odd: bool) -> list[Sheet]:
    """WWW and COLM over 30 days; topics are keywords, singular and plural one, half of them."""
    papers = [*_conference("www2025", _keywords), *_conference("colm2025", _keywords)]
    random.Random(0).shuffle(papers)
    carried = sorted({topic for one in papers for topic in one.topics})
    half = set(carried[odd::2])
    return [
        Sheet(
            one.id, place * 30 // len(papers), one.title, one.abstract, one.authors,
            one.topics & half,
        )
        for place, one in enumerate(papers)
    ]  # fmt: skip


def _keywords(paper: Mapping[str, Any]) -> set[str]:
    said = (" ".join(_words_in_order(one)) for one in (paper.get("keywords") or "").split(";"))
    return {one.removesuffix("s") for one in said if one}


def _conference(name: str, topics: Callable[[Mapping[str, Any]], set[str]]) -> list[Sheet]:
    """A conference's papers in an order of chance, spread over 30 days."""
    with gzip.open(CONFERENCES / f"{name}.json.gz", "rt", encoding="utf-8") as file:
        papers = [one for one in json.load(file) if one.get("abstract")]
    random.Random(name).shuffle(papers)
    return [
        Sheet(
            str(one["id"]), place * 30 // len(papers), one["title"], one["abstract"],
            tuple(part.strip() for part in (one.get("author") or "").split(";")),
            frozenset(topics(one)),
        )
        for place, one in enumerate(papers)
    ]  # fmt: skip


def _arxiv_halves() -> tuple[list[Sheet], list[Sheet]]:
    """Of the first 23 days and of the rest, 115 papers each; topics are pairs of categories."""
    with (REAL / "announced.tsv").open(encoding="utf-8") as file:
        announced = dict(reversed(line.split()) for line in file)
    days = {day: number for number, day in enumerate(sorted(set(announced.values())))}
    by_day: dict[int, list[dict[str, Any]]] = {}
    for paper in real_papers():
        by_day.setdefault(days[announced[paper["id"]]], []).append(paper)
    chance = random.Random(0)
    halves: tuple[list[Sheet], list[Sheet]] = ([], [])
    for day, papers in sorted(by_day.items()):
        for one in chance.sample(papers, min(ARXIV_A_DAY, len(papers))):
            pairs = combinations(sorted(one["categories"].split()), 2)
            names = tuple(" ".join(parts[1::-1]) for parts in one["authors_parsed"])
            halves[day >= HALF].append(
                Sheet(
                    one["id"], day % HALF if day < 2 * HALF else HALF, one["title"],
                    one["abstract"].strip(), names, frozenset(map(" ".join, pairs)),
                )
            )  # fmt: skip
    return halves


def _phrases(text: str) -> set[str]:
    words = [word.removesuffix("s") for word in _WORD.findall(text.lower())]
    return {f"{one} {two}" for one, two in pairwise(words) if not {one, two} & _STOP_STEMS}


def _title_words(papers: list[Sheet]) -> list[Sheet]:
    """Topics are words of titles that at most a seventh of the abstracts hold."""
    held = Counter(word for one in papers for word in _words(one.abstract))
    most = len(papers) / 7
    return [_with(one, {w for w in _words(one.title) if held[w] <= most}) for one in papers]


_STOP_STEMS = _STOP | {word.removesuffix("s") for word in _STOP}


def _words(text: str) -> set[str]:
    return {word.removesuffix("s") for word in _WORD.findall(text.lower())} - _STOP_STEMS


def _words_in_order(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _with(paper: Sheet, topics: Collection[str]) -> Sheet:
    return Sheet(paper.id, paper.day, paper.title, paper.abstract, paper.authors, frozenset(topics))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    for path in write_sets(parser.parse_args().folder):
        print(path)


if __name__ == "__main__":
    main()
