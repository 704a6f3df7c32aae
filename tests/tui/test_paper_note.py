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
    (note,) = [one for one in (seeded / "vault").rglob("*.md") if ".trash" not in one.parts]
    text = note.read_text()
    assert "Mine: [[skill:amp]]" in text
    assert "arxiv:" in text


def test_where_there_is_no_terminal_it_says_so(seeded: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("e")
        assert "needs a terminal of its own" in person.toasts()[-1]

    drive(play)


@contextlib.contextmanager
def _lent() -> Iterator[None]:
    yield
