"""Undo and redo of notes, of reviews, and of whatever was done last."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from assistant.config import Home, Settings
from assistant.errors import AssistantError
from assistant.library import reading
from assistant.notes import reviewing, writing
from assistant.notes.daily import capture
from assistant.notes.indexing import refresh
from assistant.notes.linking import broken
from assistant.notes.renaming import rename
from assistant.notes.undoing import redo_newest, undo_newest
from assistant.notes.vault import Vault
from db import works
from db.engine import Database
from tests.fakes.vaults import vault_of
from tests.functional.test_undoing import fill

DAY = datetime(2025, 11, 25, 9, 5)


@pytest.fixture
def vault(home: Path, database: Database) -> Vault:
    made = vault_of(home, database)
    writing.new_note(made, "Idea", body="See [[Other]].\n")
    writing.new_note(made, "Other", folder="Sub", body="What is it? :: An idea. #review\n")
    return made


def undo(vault: Vault) -> str:
    return undo_newest(vault.home, vault.settings, vault.database).text


def redo(vault: Vault) -> str:
    return redo_newest(vault.home, vault.settings, vault.database).text


def texts(vault: Vault) -> dict[str, str]:
    return {
        path.relative_to(vault.root).as_posix(): path.read_text()
        for path in vault.root.rglob("*.md")
        if ".assistant" not in path.parts and ".trash" not in path.parts
    }


def _edit(vault: Vault) -> object:
    text, digest = writing.refreshed_text(vault, "Idea.md")
    return writing.save(vault, "Idea.md", text + "more\n", digest)


DEEDS: dict[str, Callable[[Vault], object]] = {
    "new": lambda vault: writing.new_note(vault, "Third"),
    "rename": lambda vault: rename(vault, "Sub/Other.md", "Elsewhere/New name.md"),
    "edit": _edit,
    "capture": lambda vault: capture(vault, "a thought", DAY),
    "trash": lambda vault: writing.trash(vault, "Idea.md"),
    "restore": lambda vault: (writing.trash(vault, "Idea.md"), writing.restore(vault, "Idea")),
}


@pytest.mark.parametrize("name", DEEDS)
def test_what_was_undone_can_be_done_again_and_again(vault: Vault, name: str) -> None:
    DEEDS[name](vault)
    after = texts(vault)
    undo(vault)
    before = texts(vault)
    assert before != after
    for _ in range(2):
        assert redo(vault).startswith("did again: ")
        assert texts(vault) == after
        assert broken(vault) == [] or name in ("trash", "restore")
        undo(vault)
        assert texts(vault) == before
    redo(vault)
    with pytest.raises(AssistantError, match="nothing to redo"):
        redo(vault)


def test_all_of_a_morning_is_undone_and_done_again(vault: Vault) -> None:
    states = [texts(vault)]
    for name in ("new", "rename", "edit", "capture"):
        DEEDS[name](vault)
        states.append(texts(vault))
    undo(vault)  # the line captured, then the day's note made for it
    undo(vault)
    for state in states[-2::-1]:
        assert texts(vault) == state
        if state != states[0]:
            undo(vault)
    for state in states[1:-1]:
        redo(vault)
        assert texts(vault) == state
    redo(vault)
    redo(vault)
    assert texts(vault) == states[-1]


def test_something_done_since_ends_doing_again(vault: Vault) -> None:
    writing.trash(vault, "Idea.md")
    undo(vault)
    writing.new_note(vault, "Third")
    with pytest.raises(AssistantError, match="nothing to redo"):
        redo(vault)


def test_papers_notes_and_reviews_share_one_order(vault: Vault) -> None:
    fill(vault.database, 1)
    with vault.database.write("star") as connection:
        (view,) = works.view_works(connection, [1])
        reading.set_star(connection, view, True)
    writing.new_note(vault, "Third")
    refresh(vault)
    (card,) = reviewing.due_cards(vault)
    reviewing.answer(vault, card, "good")
    assert reviewing.due_cards(vault) == []
    told = [undo(vault) for _ in range(3)]
    assert told[0] == "took back: answered good: What is it?"
    assert told[1:] == ["undid: made Third.md", "undid: starred"]
    assert len(reviewing.due_cards(vault)) == 1
    told = [redo(vault) for _ in range(3)]
    assert told[0] == "did again: starred"
    assert told[1:] == ["did again: made Third.md", "did again: answered good: What is it?"]
    assert reviewing.due_cards(vault) == []
    assert "Third.md" in texts(vault)
    undo(vault)
    assert len(reviewing.due_cards(vault)) == 1


def test_settings_are_the_vaults_own(home: Path, vault: Vault) -> None:
    """The newest change is undone in the vault that the settings name."""
    writing.new_note(vault, "Third")
    undo_newest(Home(home), Settings(), vault.database)
    assert "Third.md" not in texts(vault)
