"""Bringing papers in from within the app, and a library that cannot be opened."""

from pathlib import Path

import pytest

from assistant.tui.paths import paths_like
from tests.fakes.papers import snapshot_lines
from tests.tui.driving import Person, drive
from tests.tui.playing import Jobs


def test_a_file_is_imported_as_a_job(seeded: Path) -> None:
    file = seeded / "more papers.jsonl"
    file.write_text("".join(snapshot_lines(2, seed=9)))

    async def play(person: Person) -> None:
        person.app.desk.jobs = Jobs(person.app.desk.home)
        await person.press("ctrl+o")
        await person.type(f"{seeded}/more")
        await person.press("tab", "enter")
        assert person.app.desk.jobs.running[0].argv == ("import", "--json", "--", str(file))

    drive(play)


@pytest.mark.parametrize("typed", ["/nowhere/at/all", "\0", "~nobody-of-this-name/x", "[/]"])
def test_what_is_no_file_is_said(seeded: Path, typed: str) -> None:
    async def play(person: Person) -> None:
        await person.press("ctrl+o")
        await person.type(typed)
        await person.press("enter")
        await person.until(person.toasts, "word of it")
        assert "There is no file" in person.toasts()[-1]
        assert not person.app.desk.jobs.running

    drive(play)


def test_paths_are_completed(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers.bib").touch()
    (tmp_path / ".hidden").touch()
    assert paths_like(f"{tmp_path}/pa") == [f"{tmp_path}/papers.bib", f"{tmp_path}/papers/"]
    assert paths_like(f"{tmp_path}/") == [f"{tmp_path}/papers.bib", f"{tmp_path}/papers/"]
    assert paths_like(f"{tmp_path}/papers.bib") == []
    assert paths_like("/nowhere/at/all") == paths_like("\0") == []


def test_a_library_that_cannot_be_opened_is_said_and_tried_again(seeded: Path) -> None:
    whole = (seeded / "library.db").read_bytes()
    (seeded / "library.db").write_bytes(b"not a library" * 1_000)

    async def play(person: Person) -> None:
        await person.until(lambda: "try again" in person.text(), "the question")
        assert "is no library" in person.text()
        (seeded / "library.db").write_bytes(whole)
        await person.press("r")
        await person.until(lambda: "of 60 papers" in person.text(), "the papers")

    drive(play, errors=True, wait=False)


def test_or_left(seeded: Path) -> None:
    (seeded / "library.db").write_bytes(b"not a library" * 1_000)

    async def play(person: Person) -> None:
        await person.until(lambda: "try again" in person.text(), "the question")
        person.send("q")
        await person.until(lambda: person.app.return_code is not None, "the end")

    assert drive(play, errors=True, wait=False).return_code == 1
