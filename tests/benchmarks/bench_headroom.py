"""How far any number of likes would carry the ranker on a set: what is left is in its labels.

    python -m tests.benchmarks.bench_headroom SET [SET ...] [--readers N] [--folder DIR]

Some days of each reader are ranked as ever, but learnt from likes drawn from what the reader wants
on all other days, later ones too: 3, 10, 30 or all of them. What all of them do not reach, more
likes do not reach either. Beside them stands the sum of the SVM and the logistic regression, taught
the same.
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from assistant.digest.ranking import Candidate, Rated, Taste, rank, ranking_space
from assistant.digest.ranking.space import Space
from assistant.digest.ranking_baselines import Baselines, Task
from assistant.digest.ranking_evaluation import (
    RankingSet,
    Reader,
    embedded,
    in_order,
    ndcg_by_day,
    read_ranking_set,
)
from assistant.search.encoders import DEFAULT_MODEL, load_encoder

LIKES = (3, 10, 30, 10_000)
DAYS = 4
PASSED_OVER = 500


def measure(
    judged: RankingSet,
    papers: list[Candidate],
    space: Space,
    baselines: Baselines,
    reader: Reader,
    row_of: Mapping[str, int],
) -> dict[str, list[float]]:
    """Return nDCG@10 of some of a reader's days by how much was learnt from, and by whom."""
    chance = random.Random(reader.name)
    wanted = {*reader.liked, *reader.relevant}
    days = sorted({judged.days[row_of[one]] for one in reader.relevant})
    found: dict[str, list[float]] = defaultdict(list)
    for day in chance.sample(days, min(DAYS, len(days))):
        on_day = [row for row, its_day in enumerate(judged.days) if its_day == day]
        pool = sorted(one for one in wanted if judged.days[row_of[one]] != day)
        others = [p for p in papers if judged.days[row_of[p.id]] != day and p.id not in wanted]
        over = chance.sample(others, min(PASSED_OVER, len(others)))
        for count in LIKES:
            liked = chance.sample(pool, min(count, len(pool)))
            taste = Taste(liked=tuple(Rated(papers[row_of[one]]) for one in liked))
            ranking = rank(
                taste, [papers[row] for row in on_day], over, explained=0, explore=0, space=space
            )
            told = f"{count} likes" if count < LIKES[-1] else "all likes"
            found[told].append(ndcg_by_day(in_order(ranking), reader, judged, row_of))
        task = Task(
            np.array([row_of[one] for one in pool]),
            np.array([row_of[one] for one in pool] + [row_of[p.id] for p in over]),
            np.array(on_day),
        )
        scores = baselines.scores(task)["sum"]
        order = [papers[on_day[place]].id for place in np.argsort(-scores, kind="stable")]
        found["sum, all likes"].append(ndcg_by_day(order, reader, judged, row_of))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--readers", type=int, default=60)
    parser.add_argument("--folder", type=Path, default=Path("models"), help="Of converted models.")
    arguments = parser.parse_args()
    encoder = load_encoder(DEFAULT_MODEL, arguments.folder)
    for folder in arguments.sets:
        judged = read_ranking_set(folder)
        papers, baselines = embedded(judged, encoder)
        space = ranking_space((), papers)
        row_of = {one.id: row for row, one in enumerate(papers)}
        by: dict[str, list[float]] = defaultdict(list)
        for reader in judged.readers[: arguments.readers]:
            for told, values in measure(judged, papers, space, baselines, reader, row_of).items():
                by[told].append(float(np.mean(values)))
        told = ", ".join(f"{name} {np.mean(values):.3f}" for name, values in by.items())
        print(f"{folder.name} ({len(by['all likes'])} readers): {told}", flush=True)


if __name__ == "__main__":
    main()
