"""Labs: the exercise, its checks, runs while they run and after, and what keys do to them."""

import json
from pathlib import Path
from typing import Any

import pytest
import time_machine

from assistant.tui.areas.labs import changes
from assistant.tui.areas.labs.compared import Compared
from assistant.tui.areas.labs.leaves import About, KeptRun, LiveRun, Reference
from assistant.tui.areas.labs.page import Place
from assistant.tui.areas.labs.screen import LabsScreen
from assistant.tui.jobs.job import Job, JobError
from assistant.tui.widgets.choosing import Choosing
from db.engine import Database
from tests.fakes.learners import check, run
from tests.tui.driving import LARGE, Person, drive
from tests.tui.playing import hold_jobs, jobs

PASSED = {
    "lab": "autograd", "status": "passed", "passed": 1, "event": 1, "problem": None,
    "checks": [{"name": "a check", "proves": "that it is right", "status": "passed",
                "message": "", "seconds": 0.1}],
    "output": "", "hint": None, "notice": "Look at the order.", "proven": ["autograd"],
}  # fmt: skip
OPEN = PASSED | {
    "status": "incorrect", "passed": 0, "notice": None, "proven": [], "output": "printed by me",
    "checks": [{"name": "a check", "proves": "that it is right", "status": "incorrect",
                "message": "it is off by one", "seconds": 0.1}],
    "hint": {"check": "a check", "number": 1, "total": 3, "text": "Count from zero."},
}  # fmt: skip


def labs(person: Person) -> LabsScreen:
    found = person.app.screen_stack[0]
    assert isinstance(found, LabsScreen)
    return found


async def go_to(person: Person, lab: str) -> None:
    if person.app.current_mode != "labs":
        await person.press("5")
    rows = labs(person).browser.rows
    rows.move_to(rows.source.index_of(lab) or 0)
    await person.rest()
    assert rows.key == lab


async def into_page(person: Person, key: Place) -> None:
    if not labs(person).browser.page.has_focus:
        await person.press("tab")
    labs(person).browser.page.go_to(key)
    await person.rest()
    assert labs(person).browser.page.key == key


def tell(job: Job, **event: Any) -> None:
    job.take_line(json.dumps(event))


def play_labs(play: Any, **how: Any) -> None:
    drive(play, prepare=hold_jobs, **how)


def test_every_lab_is_listed_with_its_state_and_its_last_run(learning: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("5")
        text = person.text()
        for told in (
            "1 of 9 labs passed · 2 runs kept", "Foundations", "Compression", "not started",
            "✓ A loss of your own", "passed", "✗ ran 8 days ago", "◐ Autograd and optimisers",
            "1 of 3 checks",
        ):  # fmt: skip
            assert told in text, told
        await person.press("slash")
        await person.type("passed loss")
        assert "A loss of your own" in person.text()
        assert "Autograd" not in person.text()
        await person.type("zqxj")
        assert "No lab matches 'zqxj'" in person.text()
        await person.press("escape")
        assert "Autograd" in person.text()

    play_labs(play)


def test_a_page_has_checks_runs_skills_and_what_it_is_about(learning: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "custom_loss")
        text = person.text()
        for told in (
            "Checks  3 of 3 pass", "✓ check 1 of custom_loss", "Runs  2, the newest first",
            "✗ yours", "✓ reference", "Skills it belongs to", "Losses of your own  due",
            "What it is about",
        ):  # fmt: skip
            assert told in text, told
        await go_to(person, "autograd")
        assert "! check 2 of autograd  broken" in person.text()

    play_labs(play, size=LARGE)


def test_what_a_lab_is_about_is_as_wide_as_the_page(learning: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "custom_loss")
        await person.press("enter", "G")
        lines = [line.rstrip() for line in person.lines()]
        assert max(len(line) for line in lines[3:-1]) > 70
        await person.resize((60, 24))
        await person.press("G")
        assert all(len(line.rstrip()) <= 60 for line in person.lines())
        assert max(len(line.rstrip()) for line in person.lines()[3:-1]) > 50

    play_labs(play)


def test_an_exercise_is_started_edited_and_stays_as_it_is(
    learning: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited: list[Path] = []
    monkeypatch.setattr(changes, "edit_file", lambda app, file: edited.append(file))

    async def play(person: Person) -> None:
        await go_to(person, "pruning")
        await person.press("e")
        assert "s starts its exercise first." in person.toasts()
        await person.press("s")
        file = learning / "labs" / "pruning.py"
        assert file.is_file()
        assert "started" in person.text()
        await person.press("e")
        assert edited == [file]
        await person.press("s")
        assert "It is started: e opens your file." in person.toasts()
        await person.press("y")
        assert f"Copied {file}" in person.toasts()

    play_labs(play)


def test_a_check_shows_verdicts_as_they_come_then_a_hint_then_that_it_passed(
    learning: Path,
) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "autograd")
        await person.press("s", "C")
        (job,) = jobs(person).running
        assert job.argv == ("lab", "check", "autograd", "--json")
        tell(job, event="check", name="the first one", status="incorrect", message="no, 3 is not 4")
        jobs(person).tell()
        await person.rest()
        for told in ("Checking autograd", "✗ the first one", "no, 3 is not 4", "checking …"):
            assert told in person.text(), told
        job.result = OPEN
        jobs(person).end(job)
        await person.rest()
        assert "autograd: 0 of 1 checks pass." in person.toasts()
        for told in ("✗ a check", "it is off by one", "printed by me", "Hint 1 of 3", "Count from"):
            assert told in person.text(), told
        await person.press("h")
        (job,) = jobs(person).running
        assert job.argv[-1] == "--hint"
        job.result = PASSED
        jobs(person).end(job)
        await person.rest()
        assert "autograd: all 1 checks pass. Proven: autograd." in person.toasts()
        for told in ("✓ a check", "Look at the order."):
            assert told in person.text(), told

    play_labs(play, size=LARGE)


def test_the_reference_is_shown_once_the_checks_pass(learning: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "autograd")
        await person.press("v")
        assert "It is shown once your file has passed its checks." in person.toasts()
        await go_to(person, "custom_loss")
        await person.press("v")
        assert isinstance(person.screen, Reference)
        person.app.clear_notifications()  # they lie over the text
        await person.until(lambda: "from typing import Any" in person.text(), "the reference")
        await person.press("escape")
        await into_page(person, Place("about", ""))
        await person.press("enter")
        assert isinstance(person.screen, About)
        assert "The idea" in person.text()

    play_labs(play)


def test_a_file_that_is_saved_is_checked_while_it_is_watched(learning: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "pruning")
        await person.press("s", "w")
        assert "watching pruning.py" in person.text()
        (first,) = jobs(person).running
        first.result = OPEN | {"lab": "pruning"}
        jobs(person).end(first)
        await person.rest()
        browser = labs(person).browser
        browser._look_at_file()
        browser._look_at_file()
        assert jobs(person).running == []
        (learning / "labs" / "pruning.py").write_text("x = 1\n", encoding="utf-8")
        browser._look_at_file()
        browser._look_at_file()
        assert [job.argv[:3] for job in jobs(person).running] == [("lab", "check", "pruning")]
        jobs(person).end(jobs(person).running[0])
        await person.press("w")
        (learning / "labs" / "pruning.py").write_text("x = 2\n", encoding="utf-8")
        browser._look_at_file()
        browser._look_at_file()
        assert jobs(person).running == []
        assert "watching" not in person.text()

    play_labs(play)


def test_a_check_that_is_begun_anew_is_not_said_to_be_stopped(learning: Path) -> None:
    async def play(person: Person) -> None:
        running = jobs(person)
        running.cancel = lambda job: running.end(job, "cancelled")  # type: ignore[method-assign]
        await go_to(person, "pruning")
        await person.press("s", "C", "h")
        (job,) = running.running
        assert "--hint" in job.argv
        assert not [told for told in person.toasts() if told.startswith("Stopped")]
        await person.press("x")
        assert [told for told in person.toasts() if told.startswith("Stopped: Checking pruning")]

    play_labs(play)


def test_a_run_is_chosen_and_followed_while_it_runs_and_kept_then(learning: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "custom_loss")
        await person.press("R")
        assert isinstance(person.screen, Choosing)
        assert "your solution" not in person.text()  # there is no file of it here
        await person.press("enter")
        assert isinstance(person.screen, LiveRun)
        (job,) = jobs(person).running
        assert job.argv == (
            "lab", "run", "custom_loss", "--json", "--device", "cpu", "--scale", "small"
        )  # fmt: skip
        tell(job, event="lab-start", lab="custom_loss", device="cpu")
        for step in range(20):
            tell(job, event="lab-metric", name="loss", step=step, value=1 / (1 + step), unit="nats")
        tell(job, event="lab-claim", id="a", text="It holds", measured=1, bound=2, holds=True)
        tell(job, event="lab-skip", id="b", text="It is fast", why="there is no GPU")
        tell(job, event="progress", label="Running", done=1, total=4, detail="training")
        jobs(person).tell()
        await person.rest()
        for told in (
            "loss  nats", "step 0 to 19", "25%", "✓ It holds", "not verified here", "training"
        ):  # fmt: skip
            assert told in person.text(), told
        assert any("\u2801" <= sign <= "\u28ff" for sign in person.text())
        # It goes on while one is elsewhere, and the list says so.
        await person.press("escape", "4", "5")
        assert "running …" in person.text()
        await into_page(person, Place("job", job.id))
        await person.press("enter")
        assert isinstance(person.screen, LiveRun)
        job.result = {"lab": "custom_loss", "told": "ran custom_loss on cpu: 1 claims held",
                      "run": "20251027-100000-custom_loss-aaaa"}  # fmt: skip
        jobs(person).end(job)
        await person.rest()
        assert "Ran custom_loss on cpu: 1 claims held." in person.toasts()
        assert isinstance(person.screen, KeptRun)
        for told in ("300 MB at most", "Both ends equal", "a CPU", "fit.csv"):
            assert told in person.text(), told
        await person.press("escape")
        assert isinstance(person.screen, LabsScreen)

    play_labs(play, size=LARGE)


def test_a_run_is_stopped_from_its_page_and_from_the_list(learning: Path) -> None:
    stopped: list[Job] = []

    async def play(person: Person) -> None:
        jobs(person).cancel = stopped.append  # type: ignore[method-assign]
        await go_to(person, "custom_loss")
        await person.press("x")
        assert "Nothing of it runs." in person.toasts()
        await person.press("R", "enter", "x", "escape", "x")
        assert len(stopped) == 2
        assert stopped[0] is stopped[1]
        jobs(person).end(stopped[0], "cancelled")
        await person.rest()
        told = [one for one in person.toasts() if one.startswith("Stopped: Running custom_loss")]
        assert told

    play_labs(play)


def test_a_run_that_was_stopped_is_shown_as_it_was_kept(learning: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "custom_loss")
        await person.press("R", "enter")
        (job,) = jobs(person).running
        job.started = 1_762_344_000.0  # noon of the day it is
        with (
            time_machine.travel("2025-11-05T12:00:05+00:00", tick=False),
            Database(learning / "library.db") as database,
            database.write("seed") as connection,
        ):
            run(connection, learning, "20251105-120005-custom_loss-cccc", ok=False)
        jobs(person).end(job, "cancelled")
        await person.rest()
        assert isinstance(person.screen, KeptRun)
        assert "The mix is hardly" in person.text()

    play_labs(play, size=LARGE)


def test_a_run_that_could_not_begin_says_why_where_it_was_awaited(learning: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "custom_loss")
        await person.press("R", "enter")
        (job,) = jobs(person).running
        job.started = 1_762_344_000.0
        job.error = JobError("The run cannot be kept.", "No space left.", "Free some.")
        jobs(person).end(job, "failed")
        await person.rest()
        assert isinstance(person.screen, LiveRun)
        assert "The run cannot be kept. No space left." in person.text()

    play_labs(play, errors=True)


def test_own_solutions_are_run_once_there_is_one(learning: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "pruning")
        await person.press("s", "R")
        await person.type("your solution, tiny")
        await person.press("enter")
        assert jobs(person).running[-1].argv[-3:] == ("--scale", "tiny", "--own")

    play_labs(play)


def test_two_runs_are_compared_in_a_table_and_a_plot(learning: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "autograd")
        await person.press("equals_sign")
        assert "It takes two runs to compare." in person.toasts()
        await go_to(person, "custom_loss")
        await person.press("equals_sign", "enter")
        assert isinstance(person.screen, Choosing)
        await person.press("enter")
        assert isinstance(person.screen, Compared)
        text = person.text()
        for told in ("A  ✗ mine cpu", "B  ✓ reference cpu", "loss  A", "loss  B"):
            assert told in text, told
        await person.press("G")
        for told in ("seconds", "×0.625", "The mix is hardly more robust"):
            assert told in person.text(), told
        await person.press("escape")
        await into_page(person, Place("run", "20251027-100000-custom_loss-aaaa"))
        await person.press("equals_sign")
        assert "20251027" not in person.text().split("with which")[1].split("╰")[0]
        await person.press("enter")
        await person.until(lambda: "A  ✓ reference cpu" in person.text(), "the other order")

    play_labs(play)


def test_a_run_becomes_a_note_and_z_takes_it_back(learning: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "custom_loss")
        await person.press("N")
        assert "Tab goes to the page: j, to a run." in person.toasts()
        await into_page(person, Place("run", "20251027-100000-custom_loss-aaaa"))
        await person.press("N")
        (note,) = (learning / "vault" / "Labs").glob("*.md")
        text = note.read_text(encoding="utf-8")
        assert "Both ends equal" in text
        assert "custom-loss" in text
        assert person.app.current_mode == "notes"
        await person.press("z")
        assert not note.exists()
        await person.press("5", "enter")
        assert isinstance(person.screen, KeptRun)
        await person.press("y")
        assert "Copied 20251027-100000-custom_loss-aaaa" in person.toasts()

    play_labs(play)


def test_a_lab_that_needs_what_is_not_installed_says_what(
    learning: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from skills_lab.frame.catalogue import Lab

    monkeypatch.setattr(Lab, "missing_extras", property(lambda self: ["zqxj"]))

    async def play(person: Person) -> None:
        await go_to(person, "pruning")
        assert "pip install zqxj" in person.text()
        await person.press("R")
        assert any("pip install zqxj" in one for one in person.toasts())

    play_labs(play, size=LARGE)


def test_where_one_was_is_found_again(learning: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "clip")
        await person.press("p", "q")

    play_labs(play, size=LARGE)

    async def again(person: Person) -> None:
        assert labs(person).browser.rows.key == "clip"
        assert not labs(person).browser.previews

    play_labs(again, size=LARGE)


def test_what_was_checked_elsewhere_is_seen_after_a_look(learning: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "clip")
        assert "not started" in person.text()
        with (
            time_machine.travel("2025-11-05T11:00:00+00:00", tick=False),
            Database(learning / "library.db") as database,
            database.write("seed") as connection,
        ):
            check(connection, "clip", ["passed", "passed"])
        await person.press("r")
        assert "2 of 9 labs passed" in person.text()

    play_labs(play)
