"""One request an interval and one connection at a time to a server, over all our processes.

A server sees one machine, however many processes and homes there are: they take turns through a
lock and a small file for each server. arXiv asks for it: at most one request in three seconds and
one connection, over all machines of one person (https://info.arxiv.org/help/api/tou.html).
"""

import json
import math
import os
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from assistant.errors import SourceError
from assistant.text import clean_line

if TYPE_CHECKING:
    from filelock import BaseFileLock

FOLDER_VARIABLE = "ASSISTANT_COURTESY"
MAX_TRIES = 5
LONGEST_WAIT = 120.0
LONGEST_QUEUE = 900.0
_POLL = 0.05
_PORTS = {"http": 80, "https": 443}

Result = TypeVar("Result")


class Again(Exception):  # noqa: N818  a reason to ask once more
    """Asking again may help; `after` is how long the server says to wait."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class NotReachedError(SourceError):
    """There is no way to the server, so it was not asked: nobody need wait for its interval."""


class LeftAloneError(SourceError):
    """The server wants no request for longer than we wait; `wait` is for how many seconds."""

    def __init__(self, host: str, wait: float) -> None:
        self.wait = wait
        super().__init__(
            f"{host} asked to be left alone.",
            why=f"It wants no request for another {wait:.0f} seconds.",
            hint=f"Try again in {wait:.0f} seconds.",
        )


class UnansweredError(SourceError):
    """The server was asked as often as is decent, and did not answer as it should."""


class Courtesy:
    """Keeps the interval to one server, whoever on this machine asks it, and waits longer each time
    it cannot answer. Who has an `account` there has turns and waits of their own.
    """

    def __init__(
        self, address: str, interval: float, pause: Callable[[float], None], account: str = ""
    ) -> None:
        self.host = host_of(address)
        self.server = server_of(address)
        self._account = account
        self._interval = interval
        self._pause = pause
        self._tries = 0
        self._not_before = 0.0
        self._rest = 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the one connection to this server, once its interval and its wishes allow it.

        Raises:
            LeftAloneError: the server wants more time than we have.
            SourceError: another process does not let go,
                or the folder the processes meet in cannot be written.
        """
        with _lock(self.server + self._account, self._pause) as file:
            now = time.time()
            wait = max(_remaining(file, self._interval, now), self._not_before - now)
            if wait > LONGEST_WAIT:
                raise LeftAloneError(self.host, wait)
            if wait > 0:
                self._pause(wait)
            self._not_before = 0.0
            _write(file, asked=time.time())
            self._rest = 0.0
            try:
                yield
                if self._rest > 0:
                    now = time.time()
                    _write(file, asked=now, told=now, not_before=now + self._rest)
            except NotReachedError:
                # The wait before this turn is over, whatever was written down before it.
                file.unlink(missing_ok=True)
                raise
            except Again as again:
                # Before another process has its turn.
                now = time.time()
                _write(file, asked=now, told=now, not_before=now + self._patience(again))
                raise

    def rest(self, seconds: float) -> None:
        """Say, during a turn, that the server has answered and wants no other request so long."""
        self._rest = seconds

    def answered(self) -> None:
        """Forget earlier failures: the server is well again."""
        self._tries = 0

    def wait_longer(self, again: Again) -> None:
        """Let the next turn wait: as long as the server says, else longer each time.

        Raises:
            UnansweredError: it has been asked often enough, or wants more time than we have.
        """
        if self._tries + 1 >= MAX_TRIES or (again.after or 0) > LONGEST_WAIT:
            later = f"in {again.after:.0f} seconds" if again.after else "in some minutes"
            raise UnansweredError(
                f"{self.host} does not answer as it should.",
                why=f"Asked {self._tries + 1} times; the last time: {again}.",
                hint=f"Try again {later}. What came before is kept.",
            )
        # Some jitter, so that many programs turned away at once do not come back at once.
        jitter = 1.0 if again.after is not None else random.uniform(1.0, 1.5)
        wait = min(max(self._patience(again) * jitter, self._interval), LONGEST_WAIT)
        self._not_before = time.time() + wait
        self._tries += 1

    def _patience(self, again: Again) -> float:
        if again.after is not None:
            return again.after
        return float(max(self._interval, 1.0) * 2.0**self._tries)


def persist(courtesy: Courtesy, attempt: Callable[[], Result]) -> Result:
    """Return what an attempt returns, tried again while it says that this may help.

    Raises:
        SourceError: the attempt's own, or it has been tried often enough.
    """
    while True:
        try:
            result = attempt()
        except Again as again:
            courtesy.wait_longer(again)
            continue
        courtesy.answered()
        return result


def host_of(address: str) -> str:
    """Return the host an http(s) address names, with its port where it names one.

    Raises:
        SourceError: it is no such address.
    """
    try:
        parts = urlsplit(address)
        if parts.scheme in _PORTS and parts.hostname:
            return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    except ValueError:
        pass
    raise SourceError(
        f"{clean_line(address, 100)!r} is no web address.",
        hint="It should begin with https:// or http://.",
    )


def server_of(address: str) -> str:
    """Return what counts as one server: all of arXiv, else a host with its port.

    Raises:
        SourceError: it is no http(s) address.
    """
    host = host_of(address)
    parts = urlsplit(address)
    name = (parts.hostname or "").rstrip(".")
    if name == "arxiv.org" or name.endswith(".arxiv.org"):
        return "arxiv.org"
    return name if parts.port in (None, _PORTS[parts.scheme]) else host


def _folder() -> Path:
    """Return where this person's processes meet: not in a home, since two homes share a machine."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    from platformdirs import user_cache_path

    # Not the runtime folder: a cron job and a shell need not agree on where it is.
    return user_cache_path("assistant", appauthor=False) / "courtesy"


@contextmanager
def _lock(server: str, pause: Callable[[float], None]) -> Iterator[Path]:
    """Hold a server's lock; yield the file that remembers. A killed holder's lock is free."""
    from filelock import FileLock, Timeout

    folder = _folder()
    name = re.sub(r"[^a-z0-9.-]", "_", server)[:200]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock: BaseFileLock = FileLock(folder / f"{name}.lock", timeout=0)
        queued = time.monotonic()
        while True:
            try:
                lock.acquire()
                break
            except Timeout:
                if time.monotonic() - queued > LONGEST_QUEUE:
                    raise SourceError(
                        f"Another process has been talking to {server} for too long.",
                        hint="Look for an `assistant` that hangs, and end it.",
                    ) from None
                pause(_POLL)
    except (OSError, NotImplementedError) as error:
        raise SourceError(
            f"Cannot take turns at {server} with other processes.",
            why=clean_line(str(error), 200),
            hint=f"Name a folder that can be written in {FOLDER_VARIABLE}.",
        ) from error
    try:
        yield folder / f"{name}.json"
    finally:
        lock.release()


def _remaining(file: Path, interval: float, now: float) -> float:
    """Return the seconds until the next request may go out.

    No longer than what was asked for, wherever the clock has been set since.
    """
    try:
        kept = json.loads(file.read_text("utf-8"))
        asked, told, not_before = (float(kept[name]) for name in ("asked", "told", "not_before"))
        if not all(map(math.isfinite, (asked, told, not_before))):
            raise ValueError("no moments")
    except FileNotFoundError:
        return 0.0
    except (OSError, ValueError, TypeError, KeyError):
        # Broken off while it was written, so a request went out just then.
        return interval
    return max(asked + interval - max(now, asked), not_before - max(now, told))


def _write(file: Path, *, asked: float, told: float = 0.0, not_before: float = 0.0) -> None:
    try:
        file.write_text(json.dumps({"asked": asked, "told": told, "not_before": not_before}))
    except OSError as error:
        raise SourceError(
            f"Cannot write {file}.",
            why=clean_line(str(error), 200),
            hint=f"Name a folder that can be written in {FOLDER_VARIABLE}.",
        ) from error
