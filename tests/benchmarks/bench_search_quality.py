"""How well search finds: every judged set, fused against plain fusion; known items with typos.

    python -m tests.benchmarks.bench_search_quality [--sets DIR] [--folder DIR]

Plain reciprocal-rank fusion (k = 60) of our own lexical and semantic rankings stands beside the
hybrid. Known-item queries are four words of an abstract, as written and with one random edit in
every word, in half of them, or in one; derived with a fixed seed from `tldr_known_item`.
"""

import argparse
import random
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.config import Home, Settings
from assistant.search.answers import MODES
from assistant.search.embedding import embed_pending
from assistant.search.encoders import load_encoder
from assistant.search.engine import SearchEngine
from assistant.search.evaluation import JudgedSet, _fill, read_judged_set
from assistant.search.metrics import ndcg_at, recall_at
from db.engine import Database
from db.migrate import migrate

SETS = Path(__file__).resolve().parents[3] / "shared/data/search_eval"
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def plain_rrf(rankings: list[list[str]], k: int = 60) -> list[str]:
    """Return reciprocal-rank fusion as published (Cormack et al., SIGIR 2009)."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, one in enumerate(ranking, start=1):
            scores[one] = scores.get(one, 0.0) + 1 / (k + rank)
    return sorted(scores, key=lambda one: -scores[one])


def edit(word: str, chance: random.Random) -> str:
    """Return a word with one letter dropped, doubled up, replaced or swapped with the next."""
    place = chance.randrange(len(word) - 1)
    kind = chance.choice(["swap", "drop", "insert", "substitute"])
    if kind == "swap":
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if kind == "drop":
        return word[:place] + word[place + 1 :]
    if kind == "insert":
        return word[:place] + chance.choice(LETTERS) + word[place:]
    return word[:place] + chance.choice(LETTERS) + word[place + 1 :]


def known_items(judged: JudgedSet, edits: int, seed: int) -> list[tuple[str, str]]:
    """Return (query, document): four different words of its text, `edits` of them misspelt."""
    chance = random.Random(seed)
    items = []
    for document, (_, text) in judged.documents.items():
        words = sorted({w for w in re.findall(r"[a-z]+", text.lower()) if len(w) >= 4})
        if len(words) < 8:
            continue
        chosen = chance.sample(words, 4)
        for place in chance.sample(range(4), edits):
            chosen[place] = edit(chosen[place], chance)
        items.append((" ".join(chosen), document))
    return chance.sample(items, min(400, len(items)))


def with_engine(
    folder: Path, judged: JudgedSet, use: Callable[[SearchEngine, dict[int, str]], None]
) -> None:
    with TemporaryDirectory() as temporary:
        home = Home(Path(temporary))
        migrate(home.library_file, home.backups)
        with Database(home.library_file) as database:
            names = _fill(database, judged)
            encoder = load_encoder(Settings().search.model, folder / "models")
            embed_pending(database, home, encoder)
            engine = SearchEngine(database, home, Settings())
            engine.__dict__["encoder"] = encoder
            use(engine, names)


def judged_scores(
    engine: SearchEngine, names: dict[int, str], judged: JudgedSet
) -> dict[str, float]:
    totals = dict.fromkeys((*MODES, "plain_rrf"), 0.0)
    for query, text in judged.queries.items():
        rankings = {
            mode: [names[hit.work.id] for hit in engine.search(text, mode=mode, limit=200).hits]
            for mode in MODES
        }
        rankings["plain_rrf"] = plain_rrf([rankings["lexical"], rankings["semantic"]])
        for mode, ranking in rankings.items():
            totals[mode] += ndcg_at(10, ranking, judged.gains[query])
    return {mode: total / len(judged.queries) for mode, total in totals.items()}


def known_item_scores(
    engine: SearchEngine, names: dict[int, str], items: list[tuple[str, str]]
) -> dict[str, float]:
    totals = dict.fromkeys((*MODES, "plain_rrf"), 0.0)
    for text, document in items:
        rankings = {
            mode: [names[hit.work.id] for hit in engine.search(text, mode=mode, limit=200).hits]
            for mode in MODES
        }
        rankings["plain_rrf"] = plain_rrf([rankings["lexical"], rankings["semantic"]])
        for mode, ranking in rankings.items():
            totals[mode] += recall_at(10, ranking, {document: 1.0})
    return {mode: total / len(items) for mode, total in totals.items()}


def show(label: str, scores: dict[str, float]) -> None:
    columns = "  ".join(
        f"{scores[mode]:.3f}" for mode in ("lexical", "semantic", "plain_rrf", "hybrid")
    )
    print(f"{label:<28} {columns}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=Path, default=SETS)
    parser.add_argument("--folder", type=Path, default=Path.home() / ".cache/assistant-benchmarks")
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args()
    print(f"{'':<28} lexic  seman  rrf    hybrid")
    for folder in sorted(path for path in arguments.sets.iterdir() if path.is_dir()):
        judged = read_judged_set(folder)

        def use(
            engine: SearchEngine,
            names: dict[int, str],
            judged: JudgedSet = judged,
            folder: Path = folder,
        ) -> None:
            show(f"{folder.name} nDCG@10", judged_scores(engine, names, judged))
            if "known_item" in folder.name:
                for edits in (0, 1, 2, 4):
                    items = known_items(judged, edits, arguments.seed)
                    show(
                        f"4 words, {edits} misspelt, R@10", known_item_scores(engine, names, items)
                    )

        with_engine(arguments.folder, judged, use)


if __name__ == "__main__":
    main()
