"""The app is left at any moment: it ends, and the terminal is as it was."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from textual.css.query import NoMatches
from textual.events import Key

from assistant.tui.app import AssistantApp
from assistant.tui.area_screen import AreaScreen
from assistant.tui.jobs.job import Job
from assistant.tui.jobs.standard import Command
from assistant.tui.library import Library
from assistant.tui.widgets.question import Question
from tests.tui.driving import Person, drive

pty = pytest.importorskip("pty", reason="needs a terminal")
termios = pytest.importorskip("termios", reason="needs a terminal")

ENTERED, LEFT = b"\x1b[?1049h", b"\x1b[?1049l"


@pytest.fixture
def still_clock() -> None:
    """Here the clock goes on: there is a real program."""


@pytest.mark.timeout(60)
def test_left_while_a_new_library_is_made(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Word of the new library comes when nobody listens any more, and waits for nobody."""
    begun, closing = threading.Event(), threading.Event()
    open_, close = Library._open, Library.close

    def open_late(self: Library, announce: object) -> object:
        begun.set()
        assert closing.wait(50)
        return open_(self, announce)  # type: ignore[arg-type]

    def close_now(self: Library) -> None:
        closing.set()
        close(self)

    monkeypatch.setattr(Library, "_open", open_late)
    monkeypatch.setattr(Library, "close", close_now)

    async def play(person: Person) -> None:
        await person.until(begun.is_set, "the library to be opened")
        person.send("ctrl+q")
        await person.until(lambda: person.app.return_code is not None, "the end")

    assert drive(play, wait=False).return_code == 0
    assert (home / "library.db").exists()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_while_the_screen_begins(home: Path, number: signal.Signals) -> None:
    home.mkdir()
    ours, its = pty.openpty()
    before = termios.tcgetattr(its)
    shown = bytearray()
    entered = threading.Event()

    def read() -> None:
        with contextlib.suppress(OSError):
            while piece := os.read(ours, 65_536):
                shown.extend(piece)
                if ENTERED in shown:
                    entered.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    command = [sys.executable, "-m", "assistant"]
    environment = {**os.environ, "TERM": "xterm-256color"}
    child = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=environment)
    assert entered.wait(60), bytes(shown)
    child.send_signal(number)
    code = child.wait(60)
    after = termios.tcgetattr(its)
    os.close(its)
    reader.join(10)
    os.close(ours)
    assert after == before
    assert LEFT in shown, "the terminal still shows the app's screen"
    assert b"Traceback" not in shown
    assert code == 128 + number


@pytest.mark.timeout(60)
def test_a_job_that_ends_meanwhile_is_followed_by_none(
    seeded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that began while the loop ends would hold the app for ever, or outlive it."""
    late: list[str] = []

    async def start_late(self: AssistantApp) -> None:
        late.append("begun")
        while not self.desk.library._readers._shutdown:
            await asyncio.sleep(0)
        self.start_job(Command("Too late", ("status",)))

    def end_a_job(self: AreaScreen) -> None:
        job = Job("Sync", ("sync",), state="done")
        for told in list(self.desk.jobs.finished):
            told(job)

    monkeypatch.setattr(AssistantApp, "_embed_the_rest", start_late)
    monkeypatch.setattr(AreaScreen, "on_unmount", end_a_job, raising=False)

    async def play(person: Person) -> None:
        person.send("q")
        await person.until(lambda: person.app.return_code is not None, "the end")

    app = drive(play)
    assert late
    assert app.desk.jobs.jobs == []


def test_two_answers_of_one_moment_leave_one_screen(seeded: Path) -> None:
    async def play(person: Person) -> None:
        answers: list[str | None] = []
        await person.press("?")
        beneath = person.screen
        question = Question("Still running.", {"y": "stop and quit"})
        person.app.push_screen(question, answers.append)
        await person.rest()
        for _ in range(3):
            question.post_message(Key("y", "y"))
        await person.rest()
        assert answers == ["y"]
        assert person.screen is beneath

    drive(play)


def test_what_breaks_while_the_app_goes_is_no_fault(seeded: Path) -> None:
    """A place that is being made when the app ends never gets its parts."""
    missed: list[str] = []

    async def play(person: Person) -> None:
        def miss() -> None:
            missed.append("a part")
            raise NoMatches("No child found")

        person.send("q")
        await person.until(lambda: person.app.return_code is not None, "the end")
        person.screen.call_next(miss)
        await person.until(lambda: missed, "the fault")

    app = drive(play)
    assert (app.return_code, app.farewell) == (0, "")
