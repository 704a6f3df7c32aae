"""Notes as a person and as a program use them: a morning with the vault on the command line."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.notes import files, undoing, writing
from assistant.notes.daily import capture, daily_note
from assistant.notes.indexing import refresh
from assistant.notes.managed import NoBlockError, find
from assistant.notes.markdown import parse_note
from assistant.notes.renaming import rename
from assistant.notes.reviewing import all_cards, answer, due_cards, in_words, outcomes, undo_answer
from assistant.notes.templating import TemplateError, fenced, markdown_text, render
from assistant.notes.vault import Vault
from assistant.notes.watching import watch
from db.engine import Database
from tests.fakes.vaults import vault_of
from tests.functional.command import assistant

LORA = "arxiv:2106.09685"


@pytest.fixture
def vault(home: Path, database: Database) -> Vault:
    return vault_of(home, database)


def texts(vault: Vault) -> dict[str, str]:
    return {
        path.relative_to(vault.root).as_posix(): path.read_text()
        for path in sorted(vault.root.rglob("*.md"))
        if ".assistant" not in path.parts
    }


def test_a_morning(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = assistant("note", LORA, "--json")
    assert made.code == 0, made.err
    path = made.json["path"]
    file = home / "vault" / path
    text = file.read_text()
    assert 'papers: ["arxiv:2106.09685"]' in text
    assert "@inproceedings{" in text
    assert "Freezes the pre-trained weights" in text
    file.write_text(text + "\nNext to [[arxiv:2305.14314]] and [[skill:amp]]. #idea\n")
    again = assistant("note", "https://arxiv.org/abs/2106.09685", "--json").json
    assert (again["path"], again["made"], again["updated"]) == (path, False, False)
    assert assistant("paper", "read", LORA).code == 0
    thought = assistant("note", "capture", "Try", "it", f"[[{Path(path).stem}]]", "--json")
    day = thought.json["path"]
    daily = (home / "vault" / day).read_text()
    assert f"[[{LORA}|LoRA: Low-Rank Adaptation" in daily
    assert daily.rstrip().endswith(f"Try it [[{Path(path).stem}]]")
    shown = assistant("note", "show", LORA, "--json").json
    assert [link["target"] for link in shown["links"]] == [
        "arxiv:2305.14314", "skill:amp", LORA,
    ]  # fmt: skip
    # Once in what was noted today, once in the thought.
    assert [link["source"] for link in shown["backlinks"]] == [day, day]
    assert shown["tags"] == ["idea", "paper"]
    page = assistant("note", "show", LORA).out
    assert "https://arxiv.org/abs/2106.09685 ·" in page, "an address is printed once"
    renamed = assistant("note", "rename", LORA, "Small matrices: LoRA", "--json").json
    assert renamed["to"] == "Papers/Small matrices LoRA.md"
    assert renamed["notes"].count(day) == 1
    assert "Try it [[Small matrices LoRA]]" in (home / "vault" / day).read_text()
    assert assistant("note", "links", "--broken", "--json").json == []
    listed = assistant("note", "list", "--paper", LORA, "--json").json
    assert {note["path"] for note in listed} == {renamed["to"], day}
    assert [n["path"] for n in assistant("note", "list", "--tag", "idea", "--json").json] == [
        renamed["to"]
    ]
    found = assistant("search", "small matrices", "--mode", "lexical", "--json").json
    assert found[0]["id"] == "note:Papers/Small matrices LoRA"
    assert found[0]["kind"] == "note"
    assert {"id", "title", "score", "why", "published", "venue", "kind"} <= found[-1].keys()
    assert assistant("status", "--json").json["notes"] == 2
    assert assistant("note", "undo", "--json").json["undone"] == "rename"
    assert (home / "vault" / path).exists()
    assert assistant("note", "trash", path).code == 0
    assert assistant("note", "trash", "--json").json[0]["original"] == path
    assert assistant("note", "restore", Path(path).stem, "--json").json["path"] == path
    assert (home / "vault" / path).read_text().startswith(text)
    script = home / "editor.sh"
    script.write_text('#!/bin/sh\nprintf "\\nedited\\n" >> "$1"\n')
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(script))
    assert assistant("note", "edit", path, "--json").json["changed"]
    assert (home / "vault" / path).read_text().endswith("\nedited\n")
    assert assistant("note", "undo", "--json").json == {"path": path, "undone": "edit"}
    assert not (home / "vault" / path).read_text().endswith("\nedited\n")
    for command in (["show", path], ["list"], ["links", path], ["orphans"], ["daily"], ["refresh"]):
        told = assistant("note", *command)
        assert told.code == 0, told.err
        assert told.out.strip() or told.err.strip()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["note", "show", "nothing"], 1, "no note"),
        (["note", "new", "  "], 2, "title"),
        (["note", "new", "x", "--in", "../out"], 1, "folder"),
        (["note", "links"], 2, "Which note"),
        (["note", "daily", "--date", "tomorrow"], 2, "no day"),
        (["note", "capture", " "], 2, "nothing to capture"),
        (["note", "restore", "nothing"], 1, "trash"),
        (["note", "undo"], 1, "nothing to undo"),
        (["note", "doi:10.1000/none"], 1, "not in your library"),
        (["review", "--card", "x", "--answer", "good"], 1, "card"),
        (["review", "--answer", "good"], 2, "Which card"),
        (["review", "--undo"], 1, "No answer"),
    ],
)
def test_what_cannot_be_is_told(arguments: list[str], code: int, words: str) -> None:
    told = assistant(*arguments)
    assert told.code == code
    assert words in told.err
    assert "Traceback" not in told.err


def test_saving_never_writes_over_a_change(vault: Vault) -> None:
    path = writing.new_note(vault, "Idea", body="mine\n")
    text, digest = writing.refreshed_text(vault, path)
    (vault.root / path).write_text(text + "theirs\n")
    with pytest.raises(files.NoteChangedError) as caught:
        writing.save(vault, path, text + "ours\n", digest)
    assert "Idea (yours).md" in caught.value.hint
    assert texts(vault) == {"Idea.md": text + "theirs\n", "Idea (yours).md": text + "ours\n"}
    text, digest = writing.refreshed_text(vault, path)
    after = writing.save(vault, path, text + "more\n", digest)
    assert after == files.digest((vault.root / path).read_bytes())


def test_every_change_can_be_undone(vault: Vault) -> None:
    path = writing.new_note(vault, "Idea", body="first\n")
    states = [texts(vault)]
    capture(vault, "a thought", datetime(2025, 11, 25, 9, 5))
    states.append(texts(vault))
    capture(vault, "another\nin two lines", datetime(2025, 11, 25, 9, 6))
    assert (
        (vault.root / "Daily/2025-11-25.md")
        .read_text()
        .endswith("- 09:05 a thought\n- 09:06 another\n  in two lines\n")
    )
    states.append(texts(vault))
    where = writing.trash(vault, path)
    assert where.startswith(".trash/")
    assert texts(vault).keys() == {where, "Daily/2025-11-25.md"}
    undoing.undo(vault)
    assert texts(vault) == states[2]
    undoing.undo(vault)
    assert texts(vault) == states[1]
    # What was written elsewhere in the note meanwhile stays.
    daily = vault.root / "Daily/2025-11-25.md"
    daily.write_text("at the top\n" + daily.read_text())
    undoing.undo(vault)
    assert daily.read_text().startswith("at the top\n---\n")
    assert "a thought" not in daily.read_text()
    undoing.undo(vault)
    assert not daily.exists()
    undoing.undo(vault)
    assert not (vault.root / path).exists()
    with pytest.raises(AssistantError, match="nothing to undo"):
        undoing.undo(vault)
    with vault.database.read() as connection:
        events = connection.exec_driver_sql("SELECT count(*) FROM events").scalar_one()
    assert events == 10


def test_only_the_managed_block_changes(home: Path, vault: Vault) -> None:
    path, _ = daily_note(vault, datetime(2025, 11, 25).date())
    file = vault.root / path
    mine = file.read_text().replace("\n", "\r\n") + "mine ünïcode\r\n\r\n"
    file.write_bytes(b"\xff\xfe".join([mine.encode()[:-2], b"\r\n"]))
    before = file.read_bytes()
    assert daily_note(vault, datetime(2025, 11, 25).date()) == (path, False)
    assert file.read_bytes() == before
    (home / "templates").mkdir()
    (home / "templates/daily.md").write_text(
        "ignored\n<!-- assistant:begin day -->\nnew {{ day.date }}\n<!-- assistant:end day -->\n"
    )
    assert daily_note(vault, datetime(2025, 11, 25).date()) == (path, True)
    after = file.read_bytes()
    start = before.index(b"<!-- assistant:begin")
    end = before.index(b"assistant:end day -->")
    block = b"<!-- assistant:begin day -->\r\nnew 2025-11-25\r\n<!-- "
    assert after == before[:start] + block + before[end:]
    file.write_text("all mine\n")
    assert daily_note(vault, datetime(2025, 11, 25).date()) == (path, False)


@pytest.mark.parametrize("text", ["", "<!-- assistant:begin paper -->\nx\n", "<!-- assistant:end paper -->\n<!-- assistant:begin paper -->\n"])  # noqa: E501  # fmt: skip
def test_a_paper_note_without_its_marks_stays(home: Path, text: str) -> None:
    path = home / "vault" / assistant("note", LORA, "--json").json["path"]
    head = path.read_text().partition("<!--")[0]
    path.write_text(head + text)
    told = assistant("note", LORA)
    assert told.code == 1
    assert "block" in told.err
    assert path.read_text() == head + text


def test_templates_are_the_persons_and_cannot_escape(home: Path, vault: Vault) -> None:
    (home / "templates").mkdir()
    own = home / "templates" / "daily.md"
    for bad, words in (
        ("{{ nothing.there }}", "nothing"),
        ("{% if %}", "line 1"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "cannot be filled in"),
        ("{{ cycler.__init__.__globals__.os.system('true') }}", "cannot be filled in"),
        ("{% include '/etc/passwd' %}", "cannot be filled in"),
    ):
        own.write_text(bad)
        with pytest.raises(TemplateError) as caught:
            render(vault.home, "daily", note={"id": "x", "created": "y"}, day={"date": "z"})
        assert words in f"{caught.value.title} {caught.value.why}"


def test_text_from_outside_means_nothing_in_a_note() -> None:
    hostile = (
        "# h\n- l\n1. n\n> q\n<!-- assistant:end paper -->\n[[x]] `c` #tag %%c%% $a_b$ a_b _i_"
    )
    told = markdown_text(hostile)
    assert told == (
        "\\# h\n\\- l\n1\\. n\n\\> q\n\\<!-- assistant:end paper -->\n"
        "\\[\\[x\\]\\] \\`c\\` \\#tag \\%% c\\%% $a_b$ a_b \\_i\\_"
    ).replace("\\%% c\\%%", "\\%%c\\%%")
    note = parse_note(told)
    assert (note.links, note.tags) == ([], [])
    assert fenced("a ``` b\n<!-- x", "py") == "````py\na ``` b\n<! -- x\n````"
    with pytest.raises(NoBlockError):
        find(told, "paper")


def test_review_comes_back_on_schedule(vault: Vault) -> None:
    note = vault.root / "Deck.md"
    note.write_text(
        "# Deck\n\nWhat does LoRA freeze? :: The weights. #review\n\nPlain fact. #review\n"
    )
    refresh(vault)
    now = datetime(2026, 1, 1, 8, tzinfo=UTC)
    cards = due_cards(vault, now)
    assert [card.front for card in cards] == ["What does LoRA freeze?", "Deck"]
    after = outcomes(vault, cards[0], now)
    assert after["again"] < after["hard"] < after["good"] < after["easy"]
    assert answer(vault, cards[0], "easy", now) == after["easy"]
    assert [card.front for card in due_cards(vault, now)] == ["Deck"]
    (again,) = [card for card in all_cards(vault) if card.digest == cards[0].digest]
    assert (again.due, again.answers) == (after["easy"], 1)
    later = after["easy"] + timedelta(minutes=1)
    assert cards[0].digest in [card.digest for card in due_cards(vault, later)]
    # A rename and an edit of its words keep what was answered.
    rename(vault, "Deck.md", "Other deck.md")
    moved = vault.root / "Other deck.md"
    moved.write_text(moved.read_text().replace("LoRA freeze?", "LoRA keep frozen?"))
    refresh(vault)
    (edited,) = [card for card in all_cards(vault) if "frozen" in card.front]
    assert edited.answers == 1
    assert edited.digest != cards[0].digest
    assert undo_answer(vault) == "What does LoRA freeze?"
    assert [card.answers for card in all_cards(vault)] == [0, 0]
    assert in_words(timedelta(minutes=10)) == "10 min"
    assert in_words(timedelta(days=3)) == "3 days"
    assert in_words(timedelta(days=400)) == "1 year"


def test_review_on_the_command_line(home: Path) -> None:
    (home / "vault").mkdir(parents=True)
    (home / "vault/D.md").write_text("Q? :: A. #review\n\nR? :: B. #review\n")
    cards = assistant("review", "--json").json
    assert [(card["front"], card["back"]) for card in cards] == [("Q?", "A."), ("R?", "B.")]
    told = assistant("review", stdin="\n3\nq\n")
    assert told.code == 0, told.err
    assert "A." in told.out
    assert "1 card answered" in told.err
    given = assistant("review", "--card", cards[1]["card"][:8], "--answer", "good", "--json").json
    assert given["due"] > datetime.now(UTC).isoformat()
    assert assistant("review", "--json").json == []
    assert len(assistant("review", "--all", "--json").json) == 2
    assert assistant("review", "--undo", "--json").json == {"undone": "R?"}


def test_what_other_programs_do_is_noticed(vault: Vault) -> None:
    (vault.root / "A.md").write_text("a\n")
    refresh(vault)
    stop, seen = threading.Event(), []

    def look() -> None:
        for report in watch(vault, stop):
            seen.append(report)
            stop.set()

    thread = threading.Thread(target=look)
    thread.start()
    # The watch may take a moment to begin: keep changing until something is seen.
    for number in range(600):
        (vault.root / "A.md").write_text(f"a {number}\n")
        if stop.wait(0.2):
            break
    thread.join(100)
    assert not thread.is_alive()
    assert seen[0].changed == ["A.md"]


def test_daily_notes_go_where_obsidian_puts_them(vault: Vault) -> None:
    folder = vault.root / ".obsidian"
    folder.mkdir()
    day = datetime(2025, 11, 25).date()
    for told, expected in (
        ({"folder": "Journal/Days"}, "Journal/Days/2025-11-25.md"),
        ({"folder": "../out"}, "Daily/2025-11-25.md"),
        ({"folder": "J", "format": "DD-MM"}, "Daily/2025-11-25.md"),
    ):
        (folder / "daily-notes.json").write_text(json.dumps(told))
        assert daily_note(vault, day)[0] == expected
