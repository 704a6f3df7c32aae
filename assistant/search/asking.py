"""Asks the child process that knows meaning."""

from typing import Any

from assistant.config import Home


class Meaning:
    """Placeholder shape until the client lands."""

    warm = False

    def __init__(self, home: Home) -> None:
        self._home = home

    async def warm_up(self) -> None:
        """Load the model."""

    async def search(self, text: str, *, limit: int) -> Any:
        """Search by meaning."""

    async def similar(self, work: int, *, limit: int) -> Any:
        """Find papers like a work."""

    async def close(self) -> None:
        """End the child."""
