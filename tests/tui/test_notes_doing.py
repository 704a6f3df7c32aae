"""What keys do to notes, wherever one is, and how each of it is taken back and done again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from assistant.tui.areas.notes.screen import NotesScreen
from assistant.tui.found import FoundBrowser
from assistant.tui.notes.page import NotePage
from assistant.tui.notes.review import ReviewScreen
from assistant.tui.papers.browser import PaperBrowser
from assistant.tui.widgets.prompt import Prompt
from db.engine import Database
from tests.tui.driving import LARGE, SMALL, Person, drive
from tests.tui.playing import hold_jobs, keep, plain
from tests.tui.test_notes import area, listed, read
from tests.tui.vaulting import NEWEST, notes_of, write_vault


async def there_and_back(person: Person, home: Path, before: dict[str, str]) -> None:
    """Take back what was just done, do it again, and take it back."""
    after = notes_of(home)
    assert after != before
    await person.press("z")
    assert notes_of(home) == before
    await person.press("Z")
    assert notes_of(home) == after
    await person.press("z")
    assert notes_of(home) == before


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("A new one", "Ideas/A new one.md"), ("Elsewhere/A new one", "Elsewhere/A new one.md"),
        ("What? A: b/c", "What? A- b/c.md"),
    ],
)  # fmt: skip
def test_new(noted: Path, typed: str, path: str) -> None:
    async def play(person: Person) -> None:
        before = notes_of(noted)
        await person.press("l", "j", "n")
        await person.type(typed)
        await person.press("enter")
        if "?" in typed:  # a folder cannot be called so
            await person.until(lambda: "cannot be a note's name" in "".join(person.toasts()), "why")
            return
        assert area(person).browser.path == path
        assert path in listed(person)
        await there_and_back(person, noted, before)

    drive(play, errors="?" in typed)


def test_rename_with_every_link(noted: Path) -> None:
    async def play(person: Person) -> None:
        before = notes_of(noted)
        await person.press("l", "j", "j", "m")
        assert isinstance(person.screen, Prompt)
        await person.type("Thin matrices")
        await person.press("enter")
        assert "3 links rewritten" in "".join(person.toasts())
        assert area(person).browser.rows.key == "Ideas/Thin matrices.md"
        texts = notes_of(noted)
        assert "[[Thin matrices]]" in texts["Ideas/Quantization.md"]
        assert 'title: "Thin matrices"' in texts["Ideas/Thin matrices.md"]
        await there_and_back(person, noted, before)
        assert "Ideas/Low rank.md" in listed(person)

    drive(play)


def test_move_and_a_name_that_is_taken(noted: Path) -> None:
    async def play(person: Person) -> None:
        before = notes_of(noted)
        await person.press("l", "j", "j", "m")
        await person.type("Proj")
        await person.press("tab", "enter")
        assert area(person).browser.rows.key == "Projects/Low rank.md"
        await there_and_back(person, noted, before)
        await person.press("m")
        await person.type("Quantization")
        await person.press("enter")
        await person.until(lambda: "There is a note" in "".join(person.toasts()), "why")
        assert notes_of(noted) == before

    drive(play, errors=True)


def test_several_are_moved_and_trashed(noted: Path) -> None:
    async def play(person: Person) -> None:
        before = notes_of(noted)
        await person.press("l", "j", "space", "space", "m")
        await person.type("Old")
        await person.press("enter")
        assert {"Old/Adapters.md", "Old/Low rank.md"} < set(notes_of(noted))
        await person.press("z", "z")
        assert notes_of(noted) == before
        await person.press("V", "d", "x")
        assert not any(name.startswith("Ideas/") for name in notes_of(noted))
        assert "z brings one after the other back" in person.toasts()[-1]
        await person.press("z", "z", "z", "z")
        assert notes_of(noted) == before

    drive(play)


def test_trash_and_restore(noted: Path) -> None:
    async def play(person: Person) -> None:
        before = notes_of(noted)
        await person.press("G", "d", "escape")
        assert notes_of(noted) == before
        await person.press("d", "x")
        assert "Reading list.md" not in listed(person)
        await there_and_back(person, noted, before)
        await person.press("Z", "v", "x")
        assert "Reading list.md" in person.text()
        assert "trash: 1" in person.text()
        await person.press("e")
        assert "u brings it back" in person.toasts()[-1]
        await person.press("u")
        assert notes_of(noted) == before
        assert "The trash is empty." in person.text()
        await person.press("z")
        assert "Reading list.md" in person.text()
        await person.press("Z")
        assert notes_of(noted) == before

    drive(play)


@pytest.mark.parametrize(
    ("key", "copied"),
    [("l", "[[Reading list]]"), ("p", "vault/Reading list.md"), ("t", "# Reading")],
)
def test_copy(noted: Path, key: str, copied: str) -> None:
    async def play(person: Person) -> None:
        await person.press("G", "y", key)
        assert copied in person.app.clipboard

    drive(play)


@pytest.mark.parametrize("place", ["1", "2", "3", "6", "f"])
def test_a_thought_is_caught_from_anywhere(noted: Path, place: str) -> None:
    async def play(person: Person) -> None:
        before = notes_of(noted)
        await person.press(place)
        if place == "f":
            await person.press("down")
        await person.press("c")
        await person.type("try this on [[low")
        await person.press("tab")
        assert isinstance(person.screen, Prompt)
        await person.press("enter")
        assert notes_of(noted)["Daily/2025-11-05.md"].endswith(
            "try this on [[Ideas/Low rank]]\n"
        )  # fmt: skip
        assert "Kept in Daily/2025-11-05" in person.toasts()[-1]
        await person.press("z", "z")
        assert notes_of(noted) == before

    drive(play, prepare=hold_jobs)


def test_a_thought_on_the_paper_at_hand(noted: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("2", "c")
        await person.type("worth a try:")
        await person.press("tab", "enter")
        assert f"worth a try: [[{NEWEST}|" in notes_of(noted)["Daily/2025-11-05.md"]
        await person.press("c", "enter", "c", "escape")
        assert "2 notes" not in "".join(person.toasts())

    drive(play)


def test_the_note_of_the_day(noted: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("2", "s", "3", "D")
        assert area(person).browser.path == "Daily/2025-11-05.md"
        assert "starred" in person.text()
        await person.press("z")
        assert "Daily/2025-11-05.md" not in notes_of(noted)

    drive(play, size=LARGE)


def test_review_with_its_grades(noted: Path) -> None:
    async def play(person: Person) -> None:
        assert "2 to review: F" in person.text()
        await person.press("F")
        assert isinstance(person.screen, ReviewScreen)
        assert "What does it freeze?" in person.text()
        assert "The pretrained weights." not in person.text()
        await person.press("g")
        assert "space shows the answer first." in person.toasts()[-1]
        await person.press("space")
        assert "The pretrained weights." in person.text()
        assert "good 10 min" in person.text()
        await person.press("e")
        assert "2 of 2" in person.text()
        assert "[…]" in person.text()
        await person.press("z")
        assert "What does it freeze?" in person.text()
        await person.press("Z", "space", "g")
        assert "Nothing more is due." in person.text()
        await person.press("escape")
        assert "to review" not in person.text()

    drive(play)
    with time_machine.travel(datetime(2025, 11, 5, 12, tzinfo=UTC) + timedelta(minutes=11)):
        drive(_one_is_due)


async def _one_is_due(person: Person) -> None:
    await person.press("F")
    assert "1 of 1" in person.text()
    assert "[…]" in person.text()
    await person.press("n")
    assert "Nothing is due." in person.text()
    await person.press("escape", "F", "o")
    assert isinstance(person.screen, NotesScreen)
    assert area(person).browser.path == "Ideas/Low rank.md"


def test_where_nothing_is_due_it_says_how_to_mark(seeded: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("F")
        assert "Mark a passage of a note" in person.text()

    drive(play)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_the_note_beside_its_paper(noted: Path, size: tuple[int, int]) -> None:
    async def play(person: Person) -> None:
        await person.press("2", "E")
        browser = person.screen.query_one(PaperBrowser)
        assert "The update has low rank" in person.text()
        await person.press("tab", "tab")
        await person.press("E")
        assert browser.pane is browser.preview
        assert "Your note (E): Low rank" in person.text()
        await person.press("escape", "j", "E")
        assert "It has no note yet; e writes one." in person.toasts()[-1]

    drive(play, size=size)


def test_links_lead_from_the_note_of_a_paper(noted: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("2", "E")
        person.screen.query_one(NotePage).focus()
        await person.press("right", "right", "enter")
        assert isinstance(person.screen, NotesScreen)
        assert area(person).browser.path == "Ideas/Quantization.md"

    drive(play, size=LARGE)


def test_today_shows_the_notes_of_its_papers(database: Database, home: Path) -> None:
    kept = keep(database, plain())
    text = f"# Mine\n\nWhat I think of [[{kept.entries[0].id}]].\n"
    write_vault(home, {"Mine.md": text, "Other.md": text})

    async def play(person: Person) -> None:
        await person.press("r", "j", "k")
        await person.until(lambda: "Your 2 notes (E): Mine; Mine" in person.text(), "the notes")
        await person.press("E")
        assert "What I think of" in person.text()
        await person.press("E", "E")
        assert "Your 2 notes" in person.text()
        await person.press("E", "j")
        assert "What I think of" not in person.text()

    drive(play, size=LARGE, prepare=hold_jobs)


def test_search_shows_notes_beside_papers_and_says_which_is_which(noted: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("f")
        await person.type("low rank")
        await person.press("enter")
        lines = person.text().splitlines()
        note = next(line for line in lines if "✎" in line)
        assert " note " in note
        assert "Low rank" in note
        assert any("Low-rank" in line and "✎" not in line for line in lines), "papers too"
        assert "papers and " in person.text()
        browser = person.screen.query_one(FoundBrowser)
        while browser.passage is None:
            await person.press("j")
        await person.press("plus")
        assert "This is a note, not a paper" in person.toasts()[-1]
        await person.press("y")
        assert person.app.clipboard == "[[Ideas/Low rank]]"
        await person.press("o")
        assert area(person).browser.path == "Ideas/Low rank.md"

    drive(play, size=LARGE)


def test_meaning_brings_passages_with_their_reasons(noted: Path) -> None:
    async def play(person: Person) -> None:
        person.app.desk.meaning.hits = [3]  # type: ignore[attr-defined]
        person.app.desk.meaning.sections = [2, 10_000]  # type: ignore[attr-defined]
        await person.press("f")
        await person.type("something else")
        await person.press("enter")
        assert "1 paper and 2 notes by words and meaning." in person.text()
        browser = person.screen.query_one(FoundBrowser)
        assert len(browser.rows.source) == 2, "what is gone is passed over"
        assert browser.passage is not None
        await person.press("enter", "escape", "j")
        assert browser.passage is None

    drive(play, size=LARGE)


def test_the_palette_goes_to_notes(noted: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("ctrl+p")
        await person.type("read 100%_ \\ list")
        assert "Reading list" not in person.text()
        await person.type("reading li")
        await person.press("down", "up", "enter")
        await person.until(lambda: "Nothing is joined to it." in person.text(), "the note")
        assert area(person).browser.path == "Reading list.md"
        assert area(person).browser.page.has_focus

    (noted / "session.json").write_text('{"app": {"area": "papers"}}')
    drive(play)


def test_the_palette_goes_to_a_paper_in_a_place_not_seen_yet(noted: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("ctrl+p")
        await person.type("59 zqxj")
        await person.type("59")
        await person.press("enter")
        await person.until(lambda: "of 60 papers" in person.text(), "Papers")
        await person.rest()

    drive(play)


def test_links_of_a_note_changed_on_the_disk_are_not_followed_blindly(noted: Path) -> None:
    async def play(person: Person) -> None:
        await read(person, "reading")
        page = area(person).browser.page
        (noted / "vault" / "Reading list.md").write_text("[[Ideas/Adapters]]\n")
        await person.until(lambda: page.links, "the new link")
        await person.press("right", "enter")
        assert area(person).browser.path == "Ideas/Adapters.md"

    drive(play)
