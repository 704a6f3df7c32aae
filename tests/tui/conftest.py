"""A small library that reads like a person's, and a clock that stands still."""

import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine

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


def settle(template: Path, home: Path) -> Path:
    """Copy a library into a home whose person left it in Papers."""
    shutil.copytree(template, home)
    (home / "session.json").write_text(json.dumps({"app": {"area": "papers"}}))
    return home


@pytest.fixture
def noted(seeded: Path) -> Path:
    """The same home with a vault of a few notes, left in Notes."""
    write_vault(seeded)
    (seeded / "session.json").write_text(json.dumps({"app": {"area": "notes"}}))
    return seeded
