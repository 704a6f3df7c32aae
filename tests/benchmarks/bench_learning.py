"""`assistant track` and its siblings over a long log, cold, beside an empty one.

    python -m tests.benchmarks.bench_learning [EVENTS]

A library of its own is made in a temporary folder: the starter works and so many events of learning
over two years, runs with all they keep among them. Commands run as a person runs them, turn about;
medians of seven: seconds by the clock, and of CPU, which a busy machine changes less.
"""

import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.config import Home, Settings
from assistant.library.opening import open_library
from assistant.skills.catalogue import load_curriculum
from assistant.skills.progress import reading_ids
from db import learning

ROUNDS = 7
COMMANDS = (["track"], ["skill", "next"], ["skill", "list"], ["progress", "show"],
            ["progress", "week"], ["progress", "log"], ["lab", "runs"])  # fmt: skip
CLAIMS = [
    {"id": f"c{n}", "text": "Both agree in float64 over a hundred steps", "measured": 1e-9,
     "bound": "1e-6", "holds": True} for n in range(8)
]  # fmt: skip
FIGURES = {f"loss, {n}": {"unit": "nats", "points": 100, "value": 0.1234} for n in range(12)}
ENVIRONMENT = {"cpu": "a processor", "cores": 2, "torch": "2.13.0", "python": "3.11"}


def fill(home: Home, events: int) -> None:
    """Make a library with so many events of learning."""
    chance = random.Random(1)
    curriculum = load_curriculum(home)
    skills = list(curriculum.skills)
    labs = sorted({lab for skill in curriculum.skills.values() for lab in skill.labs})
    with open_library(home, Settings()) as database, database.write("fill") as connection:
        numbers = reading_ids(connection, curriculum)
        start = datetime.now(UTC) - timedelta(days=730)
        for place in range(events):
            at = (start + timedelta(days=730 * place / max(events, 1))).isoformat(
                timespec="microseconds"
            )
            lab, skill = chance.choice(labs), chance.choice(skills)
            kind = chance.choices(
                ["lab-check", "lab-hint", "lab-run", "skill-review", "state"], [45, 15, 10, 10, 20]
            )[0]
            if kind == "state":
                id = chance.choice(list(numbers))
                state = chance.choice(["read", "skimmed", "later"])
                data: dict[str, object] = {"work": numbers[id], "after": {"state": state}}
                learning.append_past(connection, at, kind, id, data)
            elif kind == "skill-review":
                data = {"answer": chance.choice(["again", "good", "easy"]), "told": "reviewed"}
                learning.append_past(connection, at, kind, f"skill:{skill}", data)
            else:
                passed = chance.randint(0, 7)
                told: dict[str, dict[str, object]] = {
                    "lab-check": {"status": "passed" if passed == 7 else "incorrect",
                                  "passed": passed, "checks": 7,
                                  "results": [["a check of it", "passed"]] * 7},
                    "lab-hint": {"check": "a check of it", "number": 1, "of": 3},
                    "lab-run": {"run": f"r{place}", "lab": lab, "ok": True, "device": "cpu",
                                "scale": "small", "seed": 0, "seconds": 1.0, "solution": None,
                                "claims": CLAIMS, "figures": FIGURES,
                                "environment": ENVIRONMENT},
                }  # fmt: skip
                data = {**told[kind], "told": f"{kind} of {lab}"}
                learning.append_past(connection, at, kind, f"lab:{lab}", data)


def cold(home: Home, command: list[str]) -> tuple[float, float]:
    """Return the seconds a command takes in a process of its own, by the clock and of CPU."""
    environment = {**os.environ, "ASSISTANT_HOME": str(home.path), "COLUMNS": "80"}
    started = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "assistant", *command], env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"assistant {' '.join(command)} failed")
    return time.perf_counter() - started, used.ru_utime + used.ru_stime


def main() -> None:
    """Print a table: seconds, median and slowest, with no event and with many."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        homes = {count: Home(Path(folder) / str(count)) for count in (0, events)}
        for count, home in homes.items():
            fill(home, count)
        print(f"{'assistant …':<18}" + "".join(f"{count:>12,} events" for count in homes))
        for command in COMMANDS:
            times: dict[int, list[tuple[float, float]]] = {count: [] for count in homes}
            for _ in range(ROUNDS):
                for count, home in homes.items():
                    times[count].append(cold(home, command))
            told = "".join(
                "".join(f"{statistics.median(column):>9.2f}" for column in zip(*one, strict=True))
                for one in times.values()
            )
            print(f"{' '.join(command):<18}{told}", flush=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"seconds by the clock and of CPU, medians of {ROUNDS}; {peak:.0f} MB at most")


if __name__ == "__main__":
    main()
