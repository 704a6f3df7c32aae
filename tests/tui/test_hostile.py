"""Nothing in a title, a name, a tag or a message breaks a screen or commands the terminal."""

from pathlib import Path

import pytest
from rich.cells import cell_len

from assistant.library import reading
from assistant.sources.record import Author, Entry, Identifier, Record
from assistant.tui.jobs.job import Job, JobError
from assistant.tui.log import LogEntry
from assistant.tui.search import SearchScreen
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.question import Question
from db import personal, works
from db.engine import Database
from tests.tui.conftest import settle
from tests.tui.driving import LARGE, SMALL, Person, drive
from tests.tui.hostile import STRINGS, SURROGATE, commands_in
from tests.tui.seeding import seed


@pytest.fixture(scope="module")
def hostile_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of which every text is hostile, put in past all that cleans."""
    folder = tmp_path_factory.mktemp("hostile")
    seed(folder, [_entry(number, text) for number, text in enumerate(STRINGS.values(), 1)])
    with Database(folder / "library.db") as database, database.write("seed") as connection:
        personal.put_tags(connection, {n: [text] for n, text in enumerate(STRINGS.values(), 1)})
        for text in STRINGS.values():
            personal.save_search(connection, text, text)
            personal.append_event(connection, text, text, {})
        for view in works.view_works(connection, range(1, len(STRINGS) + 1)):
            reading.set_star(connection, view, True)
    return folder


@pytest.fixture
def hostile(home: Path, hostile_template: Path) -> Path:
    return settle(hostile_template, home)


_JOINERS = set("\u200d\ufe0f")


def _entry(number: int, text: str) -> Entry:
    name = text.replace("\x00", "")  # the one thing that no store can hold by a name
    return Entry((
        Record(
            source="arxiv",
            source_id=f"2511.{number:05}",
            title=text,
            abstract=f"findme {text}\n\n{text}",
            authors=(Author(name, name), Author("Plain")),
            identifiers=(Identifier("arxiv", f"2511.{number:05}"),),
            categories=("cs.LG", text[:60]),
            venue=text,
            published=f"2025-11-{number % 28 + 1:02}",
            extra={"comment": text, "journal_ref": text, "url": text},
        ),
    ))  # fmt: skip


def check(person: Person) -> None:
    """Every line is as wide as the screen, no text commands the terminal, none is an action."""
    width = person.app.size.width
    for strip in person.screen._compositor.render_strips():
        assert strip.cell_length == width
        if not _JOINERS & set(strip.text):  # a box over half an emoji leaves its other half
            assert sum(cell_len(one.text) for one in strip) == width, repr(strip.text)
        for segment in strip:
            meta = segment.style.meta if segment.style else {}
            assert "@click" not in meta, segment
            assert not (segment.style and segment.style.link), segment
    assert commands_in(person.written()) == []


def test_every_paper_is_listed_beside_its_page(hostile: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("2")
        for _ in STRINGS:
            await person.press("j")
            check(person)

    drive(play, size=LARGE)


def test_every_paper_is_read(hostile: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("2")
        check(person)
        for _ in STRINGS:
            await person.press("enter", "J")
            check(person)
            await person.press("escape", "j")

    drive(play)


def test_what_is_asked_about_a_paper_shows_it_as_it_is(hostile: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("2")
        for _ in STRINGS:
            await person.press("y", "t", "t")
            assert isinstance(person.screen, Prompt)
            assert person.toasts()[-1].startswith("Copied")  # in sight beside the prompt
            check(person)
            await person.press("escape", "~")
            check(person)
            assert isinstance(person.screen, SearchScreen)
            await person.press("escape", "j")
        await person.press("V", "d")
        assert isinstance(person.screen, Question)
        check(person)

    drive(play)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_search_palette_saved_searches_and_help(hostile: Path, size: tuple[int, int]) -> None:
    async def play(person: Person) -> None:
        await person.press("2", "f")
        await person.type("findme")
        check(person)
        for text in STRINGS.values():
            await person.type(text)
            check(person)
        await person.press("ctrl+r")
        check(person)
        await person.press("G", "escape", "escape", "ctrl+p")
        check(person)
        for text in [*STRINGS.values(), "findme"]:
            await person.type(text)
            check(person)
        await person.press("escape", "?")
        await person.type(STRINGS["closing markup"])
        check(person)
        await person.press("escape", "/")
        for text in STRINGS.values():
            await person.type(text)
            check(person)

    drive(play, size=size)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_toasts_log_jobs_and_history(hostile: Path, size: tuple[int, int]) -> None:
    async def play(person: Person) -> None:
        jobs = person.app.desk.jobs
        for text in [*STRINGS.values(), SURROGATE]:
            person.app.say(text)
            told = {"text": text, "why": text, "hint": text, "details": text}
            person.app.tell(LogEntry(severity="error", retry=print, **told))
            person.app.report(ValueError(text), doing=text)
            await person.rest()
            check(person)
            person.app.clear_notifications()
            for state in ("running", "partly", "failed"):
                one = Job(text, (text,), state=state, done=1, total=9, label=text, detail=text)
                one.notes.append(text)
                one.tail.append(text)
                one.error = JobError(text, text, text) if state == "failed" else None
                one.result = {"added": 1, "errors": [text], "batches": [{"state": text}]}
                jobs.jobs.append(one)
        for key in ("6", "tab", "tab", "tab"):
            await person.press(key)
            check(person)
            for _ in range(12):
                await person.press("ctrl+d")
                check(person)
            await person.press("g", "enter")
            check(person)
            await person.press("escape")
        jobs.jobs.clear()
        log = person.app.desk.log.file.read_text(encoding="utf-8")
        assert not set(log) & set("\x1b\x07\x00\x9b\x9d")

    drive(play, size=size, errors=True)
