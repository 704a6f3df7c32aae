"""The Notes area: what is listed, what is read, where links lead, and what comes back."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.tui.areas.notes.screen import NotesScreen
from assistant.tui.areas.papers.screen import PapersScreen
from assistant.tui.notes.links_pane import JoinedRows
from assistant.tui.notes.rows import Folder
from assistant.tui.widgets.question import Question
from tests.tui.driving import LARGE, Person, drive
from tests.tui.vaulting import NEWEST, NOTES, notes_of


def area(person: Person) -> NotesScreen:
    found = person.app.screen_stack[0]
    assert isinstance(found, NotesScreen)
    return found


def listed(person: Person) -> list[str]:
    rows = area(person).browser.rows.source
    return [str(getattr(rows.key(place), "path", rows.key(place))) for place in range(len(rows))]


def joined(person: Person) -> list[str]:
    rows = area(person).browser.links.source
    return [one.text for one in rows.rows] if isinstance(rows, JoinedRows) else []


async def read(person: Person, name: str) -> None:
    """Read the note a filter finds, and take the filter away."""
    await person.press("slash")
    await person.type(name)
    await person.press("enter", "enter")


def test_the_tree_opens_and_closes(noted: Path) -> None:
    async def play(person: Person) -> None:
        assert listed(person) == ["Ideas", "Projects", "日記", "Reading list.md"]
        await person.press("l")
        assert listed(person)[:4] == ["Ideas", *sorted(one for one in NOTES if "Ideas" in one)]
        await person.press("j", "j", "h")
        assert listed(person)[0] == "Ideas"
        assert area(person).browser.rows.key == Folder("Ideas")
        await person.press("j", "enter", "j", "enter")
        assert "Projects/Thesis/Plan.md" in listed(person)
        await person.press("j", "h")
        assert area(person).browser.rows.key == Folder("Projects/Thesis")
        await person.press("h")
        assert area(person).browser.rows.key == Folder("Projects")
        assert "Projects/Thesis" not in listed(person)

    drive(play)


def test_no_word_is_cut_where_a_note_is_longer_than_the_page(noted: Path) -> None:
    words = [f"word{'s' * (number % 7)}{number}" for number in range(400)]
    (noted / "vault" / "Long.md").write_text(" ".join(words))

    async def play(person: Person) -> None:
        await person.press("r", "j", "j", "j")
        page = area(person).browser.page
        shown = " ".join(page.render_line(y).text for y in range(page.size.height))
        seen = [word for word in shown.split() if word.startswith("word")]
        assert len(seen) > 100
        assert seen == words[: len(seen)]

    drive(play, size=LARGE)


def test_the_bar_of_keys_goes_with_the_cursor(noted: Path) -> None:
    async def play(person: Person) -> None:
        seen = []
        for key in ("j", "G"):  # a folder, a note
            await person.press(key)
            strip = person.screen._compositor.render_strips()[-1]
            seen.append(next(one.style for one in strip if "edit" in one.text))
        assert seen[0] != seen[1], "what cannot be done is dim"

    drive(play, size=LARGE)


@pytest.mark.parametrize(
    ("key", "first", "count"),
    [
        ("c", "Reading list.md", 6), ("a", "Ideas/Adapters.md", 6),
        ("o", "Projects/Thesis/Plan.md", 2),
    ],
)  # fmt: skip
def test_lists(noted: Path, key: str, first: str, count: int) -> None:
    async def play(person: Person) -> None:
        await person.press("v", key)
        assert listed(person)[0] == first
        assert len(listed(person)) == count

    drive(play)


def test_broken_links_are_listed_where_they_stand(noted: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("v", "b")
        assert "Not written yet" in person.text()
        assert "figure.png" in person.text()
        assert "in Ideas/Low rank, line" in person.text()
        await person.press("escape")
        assert listed(person)[0] == "Ideas"

    drive(play)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("rank", ["Ideas/Low rank.md"]), ("ideas a", 3), ("#quant", ["Ideas/Quantization.md"]),
        ("!ideas", 3), ("言語", ["日記/大規模言語モデル.md"]), ("zqxj", []),
    ],
)  # fmt: skip
def test_the_filter_leaves_what_it_says(noted: Path, typed: str, found: list[str] | int) -> None:
    async def play(person: Person) -> None:
        await person.press("slash")
        await person.type(typed)
        if isinstance(found, int):
            assert len(listed(person)) == found
        else:
            assert listed(person) == found
        await person.press("escape")
        assert listed(person)[0] == "Ideas"

    drive(play)


def test_a_note_is_read_with_what_it_is_joined_to(noted: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("l", "j", "j")
        text = person.text()
        assert "made 2025-10-20 · changed 2025-11-01" in text
        assert "#lora" in text
        assert "what they cost" in text
        assert "· Not written yet" not in text
        assert "[[" not in "\n".join(line[60:] for line in text.splitlines()[:25])
        assert joined(person)[:4] == [
            "Linked from", "Ideas/Adapters", "Ideas/Quantization", "日記/大規模言語モデル"
        ]  # fmt: skip
        assert "Links to" in joined(person)
        assert joined(person)[-2:] == ["Named without a link", "Projects/Thesis/Plan"]
        assert "chapter" not in joined(person)
        await person.press("b")
        assert "Linked from" not in person.text()
        await person.press("b")
        assert "Linked from" in person.text()

    drive(play, size=LARGE)


def test_links_in_the_text_are_followed(noted: Path) -> None:
    async def play(person: Person) -> None:
        await read(person, "low rank")
        page = area(person).browser.page
        assert page.has_focus
        assert [one.link.target if one.link else one.address for one in page.links] == [
            NEWEST, "Quantization", "Adapters", "skill:amp", "Not written yet",
            "https://example.org/page", "figure.png",
        ]  # fmt: skip
        await person.press("right", "right", "right", "enter")
        assert area(person).browser.path == "Ideas/Adapters.md"
        assert "They cost latency." in person.text(), "it begins at the heading"
        await person.press("left_square_bracket")
        assert area(person).browser.path == "Ideas/Low rank.md"
        await person.press("right_square_bracket")
        assert area(person).browser.path == "Ideas/Adapters.md"

    drive(play)


def test_links_to_papers_labs_files_and_the_web(
    noted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)

    async def play(person: Person) -> None:
        await read(person, "low rank")
        await person.press("left", "enter")
        assert person.toasts()[-1] == "There is no figure.png in your vault."
        await person.press("left", "enter")
        assert opened == ["https://example.org/page"]
        await person.press("left", "left", "enter")
        await person.until(lambda: person.app.current_mode == "labs", "the lab of that name")
        await person.rest()
        assert "Automatic mixed precision" in person.text()
        await person.press("3", "left", "left", "left", "enter")
        assert isinstance(person.screen, PapersScreen)
        assert "59" in person.text().splitlines()[2]

    drive(play)


def test_a_missing_note_is_made_where_a_link_asks_for_it(noted: Path) -> None:
    async def play(person: Person) -> None:
        await read(person, "low rank")
        await person.press("left", "left", "left", "enter")
        assert isinstance(person.screen, Question)
        await person.press("n")
        assert area(person).browser.path == "Not written yet.md"
        assert "Linked from" in joined(person)
        await person.press("z")
        assert "Not written yet.md" not in listed(person)
        assert area(person).browser.path != "Not written yet.md"

    drive(play, size=LARGE)
    assert "Not written yet.md" not in notes_of(noted)


def test_rows_of_what_is_joined_lead_on(noted: Path) -> None:
    async def play(person: Person) -> None:
        await read(person, "quantization")
        await person.press("tab")
        assert area(person).browser.links.has_focus
        await person.press("enter")
        assert area(person).browser.path == "Ideas/Low rank.md"
        await person.press("tab", "G", "enter")
        assert area(person).browser.path == "Projects/Thesis/Plan.md"

    drive(play)


def test_what_means_the_same_stands_beside(noted: Path) -> None:
    async def play(person: Person) -> None:
        person.app.desk.meaning.hits = [3, 1]  # type: ignore[attr-defined]
        person.app.desk.meaning.sections = [1]  # type: ignore[attr-defined]
        await person.press("l", "j", "j")
        assert joined(person)[-5:-3] == ["Related notes", joined(person)[-4]]
        assert joined(person)[-3] == "Related papers"
        await person.press("~")
        assert joined(person)[0] == "Related notes"

    drive(play, size=LARGE)


def test_the_web_around_a_note(noted: Path) -> None:
    async def play(person: Person) -> None:
        await read(person, "low rank")
        await person.press("w")
        text = person.text()
        assert "lead here" in text
        assert "⇄ Adapters" in text
        assert "✗ Not written yet" in text
        assert text.count("Low rank") >= 1
        await person.press("h", "k", "k", "space")
        assert "Adapters.md: " in person.text()
        await person.press("backspace")
        assert "Low rank.md: " in person.text()
        await person.press("h", "k", "k", "enter")
        assert isinstance(person.screen, NotesScreen)
        assert area(person).browser.path == "Ideas/Adapters.md"

    drive(play)


def test_place_filter_and_selection_survive_a_restart(noted: Path) -> None:
    async def first(person: Person) -> None:
        await person.press("v", "c", "slash")
        await person.type("i")
        await person.press("enter", "space", "j", "b")
        person.app.remember()

    drive(first, size=LARGE)

    async def second(person: Person) -> None:
        screen = area(person)
        assert screen.bar.text == "i"
        assert "last changed" in person.text()
        assert screen.browser.rows.cursor == 2
        assert len(screen.browser.rows.selected) == 1
        assert "Linked from" not in person.text()

    drive(second, size=LARGE)


def test_one_comes_back_though_notes_change_before_they_are_listed(noted: Path) -> None:
    async def first(person: Person) -> None:
        await person.press("v", "c", "j", "j")
        person.app.remember()

    drive(first, size=LARGE)

    async def second(person: Person) -> None:
        await person.until(lambda: isinstance(person.screen, NotesScreen), "the area")
        area(person).notes_changed()
        await person.rest()
        assert area(person).browser.rows.cursor == 2

    drive(second, size=LARGE, wait=False)


def test_who_leaves_before_the_list_is_there_comes_back_nevertheless(noted: Path) -> None:
    async def first(person: Person) -> None:
        await person.press("v", "c", "j", "j")
        person.app.remember()

    async def at_once(person: Person) -> None:
        await person.until(lambda: isinstance(person.screen, NotesScreen), "the area")
        person.app.remember()

    async def third(person: Person) -> None:
        assert area(person).browser.rows.cursor == 2

    drive(first, size=LARGE)
    drive(at_once, size=LARGE, wait=False)
    drive(third, size=LARGE)


def test_the_tree_comes_back_as_it_was(noted: Path) -> None:
    async def first(person: Person) -> None:
        await person.press("l", "j", "j")
        person.app.remember()

    drive(first)

    async def second(person: Person) -> None:
        assert area(person).browser.rows.key == "Ideas/Low rank.md"

    drive(second)


def test_what_other_programs_change_is_noticed(noted: Path) -> None:
    path = noted / "vault" / "Reading list.md"

    async def play(person: Person) -> None:
        await person.press("G")
        path.write_text("# Reading list\n\nChanged elsewhere: [[Low rank]].\n")
        await person.until(lambda: "Changed elsewhere" in person.text(), "the new text")
        (noted / "vault" / "From outside.md").write_text("Hello.\n")
        await person.until(lambda: "From outside" in person.text(), "the new note")
        (noted / "vault" / "From outside.md").unlink()
        await person.until(lambda: "From outside" not in person.text(), "its end")

    drive(play, size=LARGE)


def test_where_watching_fails_r_looks_again(noted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.errors import AssistantError

    def fail(*_: object) -> Iterator[set[str]]:
        raise AssistantError("The vault cannot be watched.", why="It is [/] far away.")
        yield set()

    monkeypatch.setattr("assistant.notes.watching.changes", fail)

    async def play(person: Person) -> None:
        await person.until(lambda: "cannot be watched" in "".join(person.toasts()), "the word")
        (noted / "vault" / "From outside.md").write_text("Hello.\n")
        assert "From outside" not in person.text()
        await person.press("r")
        assert "From outside" in person.text()

    drive(play)


def test_much_that_changed_is_read_by_a_job(noted: Path) -> None:
    folder = noted / "vault" / "Many"

    async def play(person: Person) -> None:
        person.app.desk.jobs.start = lambda title, argv: started.append(argv)  # type: ignore[assignment, method-assign, return-value]
        folder.mkdir()
        for number in range(60):
            (folder / f"{number}.md").write_text(f"Note {number}.\n")
        await person.until(lambda: started, "the job")

    started: list[tuple[str, ...]] = []
    drive(play)
    assert started[0] == ("note", "refresh", "--json")


def test_an_empty_vault_says_what_to_do(seeded: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("3")
        assert "Your vault is empty." in person.text()
        await person.press("n")
        await person.type("First thoughts")
        await person.press("enter")
        assert area(person).browser.path == "First thoughts.md"
        await person.press("escape")
        assert listed(person) == ["First thoughts.md"]
        path = seeded / "vault" / "First thoughts.md"
        path.write_text(path.read_text() + "More.\n")
        await person.until(lambda: person.app._watching is not None, "the watch to begin")

    drive(play)


def test_a_note_that_cannot_be_read_says_why(noted: Path) -> None:
    root = noted / "vault"
    (root / "binary.md").write_bytes(bytes(range(256)) * 10)
    (root / "large.md").write_bytes(b"words " * 1_000_000)
    (root / "link.md").symlink_to("/etc/passwd")

    async def play(person: Person) -> None:
        await person.press("r")
        assert "link" not in " ".join(listed(person))
        await read(person, "binary")
        assert "Not read whole" in person.text()
        await person.press("escape")
        await read(person, "large")
        assert "larger than" in person.text()

    drive(play)


def test_a_vault_that_is_not_there_is_told(noted: Path) -> None:
    (noted / "config.toml").write_text('[notes]\nvault = "/nowhere/at all"\n')

    async def play(person: Person) -> None:
        assert any("/nowhere/at all is not there" in told for told in person.toasts())
        await person.press("2", "j")
        assert "60 papers" in person.text()

    drive(play, errors=True)


@contextlib.contextmanager
def lent() -> Iterator[None]:
    yield


def test_e_opens_the_editor_and_comes_back(noted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = noted / "editor.sh"
    editor.write_text('#!/bin/sh\necho "Written: [[Quantization]]" >> "$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.delenv("VISUAL", raising=False)

    async def play(person: Person) -> None:
        monkeypatch.setattr(person.app, "suspend", lent)
        await person.press("G", "e")
        assert "Written: Quantization" in person.text()
        assert "Ideas/Quantization" in joined(person)
        await person.press("z")
        await person.until(lambda: "Undid: edited" in "".join(person.toasts()), "the undo")
        await person.rest()
        assert "Written" not in person.text()
        await person.press("Z")
        assert "Written" in person.text()

    drive(play, size=LARGE)


def test_session_of_another_shape_is_no_harm(noted: Path) -> None:
    told = {"view": 3, "filter": ["x"], "opened": [1, "Ideas"], "selected": [[]], "note": "gone.md"}
    (noted / "session.json").write_text(json.dumps({"app": {"area": "notes"}, "notes": told}))

    async def play(person: Person) -> None:
        assert "Ideas/Low rank.md" in listed(person)

    drive(play)
