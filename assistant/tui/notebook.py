"""The person's vault as the app reaches it: read and changed off the screen's thread."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from assistant.config import Home, Settings
from assistant.tui.library import Library

if TYPE_CHECKING:
    from assistant.notes.vault import Vault
    from db.engine import Database

T = TypeVar("T")


class Notebook:
    """The vault of one open library."""

    def __init__(self, home: Home, settings: Settings, library: Library) -> None:
        self._home = home
        self._settings = settings
        self._library = library

    @property
    def folder(self) -> Path:
        """Where the vault is, whether it is there yet or not."""
        named = self._settings.notes.vault
        return Path(named).expanduser() if named else self._home.vault

    async def read(self, ask: "Callable[[Vault], T]") -> T:
        """Ask something of the vault, beside other readers.

        Raises:
            ConfigError: `notes.vault` names a folder that is not there.
        """
        return await self._library.look(lambda database: ask(self._open(database)))

    async def change(self, work: "Callable[[Vault], T]") -> T:
        """Change something in the vault, between two other writes.

        Raises:
            ConfigError: `notes.vault` names a folder that is not there.
        """
        return await self._library.use(lambda database: work(self._open(database)))

    def _open(self, database: "Database") -> "Vault":
        from assistant.notes.vault import open_vault

        return open_vault(self._home, self._settings, database)
