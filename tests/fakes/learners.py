"""Somebody who learns: a track of their own, and what they did for it in some weeks."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import time_machine

from assistant.config import Home
from assistant.skills import deeds
from assistant.skills.catalogue import find_skill, find_track, load_curriculum
from assistant.skills.run_store import runs_folder
from db import personal
from db.engine import Connection, Database

TRACK = """
[track]
id = "mine"
title = "My own way"
summary = "From words to a loss."
include = ["custom-loss"]

[[skill]]
id = "reading"
title = "Reading well"
can = "You can say in a sentence what a paper claims."
why = "Who reads much forgets much."
needs = []
hours = 2
terms = ["sparse attention"]
read = [
  {{ work = "{first}", why = "It is short." }},
  {{ work = "{second}", why = "It is long." }},
  {{ work = "arxiv:9901.00001", title = "Not here", why = "It is missing." }},
  {{ title = "A guide", url = "https://example.org/guide", why = "It helps." }},
]
recall = [
  {{ ask = "What does it claim?", answer = "That it is fast." }},
  {{ ask = "Is it true?", answer = "On some machines." }},
]
proof = [{{ read = 2 }}, {{ note = 5 }}]

[[skill]]
id = "telling"
title = "Telling others"
can = "You can explain a paper to somebody who has not read it."
needs = ["reading"]
hours = 3
planned = "A talk that is timed."
proof = [{{ show = "a talk or a text that explains a paper" }}]

[[skill]]
id = "doubting"
title = "Doubting"
can = "You can find what a paper does not say."
needs = ["telling", "autograd"]
hours = 4.5
recall = [{{ ask = "What is not said?", answer = "What failed." }}]
proof = [{{ show = "a question that was answered by its authors" }}]
"""

CLAIMS = [
    {"id": "a", "text": "Both ends equal torch's losses", "measured": 0.0, "bound": "≤ 2e-07",
     "holds": True},
    {"id": "b", "text": "The mix is hardly more robust", "measured": 3.3, "bound": 3.0,
     "holds": False},
    {"id": "c", "text": "It is faster on a GPU", "why": "there is none"},
]  # fmt: skip


def give_track(home: Path, first: str, second: str) -> None:
    """Write the track, with two works of the library on its list."""
    (home / "tracks").mkdir(exist_ok=True)
    text = TRACK.format(first=first, second=second)
    (home / "tracks" / "mine.toml").write_text(text, encoding="utf-8")


def live(home: Path, database: Database) -> None:
    """Pick the track, prove a skill by a lab, begin another, review, and run a lab twice."""
    curriculum = load_curriculum(Home(home))

    def on(day: int, *events: Any) -> None:
        with (
            time_machine.travel(f"2025-10-{day:02}T10:00:00+00:00", tick=False),
            database.write("seed") as connection,
        ):
            for event in events:
                event(connection)

    def skill(id: str) -> Any:
        return find_skill(curriculum, id)

    on(6, lambda c: deeds.pick_track(c, find_track(curriculum, "mine")))
    on(7, lambda c: deeds.start_skill(c, skill("reading")))
    on(13, lambda c: _lab(c, "custom_loss", "lab-start", file="custom_loss.py"))
    on(14, lambda c: check(c, "custom_loss", ["passed", "incorrect", "not attempted"]))
    on(15, lambda c: check(c, "custom_loss", ["passed", "passed", "passed"]))
    on(20, lambda c: deeds.answer_review(c, skill("reading"), "good"))
    on(22, lambda c: check(c, "autograd", ["passed", "broken", "not run"]))
    on(27, lambda c: run(c, home, "20251027-100000-custom_loss-aaaa", ok=True))
    on(28, lambda c: run(c, home, "20251028-100000-custom_loss-bbbb", ok=False, own=True))


def check(connection: Connection, lab: str, statuses: Sequence[str]) -> None:
    """Write a check into the log."""
    passed = statuses.count("passed")
    whole = passed == len(statuses)
    results = [[f"check {n} of {lab}", status] for n, status in enumerate(statuses, 1)]
    _lab(
        connection, lab, "lab-check", status="passed" if whole else "incorrect", passed=passed,
        checks=len(statuses), results=results, seconds=1.0, file=f"{lab}.py", digest="d",
        told=f"checked {lab}: {passed} of {len(statuses)} passed",
    )  # fmt: skip


def run(
    connection: Connection, home: Path, id: str, *, ok: bool, own: bool = False, scale: str = "tiny"
) -> None:
    """Write a run into the log, and its curves into its folder."""
    lab = id.split("-")[2]
    claims = [one for one in CLAIMS if ok is False or one.get("holds") is not False]
    figures = {
        "loss": {"unit": "", "points": 30, "value": 0.25 if ok else 0.5},
        "time": {"unit": "s", "points": 1, "value": 1.5},
    }
    _lab(
        connection, lab, "lab-run", run=id, lab=lab, device="cpu", scale=scale, seed=0, ok=ok,
        error=None, seconds=12.5 if ok else 20.0, peak_memory=300 << 20, held=1,
        failed=int(not ok), skipped=1, budget={}, claims=claims, figures=figures,
        solution={"file": f"{lab}.py", "digest": "abc"} if own else None,
        environment={"cpu": "a CPU", "torch": "2.9"}, artifacts=[{"name": "fit.csv", "size": 12}],
        began="2025-10-27T10:00:00+00:00",
        told=f"ran {'your solution of ' if own else ''}{lab} on cpu: 1 claims held",
    )  # fmt: skip
    folder = runs_folder(Home(home)) / id
    folder.mkdir(parents=True, exist_ok=True)
    events = [
        {
            "event": "metric",
            "name": "loss",
            "step": step,
            "value": (2 - ok) / (1 + step),
            "unit": "",
        }
        for step in range(30)
    ]
    lines = "".join(json.dumps(event) + "\n" for event in events)
    (folder / "events.jsonl").write_text(lines, encoding="utf-8")
    request = {"run": id, "lab": lab, "device": "cpu", "began": "2025-10-27T10:00:00+00:00"}
    (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")


def _lab(connection: Connection, of: str, kind: str, /, **data: Any) -> None:
    personal.append_event(connection, kind, f"lab:{of}", {"told": f"{kind} {of}", **data})
