"""Asking the process that knows meaning; nothing heavy is imported here."""

import asyncio
import contextlib
import itertools
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from assistant.config import HOME_VARIABLE, Home
from assistant.errors import ModelError

_FIRST_SECONDS = 180.0  # the model may have to be converted first
_SECONDS = 30.0
_MOST_CRASHES = 3
_LONGEST_ANSWER = 16_000_000
_LONGEST_LOG = 1_000_000
_NICENESS = "5"


@dataclass(frozen=True, slots=True)
class MeaningHit:
    """What was found, its score, and why in words: a paper by its work id, or a passage.

    `section` is the passage's id (`db.sections`); of the two ids one is 0.
    """

    work: int
    score: float
    reasons: tuple[str, ...]
    section: int = 0


@dataclass(frozen=True, slots=True)
class MeaningAnswer:
    """What was found, the best first; `obsolete` means that a newer search came meanwhile."""

    hits: list[MeaningHit] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    obsolete: bool = False


class Meaning:
    """Search by meaning, in a child process that starts with the first question and stays warm."""

    def __init__(
        self,
        home: Home,
        *,
        command: Sequence[str] = (sys.executable, "-m", "assistant.search.answering"),
        seconds: float | None = None,
    ) -> None:
        """Start nothing yet; `seconds` is how long to wait for an answer."""
        self.warm = False
        self._home = home
        self._command = tuple(command)
        self._seconds = seconds
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._crashes = 0
        self._closed = False

    async def warm_up(self) -> None:
        """Load the model.

        Raises:
            ModelError: it cannot be loaded.
        """
        await self._ask("warm")

    async def search(self, text: str, *, limit: int = 20) -> MeaningAnswer:
        """Find papers and notes by words and meaning, in one list.

        Raises:
            ModelError: there was no answer.
        """
        return await self._ask("search", text=text, limit=limit)

    async def similar(self, work: int, *, limit: int = 10) -> MeaningAnswer:
        """Find papers like a work, then notes that mean nearly what it says; so many of each.

        Raises:
            ModelError: there was no answer.
        """
        return await self._ask("similar", work=work, limit=limit)

    async def related_to_note(self, path: str, *, limit: int = 10) -> MeaningAnswer:
        """Find papers, then notes, that mean nearly what a note says, at most `limit` of each.

        Raises:
            ModelError: there was no answer.
        """
        return await self._ask("related", path=path, limit=limit)

    async def refresh(self) -> None:
        """Let it take note of papers and vectors that have come since."""
        if self._process is not None:
            await self._write(self._process, {"kind": "refresh"})

    async def close(self) -> None:
        """End the child."""
        self._closed = True
        if self._process is None:
            return
        process, self._process = self._process, None
        if process.stdin is not None:
            process.stdin.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 1.0)
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if self._reader is not None:
            await self._reader

    async def _ask(self, kind: str, **facts: str | int) -> MeaningAnswer:
        process = await self._started()
        number = next(self._numbers)
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        seconds = self._seconds or (_SECONDS if self.warm else _FIRST_SECONDS)
        try:
            await self._write(process, {"id": number, "kind": kind, **facts})
            told = await asyncio.wait_for(future, seconds)
        except TimeoutError:
            raise ModelError(
                "Searching by meaning takes too long.",
                why=f"No answer came within {seconds:.0f} s.",
                hint="Words still find; ask again in a while.",
            ) from None
        finally:
            self._waiting.pop(number, None)
        return self._understood(told)

    def _understood(self, told: dict[str, Any]) -> MeaningAnswer:
        if error := told.get("error"):
            raise ModelError(error["title"], why=error["why"], hint=error["hint"])
        if told.get("obsolete"):
            return MeaningAnswer(obsolete=True)
        self.warm = True
        self._crashes = 0
        hits = [
            MeaningHit(one["work"], one["score"], _reasons(one["why"]), one.get("section", 0))
            for one in told["hits"]
        ]
        return MeaningAnswer(hits, told["notices"])

    async def _started(self) -> asyncio.subprocess.Process:
        async with self._starting:
            if self._process is not None and self._process.returncode is None:
                return self._process
            if self._closed or self._crashes >= _MOST_CRASHES:
                raise ModelError(
                    "Searching by meaning is off.",
                    why=f"It broke off {self._crashes} times in a row."
                    if self._crashes
                    else "The app is ending.",
                    hint=f"{self._log_file} may say why. Words still find.",
                )
            try:
                with self._log() as log:
                    process = await asyncio.create_subprocess_exec(
                        *self._command,
                        stdin=asyncio.subprocess.PIPE,
                        stdout=asyncio.subprocess.PIPE,
                        stderr=log,
                        env={
                            "ASSISTANT_NICE": _NICENESS,
                            **os.environ,
                            HOME_VARIABLE: str(self._home.path),
                        },
                        limit=_LONGEST_ANSWER,
                        start_new_session=True,
                    )
            except OSError as error:
                raise ModelError(
                    "Searching by meaning could not be started.", why=error.strerror or str(error)
                ) from error
            self._process = process
            self._reader = asyncio.get_running_loop().create_task(self._read(process))
            return process

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        with contextlib.suppress(ValueError):  # a line beyond all measure
            while line := await process.stdout.readline():
                with contextlib.suppress(ValueError):
                    told = json.loads(line)
                    future = self._waiting.get(told["id"])
                    if future is not None and not future.done():
                        future.set_result(told)
        # It closes its output a moment before it ends; killed then, it would not say how it ended.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 1.0)
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        code = await process.wait()
        if self._closed:
            code = 0
        else:
            self._crashes += 1
        self.warm = False
        error = ModelError(
            "Searching by meaning broke off.",
            why=f"Its process ended with {code}.",
            hint=f"It starts again with the next search. {self._log_file} may say why.",
        )
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(error)

    @staticmethod
    async def _write(process: asyncio.subprocess.Process, request: dict[str, Any]) -> None:
        assert process.stdin is not None
        # Where the child is gone, the reader says so to whoever waits.
        with contextlib.suppress(OSError):
            process.stdin.write(json.dumps(request).encode() + b"\n")
            await process.stdin.drain()

    @property
    def _log_file(self) -> str:
        return str(self._home.logs / "meaning.log")

    def _log(self) -> IO[bytes]:
        self._home.logs.mkdir(parents=True, exist_ok=True)
        path = self._home.logs / "meaning.log"
        full = path.exists() and path.stat().st_size > _LONGEST_LOG
        return path.open("wb" if full else "ab")


def _reasons(why: dict[str, Any]) -> tuple[str, ...]:
    told = []
    if why["terms"]:
        told.append(f"matched: {', '.join(why['terms'])}")
    if why["sentence"]:
        told.append(f"closest: “{why['sentence']}”")
    return tuple(told)
