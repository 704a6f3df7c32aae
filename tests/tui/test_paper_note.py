"""`e` on a paper: its note in the person's editor, and back."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.driving import Person, drive


def test_a_paper_gets_its_note(seeded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = seeded / "editor.sh"
    editor.write_text('#!/bin/sh\necho "Mine: [[skill:amp]]" >> "$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.delenv("VISUAL", raising=False)

    async def play(person: Person) -> None:
        monkeypatch.setattr(person.app, "suspend", _lent)
        await person.press("e")
        assert "The note is in your vault" in person.toasts()[-1]

    drive(play)
    (note,) = _notes(seeded)
    text = note.read_text()
    assert "Mine: [[skill:amp]]" in text
    assert "arxiv:" in text


def test_z_takes_back_what_was_done_last_note_or_not(
    seeded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.delenv("VISUAL", raising=False)

    async def play(person: Person) -> None:
        monkeypatch.setattr(person.app, "suspend", _lent)
        await person.press("s", "e")
        assert len(_notes(seeded)) == 1
        await person.press("z")
        await person.until(lambda: "Undid: made" in "".join(person.toasts()), "the note's undo")
        assert _notes(seeded) == []
        assert "★" in person.lines()[2], "the star came before, and stays"
        await person.press("z")
        assert "★" not in person.lines()[2]

    drive(play)
    (kept,) = (seeded / "vault" / ".trash").rglob("*.md")
    assert "arxiv:" in kept.read_text()


def test_where_there_is_no_terminal_it_says_so(seeded: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("e")
        assert "needs a terminal of its own" in person.toasts()[-1]

    drive(play)


def _notes(home: Path) -> list[Path]:
    return [one for one in (home / "vault").rglob("*.md") if ".trash" not in one.parts]


@contextlib.contextmanager
def _lent() -> Iterator[None]:
    yield
