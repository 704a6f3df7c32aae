"""What a command tells the program that started it, and how it stops."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from db import works
from db.engine import Database
from tests.fakes.papers import snapshot_lines
from tests.functional.command import assistant


def start(*arguments: object, **told: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "assistant", *map(str, arguments)],
        env={**os.environ, "ASSISTANT_EVENTS": "1"},
        stdout=subprocess.PIPE,
        stderr=told.pop("stderr", subprocess.PIPE),
        text=True,
        **told,
    )


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(snapshot_lines(6_000)), encoding="utf-8")
    return path


def test_a_command_tells_its_progress_as_events_and_stops_on_sigterm(
    home: Path, snapshot: Path
) -> None:
    with start("import", snapshot, "--no-embed", "--json") as running:
        assert running.stderr is not None
        told = []
        for line in running.stderr:
            told.append(json.loads(line))
            if told[-1]["event"] == "progress":
                running.send_signal(signal.SIGTERM)
                break
        told += [json.loads(line) for line in running.stderr if line.strip()]
        assert running.wait(280) == 143
    assert told[-1] == {"event": "note", "text": "Stopped. Everything finished so far is kept."}
    progress = [one for one in told if one["event"] == "progress"]
    assert progress[0]["label"] == "Importing"
    assert 0 < progress[0]["done"] <= progress[0]["total"]
    with Database(home / "library.db") as database, database.read() as connection:
        kept = works.count_rows(connection)["works"]
    assert kept > 2_000, "what was committed is kept"
    with start("import", snapshot, "--no-embed", "--json") as running:
        out, err = running.communicate(timeout=280)
    assert running.returncode == 0
    assert json.loads(out)["read"] == 6_000
    last = [json.loads(line) for line in err.splitlines()][-1]
    assert last["done"] == last["total"], "the last progress is always told"


def test_a_listener_that_is_gone_does_not_stop_the_work(home: Path, snapshot: Path) -> None:
    reader, writer = os.pipe()
    with start("import", snapshot, "--no-embed", "--json", stderr=writer) as running:
        os.close(writer)
        os.close(reader)
        out, _ = running.communicate(timeout=280)
    assert running.returncode == 0
    assert json.loads(out)["read"] == 6_000


def test_an_error_is_an_event(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_EVENTS", "1")
    ran = assistant("paper", "show", "arxiv:2912.99999", "--json")
    assert (ran.code, ran.out) == (1, "")
    *_, error = (json.loads(line) for line in ran.err.splitlines())
    assert error["event"] == "error"
    assert error["title"] == "arxiv:2912.99999 is not in your library."
    assert error["hint"]


def test_a_digest_tells_what_it_is_doing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_EVENTS", "1")
    ran = assistant("digest", "--json")
    told = [json.loads(line) for line in ran.err.splitlines()]
    assert ran.code == 0
    assert [(one["label"], one["detail"]) for one in told if one["event"] == "progress"] == [
        ("Digest", "ranking")
    ]
