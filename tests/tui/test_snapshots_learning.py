"""Pictures of Skills and Labs: every state, small and large."""

import json
from pathlib import Path

import pytest

from tests.tui.driving import Person
from tests.tui.test_labs import OPEN, PASSED, jobs, tell
from tests.tui.test_skills import go_to
from tests.tui.test_snapshots import SIZES, States, pictured

LEARNING: States = {}


def learning_state(play: object) -> object:
    """Add a state to be pictured, named after its function."""
    LEARNING[play.__name__] = play  # type: ignore[attr-defined,assignment]
    return play


@learning_state
async def skills_track(person: Person) -> None:
    return


@learning_state
async def skills_filtered(person: Person) -> None:
    await person.press("slash")
    await person.type("locked")
    await person.press("enter")


@learning_state
async def skills_nothing(person: Person) -> None:
    await person.press("slash")
    await person.type("zqxj")


@learning_state
async def skills_reading(person: Person) -> None:
    await go_to(person, "reading")
    await person.press("enter", "j")


@learning_state
async def skills_proven(person: Person) -> None:
    await go_to(person, "custom-loss")
    await person.press("enter")


@learning_state
async def skills_tracks(person: Person) -> None:
    await person.press("t")


@learning_state
async def skills_review(person: Person) -> None:
    await go_to(person, "reading")
    await person.press("R", "space", "space", "space")


@learning_state
async def skills_prove(person: Person) -> None:
    await go_to(person, "telling")
    await person.press("E", "l")


@learning_state
async def skills_done(person: Person) -> None:
    await person.press("w")


@learning_state
async def labs_all(person: Person) -> None:
    await person.press("5")


@learning_state
async def labs_filtered(person: Person) -> None:
    await person.press("5", "slash")
    await person.type("passed loss")
    await person.press("enter")


@learning_state
async def labs_page(person: Person) -> None:
    await person.press("5", "j", "j", "enter")


@learning_state
async def labs_failed(person: Person) -> None:
    await person.press("5", "s", "C")
    (job,) = jobs(person).running
    job.result = OPEN
    jobs(person).end(job)


@learning_state
async def labs_passed(person: Person) -> None:
    await person.press("5", "s", "C")
    (job,) = jobs(person).running
    job.result = PASSED
    jobs(person).end(job)


@learning_state
async def labs_checking(person: Person) -> None:
    await person.press("5", "s", "C")
    (job,) = jobs(person).running
    tell(job, event="check", name="the first", status="passed", message="")
    tell(job, event="check", name="the second", status="incorrect", message="it is off by one")
    jobs(person).tell()


@learning_state
async def labs_choosing(person: Person) -> None:
    await person.press("5", "R")


@learning_state
async def labs_running(person: Person) -> None:
    await person.press("5", "j", "j", "R", "enter")
    (job,) = jobs(person).running
    tell(job, event="lab-start", lab="custom_loss", device="cpu")
    for step in range(60):
        tell(job, event="lab-metric", name="loss", step=step, value=2 / (1 + step), unit="nats")
        tell(job, event="lab-metric", name="norm", step=step, value=step % 7, unit="")
    tell(job, event="lab-claim", id="a", text="It holds", measured=1.25, bound=2, holds=True)
    tell(job, event="lab-claim", id="b", text="It does not", measured=9, bound=2, holds=False)
    tell(job, event="progress", label="Running", done=3, total=4, detail="training")
    jobs(person).tell()


@learning_state
async def labs_kept(person: Person) -> None:
    await person.press("5", "j", "j", "tab", "j", "enter")


@learning_state
async def labs_compared(person: Person) -> None:
    await person.press("5", "j", "j", "equals_sign", "enter", "enter")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", LEARNING)
def test_learning(learning: Path, monkeypatch: pytest.MonkeyPatch, name: str, size: str) -> None:
    monkeypatch.setattr("assistant.tui.areas.labs.changes._has_gpu", lambda: False)
    pictured(name, size, LEARNING[name])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("area", ["skills", "labs"])
def test_nothing_done_yet(seeded: Path, area: str, size: str) -> None:
    (seeded / "session.json").write_text(json.dumps({"app": {"area": area}}))

    async def look(person: Person) -> None:
        return

    pictured(f"{area}_empty", size, look)


@pytest.mark.parametrize("size", SIZES)
def test_nothing_done_yet_on_the_page_of_what_was_done(seeded: Path, size: str) -> None:
    (seeded / "session.json").write_text(json.dumps({"app": {"area": "skills"}}))

    async def look(person: Person) -> None:
        await person.press("w")

    pictured("skills_done_empty", size, look)
