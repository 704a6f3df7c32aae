"""Every place and state as it stands on the screen, small and large.

The pictures are the screen's lines; colours are the theme's. After a change that is meant,
`UPDATE_SNAPSHOTS=1 pytest tests/tui/test_snapshots.py` draws them anew: look at the difference.
"""

import json
import os
import re
import threading
from pathlib import Path

import pytest

from assistant.tui.jobs.job import Job, JobError
from assistant.tui.library import Library
from assistant.tui.papers.browser import PaperBrowser
from db.engine import Database
from db.errors import DatabaseDamagedError
from tests.tui.driving import LARGE, SMALL, Person, Play, drive
from tests.tui.playing import hold_jobs, keep, plain

FOLDER = Path(__file__).parent / "snapshots"
SIZES = {"80x24": SMALL, "140x45": LARGE}
NOTHING = "zqxj nothing has these words"

States = dict[str, Play]
STATES: States = {}


def state(play: Play) -> Play:
    """Add a state to be pictured, named after its function."""
    STATES[play.__name__] = play
    return play


@state
async def papers(person: Person) -> None:
    await person.press("j", "j")


@state
async def papers_filtered(person: Person) -> None:
    await person.press("slash")
    await person.type("cat:cs.LG is:unread sparse")
    await person.press("enter")


@state
async def papers_typing(person: Person) -> None:
    await person.press("slash")
    await person.type("au")


@state
async def papers_nothing(person: Person) -> None:
    await person.press("slash")
    await person.type(NOTHING)


@state
async def papers_reading(person: Person) -> None:
    await person.press("j", "enter")


@state
async def papers_selected(person: Person) -> None:
    await person.press("space", "space", "j", "s")


@state
async def papers_without_preview(person: Person) -> None:
    if person.app.size.width >= LARGE[0]:
        await person.press("p")


@state
async def papers_by_title(person: Person) -> None:
    await person.press("comma", "comma")


@state
async def tags(person: Person) -> None:
    await person.press("t")
    await person.type("the")


@state
async def trash(person: Person) -> None:
    await person.press("d")


@state
async def copying(person: Person) -> None:
    await person.press("y")


@state
async def keys(person: Person) -> None:
    await person.press("question_mark")
    await person.type("undo")


@state
async def palette(person: Person) -> None:
    await person.press("ctrl+p")
    await person.type("sparse")


@state
async def search_begins(person: Person) -> None:
    await person.press("f")


@state
async def search_answers(person: Person) -> None:
    person.app.desk.meaning.hits = [3, 1, 7]  # type: ignore[attr-defined]
    await person.press("f")
    await person.type("sparse attention")
    await person.press("enter")


@state
async def search_finds_nothing(person: Person) -> None:
    await person.press("f")
    await person.type(f'"{NOTHING}"')


@state
async def saved_searches(person: Person) -> None:
    await person.press("f", "ctrl+r")


@state
async def jobs(person: Person) -> None:
    running = Job("Fetching what was announced", ("digest", "--sync"), state="running")
    running.label, running.done, running.total, running.detail = "Syncing", 2, 4, "cs.LG"
    failed = Job("Embedding papers", ("embed",), state="failed")
    failed.error = JobError("The model cannot be loaded.", "It is [/] gone.", "assistant doctor")
    person.app.desk.jobs.jobs += [failed, running]
    await person.press("6")


@state
async def log(person: Person) -> None:
    person.app.desk.log.file = Path("/dev/null/app.log")  # the same on every machine
    person.app.say("Something [/] to know.", severity="warning", why="because", hint="do this")
    await person.press("6", "tab")


@state
async def charts(person: Person) -> None:
    await person.press("6", "tab", "tab")


@state
async def history(person: Person) -> None:
    await person.press("6", "tab", "tab", "tab")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", STATES)
def test_places(seeded: Path, name: str, size: str) -> None:
    pictured(name, size, STATES[name])


NOTES: States = {}


def noted_state(play: Play) -> Play:
    """Add a state of the notes to be pictured, named after its function."""
    NOTES[play.__name__] = play
    return play


@noted_state
async def notes_tree(person: Person) -> None:
    await person.press("l", "j", "j")


@noted_state
async def notes_recent(person: Person) -> None:
    await person.press("v", "c", "space", "j")


@noted_state
async def notes_filtered(person: Person) -> None:
    await person.press("slash")
    await person.type("ideas ra")


@noted_state
async def notes_nothing(person: Person) -> None:
    await person.press("slash")
    await person.type(NOTHING)


@noted_state
async def notes_reading(person: Person) -> None:
    await person.press("l", "j", "j", "enter", "right", "right")


@noted_state
async def notes_backlinks(person: Person) -> None:
    person.app.desk.meaning.hits = [3, 1]  # type: ignore[attr-defined]
    person.app.desk.meaning.sections = [2]  # type: ignore[attr-defined]
    await person.press("l", "j", "j", "enter", "tab")


@noted_state
async def notes_graph(person: Person) -> None:
    await person.press("l", "j", "j", "w", "l")


@noted_state
async def notes_views(person: Person) -> None:
    await person.press("v")


@noted_state
async def notes_broken(person: Person) -> None:
    await person.press("v", "b")


@noted_state
async def notes_renaming(person: Person) -> None:
    await person.press("l", "j", "j", "m")
    await person.type("Proj")


@noted_state
async def capture(person: Person) -> None:
    await person.press("c")
    await person.type("try this on [[low")


@noted_state
async def review_question(person: Person) -> None:
    await person.press("F")


@noted_state
async def review_answer(person: Person) -> None:
    await person.press("F", "space")


@noted_state
async def paper_with_a_note(person: Person) -> None:
    await person.press("2")


@noted_state
async def note_of_a_paper(person: Person) -> None:
    await person.press("2")
    await person.until(lambda: person.screen.query_one(PaperBrowser).notes, "its notes")
    await person.press("E")


@noted_state
async def search_finds_notes(person: Person) -> None:
    await person.press("f")
    await person.type("low rank")
    await person.press("enter")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", NOTES)
def test_notes(noted: Path, name: str, size: str) -> None:
    pictured(name, size, NOTES[name])


@pytest.mark.parametrize("size", SIZES)
def test_an_empty_vault(seeded: Path, size: str) -> None:
    async def look(person: Person) -> None:
        await person.press("3")

    pictured("notes_empty", size, look)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("decided", [0, 2, 4])
def test_today(database: Database, size: str, decided: int) -> None:
    keep(database, plain())

    async def read(person: Person) -> None:
        await person.press(*["plus", "minus", "l", "m"][:decided])

    pictured(f"today_{decided}_decided", size, read)


@pytest.mark.parametrize("size", SIZES)
def test_today_without_a_digest(database: Database, size: str) -> None:
    with database.write("seed") as connection:
        from assistant.library.following import ensure_main
        from db import personal

        ensure_main(connection)
        personal.append_event(connection, "import", "nothing", {})
        personal.append_event(connection, "follow", "main", {})

    async def nothing(person: Person) -> None:
        return

    pictured("today_empty", size, nothing)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", [1, 2, 3])
def test_first_run(home: Path, size: str, step: int) -> None:
    async def begin(person: Person) -> None:
        await person.press(*["enter"] * (step - 1))

    pictured(f"welcome_{step}", size, begin)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("area", ["papers", "today"])
def test_while_the_library_opens(
    seeded: Path, size: str, area: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (seeded / "session.json").write_text(json.dumps({"app": {"area": area}}))
    opening = threading.Event()
    monkeypatch.setattr(Library, "_open", lambda *_: opening.wait(30) and None)

    async def look(person: Person) -> None:
        await person.until(lambda: "Opening your library" in person.text(), "the first picture")
        compared(f"loading_{area}", size, person)
        opening.set()
        person.app.exit()

    drive(look, size=SIZES[size], wait=False, errors=True)


@pytest.mark.parametrize("size", SIZES)
def test_a_library_that_cannot_be_opened(
    seeded: Path, size: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise DatabaseDamagedError("The [/] library is damaged.", why="A page.", hint="restore")

    monkeypatch.setattr(Library, "_open", fail)

    async def look(person: Person) -> None:
        await person.until(lambda: "try again" in person.text(), "the question")
        compared("not_opened", size, person)

    drive(look, size=SIZES[size], wait=False, errors=True)


def pictured(name: str, size: str, play: Play) -> None:
    """Compare the screen after a play with the picture kept of it."""

    async def look(person: Person) -> None:
        await play(person)
        await person.rest()
        person.app.clear_notifications()
        await person.rest()
        compared(name, size, person)

    drive(look, size=SIZES[size], prepare=hold_jobs)


def compared(name: str, size: str, person: Person) -> None:
    """Compare what is on the screen with the picture kept of it."""
    seen = _lasting(person.text())
    target = FOLDER / f"{name}-{size}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        FOLDER.mkdir(exist_ok=True)
        target.write_text(seen + "\n", encoding="utf-8")
        return
    assert target.is_file(), f"there is no picture {target.name}: UPDATE_SNAPSHOTS=1 draws it"
    assert seen + "\n" == target.read_text(encoding="utf-8")


def _lasting(text: str) -> str:
    """Take out what differs from one run to the next."""
    return re.sub(r"\b\d\d:\d\d(:\d\d)?\b", "00:00", text)
