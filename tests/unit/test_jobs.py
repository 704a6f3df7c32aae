"""Jobs in child processes: small ones that behave, and some that do not."""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.config import Home
from assistant.tui.jobs import runner
from assistant.tui.jobs.job import Job, duration
from assistant.tui.jobs.runner import JobRunner

TELL = "import json, sys\ndef tell(**e): print(json.dumps(e), file=sys.stderr, flush=True)\n"


def play(home: Path, code: str, then: Callable[[JobRunner, Job], None] | None = None) -> Job:
    """Run one child; `then` is called when it tells its first progress."""

    async def main() -> Job:
        jobs = JobRunner(Home(home), command=(sys.executable, "-c", TELL + code))
        job = jobs.start("Working", ())
        done: list[Job] = []
        jobs.finished.append(done.append)
        acted = False
        while not done:
            await asyncio.sleep(0.01)
            if then is not None and job.done and not acted:
                acted = True
                then(jobs, job)
        assert done == [job]
        assert jobs.running == []
        return job

    return asyncio.run(asyncio.wait_for(main(), 280))


def test_a_job_tells_its_progress_and_gives_its_result(home: Path) -> None:
    job = play(
        home,
        "import os, time\n"
        "for n in range(8):\n"
        "    tell(event='progress', label='Step', done=n, total=8, detail=f'{n} done')\n"
        "    time.sleep(.1)\n"
        "tell(event='note', text='a \\x1b[31mnote')\n"
        "print(json.dumps({'read': 8, 'nice': os.nice(0), 'events': os.environ['ASSISTANT_EVENTS'],"
        " 'home': os.environ['ASSISTANT_HOME'], 'leads': os.getpgid(0) == os.getpid()}))",
    )
    assert job.state == "done"
    assert job.result == {
        "read": 8, "nice": 19, "events": "1", "home": str(home), "leads": True,
    }  # fmt: skip
    assert (job.label, job.done, job.total, job.detail) == ("Step", 7, 8, "7 done")
    assert list(job.notes) == ["a note"]
    assert job.started is not None
    assert job.finished is not None


def test_the_rate_is_that_of_the_last_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job("Papers", ())
    rates = []
    for done in range(9):
        monkeypatch.setattr(time, "monotonic", lambda done=done: 1_000.0 + 0.1 * done)
        told = {"event": "progress", "label": "Papers", "done": done, "total": 8, "detail": ""}
        job.take_line(json.dumps(told))
        rates.append(job.rate)
    assert rates[:5] == [None] * 5, "over less than half a second it is noise"
    assert rates[6:] == [pytest.approx(10)] * 3


def test_steps_longer_than_the_window_have_a_rate_and_an_estimate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = Job("Feeds", ())
    for done in range(4):
        monkeypatch.setattr(time, "monotonic", lambda done=done: 1_000.0 + 30.0 * done)
        told = {"event": "progress", "label": "Feeds", "done": done, "total": 10, "detail": ""}
        job.take_line(json.dumps(told))
    assert job.rate == pytest.approx(1 / 30)
    assert job.eta == pytest.approx(210)


@pytest.mark.parametrize(
    ("code", "state"), [(0, "done"), (3, "partly"), (130, "cancelled"), (143, "cancelled"),
                        (1, "failed"), (2, "failed")]
)  # fmt: skip
def test_exit_codes_are_told_apart(home: Path, code: int, state: str) -> None:
    job = play(home, f"print('{{}}'); sys.exit({code})")
    assert job.state == state
    assert (job.error is None) == (state != "failed")


def test_an_error_the_child_explains_is_passed_on(home: Path) -> None:
    job = play(home, "tell(event='error', title='No net', why='down', hint='wait'); sys.exit(1)")
    assert job.state == "failed"
    assert job.error is not None
    assert (job.error.title, job.error.why, job.error.hint) == ("No net", "down", "wait")


def test_a_crash_becomes_a_clear_error_with_a_log(home: Path) -> None:
    job = play(home, "raise RuntimeError('broken inside')")
    assert job.state == "failed"
    assert job.error is not None
    assert job.error.title == "Working broke off."
    assert "exit code 1" in job.error.why
    assert "broken inside" in job.error.why
    (log,) = (home / "logs").glob("job-*.txt")
    assert str(log) in job.error.hint
    assert "Traceback" in log.read_text(encoding="utf-8")


def test_a_killed_child_is_told_as_such(home: Path) -> None:
    job = play(home, "import os; os.kill(os.getpid(), 9)")
    assert job.state == "failed"
    assert job.error is not None
    assert "SIGKILL" in job.error.why


def test_what_cannot_be_started_fails_clearly(home: Path) -> None:
    async def main() -> Job:
        jobs = JobRunner(Home(home), command=(str(home / "nothing"),))
        job = jobs.start("Working", ())
        while job.active:
            await asyncio.sleep(0.01)
        return job

    job = asyncio.run(main())
    assert job.state == "failed"
    assert job.error is not None
    assert "could not be started" in job.error.title


def test_a_flood_of_garbage_neither_fills_memory_nor_holds_up_the_screen(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_LONGEST_RESULT", 100_000)
    code = (
        "for n in range(30): sys.stderr.write('x' * 300_000)\n"
        "sys.stderr.write('\\n' + '[1]\\n{}\\n\\xff\\n' * 3000)\n"
        "print('y' * 3_000_000)\n"
        "tell(event='progress', label='l', done=1, total=0, detail='d')"
    )
    longest = 0.0

    async def main() -> Job:
        nonlocal longest
        jobs = JobRunner(Home(home), command=(sys.executable, "-c", TELL + code))
        job = jobs.start("Working", ())
        while job.active:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            longest = max(longest, time.monotonic() - before)
        return job

    job = asyncio.run(asyncio.wait_for(main(), 280))
    assert job.state == "done"
    assert job.result is None
    assert job.done == 1
    assert sum(map(len, job.tail)) < 50_000


def test_a_cancelled_job_is_asked_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "PATIENCE", (200.0, 200.0))
    job = play(
        home,
        "import time\n"
        "try:\n"
        "    tell(event='progress', label='l', done=1, total=2, detail='')\n"
        "    time.sleep(600)\n"
        "except KeyboardInterrupt:\n"
        "    tell(event='note', text='tidied up'); sys.exit(130)",
        lambda jobs, job: jobs.cancel(job),
    )
    assert job.state == "cancelled"
    assert list(job.notes) == ["tidied up"]
    assert job.error is None


def test_a_job_that_does_not_listen_is_killed_with_its_children(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "PATIENCE", (0.2, 0.2))
    job = play(
        home,
        "import signal, subprocess, time\n"
        "for s in (signal.SIGINT, signal.SIGTERM): signal.signal(s, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "tell(event='note', text=str(child.pid))\n"
        "tell(event='progress', label='l', done=1, total=2, detail='')\n"
        "time.sleep(60)",
        lambda jobs, job: jobs.cancel(job),
    )
    assert job.state == "cancelled"
    status = Path(f"/proc/{job.notes[0]}/stat")
    deadline = time.monotonic() + 50
    while status.exists() and status.read_text().split()[2] != "Z":
        assert time.monotonic() < deadline, "the child of the child lives"
        time.sleep(0.05)


@pytest.mark.parametrize(("told", "state"), [("[{}]", "partly"), ("", "failed")])
def test_lists_of_which_none_could_be_had_answer_why(home: Path, told: str, state: str) -> None:
    async def main() -> None:
        code = f"print({told!r}); raise SystemExit(1)"
        jobs = JobRunner(Home(home), command=(sys.executable, "-c", code))
        job = jobs.start("Fetching deadlines", ("deadlines", "sync", "--json"))
        while job.active:
            await asyncio.sleep(0.01)
        assert job.state == state
        assert (job.error is None) == (state == "partly")

    asyncio.run(asyncio.wait_for(main(), 60))


def test_what_runs_is_told_in_ever_fewer_words(home: Path) -> None:
    jobs = JobRunner(Home(home))
    job = Job("Embedding papers", ("embed",), state="running", done=1, total=4, eta=120.0)
    jobs.jobs.append(job)
    told = jobs.summaries()
    assert told[0] == "Embedding papers 25%, 2 min left"
    assert told[-2:] == ["▸ 25%", "▸"]
    assert [len(one) for one in told] == sorted((len(one) for one in told), reverse=True)
    jobs.jobs.append(Job("Other", ("other",)))
    job.total = 0
    assert jobs.summaries() == ["Embedding papers +1", "▸ at work +1", "▸"]
    job.stopping = True
    assert jobs.summaries() == ["Embedding papers (stopping) +1", "stopping +1"]


def test_jobs_wait_their_turn_and_one_command_runs_once(home: Path) -> None:
    async def main() -> None:
        code = "import time; time.sleep(60)"
        jobs = JobRunner(Home(home), command=(sys.executable, "-c", code))
        told: list[int] = []
        jobs.changed.append(lambda: told.append(1))
        first, second, third = (jobs.start(name, (name,)) for name in "abc")
        assert jobs.start("again", ("a",)) is first
        while second.state != "running" or first.state != "running":
            await asyncio.sleep(0.01)
        assert third.state == "waiting"
        assert jobs.summaries()[0] == "a +2"
        jobs.cancel(third)
        while third.active:
            await asyncio.sleep(0.01)
        assert third.state == "cancelled"
        assert third.started is None
        await jobs.stop_all()
        assert [job.state for job in (first, second)] == ["cancelled", "cancelled"]
        assert jobs.summaries() == []
        assert told

    asyncio.run(asyncio.wait_for(main(), 280))


@given(
    st.one_of(
        st.text(),
        st.dictionaries(
            st.sampled_from(["event", "label", "done", "total", "detail", "text", "title"]),
            st.sampled_from(["progress", "note", "error", None, 1e400, -1, True, [], {}, 3.5]),
        ).map(str),
        st.builds(
            '{{"event":"progress","done":{},"total":{}}}'.format,
            st.floats() | st.integers() | st.text(max_size=3),
            st.floats() | st.integers(),
        ),
    )
)
def test_whatever_a_child_says_is_taken(line: str) -> None:
    job = Job("Working", ())
    for _ in range(2):
        job.take_line(line)
    assert job.share is None or 0 <= job.share <= 1
    assert job.done >= 0


def test_a_span_of_time_in_a_word() -> None:
    assert [duration(one) for one in (0.2, 8, 200, 9_000)] == ["1 s", "8 s", "3 min", "2.5 h"]
