"""Long work in child processes: started, listened to, stopped; the screen never waits for one."""

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from assistant.config import Home
from assistant.tui.jobs.job import Job, JobError, duration

__all__ = ["Job", "JobError", "JobRunner", "duration"]

NICENESS = 19  # at 10 a key waits twice as long while papers are embedded
PATIENCE = (5.0, 5.0)
"""Seconds between SIGINT and SIGTERM, and between that and SIGKILL."""
_HURRIED = (2.0, 1.0)  # when the app itself ends
_AT_ONCE = 2
_REMEMBERED = 50
_CHUNK = 65_536
_LONGEST_LINE = 65_536
_LONGEST_RESULT = 16_000_000
_PAUSE = 0.05  # after a full chunk: a child that floods waits for us, not we for it
_REDRAW = 0.1
_AFTER_EXIT = 2.0  # for pipes that somebody else still holds
_INTERRUPTED = (130, 143, -signal.SIGINT, -signal.SIGTERM)


class JobRunner:
    """Runs commands as child processes, two at a time; the others wait.

    `changed` are called when anything about a job is new (ten times a second at most while it
    runs), `finished` with each job that has ended.
    """

    def __init__(
        self, home: Home, *, command: Sequence[str] = (sys.executable, "-m", "assistant")
    ) -> None:
        self.jobs: list[Job] = []
        self.changed: list[Callable[[], Any]] = []
        self.finished: list[Callable[[Job], Any]] = []
        self._home = home
        self._command = tuple(command)
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._tasks: dict[Job, asyncio.Task[None]] = {}
        self._stops: dict[Job, asyncio.Task[None]] = {}
        self._processes: dict[Job, asyncio.subprocess.Process] = {}
        self._redraw: asyncio.TimerHandle | None = None

    @property
    def running(self) -> list[Job]:
        """The jobs that have something to do, the oldest first."""
        return [job for job in self.jobs if job.active]

    def start(self, title: str, argv: Sequence[str]) -> Job:
        """Run `assistant ARGV` as a job; the same command is not run twice at once."""
        for job in self.running:
            if job.argv == tuple(argv) and not job.stopping:
                return job
        job = Job(title, tuple(argv))
        ended = [one for one in self.jobs if not one.active]
        for old in ended[: max(len(self.jobs) - _REMEMBERED, 0)]:
            self.jobs.remove(old)
        self.jobs.append(job)
        self._tasks[job] = asyncio.get_running_loop().create_task(self._run(job), name=title)
        self._tell()
        return job

    def cancel(self, job: Job) -> None:
        """Stop a job: it is asked, then told, then killed; what it has finished is kept."""
        self._stop(job, PATIENCE)

    def replace(self, job: Job) -> None:
        """Stop a job whose work another does anew; nobody is told how it ended."""
        job.replaced = True
        self.cancel(job)

    async def stop_all(self) -> None:
        """Stop every job and wait until all have ended."""
        for job in self.running:
            self._stop(job, _HURRIED)
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        if self._redraw is not None:
            self._redraw.cancel()

    def memory(self, job: Job) -> int:
        """Return how many bytes a job holds with all it started; 0 where that cannot be told.

        It looks at every process of the job: not for the screen's own thread.
        """
        import psutil

        process = self._processes.get(job)
        held = 0
        with contextlib.suppress(psutil.Error):
            if process is not None:
                leader = psutil.Process(process.pid)
                for one in (leader, *leader.children(recursive=True)):
                    with contextlib.suppress(psutil.Error):
                        held += one.memory_info().rss
        return held

    def summaries(self) -> list[str]:
        """Say what runs in a few words, and in ever fewer; nothing where nothing does."""
        running = self.running
        if not running:
            return []
        job = running[0]
        more = f" +{len(running) - 1}" if len(running) > 1 else ""
        if job.stopping:
            return [f"{job.title} (stopping){more}", f"stopping{more}"]
        if job.share is None:
            return [f"{job.title}{more}", f"▸ at work{more}", "▸"]
        share = f"{job.share:.0%}"
        left = f", {duration(job.eta)} left" if job.eta is not None else ""
        told = (f"{job.title} {share}{left}", f"{job.title} {share}", f"▸ {share}{left}")
        return [*(f"{one}{more}" for one in told), f"▸ {share}{more}", "▸"]

    # ---- a job's life

    async def _run(self, job: Job) -> None:
        try:
            async with self._room:
                if not job.stopping:
                    await self._in_child(job)
                else:
                    job.state = "cancelled"
        except OSError as error:
            job.state = "failed"
            job.error = JobError(f"{job.title} could not be started.", error.strerror or str(error))
        finally:
            if job.active:
                job.state = "cancelled"
            job.finished = time.time()
            job.eta = None
            self._tasks.pop(job, None)
            self._processes.pop(job, None)
            if stop := self._stops.pop(job, None):
                stop.cancel()
            for told in list(self.finished):
                told(job)
            self._tell()

    async def _in_child(self, job: Job) -> None:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            *job.argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={
                **os.environ,
                "ASSISTANT_HOME": str(self._home.path),
                "ASSISTANT_EVENTS": "1",
                "PYTHONUNBUFFERED": "1",
            },
            start_new_session=True,
        )
        self._processes[job] = process
        job.state, job.started = "running", time.time()
        with contextlib.suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PGRP, process.pid, NICENESS)
        self._tell()
        assert process.stdout is not None
        assert process.stderr is not None
        answer = bytearray()
        readers = asyncio.gather(
            self._read_answer(process.stdout, answer), self._read_events(process.stderr, job)
        )
        try:
            code = await process.wait()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(readers, _AFTER_EXIT)
        finally:
            # Whatever ends this, no child is left behind.
            readers.cancel()
            if process.returncode is None:
                self._signal(process, signal.SIGKILL)
        self._judge(job, code, bytes(answer))

    def _judge(self, job: Job, code: int, answer: bytes) -> None:
        if code in (0, 3):
            job.state = "done" if code == 0 else "partly"
            with contextlib.suppress(ValueError, RecursionError):
                job.result = json.loads(answer)
        elif code in _INTERRUPTED or (job.stopping and job.error is None):
            # Python that is stopped while it starts ends with any code.
            job.state = "cancelled"
        else:
            job.state = "failed"
            with contextlib.suppress(ValueError, RecursionError):
                job.result = json.loads(answer)
            if code == 1 and job.asks and job.error is None and isinstance(job.result, dict):
                job.state = "done"
                return
            if code == 1 and job.tells_what_failed and job.error is None and job.result:
                job.state = "partly"
                return
            job.error = job.error or self._crashed(job, code, answer)

    def _crashed(self, job: Job, code: int, answer: bytes) -> JobError:
        how = f"It ended with exit code {code}."
        if code < 0:
            names = {one.value: one.name for one in signal.Signals}
            how = f"It was killed by {names.get(-code, f'signal {-code}')}."
            if -code == signal.SIGKILL:
                how += " Perhaps the memory ran out."
        last = job.tail[-1] if job.tail else (job.notes[-1] if job.notes else "")
        text = "\n".join(
            [f"assistant {' '.join(job.argv)}", how, "", *job.notes, *job.tail, "",
             answer[-4_000:].decode("utf-8", "replace")]
        )  # fmt: skip
        try:
            self._home.logs.mkdir(parents=True, exist_ok=True)
            path = self._home.logs / f"job-{time.strftime('%Y%m%d-%H%M%S')}-{job.id}.txt"
            path.write_text(text, encoding="utf-8")
            hint = f"The details are in {path}."
        except OSError:
            hint = "Its log could not be written."
        return JobError(f"{job.title} broke off.", f"{how} {last}".strip(), hint)

    # ---- what a child says

    async def _read_answer(self, stream: asyncio.StreamReader, answer: bytearray) -> None:
        while chunk := await stream.read(_CHUNK):
            answer += chunk[: max(_LONGEST_RESULT - len(answer), 0)]
            await asyncio.sleep(_PAUSE if len(answer) >= _LONGEST_RESULT else 0)

    async def _read_events(self, stream: asyncio.StreamReader, job: Job) -> None:
        rest = b""
        while chunk := await stream.read(_CHUNK):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                job.take_line(line[:_LONGEST_LINE].decode("utf-8", "replace"))
            rest = rest[:_LONGEST_LINE]  # of a line that never ends
            self._tell_soon()
            await asyncio.sleep(_PAUSE if len(chunk) == _CHUNK else 0)
        job.take_line(rest.decode("utf-8", "replace"))

    # ---- stopping and telling

    def _stop(self, job: Job, patience: tuple[float, float]) -> None:
        if not job.active:
            return
        job.stopping = True
        if job.state == "waiting" and job not in self._processes:
            self._tasks[job].cancel()
        else:
            if earlier := self._stops.get(job):
                earlier.cancel()
            loop = asyncio.get_running_loop()
            self._stops[job] = loop.create_task(self._end(self._processes[job], patience))
        self._tell()

    async def _end(
        self, process: asyncio.subprocess.Process, patience: tuple[float, float]
    ) -> None:
        for number, wait in zip((signal.SIGINT, signal.SIGTERM), patience, strict=True):
            self._signal(process, number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), wait)
                return
        self._signal(process, signal.SIGKILL)

    @staticmethod
    def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, number)

    def _tell_soon(self) -> None:
        if self._redraw is None:
            self._redraw = asyncio.get_running_loop().call_later(_REDRAW, self._tell)

    def _tell(self) -> None:
        if self._redraw is not None:
            self._redraw.cancel()
            self._redraw = None
        for told in list(self.changed):
            told()
