"""SIGKILL at random moments of checks, runs, reviews and imports: what was told is kept.

The process that is killed writes what it was told to a file of its own. After each kill every
entry of the log that it was told of must be there, every event of a run that it was told of must
be in the run's folder, and a run that was cut off is written down once, as interrupted. No process
that a check or a run has started lives on.
"""

import json
import os
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest

from assistant.config import Home
from assistant.skills import deeds, labs, running, runs, transfer
from assistant.skills.catalogue import load_curriculum
from assistant.skills.run_store import INTERRUPTED, RunFolder, runs_folder
from db import learning
from db.backup import check_integrity
from db.engine import Database
from skills_lab.frame.catalogue import read_lab
from tests.crash.killing import Killer
from tests.fakes.lab_children import GOOD, wait_until_none_is_left
from tests.labs.toy import FILES, toy_root

__all__ = ["toy_root"]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

KILLS = 200
IMPORTED = 60
STEPS = ("check", "run", "import", "review")
"""Each begins a quarter of the lives, of which about half come to its end."""


class Told:
    """What the killed process was told, in a file that outlives it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, *words: object) -> None:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(descriptor, (json.dumps(words) + "\n").encode())
        os.close(descriptor)

    def read(self) -> list[list[Any]]:
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        return [json.loads(line) for line in lines]


def export_of(number: int) -> list[str]:
    """An export of a machine of its own, different for each number."""
    lines = ['{"assistant": "progress", "form": 1}']
    for place in range(IMPORTED):
        minute, second = divmod(place, 60)
        at = f"2026-01-02T{number % 24:02d}:{minute:02d}:{second:02d}.{number:06d}+00:00"
        lines.append(
            json.dumps(
                {"uid": f"{number}-{place}", "at": at, "event": "skill-review",
                 "subject": "skill:pruning", "data": {"answer": "good", "told": f"{number}"}}
            )
        )  # fmt: skip
    return lines


@pytest.mark.timeout(900)
def test_learning_killed(
    home: Path, database: Database, toy_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "CHILD", GOOD)
    monkeypatch.setattr("skills_lab.frame.report.ROOT", toy_root / "skills_lab")
    toy = read_lab(toy_root / "skills_lab/foundations/toy/lab.toml")
    skill = load_curriculum(Home(home)).skills["pruning"]
    file = Home(home).labs / "toy.py"
    file.parent.mkdir()
    file.write_text(FILES["reference.py"] + "MINE = True\n")
    path = database.path
    database.close()
    told = Told(tmp_path / "told.jsonl")
    killers = [Killer(place, 0.3, share=0.5, enough=1) for place, _ in enumerate(STEPS)]
    imported = checked = 0

    def work(first: int, number: int) -> Callable[[Callable[[int], None]], None]:
        def endless(acknowledge: Callable[[int], None]) -> None:
            fresh = number
            with Database(path) as opened:
                for done, step in enumerate(islice(cycle(STEPS), first, None)):
                    acknowledge(done)
                    if step == "check":
                        found = labs.check(Home(home), opened, toy)
                        assert found.passed, found.report
                        told.write("event", found.event)
                    elif step == "run":
                        ran = running.run(
                            Home(home), opened, toy, scale="tiny", device="cpu",
                            on_event=lambda event: told.write("told", event["event"]),
                        )  # fmt: skip
                        told.write("ran", ran.id, ran.event)
                    elif step == "import":
                        with opened.write("import") as connection:
                            report = transfer.import_lines(connection, export_of(fresh))
                        told.write("imported", fresh, report.added)
                        fresh += 1
                    else:
                        with opened.write("review") as connection:
                            change = deeds.answer_review(connection, skill, "good")
                        told.write("event", change.event)

        return endless

    cut_off = 0
    for kill in range(KILLS):
        told.path.unlink(missing_ok=True)
        first = kill % len(STEPS)
        killers[first].run(work(first, imported))
        wait_until_none_is_left(home)
        lines = told.read()
        with Database(path) as opened:
            newest = max(runs_folder(Home(home)).glob("*/events.jsonl"), default=None,
                         key=lambda one: one.stat().st_mtime_ns)  # fmt: skip
            with opened.read() as connection:
                known = {row.id: row for row in learning.events_in_time(
                    connection, deeds.KINDS, whole=True)}  # fmt: skip
                run_ids = learning.run_ids(connection)
            for kind, *rest in lines:
                if kind in ("event", "ran"):
                    assert rest[-1] in known, "a check, run or review it was told of is gone"
                    checked += known[rest[-1]].kind == "lab-check"
                if kind == "imported":
                    assert rest[1] == IMPORTED
                    imported = max(imported, rest[0] + 1)
            counts = [sum(row.data.get("told") == str(number) for row in known.values())
                      for number in range(imported + 1)]  # fmt: skip
            assert set(counts) <= {0, IMPORTED}, "an import is whole, or not there"
            assert all(counts[:imported]), "an import it was told of is gone"
            imported += bool(counts[imported])
            last = [place for place, line in enumerate(lines) if line[0] == "ran"]
            streamed = lines[(last[-1] + 1 if last else 0) :]
            of_last = [line[1] for line in streamed if line[0] == "told"]
            if of_last:
                assert newest is not None
                kept = [event["event"] for event in RunFolder(newest.parent).events()]
                assert kept[: len(of_last)] == of_last, "an event it was told of is gone"
            before = len(run_ids)
            listed = runs.list_runs(Home(home), opened)
            cut_off += len(listed) - before
            assert len(listed) == len({run.id for run in listed}), "a run is written down twice"
            started = {
                one.parent.name for one in runs_folder(Home(home)).glob("*/request.json")
            }  # fmt: skip
            assert {run.id for run in listed} == started
            assert all(run.ok or run.data["error"] == INTERRUPTED for run in listed)
    assert check_integrity(path) == []
    assert cut_off > KILLS / 40, "the kills miss the runs"
    assert imported > KILLS / 20
    assert checked > KILLS / 40, "the kills come before a check is done"
    assert any(run.ok for run in listed)
