"""Skills and Labs in a real terminal: how soon they are there, and how soon a key is answered.

python -m tests.benchmarks.bench_learning [--works 23000] [--runs 5]

Keys are timed as in `bench_app`, first alone, then while a lab runs on every core at the priority
of the app's own jobs, in a process beside the app: what the run itself draws is no answer to a key.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.terminal import made_library, running, time_keys
from tests.fakes.learners import give_track, live

_PLACES = {"skills": b"My own way", "labs": b"labs passed"}
_KEYS = (("jk", "next line"), ("Gg", "the ends"), ("p", "page"), ("\t\x1b", "into the page"))
_LAB = ("lab", "run", "amp", "--device", "cpu", "--scale", "small")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--works", type=int, default=23_000)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = made_library(Path(folder), asked.works)
        _learn(home)
        for place, seen in _PLACES.items():
            (home / "session.json").write_text(f'{{"app": {{"area": "{place}"}}}}')
            pictures, lists, memory = [], [], []
            for _ in range(asked.runs):
                with running(["-m", "assistant"], home) as program:
                    pictures.append(program.until(b"Labs"))
                    lists.append(program.until(seen))
                    time.sleep(1.0)
                    memory.append(program.megabytes())
            print(f"{place}, first picture  {statistics.median(pictures):.2f} s")
            print(f"{place}, listed         {statistics.median(lists):.2f} s")
            print(f"{place}, memory         {statistics.median(memory):.0f} MB")
            time_keys(home, f"in {place}", _KEYS, seen)
            labs = [_lab(home) for _ in range(os.cpu_count() or 1)]
            time.sleep(8.0)
            time_keys(home, f"{place}, lab runs", _KEYS, seen)
            for lab in labs:
                lab.terminate()
                lab.wait()


def _learn(home: Path) -> None:
    from db import works
    from db.engine import Database

    with Database(home / "library.db") as database:
        with database.read() as connection:
            first, second = works.view_works(connection, [1, 2])
        give_track(home, first.public_id, second.public_id)
        live(home, database)


def _lab(home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["nice", "-n", "19", sys.executable, "-m", "assistant", *_LAB],
        env={**os.environ, "ASSISTANT_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    main()
