"""How long merging an edition takes, and whether it grows with the library.

    python -m tests.benchmarks.bench_merging --sizes 10000 110000 --editions 6000 10000 --folder DIR

A library of so many works takes in an edition: half of it are copies of works that are there, as
another list would have them and without their identifiers, half are new. The libraries stay in DIR.
"""

import argparse
import json
import random
import resource
import shutil
import time
from pathlib import Path
from typing import Any

from assistant.config import Home
from assistant.library.importing import import_file, store_entries
from assistant.library.venues.keeping import PART
from assistant.sources.arxiv_snapshot import snapshot_entry
from assistant.sources.record import Entry, Identifier, Record, author_from_name
from db.doubts import count_doubts
from db.engine import Database
from db.migrate import migrate
from tests.benchmarks import scale
from tests.merging.derive import derived


def library(folder: Path, size: int) -> Home:
    """Return the home of a library of so many works, made if it is not there."""
    home = Home(folder / str(size))
    if not home.library_file.exists():
        home.path.mkdir(parents=True)
        snapshot = home.path / "snapshot.jsonl"
        scale.write_snapshot(snapshot, size)
        migrate(home.library_file, home.backups)
        with Database(home.library_file) as database:
            start = time.perf_counter()
            import_file(database, snapshot)
            print(f"{size:,} works imported, {size / (time.perf_counter() - start):,.0f} a second")
        snapshot.unlink()
    return home


def edition(count: int) -> list[Entry]:
    """Return the papers of a conference: known ones as its list has them, and new ones."""
    chance = random.Random(count)
    real = list(scale.made_papers(10_000))
    known = [_fields(one) for one in chance.sample(real, count // 2)]
    made = scale.made_papers(len(scale.real_papers()) + count, seed=5)
    new = [_fields(one) for one in made]
    entries = [derived(one, chance, venue="A Conference") for one in known]
    for one in new[-(count - len(known)) :]:
        people = [f"{name}-{chance.randrange(1_000)}" for name in one["authors"]]
        entries.append({**one, "authors": people, "source": "derived", "venue": "A Conference"})
    return [_entry(one, number) for number, one in enumerate(entries)]


def merged(home: Home, entries: list[Entry]) -> dict[str, Any]:
    """Store an edition in a copy of a library, and tell how that went."""
    place = home.path / "trial.db"
    shutil.copy(home.library_file, place)
    with Database(place) as database:
        start, busy = time.perf_counter(), time.process_time()
        reports = [
            store_entries(database, entries[at : at + PART], label="an edition")
            for at in range(0, len(entries), PART)
        ]
        seconds, cpu = time.perf_counter() - start, time.process_time() - busy
        with database.read() as connection:
            asked = count_doubts(connection)
    place.unlink()
    return {
        "seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2),
        "added": sum(one.added for one in reports), "merged": sum(one.merged for one in reports),
        "asked": asked, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


def _fields(paper: dict[str, Any]) -> dict[str, Any]:
    (record,) = snapshot_entry(paper).records
    names = [f"{one.family}, {one.given}" if one.given else one.family for one in record.authors]
    return {"id": record.source_id, "title": record.title, "authors": names,
            "abstract": record.abstract, "year": record.year}  # fmt: skip


def _entry(fields: dict[str, Any], number: int) -> Entry:
    record = Record(
        source="conference",
        source_id=str(number),
        title=fields["title"],
        abstract=fields["abstract"],
        authors=tuple(map(author_from_name, fields["authors"])),
        identifiers=(Identifier("local", f"conference-{number}"),),
        kind="conference",
        venue=fields["venue"],
        year=fields["year"],
    )
    return Entry((record,))


def main() -> None:
    """Measure every edition on every library."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 110_000])
    parser.add_argument("--editions", type=int, nargs="+", default=[6_000, 10_000])
    parser.add_argument("--folder", type=Path, required=True)
    told = parser.parse_args()
    for size in told.sizes:
        home = library(told.folder, size)
        for count in told.editions:
            print(json.dumps({"works": size, "edition": count, **merged(home, edition(count))}))


if __name__ == "__main__":
    main()
