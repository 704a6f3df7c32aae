"""Tells when a learner's file was saved."""

import hashlib
from pathlib import Path


class SavedFile:
    """A file looked at again and again, by what it holds.

    Editors save by renaming another file into place, or in two writes with an empty file between;
    times and inodes say little, the content says all, and exercises are small.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._checked: bytes | None = None
        self._glimpsed: bytes | None = None

    def saved(self) -> bool:
        """Return whether it holds, at two looks in a row, what was not there when last checked."""
        now = self._content()
        settled = now == self._glimpsed
        self._glimpsed = now
        return now is not None and settled and now != self._checked

    def take(self) -> None:
        """Hold what is there now for checked."""
        self._checked = self._glimpsed = self._content()

    def _content(self) -> bytes | None:
        try:
            data = self.path.read_bytes()
        except OSError:
            return None
        return hashlib.blake2b(data).digest() if data else None
