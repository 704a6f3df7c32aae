"""A small library that reads like a person's, and a clock that stands still."""

import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine

from db import works
from db.engine import Database
from tests.fakes.learners import give_track, live
from tests.fakes.venue_homes import give_venues
from tests.tui.seeding import seed
from tests.tui.vaulting import write_vault

NOON = datetime(2025, 11, 5, 12, 0, tzinfo=ZoneInfo("UTC"))


@pytest.fixture(autouse=True)
def still_clock() -> Iterator[time_machine.Traveller]:
    """It is noon of one day in November, and stays so."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def colours(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app as most people see it, at no speed but that of the machine."""
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setattr("assistant.tui.papers.browser._PREVIEW_AFTER", 0.0)
    monkeypatch.setattr("assistant.tui.papers.browser._SIMILAR_AFTER", 0.0)
    for name in ("_PAGE_AFTER", "_LINKS_AFTER", "_RELATED_AFTER"):
        monkeypatch.setattr(f"assistant.tui.areas.notes.browser.{name}", 0.0)
    monkeypatch.setattr("assistant.tui.notes.living._SOON", 0.0)
    monkeypatch.setattr("assistant.tui.search._MEANING_AFTER", 0.0)
    monkeypatch.setattr("assistant.tui.search._PAUSE", 0.0)
    monkeypatch.setattr("assistant.tui.widgets.query_bar._PAUSE", 0.0)
    monkeypatch.setattr("assistant.tui.widgets.list_and_page._PAGE_AFTER", 0.0)
    monkeypatch.setattr("assistant.tui.areas.skills.browser._NEAR_AFTER", 0.0)
    monkeypatch.setattr("assistant.tui.areas.skills.browser.ask_command", _no_answer)


async def _no_answer(*words: object) -> None:
    """No command is asked: a test that wants an answer gives one."""


@pytest.fixture(scope="session")
def seeded_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small library, made once."""
    folder = tmp_path_factory.mktemp("seeded")
    with time_machine.travel(NOON, tick=False):
        seed(folder)
    return folder


@pytest.fixture
def seeded(home: Path, seeded_template: Path) -> Path:
    """A home with the small library in it."""
    return settle(seeded_template, home)


@pytest.fixture(scope="session")
def learning_template(seeded_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small library of somebody who learns, made once."""
    folder = tmp_path_factory.mktemp("learning") / "home"
    shutil.copytree(seeded_template, folder)
    with Database(folder / "library.db") as database:
        with database.read() as connection:
            first, second = works.view_works(connection, [1, 2])
        give_track(folder, first.public_id, second.public_id)
        live(folder, database)
    return folder


@pytest.fixture
def learning(home: Path, learning_template: Path) -> Path:
    """A home whose person learns on a track of their own, and left it in Skills."""
    return settle(learning_template, home, "skills")


@pytest.fixture(scope="session")
def venued_template(seeded_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small library of somebody who follows a conference, made once."""
    folder = tmp_path_factory.mktemp("venued") / "home"
    shutil.copytree(seeded_template, folder)
    with time_machine.travel(NOON, tick=False):
        give_venues(folder)
    return folder


@pytest.fixture
def venued(home: Path, venued_template: Path) -> Path:
    """A home whose person follows a conference, and left it in Venues."""
    return settle(venued_template, home, "venues")


def settle(template: Path, home: Path, area: str = "papers") -> Path:
    """Copy a library into a home whose person left it in an area."""
    shutil.copytree(template, home)
    (home / "session.json").write_text(json.dumps({"app": {"area": area}}))
    return home


@pytest.fixture
def noted(seeded: Path) -> Path:
    """The same home with a vault of a few notes, left in Notes."""
    write_vault(seeded)
    (seeded / "session.json").write_text(json.dumps({"app": {"area": "notes"}}))
    return seeded
