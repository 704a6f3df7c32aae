"""The commands as a person and as a program use them, on a library of generated papers."""

import gzip
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from assistant.cli.main import COMMANDS
from tests.fakes.papers import snapshot_lines
from tests.functional.command import assistant

HEAVY = ("torch", "sentence_transformers", "transformers", "faiss", "onnxruntime", "sqlalchemy",
         "alembic", "numpy", "rich", "textual")  # fmt: skip


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(snapshot_lines(300)), encoding="utf-8")
    return path


@pytest.fixture
def filled(papers: Path) -> Path:
    assert assistant("import", papers, "--no-embed").code == 0
    return papers


def first_id(papers: Path) -> str:
    return "arxiv:" + str(json.loads(papers.read_text().splitlines()[0])["id"])


def test_help_names_every_command_as_the_command_describes_itself() -> None:
    from assistant.cli.main import cli

    told = assistant("--help")
    assert told.code == 0
    for name, (_, short) in COMMANDS.items():
        command = cli.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        assert command.help is not None
        assert command.help.strip().splitlines()[0] == short
        assert f"  {name} " in told.out
        own = assistant(name, "--help")
        assert own.code == 0
        assert "Usage: assistant " + name in own.out


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['assistant', '--help']\n"
        "from assistant.cli.main import _run; _run()\n"
        f"print([m for m in {HEAVY} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    "command", [["status", "--json"], ["search", "attention", "--mode", "lexical"]]
)
def test_words_alone_load_no_model(command: list[str], filled: Path) -> None:
    code = (
        f"import sys; sys.argv = ['assistant', *{command!r}]\n"
        "from assistant.cli.main import _run; code = _run()\n"
        f"print([m for m in {HEAVY[:5]} if m in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip().splitlines()[-1] == "[]"


def test_a_first_run_has_the_starter_works(home: Path) -> None:
    told = assistant("status", "--json")
    assert told.code == 0
    assert "landmark" in told.err
    assert told.json["works"] >= 120
    assert {"works", "versions", "embedded", "model", "notes", "last_sync"} <= told.json.keys()
    again = assistant("status")
    assert again.code == 0
    assert "landmark" not in again.err
    found = assistant("search", "attention is all you need", "--mode", "lexical", "--json").json
    assert found[0]["id"] == "arxiv:1706.03762"


def test_import_tells_what_it_did(papers: Path) -> None:
    told = assistant("import", papers, "--no-embed", "--json")
    assert told.code == 0
    assert told.json["read"] == told.json["added"] == 300
    again = assistant("import", papers, "--no-embed", "--json").json
    assert again["added"] == again["updated"] == again["merged"] == 0
    assert again["read"] == again["skipped"] == 300


def test_bad_lines_are_quoted_and_skipped(tmp_path: Path) -> None:
    lines = list(snapshot_lines(10))
    lines[3:3] = [
        "{not json\n",
        '["a list"]\n',
        '{"id": "2101.00001"}\n',
        '{"id": "../../etc/passwd", "title": "t", "categories": "", "authors_parsed": []}\n',
        "[" * 100_000 + "\n",
        '{"id": "2101.00009", "title": "\x1b[31m", "categories": "", "authors_parsed": [["A"]]}\n',
    ]
    path = tmp_path / "bad.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(lines)
    told = assistant("import", path, "--no-embed", "--json")
    assert told.code == 3
    report = told.json
    assert report["read"] == 16
    assert report["added"] == 10
    assert report["bad"] == len(report["errors"]) == 6
    assert [error["line"] for error in report["errors"]] == [4, 5, 6, 7, 8, 9]
    assert all(error["error"] for error in report["errors"])


def test_a_cut_off_archive_keeps_what_came(tmp_path: Path) -> None:
    whole = gzip.compress("".join(snapshot_lines(2000)).encode())
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(whole[: len(whole) // 2])
    told = assistant("import", path, "--no-embed", "--json")
    assert told.code == 3
    assert 500 < told.json["added"] < 1600
    assert "ends early" in told.json["errors"][-1]["error"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.jsonl", None, "Cannot read"),
        ("empty.jsonl", b"", "empty"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "no form"),
        ("folder", "dir", "Cannot read"),
    ],
)
def test_what_cannot_be_imported_is_said(
    tmp_path: Path, name: str, content: bytes | str | None, words: str
) -> None:
    path = tmp_path / name
    if content == "dir":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    told = assistant("import", path)
    assert told.code == 1
    assert words in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize("suffix", [".bib", ".json", ".md", ".jsonl"])
def test_an_export_imports_again_unchanged(
    tmp_path: Path, filled: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = first_id(filled)
    for command in (["rate", one, "5"], ["tag", one, "thesis"], ["read", one, "--as", "later"]):
        assert assistant("paper", *command).code == 0
    exported = tmp_path / f"out{suffix}"
    assert assistant("export", exported).code == 0
    again = assistant("import", exported, "--no-embed", "--json")
    assert again.code == 0
    assert again.json["read"] == again.json["unchanged"] > 400
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "elsewhere"))
    assert assistant("import", exported, "--no-embed").code == 0
    second = tmp_path / f"second{suffix}"
    assert assistant("export", second).code == 0
    assert second.read_text() == exported.read_text()


def test_one_paper_shown_rated_tagged_undone(filled: Path) -> None:
    one = first_id(filled)
    assert assistant("paper", "rate", one, "4", "--json").json["change"] == "rated 4 of 5"
    assert (
        assistant("paper", "tag", one, "Big Models", "--json").json["change"] == "tags: big-models"
    )
    assert assistant("paper", "star", one).code == 0
    shown = assistant("paper", "show", one, "--json").json
    assert (shown["rating"], shown["tags"], shown["starred"]) == (4, ["big-models"], True)
    assert shown["pdf"].startswith("https://arxiv.org/pdf/")
    page = assistant("paper", "show", one)
    assert "★★★★☆" in page.out
    assert "#big-models" in page.out
    for _ in range(3):
        assert assistant("paper", "undo").code == 0
    shown = assistant("paper", "show", one, "--json").json
    assert (shown["rating"], shown["tags"], shown["starred"]) == (None, [], False)
    told = assistant("paper", "undo")
    assert told.code == 1
    assert "nothing to undo" in told.err


def test_filters_see_what_a_person_did(filled: Path) -> None:
    one = first_id(filled)
    assistant("paper", "tag", one, "thesis")
    assistant("paper", "read", one)

    def found(query: str) -> list[str]:
        answer = assistant("search", query, "--mode", "lexical", "--limit", "1000", "--json")
        assert answer.code == 0, answer.err
        return [hit["id"] for hit in answer.json]

    assert found("tag:thesis") == found("is:read") == [one]
    assert one not in found("is:unread")
    assert one not in found("-tag:thesis cat:cs.LG")


def test_saved_searches(filled: Path) -> None:
    assert assistant("search", "pruning cat:cs.LG", "--mode", "lexical", "--save", "mine").code == 0
    assert assistant("search", "--list-saved", "--json").json == {"mine": "pruning cat:cs.LG"}
    saved = assistant("search", "--saved", "mine", "--mode", "lexical", "--json").json
    assert saved == assistant("search", "pruning cat:cs.LG", "--mode", "lexical", "--json").json
    assert assistant("search", "--forget", "mine").code == 0
    assert assistant("search", "--saved", "mine").code == 1


def test_backup_and_restore(filled: Path, home: Path) -> None:
    one = first_id(filled)
    made = assistant("backup", "--json")
    assert made.code == 0
    assert assistant("restore", "--newest", "--check", "--json").json["restorable"] is True
    assistant("paper", "rate", one, "5")
    assert assistant("restore", "--newest", stdin="n\n").code == 130
    assert assistant("paper", "show", one, "--json").json["rating"] == 5
    assert assistant("restore", Path(made.json["path"]).name, "--yes").code == 0
    assert assistant("paper", "show", one, "--json").json["rating"] is None
    (home / "library.db").write_bytes(b"gone" * 1000)
    told = assistant("search", "attention")
    assert told.code == 1
    assert "assistant restore" in told.err
    assert assistant("restore", "--newest", "--yes").code == 0
    assert assistant("status", "--json").json["works"] > 300
    assert len(assistant("backup", "--list", "--json").json) == 1


def test_config_is_checked_and_keeps_comments(home: Path) -> None:
    home.mkdir()
    (home / "config.toml").write_text("# mine\n[library]\nbackups_kept = 3 # few\n")
    assert assistant("config", "library.backups_kept").out.strip() == "3"
    assert assistant("config", "library.backups_kept", "5").code == 0
    text = (home / "config.toml").read_text()
    assert "# mine" in text
    assert "# few" in text
    assert tomllib.loads(text)["library"]["backups_kept"] == 5
    assert assistant("config", "sources.arxiv.interval_seconds", "4").code == 0
    told = assistant("config", "--json").json
    assert told["sources.arxiv.interval_seconds"] == 4.0
    for wrong in (
        ["search.modell", "x"],
        ["library.backups_kept", "many"],
        ["library.backups_kept", "0"],
    ):
        before = (home / "config.toml").read_text()
        assert assistant("config", *wrong).code in (1, 2)
        assert (home / "config.toml").read_text() == before
    before = (home / "config.toml").read_text()
    assert assistant("config", "search.model", "/no/such/model").code == 1
    assert (home / "config.toml").read_text() == before
    (home / "config.toml").write_text("[serch]\nmodel = 'x'\n")
    told = assistant("status")
    assert told.code == 1
    assert "search" in told.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["serch", "x"],
        ["search"],
        ["paper", "show"],
        ["paper", "rate", "arxiv:1706.03762", "9"],
        ["search", "x", "--mode", "telepathy"],
        ["restore"],
    ],
)
def test_wrong_words_exit_2_with_advice(arguments: list[str]) -> None:
    told = assistant(*arguments)
    assert told.code == 2
    assert told.err.strip()
    assert told.out == ""


@pytest.mark.parametrize(
    "arguments", [["paper", "show", "no id"], ["paper", "show", "arxiv:9912.99999"],
                  ["similar", "arxiv:2101.99999"], ["search", "x", "--saved", "nothing"]]
)  # fmt: skip
def test_what_is_not_there_is_said_with_a_hint(arguments: list[str]) -> None:
    told = assistant(*arguments)
    assert told.code == 1
    assert "Error" in told.err
    assert "Try" in told.err


def test_doctor_finds_and_mends(filled: Path, home: Path) -> None:
    import sqlite3

    with sqlite3.connect(home / "library.db") as connection:
        connection.execute("DROP TRIGGER works_fts_update")
        connection.execute("UPDATE works SET title = 'Quite another zebra' WHERE id = 300")
        connection.execute("DELETE FROM spelling_terms")
    connection.close()
    (home / "index" / "of-no-model").mkdir(parents=True)
    told = assistant("doctor", "--json")
    assert told.code == 1
    levels = {check["check"]: check["level"] for check in told.json["checks"]}
    assert levels["integrity"] == "ok"
    assert levels["full-text index"] == levels["spelling"] == "fault"
    assert levels["orphaned indexes"] == levels["backups"] == "advice"
    assert {"permissions", "disk", "file system", "clock", "model", "embeddings"} <= levels.keys()


def test_doctor_of_a_damaged_library(filled: Path, home: Path) -> None:
    assistant("backup")
    data = bytearray((home / "library.db").read_bytes())
    data[40_000:80_000] = os.urandom(40_000)
    (home / "library.db").write_bytes(data)
    told = assistant("doctor", "--json")
    assert told.code == 1
    assert told.json["healthy"] is False
    (fault,) = [check for check in told.json["checks"] if check["check"] == "integrity"]
    assert "assistant restore" in fault["remedy"]


def test_completion_scripts() -> None:
    for shell in ("bash", "zsh", "fish"):
        told = assistant("completion", shell)
        assert told.code == 0
        assert "_ASSISTANT_COMPLETE" in told.out


def test_ctrl_c_leaves_things_whole(home: Path, tmp_path: Path) -> None:
    import signal
    import time

    path = tmp_path / "many.jsonl"
    path.write_text("".join(snapshot_lines(6_000)), encoding="utf-8")
    child = subprocess.Popen(
        [sys.executable, "-m", "assistant", "import", str(path), "--no-embed"],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not (home / "library.db-wal").exists() or (home / "library.db-wal").stat().st_size < 1e6:
        time.sleep(0.05)
        assert child.poll() is None
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=280)
    assert child.returncode == 130
    assert "kept" in err
    assert "Traceback" not in err
    before = assistant("status", "--json").json["works"]
    done = assistant("import", path, "--no-embed", "--json").json
    assert done["read"] == 6_000
    assert done["bad"] == done["unchanged"] == 0
    assert assistant("status", "--json").json["works"] > max(before, 6_000)
    again = assistant("import", path, "--no-embed", "--json").json
    assert again["unchanged"] == 6_000


def test_papers_go_to_the_trash_and_come_back(filled: Path) -> None:
    found = assistant("search", "attention", "--mode", "lexical", "--json").json[0]["id"]
    assert assistant("paper", "trash", found).code == 0
    told = assistant("paper", "show", found)
    assert told.code == 1
    assert f"assistant paper restore {found}" in told.err
    found_now = assistant("search", "attention", "--mode", "lexical", "--json").json
    assert found not in [one["id"] for one in found_now]
    assert [one["id"] for one in assistant("paper", "trash", "--json").json] == [found]
    assert assistant("paper", "undo").code == 0
    assert assistant("paper", "redo").out.endswith("did again: moved to the trash\n")
    assert assistant("paper", "restore", found, "--json").json["id"] == found
    assert "The trash is empty" in assistant("paper", "trash").err
    assert assistant("paper", "restore", found).code == 1
    assert assistant("paper", "show", found).code == 0
