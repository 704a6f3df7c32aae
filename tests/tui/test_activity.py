"""Activity: jobs, log, charts, history."""

from pathlib import Path

import pytest

from assistant.tui.areas.activity.log_pane import LogPane
from assistant.tui.areas.activity.screen import ActivityScreen
from assistant.tui.jobs.job import Job, JobError
from assistant.tui.jobs.standard import embed_job, sync_job
from assistant.tui.log import LogEntry
from tests.tui.driving import Person, drive
from tests.tui.playing import Jobs


def _idle(app: object) -> None:
    app.desk.jobs = Jobs(app.desk.home)  # type: ignore[attr-defined]


def _jobs(person: Person) -> Jobs:
    found = person.app.desk.jobs
    assert isinstance(found, Jobs)
    return found


def test_tab_goes_round_the_panes_and_the_one_left_is_found_again(seeded: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("6")
        assert isinstance(person.screen, ActivityScreen)
        seen = [person.screen.pane.id]
        for _ in range(4):
            await person.press("tab")
            seen.append(person.screen.pane.id)
        assert seen == ["jobs", "log", "charts", "history", "jobs"]
        await person.press("shift+tab", "shift+tab", "shift+tab", "q")

    drive(play)

    async def again(person: Person) -> None:
        assert person.screen.query_one(LogPane).display

    drive(again)


def test_whoever_comes_after_an_error_finds_it_with_its_cause(seeded: Path) -> None:
    tried: list[int] = []

    async def play(person: Person) -> None:
        retry = lambda: tried.append(1)  # noqa: E731
        error = LogEntry("It failed", "error", "the cause", "do this", "Trace\n  at", retry)
        person.app.tell(error)
        person.app.say("A later notice")
        await person.press("6", "enter")
        for told in ("It failed", "Why: the cause", "What to do: do this", "Trace"):
            assert told in person.text()
        await person.press("R")
        assert tried == [1]
        await person.press("escape", "g", "R")
        assert "There is nothing to try again here." in person.toasts()
        assert tried == [1]

    drive(play, errors=True)


def test_the_log_is_filtered_as_one_types_and_esc_clears(seeded: Path) -> None:
    async def play(person: Person) -> None:
        for told in ("one apple", "two apples", "a pear"):
            person.app.say(told)
        await person.press("6", "tab", "/")
        await person.type("apple")
        assert "2 of 3 entries" in person.text()
        await person.type("nothing like it")
        assert "No entry matches" in person.text()
        await person.press("escape")
        assert "3 entries" in person.text()

    drive(play)


def test_a_job_shows_how_far_it_is_and_is_stopped_and_started_again(seeded: Path) -> None:
    stopped: list[Job] = []

    async def play(person: Person) -> None:
        job = person.app.start_job(embed_job())
        job.done, job.total, job.rate, job.eta, job.detail = 250, 1_000, 12.0, 62.0, "a detail"
        jobs = _jobs(person)
        jobs.cancel = stopped.append  # type: ignore[method-assign]
        await person.press("6")
        for told in ("Embedding papers", "25%", "250 of 1,000", "12/s", "62 s left", "a detail"):
            assert told in person.text(), told
        await person.press("R")
        assert "It is under way." in person.toasts()
        await person.press("x")
        assert stopped == [job]
        jobs.end(job, "cancelled")
        await person.rest()
        assert "cancelled" in person.text()
        await person.press("R")
        assert [one.argv for one in jobs.running] == [job.argv]

    drive(play, prepare=_idle)


@pytest.mark.parametrize(
    ("state", "result", "severity", "told"),
    [
        ("done", {"batches": [], "entries": [{}, {}]}, "information", "2 papers for you."),
        ("done", {"batches": [], "entries": []}, "information", "Nothing new for you."),
        ("partly", {"batches": [{"category": "cs.LG", "date": "2025-11-04", "state": "partial"}],
                    "entries": [{}]}, "warning", "1 paper for you."),
        ("done", None, "information", "Fetching what was announced: done."),
        ("failed", None, "error", "No network."),
        ("cancelled", None, "information",
         "Stopped: Fetching what was announced. What is done is kept."),
    ],
)  # fmt: skip
def test_how_a_job_ended_is_said(
    seeded: Path, state: str, result: object, severity: str, told: str
) -> None:
    async def play(person: Person) -> None:
        job = person.app.start_job(sync_job())
        job.result = result
        job.error = (
            JobError("No network.", "It is off.", "Turn it on.") if told[:2] == "No" else None
        )
        _jobs(person).end(job, state)
        await person.rest()
        entry = next(one for one in person.app.desk.log.entries if one.text == told)
        assert entry.severity == severity
        if state == "partly":
            assert entry.why == "cs.LG 2025-11-04: partial"
        if state == "failed":
            assert (entry.why, entry.hint) == ("It is off.", "Turn it on.")
            assert entry.retry is not None
            entry.retry()
            assert [one.argv for one in _jobs(person).running] == [job.argv]

    drive(play, prepare=_idle, errors=True)


def test_what_a_sync_brought_is_embedded_and_only_then(seeded: Path) -> None:
    async def play(person: Person) -> None:
        jobs = _jobs(person)
        jobs.end(person.app.start_job(sync_job()), "failed")
        await person.rest()
        assert jobs.running == []
        jobs.end(person.app.start_job(sync_job()))
        await person.rest()
        assert [one.argv[0] for one in jobs.running] == ["embed"]
        jobs.end(jobs.running[0])
        await person.rest()
        assert jobs.running == []

    drive(play, prepare=_idle, errors=True)


def test_history_tells_what_was_undone(seeded: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("m", "z", "6", "tab", "tab", "tab")
        assert "(undone)" in person.text()
        assert "z undoes the newest thing you did" in person.text()

    drive(play)
