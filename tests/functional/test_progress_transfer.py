"""Progress taken out and brought in: a round trip, known events left alone, bad lines told."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.config import Home, Settings
from assistant.errors import ImportFileError
from assistant.library import undoing
from assistant.library.opening import open_library
from assistant.library.reading import set_state
from assistant.skills import deeds
from assistant.skills.catalogue import load_curriculum
from assistant.skills.progress import reading_ids, standings
from assistant.skills.transfer import export_lines, import_lines, lines_of
from db import learning, personal, works
from db.engine import Database

NOW = datetime.now(UTC)


def fill(database: Database, home: Path) -> None:
    """Some of everything, something of it taken back."""
    curriculum = load_curriculum(Home(home))
    skill = curriculum.skills["model-compression"]
    with database.write("learn") as connection:
        numbers = reading_ids(connection, curriculum)
        deeds.pick_track(connection, curriculum.tracks["algorithm-engineer"])
        deeds.start_skill(connection, skill)
        deeds.prove_by_note(connection, skill, "Pruning.md", 320)
        deeds.prove_by_link(connection, skill, "https://example.org/x", "A frontier")
        deeds.answer_review(connection, curriculum.skills["pruning"], "good")
        for kind, data in (
            ("lab-start", {"file": "pruning.py"}),
            ("lab-check", {"status": "passed", "passed": 7, "checks": 7, "results": [["a", "x"]]}),
            ("lab-run", {"run": "r1", "ok": True, "solution": {"file": "pruning.py"},
                         "claims": [{"id": "c", "holds": True}], "environment": {"cpu": "x"}}),
        ):  # fmt: skip
            personal.append_event(connection, kind, "lab:pruning", {**data, "told": kind})
        for id in ("arxiv:1506.02626", "arxiv:1710.01878"):
            (work,) = works.view_works(connection, [numbers[id]])
            set_state(connection, work, "read")
        undoing.undo_last(connection)
        deeds.start_skill(connection, curriculum.skills["perceiver"])
        undoing.undo_last(connection)


@pytest.fixture
def library(home: Path) -> Any:
    with open_library(Home(home), Settings()) as opened:
        yield opened


@pytest.fixture
def elsewhere(tmp_path: Path) -> Any:
    with open_library(Home(tmp_path / "elsewhere"), Settings()) as opened:
        yield opened


def exported(database: Database) -> list[str]:
    with database.read() as connection:
        return list(export_lines(connection))


def brought_in(database: Database, lines: list[str]) -> Any:
    with database.write("import progress") as connection:
        return import_lines(connection, lines)


def states(database: Database, home: Path) -> dict[str, Any]:
    curriculum = load_curriculum(Home(home))
    with database.read() as connection:
        found = standings(
            curriculum, deeds.read_deeds(connection), reading_ids(connection, curriculum),
            NOW + timedelta(days=1),
        )  # fmt: skip
    return {id: (one.state, one.proven, one.proof, one.due) for id, one in found.items()}


def test_a_round_trip_leaves_nothing_out(
    library: Database, elsewhere: Database, home: Path
) -> None:
    fill(library, home)
    lines = exported(library)
    assert json.loads(lines[0]) == {"assistant": "progress", "form": 1}
    assert len(lines) == 1 + 11 + 2
    report = brought_in(elsewhere, lines)
    assert (report.read, report.added, report.known, report.bad) == (13, 13, 0, 0)
    assert exported(elsewhere) == lines
    assert states(elsewhere, home) == states(library, home)
    assert states(library, home)["model-compression"][0] == "proven"
    assert states(library, home)["perceiver"][0] == "locked", "that it was begun was taken back"
    with elsewhere.read() as connection:
        (run,) = learning.events_in_time(connection, ["lab-run"], whole=True)
    assert run.data["claims"] == [{"id": "c", "holds": True}]


def test_bringing_in_again_adds_nothing(library: Database, elsewhere: Database, home: Path) -> None:
    fill(library, home)
    lines = exported(library)
    for database in (library, elsewhere, elsewhere):
        brought_in(database, lines)
        assert exported(database) == lines
    again = brought_in(elsewhere, lines)
    assert (again.added, again.known) == (0, 13)


def test_two_machines_join(library: Database, elsewhere: Database, home: Path) -> None:
    fill(library, home)
    curriculum = load_curriculum(Home(home))
    with elsewhere.write("learn") as connection:
        deeds.start_skill(connection, curriculum.skills["onnx"])
    brought_in(elsewhere, exported(library))
    brought_in(library, exported(elsewhere))
    assert sorted(exported(library)) == sorted(exported(elsewhere))
    assert states(library, home) == states(elsewhere, home)


def test_what_is_taken_back_later_follows(
    library: Database, elsewhere: Database, home: Path
) -> None:
    curriculum = load_curriculum(Home(home))
    with library.write("learn") as connection:
        deeds.start_skill(connection, curriculum.skills["onnx"])
    brought_in(elsewhere, exported(library))
    with library.write("undo") as connection:
        undoing.undo_last(connection)
    assert brought_in(elsewhere, exported(library)).added == 1
    assert states(elsewhere, home)["onnx"][0] == "locked"


GOOD = {
    "uid": "u", "at": "2026-01-05T10:00:00+00:00", "event": "skill-review",
    "subject": "skill:pruning", "data": {"answer": "good", "told": "reviewed"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"at": "2026-01-05T10:00:00"}, "moment"),
        ({"at": "2999-01-05T10:00:00+00:00"}, "moment"),
        ({"at": 5}, "moment"),
        ({"event": "like"}, "unknown event"),
        ({"event": "state"}, "unknown event"),
        ({"event": ["x"]}, "unknown event"),
        ({"subject": "lab:pruning"}, "no skill"),
        ({"subject": "skill:"}, "no skill"),
        ({"subject": "skill:\x1b[31mred"}, "subject"),
        ({"data": []}, "no data"),
        ({"data": {"told": "x"}}, "without answer"),
        ({"data": {"answer": "superb", "told": "x"}}, "none"),
        ({"event": "lab-check", "subject": "lab:amp",
          "data": {"status": "x", "passed": True, "checks": 1, "told": "x"}}, "without passed"),
        ({"event": "skill-proof", "data": {"how": "note", "told": "x"}}, "proof"),
        ({"event": "undo", "undoes": "nothing"}, "not here"),
        ({"event": "undo"}, "of what"),
    ],
)  # fmt: skip
def test_a_bad_line_is_told_and_left_out(
    database: Database, change: dict[str, Any], words: str
) -> None:
    lines = [*exported(database)[:1], json.dumps({**GOOD, **change}), json.dumps(GOOD)]
    report = brought_in(database, lines)
    assert (report.added, report.bad) == (1, 1)
    ((number, told),) = report.errors
    assert number == 2
    assert words in told


@pytest.mark.parametrize(
    "line", ["{", "[" * 100_000, '"x"', "null", '{"event": NaN}', "9" * 5_000, "x" * 1_000_001]
)
def test_a_line_that_is_no_event_is_told(database: Database, line: str) -> None:
    report = brought_in(database, [*exported(database)[:1], line, json.dumps(GOOD)])
    assert (report.added, report.bad) == (1, 1)


@pytest.mark.parametrize("first", ["", "{}", '{"assistant": "progress", "form": 2}', "[" * 10_000])
def test_another_file_is_refused(database: Database, first: str) -> None:
    with pytest.raises(ImportFileError):
        brought_in(database, [first, json.dumps(GOOD)])


def test_a_line_too_long_is_read_past(tmp_path: Path, database: Database) -> None:
    path = tmp_path / "long.jsonl"
    lines = [exported(database)[0], "x" * 3_500_000 + "\n", json.dumps(GOOD) + "\n"]
    path.write_text("".join(lines), encoding="utf-8")
    report = brought_in(database, list(lines_of(path)))
    assert (report.read, report.added, report.bad) == (2, 1, 1)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20),
                  st.floats(allow_nan=False, allow_infinity=False)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
        ),
        max_leaves=8,
    )
)  # fmt: skip
def test_data_comes_back_as_it_was_taken_in(database: Database, data: Any) -> None:
    line = json.dumps({**GOOD, "data": {"extra": data, **GOOD["data"]}})  # type: ignore[dict-item]
    head = json.dumps({"assistant": "progress", "form": 1})
    brought_in(database, [head, line])
    once = exported(database)
    assert brought_in(database, once).added == 0
    assert exported(database) == once
