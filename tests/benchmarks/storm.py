"""47 real announcement days of five categories under a storm of every fault there is.

    python -m tests.benchmarks.storm SHARED_DATA --seeds 1 2 3

For each seed one library is synced daily, another on the first day and after three weeks away. Each
evening every verdict is held to what was announced. Once the storm is over two more syncs must have
brought every paper exactly once, and both libraries must give the same digests.
"""

import argparse
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.config import Home, Settings
from assistant.digest.making import Workshop
from assistant.digest.model import Digest
from assistant.library.following import ensure_main, find_profile, like_all
from assistant.search import work_vectors
from db import announcing, works
from db.engine import Database
from db.migrate import migrate
from tests.crash.test_kills import EncoderOfLetters
from tests.fakes.arxiv_site import World, fake_arxiv_site
from tests.fakes.arxiv_site_faults import ALL_KINDS
from tests.functional.judging import assert_all_came, wrong_verdicts
from tests.functional.syncing import Follower

CATEGORIES = ("cs.LG", "cs.CL", "cs.CV", "cs.AI", "cs.AR")
AWAY = 16
LIKES = 12
DIGESTS = 5  # of the last days both libraries have: each takes seconds


def world_of(folder: Path) -> World:
    """Return the real papers of the five categories."""
    (snapshot,) = folder.glob("arxiv/*.jsonl.gz")
    found = World.from_snapshot(snapshot, folder / "arxiv" / "announced.tsv")
    wanted = {
        name: paper for name, paper in found.papers.items() if {*paper.categories} & {*CATEGORIES}
    }
    return World(wanted, found.today)


def weather(me: Follower, days: Sequence[str], seed: int, arguments: argparse.Namespace) -> Any:
    """Sync on these days in a storm, and twice in the calm after it; tell what became of them."""
    wrong: list[str] = []
    verdicts: Counter[str] = Counter()
    start, used = time.perf_counter(), time.process_time()
    for place, day in enumerate(days):
        if place:
            me.site.storm(seed * 1_000 + place, arguments.rate, ALL_KINDS, spells=arguments.spells)
        report = me.sync(day)
        verdicts.update(one.state for one in report.batches if one.date == day)
        wrong += wrong_verdicts(me, days[0])
    asked = len(me.site.requests)
    faults = sum(bool(one.fault) for one in me.site.requests)
    me.site.calm()
    me.timeout = 60.0
    for _ in range(2):
        me.sync(days[-1])
    return {
        "syncs": len(days), "requests": asked, "faulty": faults, "evenings": dict(verdicts),
        "wrong": sorted(set(wrong)), "s": round(time.perf_counter() - start),
        "cpu_s": round(time.process_time() - used),
    }  # fmt: skip


def digests(me: Follower, days: Sequence[str], folder: Path) -> list[Digest]:
    """Like every so-many-th paper of the first day, and make the digests of later ones."""
    with me.database.write("like") as connection:
        ensure_main(connection)
        profile = find_profile(connection, None)
        (first,) = announcing.batches(connection, "arxiv", ["cs.LG"], since=days[0], until=days[0])
        names = sorted(announcing.announced_ids(connection, first.id))
        found = works.find_identifiers(connection, {"arxiv": names[:: len(names) // LIKES]})
        like_all(connection, profile, works.view_works(connection, sorted(found.values())), 1)
    workshop = Workshop(me.database, Home(folder), Settings())
    return [workshop.digest(None, day) for day in days]


def agree(one: Digest, other: Digest) -> bool:
    """Tell whether two digests show the same papers with the same scores, of the same batches."""
    batches = [{(b.category, b.state, b.received) for b in d.batches} for d in (one, other)]
    entries = [[(entry.id, entry.score) for entry in d.entries] for d in (one, other)]
    return batches[0] == batches[1] and entries[0] == entries[1]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--rate", type=float, default=0.22, help="of requests that fail")
    parser.add_argument("--spells", type=float, default=0.05, help="of endpoints failing all day")
    parser.add_argument("--timeout", type=float, default=2.0)
    arguments = parser.parse_args()
    work_vectors.load_encoder = lambda *_, **__: EncoderOfLetters()  # type: ignore[assignment]
    work_vectors.encoder_key = lambda *_: EncoderOfLetters.key  # type: ignore[assignment]
    world = world_of(arguments.data)
    days = world.batch_days("9999", 100)[::-1]
    for seed in arguments.seeds:
        made: list[list[Digest]] = []
        for name, synced in (("away", [days[0], days[AWAY]]), ("daily", days)):
            with tempfile.TemporaryDirectory() as told, fake_arxiv_site(world) as site:
                folder = Path(told)
                os.environ["ASSISTANT_COURTESY"] = str(folder / "courtesy")
                migrate(folder / "library.db", folder / "backups")
                with Database(folder / "library.db") as database:
                    me = Follower(database, site, list(CATEGORIES), arguments.timeout)
                    site.oversize = 50_000_000
                    outcome = weather(me, synced, seed, arguments)
                    assert_all_came(me, days[: days.index(synced[-1]) + 1])
                    made.append(digests(me, days[AWAY - DIGESTS : AWAY], folder))
            print(json.dumps({"seed": seed, "history": name, **outcome}), flush=True)
        same = sum(agree(one, other) for one, other in zip(*made, strict=True))
        print(json.dumps({"seed": seed, "digests": DIGESTS, "agree": same}), flush=True)


if __name__ == "__main__":
    main()
