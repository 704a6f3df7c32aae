"""When something breaks: the place is closed and made anew, the app and the terminal stand."""

import asyncio
from pathlib import Path

import pytest

from assistant.tui.areas.papers.screen import PapersScreen
from tests.tui.driving import Person, drive


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A place may take its time to be made anew."""
    monkeypatch.setattr("assistant.tui.standing._STUCK_SECONDS", 300.0)


def test_a_place_that_breaks_is_made_anew(seeded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(person: Person) -> None:
        monkeypatch.setattr(PapersScreen, "on_row_list_moved", _break)
        person.send("j")  # to rest would be to wait for parts that are gone
        await person.until(lambda: person.toasts(), "word of the fault")
        assert "Papers broke and was closed; open it again with 2." in person.toasts()[-1]
        assert person.app.current_mode != "papers"
        monkeypatch.undo()
        await person.press("2")
        assert "60 papers" in person.text()
        await person.press("j")
        assert "2 of 60 papers" in person.text()

    app = drive(play, errors=True)
    assert any("RuntimeError: a fault [/]" in one.details for one in app.desk.log.entries)
    assert not app.return_code


def test_one_that_breaks_again_and_again_ends_the_app_with_a_word(
    seeded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slow the machine is, these faults follow each other at once.
    monkeypatch.setattr("assistant.tui.standing._FAULT_SECONDS", 600.0)

    async def play(person: Person) -> None:
        monkeypatch.setattr(PapersScreen, "on_row_list_moved", _break)
        for _ in range(2_000):
            for key in ("2", "j"):
                person.send(key)
                await asyncio.sleep(0.05)
            if person.app.farewell:
                return

    app = drive(play, errors=True)
    assert "The screen broke: RuntimeError" in app.farewell
    assert str(app.desk.log.file) in app.farewell


def _break(self: object) -> None:
    raise RuntimeError("a fault [/] of ours")
