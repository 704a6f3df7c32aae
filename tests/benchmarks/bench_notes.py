"""The vault: indexing 5,000 notes cold, unchanged and after one edit; search with them beside.

    python -m tests.benchmarks.bench_notes --folder DIR [--notes 5000] [--papers]
    python -m tests.benchmarks.bench_notes --embedded HOME

Notes are some 4 KB each, with front matter, sections, links of several forms, code and maths.
With `--papers` the 23k real papers are imported too, and warm word searches are timed with the
notes and without. Without embeddings.

`--embedded` times 200 warm hybrid queries of every kind in a home whose papers and notes have their
vectors (`assistant import`, `write_notes`, `assistant note refresh`, `assistant embed`): papers
alone, and papers with notes in one list.
"""

import argparse
import random
import resource
import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from assistant.config import Home, Settings
from assistant.notes.indexing import refresh
from assistant.notes.linking import backlinks, broken, mentions, orphans
from assistant.notes.renaming import rename
from assistant.notes.vault import open_vault
from assistant.search.engine import SearchEngine
from assistant.search.everything import Everything
from db import notes as index
from db import sections
from db.engine import Database
from db.migrate import migrate
from tests.benchmarks import scale
from tests.fakes.vaults import sentence

_FOLDERS = ("Papers", "Ideas", "Méthodes", "日記", "Projects/Deep")
_QUERIES = ("attention gradient", "how does pruning affect retrieval?", "manifold", "graph cache")


def write_notes(root: Path, count: int) -> int:
    """Write notes of some 4 KB, and return how many bytes they have in all."""
    chance = random.Random(0)
    names = [f"{chance.choice(_FOLDERS)}/{sentence(chance)[:30].strip()} {n}" for n in range(count)]
    size = 0
    for number, name in enumerate(names):
        facts = f"id: n{number}\ntags: [deep, x/{number % 7}]\npapers: [arxiv:2101.{number}]"
        parts = [f"---\n{facts}\n---\n"]
        for _ in range(chance.randint(3, 6)):
            parts.append(f"\n## {sentence(chance)[:-1]}\n\n")
            for _ in range(chance.randint(1, 3)):
                other = chance.choice(names)
                linked = f"[[{other.rpartition('/')[2]}]] and `[[code]]`, $x_{{1}}^2$."
                relative = f"[there](../{other.replace(' ', '%20')}.md)"
                words = [sentence(chance) for _ in range(chance.randint(2, 5))]
                parts.append(" ".join([words[0], linked, *words[1:], relative]) + "\n\n")
        text = "".join(parts)
        path = root / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        size += len(text.encode())
    return size


def timed(label: str, act: Callable[[], object], runs: int = 1) -> None:
    """Print the median seconds of an act, with the processor's."""
    seconds, cpu = [], []
    for _ in range(runs):
        start, used = time.perf_counter(), time.process_time()
        act()
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - used)
    print(f"{label:<44} {statistics.median(seconds):8.3f} s  {statistics.median(cpu):8.3f} s cpu")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--embedded", type=Path)
    parser.add_argument("--notes", type=int, default=5_000)
    parser.add_argument("--papers", action="store_true")
    arguments = parser.parse_args()
    if arguments.embedded:
        _hybrid(Home(arguments.embedded))
        return
    if not arguments.folder:
        parser.error("--folder or --embedded")
    home = Home(arguments.folder / "notes")
    shutil.rmtree(home.path, ignore_errors=True)
    home.path.mkdir(parents=True)
    size = write_notes(home.vault, arguments.notes)
    print(f"{arguments.notes:,} notes, {size / 1e6:.1f} MB")
    migrate(home.library_file, home.backups)
    with Database(home.library_file) as database:
        vault = open_vault(home, Settings(), database)
        engine = SearchEngine(database, home, Settings())
        if arguments.papers:
            _papers(home, database)
            _searches("words, before any note is indexed", engine, Everything(engine))
        timed("index all, cold", lambda: refresh(vault))
        time.sleep(0.3)
        timed("unchanged", lambda: refresh(vault), 5)
        timed("unchanged, every file read", lambda: refresh(vault, thorough=True), 3)
        path = next(iter(sorted(home.vault.rglob("*.md"))))
        name = path.relative_to(home.vault).as_posix()

        def edit() -> None:
            path.write_text(path.read_text() + "\nOne more line.\n")

        def one() -> None:
            edit()
            refresh(vault, [name])

        def one_found() -> None:
            edit()
            assert refresh(vault).changed == [name]

        timed("one changed, told which", one, 9)
        timed("one changed, to be found", one_found, 9)
        timed("backlinks", lambda: backlinks(vault, name), 5)
        timed("broken links", lambda: broken(vault), 3)
        timed("orphans", lambda: orphans(vault), 3)
        timed("mentions", lambda: mentions(vault, name), 3)
        timed("rename with its links", lambda: rename(vault, name, "Ideas/renamed.md"))
        if arguments.papers:
            _searches("words, notes beside", engine, Everything(engine))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")


def _hybrid(home: Home) -> None:
    """Time hybrid queries with the notes beside and without them."""
    from assistant.config import load_settings
    from assistant.library.opening import open_library
    from tests.benchmarks.bench_library import measure, queries

    chance = random.Random(3)
    asked = queries()
    asked["of notes"] = [" ".join(sentence(chance).lower().split()[:4]) for _ in range(200)]
    with open_library(home, load_settings(home)) as database:
        everything = Everything(SearchEngine(database, home, load_settings(home)))
        with database.read() as connection:
            notes = index.count_notes(connection)
            passages = sections.newest_section(connection)
        print(f"{notes:,} notes of {passages:,} passages, {everything.engine.coverage}")
        print(f"{'hybrid, ms':<12} {'papers alone':>20} {'with notes':>20}")
        for kind, texts in asked.items():
            alone = measure(lambda text: everything.engine.search(text, limit=20), texts)
            both = measure(lambda text: everything.search(text, limit=20), texts)
            told = [f"p50 {one['p50']:5.1f} p99 {one['p99']:6.1f}" for one in (alone, both)]
            print(f"{kind:<12} {told[0]:>20} {told[1]:>20}", flush=True)


def _papers(home: Home, database: Database) -> None:
    import json

    from assistant.library.importing import import_file

    lines = home.path / "papers.jsonl"
    lines.write_text("".join(json.dumps(paper) + "\n" for paper in scale.real_papers()))
    import_file(database, lines)


def _searches(label: str, engine: SearchEngine, everything: Everything) -> None:
    for query in _QUERIES:
        engine.search(query, mode="lexical")
    for query in _QUERIES:
        timed(f"{label}: papers: {query[:16]}", lambda q=query: engine.search(q, mode="lexical"), 9)  # type: ignore[misc]
        timed(
            f"{label}: all: {query[:16]}", lambda q=query: everything.search(q, mode="lexical"), 9
        )  # type: ignore[misc]


if __name__ == "__main__":
    main()
