"""Nothing in a note, its name, its links or its cards breaks a screen or commands the terminal."""

import json
from pathlib import Path

import pytest

from assistant.config import Home, Settings
from assistant.notes.indexing import refresh
from assistant.notes.vault import open_vault
from db.engine import Database
from tests.tui.conftest import settle
from tests.tui.driving import LARGE, Person, drive
from tests.tui.hostile import STRINGS
from tests.tui.seeding import seed
from tests.tui.test_hostile import check

_LONGEST_NAME = 120  # bytes


@pytest.fixture(scope="module")
def hostile_vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault of which every text is hostile, its index too, put in past all that cleans."""
    folder = tmp_path_factory.mktemp("hostile_vault")
    seed(folder)
    root = folder / "vault" / "In [/] a [@click=app.quit]folder"
    root.mkdir(parents=True)
    for number, text in enumerate(STRINGS.values()):
        written = text.replace("\0", "")
        lines = [
            "---", f"title: {json.dumps(written)}", "papers: [arxiv:2002.00059]",
            f"tags: [{json.dumps(written[:60])}]", "---",
            f"# {written}", "", f"findme {written} [[{written[:80]}|{written[:80]}]] [[Hub]]", "",
            f"[{written[:80]}](javascript:{number}) [x]({written[:80]}) ![[{written[:40]}]]", "",
            f"> {written}", "", "```python", written, "```", "", f"| {written[:60]} | b |",
            "|---|---|", f"| `{written[:60]}` | **{written[:60]}** |", "",
            f"{written} :: {written} #review",
        ]  # fmt: skip
        name = written.replace("/", "-").encode()[:_LONGEST_NAME].decode("utf-8", "ignore")
        (root / f"{name or number}.md").write_text("\n".join(lines), encoding="utf-8")
        (root / f"{number}.md").write_text("\n".join(lines), encoding="utf-8")
    (root / "Hub.md").write_text("[[0]]\n")
    with Database(folder / "library.db") as database:
        refresh(open_vault(Home(folder), Settings(), database))
        with database.write("seed") as connection:
            for number, text in enumerate(STRINGS.values()):
                values = (text, text, text, f"%/{number}.md")
                connection.exec_driver_sql(
                    "UPDATE vault_files SET title = ?, problem = ?, created = ? WHERE path LIKE ?",
                    values,
                )
                connection.exec_driver_sql(
                    "UPDATE note_links SET context = ?, label = ? WHERE position = ?",
                    (text, text, number % 5),
                )
                connection.exec_driver_sql(
                    "UPDATE note_cards SET front = ?, back = ? WHERE file_id IN"
                    " (SELECT id FROM vault_files WHERE path LIKE ?)",
                    (text, text, f"%/{number}.md"),
                )
    return folder


@pytest.fixture
def hostile(home: Path, hostile_vault: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settle(hostile_vault, home)
    (home / "session.json").write_text(json.dumps({"app": {"area": "notes"}}))
    # The index stays as hostile as it was made, though its files are new to the copy.
    monkeypatch.setattr("assistant.tui.notes.queries.in_step", lambda *_, **__: (True, False))
    return home


def test_every_note_is_listed_beside_its_page(hostile: Path) -> None:
    async def play(person: Person) -> None:
        check(person)
        await person.press("l")
        for _ in STRINGS:
            await person.press("j", "j")
            check(person)

    drive(play, size=LARGE)


def test_every_note_is_read(hostile: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("v", "a", "g")
        for _ in STRINGS:
            await person.press("j", "enter", "right")
            check(person)
            await person.press("G", "escape")
            check(person)

    drive(play)


def test_lists_links_and_the_web(hostile: Path) -> None:
    async def play(person: Person) -> None:
        for key in "cob":
            await person.press("v", key, "G")
            check(person)
        await person.press("v", "a", "slash")
        await person.type("hub")
        await person.press("enter", "enter", "tab")
        for _ in range(8):
            await person.press("ctrl+d")
            check(person)
        await person.press("escape", "w")
        check(person)
        for _ in STRINGS:
            await person.press("j", "space")
            check(person)
            await person.press("backspace", "h")
            check(person)

    drive(play)


def test_following_what_is_hostile_leads_nowhere_bad(
    hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)

    async def play(person: Person) -> None:
        await person.press("v", "a")
        for _ in STRINGS:
            await person.press("j", "enter")
            for _ in range(3):
                await person.press("right", "enter")
            check(person)
            if person.app.current_mode != "notes":
                await person.press("3")

    drive(play)
    assert all(address.startswith(("http://", "https://")) for address in opened)


def test_prompts_palette_capture_and_search(hostile: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("v", "a")
        for text in list(STRINGS.values())[::3]:
            await person.press("j", "m")
            check(person)
            await person.press("escape", "y", "l")
            check(person)
            await person.press("c")
            await person.type(f"{text} [[")
            check(person)
            await person.press("escape", "slash")
            await person.type(text)
            check(person)
            await person.press("escape")
        await person.press("ctrl+p")
        await person.type("hub")
        check(person)
        await person.press("escape", "f")
        await person.type("findme")
        await person.press("enter")
        for _ in range(12):
            check(person)
            await person.press("j")

    drive(play, size=LARGE)


def test_cards(hostile: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("F")
        for _ in STRINGS:
            check(person)
            await person.press("space")
            check(person)
            await person.press("n")

    drive(play)


def test_papers_show_their_hostile_notes(hostile: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("2")
        check(person)
        for _ in range(8):
            await person.press("E")
            check(person)

    drive(play, size=LARGE)
