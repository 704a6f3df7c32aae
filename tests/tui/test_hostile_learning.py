"""Nothing in a person's own track, a lab's output or a run breaks a screen or commands it."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.tui.areas.labs.page import Place
from assistant.tui.jobs.job import Job
from db import personal
from db.engine import Database
from tests.tui.driving import LARGE, SMALL, Person, drive
from tests.tui.hostile import STRINGS, SURROGATE
from tests.tui.playing import hold_jobs
from tests.tui.test_hostile import check
from tests.tui.test_labs import go_to, into_page, jobs, tell

_LONGEST = 900
SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])


def quoted(text: str) -> str:
    """Return a text as TOML takes it, whatever is in it."""
    told = "".join(
        f"\\u{ord(sign):04x}" if ord(sign) < 32 or 127 <= ord(sign) < 160 or sign in '"\\' else sign
        for sign in f"x {text}"[:_LONGEST]
    )
    return f'"{told}"'


def track(id: str, texts: list[str]) -> str:
    """Return a file in which every text is hostile; each skill needs the one before."""
    parts = [f'[track]\nid = "{id}"\ntitle = {quoted(texts[0])}\nsummary = {quoted(texts[0])}']
    for number, text in enumerate(texts):
        told = quoted(text)
        needs = f'["s{number - 1}"]' if number else "[]"
        parts.append(
            f'[[skill]]\nid = "s{number}"\ntitle = {told}\ncan = {told}\nwhy = {told}\n'
            f"needs = {needs}\nhours = 1\nterms = [{told}]\nplanned = {told}\n"
            f'read = [{{ title = {told}, url = "https://example.org/{number}", why = {told} }}]\n'
            f"recall = [{{ ask = {told}, answer = {told} }}]\n"
            f"proof = [{{ show = {told} }}, {{ note = 3 }}]"
        )
    return "\n\n".join(parts) + "\n"


@pytest.fixture
def hostile(learning: Path) -> Path:
    """A learner whose track is hostile, and whose folder has files of hostile names."""
    texts = list(STRINGS.values())
    folder = learning / "tracks"
    (folder / "mine.toml").write_text(track("mine", texts), encoding="utf-8")
    for number, text in enumerate(texts):
        name = text.replace("/", "_").replace("\x00", "")[:40]
        (folder / f"{name}{number}.toml").write_text("[[[", encoding="utf-8")
    return learning


async def calm(person: Person) -> None:
    """Check the screen without what is said in passing: a box over half an emoji cuts it."""
    person.app.clear_notifications()
    await person.rest()
    check(person)


async def check_all(person: Person) -> None:
    """Check a page from its top to its end."""
    await person.press("g")
    for _ in range(30):
        await calm(person)
        before = person.text()
        await person.press("pagedown")
        if person.text() == before:
            return


def test_every_skill_of_a_track_is_listed_beside_its_page(hostile: Path) -> None:
    async def play(person: Person) -> None:
        check(person)
        for key in ("g", *["j"] * len(STRINGS)):
            await person.press(key)
            await calm(person)

    drive(play, size=LARGE)


def test_a_page_that_is_read_and_the_filter(hostile: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("g")
        for _ in range(4):
            await person.press("enter")
            await check_all(person)
            await person.press("escape", *["j"] * 7)
        await person.press("slash")
        for text in STRINGS.values():
            await person.type(text)
            await calm(person)

    drive(play)


def test_what_a_skill_asks_and_shows(hostile: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("g", "t")
        await calm(person)
        await person.press("escape")
        for _ in range(4):
            for keys in (("R", "space"), ("escape", "E"), ("l",), ("escape", "b")):
                await person.press(*keys)
                await calm(person)
            await person.press(*["j"] * 7)
        await person.press("w")
        await check_all(person)

    drive(play, size=LARGE)


@SIZES
def test_what_a_lab_tells_while_it_works(learning: Path, size: tuple[int, int]) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "custom_loss")
        await person.press("R", "enter")
        (job,) = jobs(person).running
        for text in [*STRINGS.values(), SURROGATE]:
            hostile_events(job, text)
        jobs(person).tell()
        await person.rest()
        await check_all(person)
        await person.press("right", "escape", "enter")
        await check_all(person)
        jobs(person).end(job, "cancelled")
        await person.rest()
        check(person)

    drive(play, size=size, prepare=hold_jobs)


def hostile_events(job: Job, text: str) -> None:
    """Let a lab tell a text in every place there is, and lines that are no events."""
    job.take_line(text)
    for step in range(4):
        tell(job, event="lab-metric", name=text, step=step, value=step, unit=text)
    tell(job, event="lab-metric", name=text, step=text, value=text, unit=[text])
    tell(job, event="lab-metric", name="huge", step=1e308, value=10**400, unit="")
    tell(job, event="lab-start", lab=text, device=text, scale=text)
    for holds in (True, False):
        tell(job, event="lab-claim", id=text, text=text, measured=text, bound=text, holds=holds)
    tell(job, event="lab-skip", id=text, text=text, why=text)
    tell(job, event="check", name=text, status=text, message=text)
    tell(job, event="progress", label=text, done=1, total=2, detail=text)


@SIZES
def test_what_a_check_answers_and_what_the_log_keeps(learning: Path, size: tuple[int, int]) -> None:
    texts = [*STRINGS.values(), SURROGATE]
    kept = {
        "status": "incorrect", "passed": 1, "checks": 2, "told": texts[0], "problem": texts[1],
        "results": [*([text, text] for text in STRINGS.values()), texts[0], [1]],
    }  # fmt: skip
    with Database(learning / "library.db") as database, database.write("seed") as connection:
        personal.append_event(connection, "lab-check", "lab:clip", kept)

    async def play(person: Person) -> None:
        await go_to(person, "clip")
        await person.press("enter")
        await check_all(person)
        await person.press("escape")
        await go_to(person, "autograd")
        await person.press("s", "C")
        job = jobs(person).running[-1]
        job.result = answer(texts)
        jobs(person).end(job)
        await person.rest()
        await check_all(person)

    drive(play, size=size, prepare=hold_jobs)


def answer(texts: list[str]) -> dict[str, Any]:
    checks = [
        {"name": one, "proves": one, "status": status, "message": f"{one}\n{one}"}
        for one in texts
        for status in ("incorrect", one)
    ]
    whole = "\n".join(texts)
    return {
        "lab": "autograd", "status": whole, "passed": whole, "problem": whole, "notice": whole,
        "checks": [*checks, whole], "output": whole, "proven": texts,
        "hint": {"check": texts[0], "number": whole, "total": whole, "text": whole},
    }  # fmt: skip


@SIZES
def test_runs_of_which_every_text_is_hostile(learning: Path, size: tuple[int, int]) -> None:
    texts = list(STRINGS.values())
    names = dict(zip(("device", "scale", "seed", "error", "told", "held", "failed"), texts * 9,
                     strict=False))  # fmt: skip
    with Database(learning / "library.db") as database, database.write("seed") as connection:
        for id in IDS:
            keep(learning, id, texts)
            whole = id != IDS[-1]  # the last one has claims and figures that are none
            claims: list[Any] = [
                {"id": one, "text": one, "measured": one, "bound": one, "holds": True}
                for one in texts
            ]
            figures: dict[str, Any] = {one: {"unit": one, "value": one} for one in texts}
            told = names | {
                "run": id, "lab": "pruning", "ok": False,
                "claims": claims if whole else [*claims, texts[0]],
                "figures": figures if whole else figures | {"y": texts[0]},
                "environment": {one: one for one in texts},
                "artifacts": [*({"name": one, "size": one} for one in texts), texts[0]],
                "solution": {"file": texts[0], "digest": texts[1]},
            }  # fmt: skip
            personal.append_event(connection, "lab-run", "lab:pruning", told)

    async def play(person: Person) -> None:
        await go_to(person, "pruning")
        await person.press("enter")
        await into_page(person, Place("run", IDS[-1]))
        await calm(person)
        await person.press("enter")
        await check_all(person)
        await person.press("escape", "escape", "equals_sign")
        await calm(person)
        await person.press("down", "enter", "down", "enter")
        await check_all(person)

    drive(play, size=size, prepare=hold_jobs)


IDS = tuple(f"2025102{n}-100000-pruning-{n}aaa" for n in range(3))


def keep(home: Path, id: str, texts: list[str]) -> None:
    """Write a run's folder, whose curves have hostile names."""
    folder = home / "labs" / "runs" / id
    folder.mkdir(parents=True)
    events = [
        {"event": "metric", "name": text, "step": step, "value": 2 * step, "unit": text}
        for text in texts
        for step in range(4)
    ]
    lines = "\n".join(map(json.dumps, events))
    (folder / "events.jsonl").write_text(lines, encoding="utf-8")
