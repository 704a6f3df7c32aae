"""The library as the app reaches it: opened, read and written off the screen's thread."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from assistant.config import Home, Settings

if TYPE_CHECKING:
    from db.engine import Connection, Database

T = TypeVar("T")
_READERS = 3


class Library:
    """One open library: several readers, one writer; who asks early waits until it is open."""

    def __init__(self, home: Home, settings: Settings) -> None:
        self._home = home
        self._settings = settings
        self._readers = ThreadPoolExecutor(_READERS, "library-read")
        self._writer = ThreadPoolExecutor(1, "library-write")
        self._database: Database | None = None
        self._opened = asyncio.Event()

    async def open(self, announce: Callable[[str], None] = lambda _: None) -> None:
        """Open the library, made or migrated if need be; `announce` is told on the screen's thread.

        Raises:
            AssistantError: its folder cannot be made.
            DatabaseError: it cannot be opened or migrated.
        """
        loop = asyncio.get_running_loop()

        def tell(told: str) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is gone: nobody listens any more
                # It waits for nobody: who closes the library waits for this thread.
                loop.call_soon_threadsafe(announce, told)

        def keep() -> None:
            self._database = self._open(tell)

        await loop.run_in_executor(self._writer, keep)
        self._opened.set()

    async def opened(self) -> None:
        """Wait until it is open; what is imported before that delays the first picture."""
        await self._opened.wait()

    async def read(self, ask: "Callable[[Connection], T]") -> T:
        """Ask something of one unchanging state of the library."""
        return await self._run(self._readers, partial(self._read, ask))

    async def write(self, purpose: str, change: "Callable[[Connection], T]") -> T:
        """Change something in one transaction; `purpose` in words that follow "could not"."""
        return await self._run(self._writer, partial(self._write, purpose, change))

    async def look(self, ask: "Callable[[Database], T]") -> T:
        """Ask something that opens its own connections, beside other readers."""
        return await self._run(self._readers, ask)

    async def use(self, work: "Callable[[Database], T]") -> T:
        """Do something that reads and writes as it sees fit, between two other writes."""
        return await self._run(self._writer, work)

    def close(self) -> None:
        """Close it once nothing uses it any more; what has not begun is dropped."""
        for pool in (self._readers, self._writer):
            pool.shutdown(wait=True, cancel_futures=True)
        if self._database is not None:
            self._database.close()

    async def _run(self, pool: ThreadPoolExecutor, work: "Callable[[Database], T]") -> T:
        await self._opened.wait()
        assert self._database is not None
        return await asyncio.get_running_loop().run_in_executor(pool, work, self._database)

    def _open(self, announce: Callable[[str], None]) -> "Database":
        from assistant.library.opening import open_library

        return open_library(self._home, self._settings, announce=announce)

    @staticmethod
    def _read(ask: "Callable[[Connection], T]", database: "Database") -> T:
        with database.read() as connection:
            return ask(connection)

    @staticmethod
    def _write(purpose: str, change: "Callable[[Connection], T]", database: "Database") -> T:
        with database.write(purpose) as connection:
            return change(connection)
