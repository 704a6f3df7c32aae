"""The daily loop: syncing a day, and the digest of a 1,200-paper day, cold and warm.

    python -m tests.benchmarks.bench_daily --folder DIR

A local server announces 1,200 real papers in one category, then 15 days of them at once. Beside
the digest stands arxiv-sanity-lite's recipe, which a reader would run otherwise: TF-IDF over the
whole library and a linear SVM, computed anew for every ranking. Both start cold in each run.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from assistant.config import ArxivSettings, Home
from assistant.library.following import ensure_main, find_profile, like
from assistant.library.sync.run import sync
from db import profiles, works
from db.engine import Database
from db.migrate import migrate
from tests.benchmarks import scale
from tests.fakes.arxiv_site import World, fake_arxiv_site, site_paper

PAPERS = 1_200
DAY = "2025-11-25"
LIKES = 12
RUNS = 3
SANITY = """
import json, sys
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC
papers = json.load(open(sys.argv[1]))
vectorizer = TfidfVectorizer(ngram_range=(1, 2), max_features=20000, min_df=5, max_df=0.1,
    sublinear_tf=True, stop_words="english", token_pattern=r"(?u)\\b[a-zA-Z_][a-zA-Z0-9_]+\\b")
x = vectorizer.fit_transform([p["text"] for p in papers])
y = np.array([p["liked"] for p in papers])
svm = LinearSVC(class_weight="balanced", C=0.01, max_iter=10000, dual=True).fit(x, y)
print(len(np.argsort(-svm.decision_function(x))[:20]))
"""


def announced_library(home: Home) -> dict[str, Any]:
    """Sync a 1,200-paper day into a library of 10,000 real papers; tell what it took."""
    real = scale.real_papers()
    migrate(home.library_file, home.backups)
    snapshot = home.path / "old.jsonl"
    snapshot.write_text("".join(json.dumps(one) + "\n" for one in real[:10_000]))
    from assistant.library.importing import import_file

    papers = [
        site_paper(
            one["id"], DAY, title=one["title"], abstract=one["abstract"],
            categories=("cs.LG",), authors=tuple(" ".join(a[1::-1]) for a in one["authors_parsed"]),
        )
        for one in real[10_000 : 10_000 + PAPERS]
    ]  # fmt: skip
    os.environ["ASSISTANT_COURTESY"] = str(home.path / "courtesy")
    with (
        Database(home.library_file) as database,
        fake_arxiv_site(World.of(*papers, today=DAY)) as site,
    ):
        import_file(database, snapshot)
        settings = ArxivSettings(
            api=site.api, feed=site.feed, listing=site.listing, oai=site.oai, interval_seconds=0
        )
        start, used = time.perf_counter(), time.process_time()
        report = sync(database, settings, ["cs.LG"], pause=lambda _: None)
        seconds, cpu = time.perf_counter() - start, time.process_time() - used
        again = time.perf_counter()
        sync(database, settings, ["cs.LG"], pause=lambda _: None)
        unchanged = time.perf_counter() - again
        with database.write("like") as connection:
            ensure_main(connection)
            profile = find_profile(connection, None)
            for view in works.view_works(connection, list(range(1, 10_000, 10_000 // LIKES))):
                like(connection, profile, view, 1)
            for category in profile.categories:
                if category != "cs.LG":
                    profiles.remove_rule(connection, profile.id, "category", category)
    (batch,) = report.batches
    return {
        "state": batch.state, "received": batch.received, "sync_s": round(seconds, 2),
        "sync_cpu_s": round(cpu, 2), "unchanged_s": round(unchanged, 3),
    }  # fmt: skip


def timed(command: list[str], home: Path) -> dict[str, float]:
    """Run a command cold; tell its seconds and its peak memory in MB."""
    environment = {**os.environ, "ASSISTANT_HOME": str(home)}
    start = time.perf_counter()
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"s": round(seconds, 2), "peak_mb_so_far": round(peak)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--models", type=Path, help="A folder of converted models.")
    arguments = parser.parse_args()
    home = Home(arguments.folder / "daily")
    shutil.rmtree(home.path, ignore_errors=True)
    home.path.mkdir(parents=True)
    if arguments.models:
        home.models.symlink_to(arguments.models.resolve())
    print("sync", json.dumps(announced_library(home)), flush=True)
    program = [sys.executable, "-m", "assistant"]
    day = [*program, "digest", "--date", DAY, "--json"]
    look = [*program, "digest", "--since", DAY, "--date", DAY, "--json"]
    print("digest with its embeddings", timed(day, home.path), flush=True)
    texts = home.path / "texts.json"
    with Database(home.library_file) as database, database.read() as connection:
        liked = set(range(1, 10_000, 10_000 // LIKES))
        ids = works.work_ids_in_order(connection, limit=20_000)
        papers = [
            {"text": f"{v.title} {v.authors} {v.abstract}", "liked": int(v.id in liked)}
            for v in works.view_works(connection, ids)
        ]
    texts.write_text(json.dumps(papers))
    sanity = [sys.executable, "-c", SANITY, str(texts)]
    for _ in range(RUNS):  # interleaved, so that a noisy moment meets both
        print("digest, embedded", timed(look, home.path), flush=True)
        print("digest, shown again", timed(day, home.path), flush=True)
        print("TF-IDF SVM anew", timed(sanity, home.path), flush=True)


if __name__ == "__main__":
    main()
