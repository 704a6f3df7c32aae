"""Files that are whole or not there: flushed to the disk before a rename shows them."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def replacing(path: Path, mode: int = 0o644) -> Iterator[TextIO]:
    """Yield a text file that takes the place of `path` when it was written without an error.

    A crash at any moment leaves the old file or the new one. `sync` of the folder makes the new
    name last as well. Raises OSError.
    """
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=f".{path.name}-", delete=False, encoding="utf-8", newline="\n"
    ) as partial:
        written = Path(partial.name)
        try:
            yield partial.file  # type: ignore[misc]  # typeshed: a wrapped TextIO
            partial.flush()
            os.fsync(partial.fileno())
            written.chmod(mode)
        except BaseException:
            written.unlink(missing_ok=True)
            raise
    try:
        written.replace(path)
    except OSError:
        written.unlink(missing_ok=True)
        raise


def sync(path: Path) -> None:
    """Flush a file, or where the system can a folder's entries, to the disk. Raises OSError."""
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
