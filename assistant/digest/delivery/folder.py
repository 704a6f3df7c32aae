"""Digests as files in a folder, for a file sync, a web server or a feed reader."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from assistant.digest.model import Digest
from assistant.digest.renderers import render, render_atom
from assistant.errors import AssistantError
from db.durable import replacing, sync

_FORMS = {"md": "markdown", "html": "html", "json": "json"}


def write_folder(
    digest: Digest, folder: Path, *, earlier: Sequence[Digest] = (), address: str | None = None
) -> list[Path]:
    """Write `digest-DATE.md`, `.html` and `.json`, and `feed.atom` of this digest and earlier ones.

    A file is either the old one or the new one, whatever happens meanwhile. `address` is where the
    feed will be found.

    Raises:
        AssistantError: the folder cannot be written.
        ValueError: the digest's date is no ISO date.
    """
    name = f"digest-{date.fromisoformat(digest.date).isoformat()}"
    texts = {f"{name}.{ending}": render(digest, form) for ending, form in _FORMS.items()}
    texts["feed.atom"] = render_atom([digest, *earlier], address)
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in texts.items():
            with replacing(folder / file) as out:
                out.write(text)
            written.append(folder / file)
        sync(folder)
    except OSError as error:
        raise AssistantError(
            f"Cannot write the digest to {folder}.",
            why=error.strerror or str(error),
            hint="Check that the folder can be written and the disk has room.",
        ) from error
    return written


def write_file(path: Path, text: str) -> None:
    """Write one file; it is the old one or the new one, whatever happens meanwhile.

    Raises:
        AssistantError: it cannot be written.
    """
    try:
        with replacing(path) as out:
            out.write(text)
    except OSError as error:
        raise AssistantError(
            f"Cannot write {path}.",
            why=error.strerror or str(error),
            hint="Check that its folder exists and can be written.",
        ) from error
