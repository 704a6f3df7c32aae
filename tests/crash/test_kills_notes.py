"""SIGKILL at random moments of rename, capture and template update: the old state or the new.

After each kill the vault is opened, which finishes what was decided; then every file must be as it
was before the step or after it, all of them together, and the log must say the same.
"""

import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from assistant.notes.daily import capture, daily_note
from assistant.notes.indexing import rebuild, refresh
from assistant.notes.linking import broken
from assistant.notes.renaming import rename
from assistant.notes.vault import Vault
from db import notes as index
from db.backup import check_integrity
from db.engine import Database
from tests.crash.killing import Killer
from tests.fakes.vaults import vault_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

KILLS = {"rename": 50, "capture": 40, "template": 40}
NAMES = ("Old name.md", "sub/New name.md")
DAY = date(2025, 11, 25)


def tree(root: Path) -> dict[str, bytes]:
    """Every file of the vault but what is under way."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".assistant" not in path.parts
    }


def within(
    home: Path, work: Callable[[Vault, Callable[[int], None]], None]
) -> Callable[[Callable[[int], None]], None]:
    """Return work on the vault as a process of its own does it."""

    def child(acknowledge: Callable[[int], None]) -> None:
        with Database(home / "library.db") as database:
            work(vault_of(home, database), acknowledge)

    return child


@pytest.mark.timeout(600)
def test_rename_killed(home: Path, database: Database) -> None:
    vault = vault_of(home, database)
    (vault.root / "sub").mkdir()
    for number in range(12):
        text = f"# {number}\n\n[[Old name]] and [[old name#Part|x]] `[[Old name]]`\r\nünï\n"
        (vault.root / "sub" / f"n{number}.md").write_bytes(text.encode())
    (vault.root / NAMES[0]).write_text("---\ntitle: Old name\n---\n[[Old name]] [[n3]]\n## Part\n")
    refresh(vault)
    start = tree(vault.root)
    rename(vault, *NAMES)
    moved = tree(vault.root)
    rename(vault, *NAMES[::-1])
    assert tree(vault.root).keys() == start.keys()
    states = [tree(vault.root), moved]
    database.close()
    killer = Killer(1, 0.2, share=0.6, enough=2)
    kills = finished_moves = 0

    def work(vault: Vault, acknowledge: Callable[[int], None]) -> None:
        for step in range(1, 1_000):
            at = int((vault.root / NAMES[1]).exists())
            rename(vault, NAMES[at], NAMES[1 - at])
            acknowledge(step)

    while kills < KILLS["rename"]:
        with Database(home / "library.db") as opened, opened.read() as connection:
            before = len(index.events_of(connection, ["note-rename"]))
        told, done = killer.run(within(home, work))
        kills += not done
        with Database(home / "library.db") as opened:
            vault = vault_of(home, opened)
            assert tree(vault.root) in states, "a mixture of two states"
            assert not (vault.root / ".assistant" / "journal.json").exists()
            refresh(vault)
            assert broken(vault) == []
            with opened.read() as connection:
                events = index.events_of(connection, ["note-rename"])
            assert told <= len(events) - before <= told + 1
            target = next(iter(events[-1]["data"]["moved"].values()))
            assert (vault.root / target).exists(), "the log tells of another state"
            finished_moves += told
    assert finished_moves > 5, "the kills are too early"
    assert check_integrity(home / "library.db") == []
    with Database(home / "library.db") as opened:
        rebuild(vault_of(home, opened))


@pytest.mark.timeout(600)
def test_capture_killed(home: Path, database: Database) -> None:
    vault_of(home, database)
    database.close()
    killer = Killer(2, 0.2, share=0.6, enough=2)
    moment = datetime(2025, 11, 25, 9, 5)
    kills = acknowledged = attempted = 0

    def work(vault: Vault, acknowledge: Callable[[int], None]) -> None:
        for number in range(attempted + 1, attempted + 1_000):
            capture(vault, f"thought {number} of many", moment)
            acknowledge(number)

    while kills < KILLS["capture"]:
        told, done = killer.run(within(home, work))
        kills += not done
        acknowledged = max(acknowledged, told)
        with Database(home / "library.db") as opened:
            vault = vault_of(home, opened)
            note = vault.root / "Daily" / "2025-11-25.md"
            if not note.exists():
                assert told == 0
                continue
            lines = note.read_text().splitlines()
            assert lines[0] == "---"
            assert "<!-- assistant:end day -->" in lines
            kept = [line for line in lines if "thought" in line]
            numbers = [int(line.removeprefix("- 09:05 thought ").split()[0]) for line in kept]
            assert all(line.endswith(" of many") for line in kept)
            assert numbers == sorted(set(numbers)), "a thought is doubled"
            assert set(range(1, acknowledged + 1)) <= set(numbers), "a thought is lost"
            attempted = acknowledged = numbers[-1] if numbers else 0
    assert acknowledged > 5, "the kills are too early"


@pytest.mark.timeout(600)
def test_template_update_killed(home: Path, database: Database) -> None:
    vault = vault_of(home, database)
    (home / "templates").mkdir()
    template = home / "templates" / "daily.md"
    blocks = [f"block {n}\n" + f"line {n}\n" * (200 * n) for n in (1, 2)]

    def fill(which: int) -> str:
        start, end = (f"<!-- assistant:{word} day -->\n" for word in ("begin", "end"))
        return f"top\n{start}{blocks[which]}{end}\nmine\n"

    template.write_text(fill(0))
    path, _ = daily_note(vault, DAY)
    file = vault.root / path
    database.close()
    killer = Killer(3, 0.2, share=0.6, enough=2)
    kills = changed = 0

    def work(vault: Vault, acknowledge: Callable[[int], None]) -> None:
        for step in range(1, 1_000):
            which = int(file.read_text() == fill(0))
            template.write_text(fill(which))
            daily_note(vault, DAY)
            acknowledge(step)

    while kills < KILLS["template"]:
        told, done = killer.run(within(home, work))
        kills += not done
        changed += told
        with Database(home / "library.db") as opened:
            vault_of(home, opened)
            assert file.read_text() in (fill(0), fill(1)), "a mixture of two states"
    assert changed > 5, "the kills are too early"
