"""The text of PDFs, in the vault and of papers: read by a child process, page by page."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from assistant.errors import AssistantError
from assistant.notes import files
from assistant.notes.indexing import section_row
from assistant.notes.names import key, name_of
from assistant.notes.vault import Vault
from assistant.text import clean, clean_line
from db import notes as index
from db.engine import Database

MOST_PAGES = 2_000
MOST_BYTES = 200_000_000
SECONDS = 120
_CHILD = Path(__file__).with_name("pdf_child.py")
_MOST_OUTPUT = 100_000_000
Progress = Callable[[int, int], None]


class PdfError(AssistantError):
    """A PDF whose text cannot be read."""


class Page(NamedTuple):
    """The text of one page, counted from 1; empty where the page is a picture."""

    number: int
    text: str


def pages_of(path: Path, *, progress: Progress | None = None) -> list[Page]:
    """Return a PDF's pages.

    Raises:
        PdfError: it is no PDF, is locked, or takes too much memory or time.
        NoteFileError: it cannot be opened.
    """
    command = [sys.executable, "-I", str(_CHILD), str(MOST_PAGES), str(MOST_BYTES), str(SECONDS)]
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except OSError as error:
        raise files.NoteFileError(f"Cannot read {path.name}.", why=str(error.strerror)) from error
    with os.fdopen(handle, "rb") as source:
        child = subprocess.Popen(
            command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    alarm = threading.Timer(SECONDS, child.kill)
    alarm.start()
    pages: list[Page] = []
    finished, why, size = False, "", 0
    try:
        assert child.stdout is not None
        for line in child.stdout:
            size += len(line)
            told: dict[str, Any] = json.loads(line)
            why = str(told.get("error") or "")
            finished = finished or "pages" in told
            if size > _MOST_OUTPUT or why:
                break
            if "page" in told:
                pages.append(Page(int(told["page"]), clean(str(told["text"]))))
                if progress:
                    progress(len(pages), min(int(told["of"]), MOST_PAGES))
    except ValueError:
        why = "its reader broke"
    finally:
        alarm.cancel()
        child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()
    if not finished:
        reason = clean_line(why, 200) or "reading it takes too much memory or time"
        raise PdfError(f"The text of {path.name} cannot be read.", why=reason)
    return pages


def read_pending(vault: Vault, *, progress: Progress | None = None) -> int:
    """Read the PDFs of the vault that were not read yet, and return how many pages that were."""
    with vault.database.read() as connection:
        waiting = [
            row for row in index.indexed_files(connection).values()
            if row.kind == "pdf" and row.digest is None
        ]  # fmt: skip
    count = 0
    for number, row in enumerate(waiting):
        located = vault.locate(row.path)
        stamp = files.Stamp(row.size, row.modified_ns, row.changed_ns)
        title = clean_line(name_of(row.path), 300).removesuffix(".pdf")
        count += _take_in(vault.database, "vault", row.path, located, title, None, stamp)
        if progress:
            progress(number + 1, len(waiting))
    return count


def index_paper(database: Database, located: Path, title: str, public_id: str) -> int:
    """Make a fetched paper searchable by its pages, and return how many it has.

    Raises:
        PdfError: its text cannot be read.
    """
    stamp = files.stamp_of(located.stat())
    with database.read() as connection:
        known = index.indexed_file(connection, located.name, "papers")
    if known is not None and (known.size, known.modified_ns, known.changed_ns) == stamp:
        with database.read() as connection:
            return index.count_pages(connection, known.id)
    count = _take_in(database, "papers", located.name, located, title, public_id, stamp)
    with database.read() as connection:
        why = index.problem_of(connection, located.name, "papers")
    if why:
        raise PdfError(f"{located.name} was fetched, but its text cannot be read.", why=why)
    return count


def _take_in(
    database: Database,
    place: str,
    path: str,
    located: Path,
    title: str,
    public_id: str | None,
    stamp: files.Stamp,
) -> int:
    """Write a PDF's pages into the index; one that cannot be read is kept with the reason."""
    pages: list[Page] = []
    why = None
    try:
        pages = pages_of(located)
        if not any(page.text for page in pages):
            why = "its pages are pictures: there is no text in it"
    except AssistantError as error:
        why = error.why or error.title
    row: dict[str, Any] = {
        "place": place, "path": path, "kind": "pdf", "name_key": key(name_of(path)),
        "title": title, "note_id": public_id, "created": None, "size": stamp.size,
        "modified_ns": stamp.modified, "changed_ns": stamp.changed,
        "digest": files.digest_of(located) or "", "properties": {}, "problem": why,
    }  # fmt: skip
    sections = [
        section_row(title, f"page {page.number}", page.text, 0, page.number)
        for page in pages
        if page.text
    ]
    with database.write("index a PDF") as connection:
        index.put_files(connection, [index.FileEntry(row, sections, [], [], [])])
    return len(pages)
