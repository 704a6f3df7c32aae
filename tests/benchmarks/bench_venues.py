"""How long a whole edition takes: fetched from a local server, merged, found by words.

    python -m tests.benchmarks.bench_venues [--works 19176] [--papers 6000]

Into a library of arXiv papers comes a virtual site's list of an edition: a third are preprints the
library has under the same title and authors, the others it never saw. Nothing is embedded.
"""

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from assistant.library.importing import import_file
from assistant.library.venues.syncing import sync_venues
from assistant.search.lexical import search_lexical
from assistant.search.query import parse_query
from assistant.sources.venues import find_edition, known_venues
from db import venues
from db.engine import Database
from db.migrate import migrate
from tests.benchmarks import scale
from tests.fakes import venue_forms as forms
from tests.fakes.venue_sites import fake_sites

PATH = "/virtual/static/virtual/data/neurips-2025-orals-posters.json"
QUERIES = ("venue:neurips-2025 learning", "venue:nips status:oral model", "language model")


def events(papers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return papers as the events of a virtual site."""
    decisions = ["Accept (oral)"] + ["Accept (spotlight)"] * 3 + ["Accept (poster)"] * 46
    return [
        forms.event(
            number,
            paper["title"],
            [f"{given} {family}".strip() for family, given, *_ in paper["authors_parsed"]],
            abstract=paper["abstract"],
            decision=decisions[number % 50],
            session=f"Poster Session {number % 6}",
        )
        for number, paper in enumerate(papers)
    ]


def measure(folder: Path, size: int, papers: int) -> dict[str, float | int]:
    """Return seconds and counts of an edition's way into a library of `size` works."""
    snapshot = folder / "snapshot.jsonl"
    preprints = papers // 3
    known = list(scale.made_papers(size + papers - preprints))
    listed = known[:preprints] + known[size:]
    with snapshot.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(paper, ensure_ascii=False) + "\n" for paper in known[:size])
    del known
    library = folder / "library.db"
    migrate(library, folder / "backups")
    edition = find_edition(known_venues(), "neurips-2025")
    assert edition is not None
    told: dict[str, float | int] = {}
    with Database(library) as database:
        import_file(database, snapshot)
        document = forms.virtual_list(events(listed))
        with fake_sites({PATH: document}) as sites:
            sites.etags = True
            for name in ("sync_s", "unchanged_s"):
                started = time.perf_counter()
                (outcome,) = sync_venues(
                    database, sites.settings(timeout_seconds=60.0), [], pause=lambda _: None,
                    editions=[edition],
                ).outcomes  # fmt: skip
                told[name] = round(time.perf_counter() - started, 2)
                told |= {
                    one: getattr(outcome, one) for one in ("added", "merged") if one not in told
                }
            sites.etags = False
            started = time.perf_counter()
            sync_venues(
                database, sites.settings(timeout_seconds=60.0), [], pause=lambda _: None,
                editions=[edition],
            )  # fmt: skip
            told["sent_again_s"] = round(time.perf_counter() - started, 2)
        with database.read() as connection:
            started = time.perf_counter()
            told["papers"] = sum(venues.counts(connection)["neurips-2025"].values())
            told["counts_ms"] = round(1_000 * (time.perf_counter() - started), 1)
            for number, query in enumerate(QUERIES):
                times = []
                for _ in range(20):
                    started = time.perf_counter()
                    search_lexical(connection, parse_query(query), 20)
                    times.append(time.perf_counter() - started)
                told[f"query_{number}_ms"] = round(1_000 * sorted(times)[10], 1)
    told["megabytes"] = round(len(document) / 1e6)
    told["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024)
    return told


def main() -> None:
    """Print what was measured as one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=19_176)
    parser.add_argument("--papers", type=int, default=6_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), given.works, given.papers), indent=2))


if __name__ == "__main__":
    main()
