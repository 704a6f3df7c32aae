"""Whether the exploratory picks of a digest reach an interest that the ranker does not know yet.

    python -m tests.benchmarks.bench_exploration [--folder DIR]

Readers of two topics are made from papers whose topics are known (`reader_sets`, held out). What
the ranker learns from carries the first topic and not the second. Each later day is then ranked
with two exploratory picks. Beside them stand two papers drawn by chance and the two next best, both
from below those a digest shows anyway, and the two that are furthest from all likes.
"""

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.digest.ranking import Candidate, Rated, Taste, rank, ranking_space
from assistant.digest.ranking.exploration import BELOW
from assistant.search.embedding import embedding_text
from assistant.search.encoders import DEFAULT_MODEL, Encoder, load_encoder
from assistant.text import clean, clean_line
from tests.benchmarks.reader_sets import made_sets

MAKINGS = ("keywords", "phrases", "titles")
READERS = 40
PICKS = 2
PASSED_OVER = 500
BATCH = 128


def measure(making: str, encoder: Encoder) -> None:
    """Print what each way of picking reaches, over readers of one making."""
    sheets, split, rarest, _ = made_sets("held-out")[making]
    told = [(one.id, clean_line(one.title), clean(one.abstract)) for one in sheets]
    papers = {}
    for start in range(0, len(told), BATCH):
        batch = told[start : start + BATCH]
        vectors = encoder.encode_documents(
            [embedding_text(title, text) for _, title, text in batch]
        )
        papers.update(
            {one[0]: Candidate(*one, vector) for one, vector in zip(batch, vectors, strict=True)}
        )
    space = ranking_space((), list(papers.values()))
    chance = random.Random(making)
    carried = Counter(topic for one in sheets for topic in one.topics)
    topics = sorted(t for t, count in carried.items() if rarest <= count <= 0.05 * len(sheets))
    shown: defaultdict[str, int] = defaultdict(int)
    reached: defaultdict[str, int] = defaultdict(int)
    days = readers = hidden_a_day = 0
    while readers < READERS:
        known, hidden = chance.sample(topics, 2)
        early = [one for one in sheets if one.day < split]
        liked = [one for one in early if known in one.topics and hidden not in one.topics]
        later = {
            day: [one for one in sheets if one.day == day and known not in one.topics]
            for day in range(split, max(one.day for one in sheets) + 1)
        }
        if len(liked) < 2 or sum(hidden in one.topics for day in later.values() for one in day) < 4:
            continue
        readers += 1
        seen: defaultdict[str, int] = defaultdict(int)
        over = chance.sample(
            [one for one in early if not {known, hidden} & one.topics],
            min(PASSED_OVER, len(early) // 2),
        )
        taste = Taste(liked=tuple(Rated(papers[one.id]) for one in liked))
        for day, sheets_of_day in later.items():
            days += 1
            hidden_a_day += sum(hidden in one.topics for one in sheets_of_day)
            ranking = rank(
                taste,
                [papers[one.id] for one in sheets_of_day],
                [papers[one.id] for one in over],
                seed=f"{readers} {day}", explained=0, explore=PICKS, space=space,
            )  # fmt: skip
            topics_of = {one.id: one.topics for one in sheets_of_day}
            order = [one.candidate.id for one in ranking.papers]
            below = order[min(BELOW, len(order) // 3) :]
            ways = {
                "picks": [one.ranked.candidate.id for one in ranking.explore],
                "by chance": chance.sample(below, min(PICKS, len(below))),
                "next best": below[:PICKS],
                "furthest": _furthest(below, [papers[one.id] for one in liked], papers),
            }
            for way, picked in ways.items():
                found = sum(hidden in topics_of[one] for one in picked)
                shown[way] += found
                seen[way] += found
        for way, found in seen.items():
            reached[way] += bool(found)
    print(f"\n{making}: {readers} readers, {days} days, {hidden_a_day / days:.2f} papers to meet")
    for way, found in shown.items():
        print(f"  {way:<10} {found / (PICKS * days):6.1%} of papers", end="")
        print(f", {reached[way] / readers:4.0%} of readers met one", flush=True)


def _furthest(
    below: Sequence[str], liked: Sequence[Candidate], papers: dict[str, Candidate]
) -> list[str]:
    likes = np.stack([np.asarray(one.vector) for one in liked])
    return sorted(below, key=lambda one: float((likes @ np.asarray(papers[one].vector)).max()))[
        :PICKS
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=Path("models"), help="Of converted models.")
    encoder = load_encoder(DEFAULT_MODEL, parser.parse_args().folder)
    for making in MAKINGS:
        measure(making, encoder)


if __name__ == "__main__":
    main()
