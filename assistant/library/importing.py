"""Bringing a file into the library: any form we know, in constant memory, resumable to the line."""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from assistant.errors import ImportFileError
from assistant.library.store import store
from assistant.library.trash import outside
from assistant.sources.arxiv_snapshot import looks_like_snapshot, snapshot_entry
from assistant.sources.bibtex import read_bibtex
from assistant.sources.csl_json import read_csl_json
from assistant.sources.markdown_list import read_markdown_list
from assistant.sources.own_lines import looks_like_own, own_entry
from assistant.sources.paperlists import looks_like_paperlists, read_paperlists
from assistant.sources.record import BadEntry, Entry
from assistant.sources.venues import Edition
from assistant.text import clean_line
from db import imports, personal, upkeep
from db.engine import Database

FORMS = ("lines", "bibtex", "csl", "markdown", "paperlists", "ids")
"""`lines` are JSON lines: the arXiv snapshot's or our own, told apart line by line."""

BATCH = 2_000
MAX_LINE_BYTES = 4_000_000
MAX_WHOLE_FILE_BYTES = 64_000_000
MAX_EDITION_BYTES = 400_000_000
KEPT_ERRORS = 50
_QUOTED = 120
_SAMPLE = 1 << 20
_BY_SUFFIX = {
    ".bib": "bibtex",
    ".bibtex": "bibtex",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "ids",
    ".ids": "ids",
}

Item = tuple[int, Entry | BadEntry, int]
"""An entry or what stands in its place, its line or number, and how many bytes were read."""
Progress = Callable[["ImportReport", int, int], None]


@dataclass(slots=True)
class ImportReport:
    """What an import did: `read` is the sum of added, updated, merged and skipped.

    Of the skipped, `unchanged` were in the library as they are, `trashed` are in the trash and
    stay there, `bad` were no papers: the first of those are quoted in `errors`.
    """

    read: int = 0
    added: int = 0
    updated: int = 0
    merged: int = 0
    unchanged: int = 0
    trashed: int = 0
    bad: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    resumed_at: int = 0

    @property
    def skipped(self) -> int:
        """Entries that changed nothing."""
        return self.unchanged + self.trashed + self.bad

    def as_json(self) -> dict[str, Any]:
        """Return the report under the names other programs rely on."""
        return {
            "read": self.read,
            "added": self.added,
            "updated": self.updated,
            "merged": self.merged,
            "skipped": self.skipped,
            "unchanged": self.unchanged,
            "trashed": self.trashed,
            "bad": self.bad,
            "errors": self.errors,
        }

    def note_bad(self, bad: BadEntry) -> None:
        """Count an entry that is none, and quote it if there is room."""
        self.bad += 1
        if len(self.errors) < KEPT_ERRORS:
            quoted = {"line": bad.line, "error": bad.error, "text": clean_line(bad.text, _QUOTED)}
            self.errors.append(quoted)


def import_file(
    database: Database,
    path: Path,
    *,
    form: str | None = None,
    edition: Edition | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a file; interrupted at any moment, the next call goes on where it was.

    `form` is one of `FORMS` but `ids`; None tells by name and content. A `paperlists` file is of an
    `edition`, which it does not name.
    Each batch is one transaction together with its place in the file, so nothing is lost or
    doubled. `progress` is called with the report, bytes read and bytes in all.

    Raises:
        ImportFileError: the file cannot be opened, or is of no form we know.
    """
    form = form or detect_form(path)
    total = path.stat().st_size
    print_of_file = f"{form}:{edition.id if edition else ''}:{_fingerprint(path)}"
    with database.write(f"import {path.name}") as connection:
        run_id, position, counts = imports.begin_import(connection, print_of_file, str(path))
    report = ImportReport(**counts, resumed_at=position) if counts else ImportReport()
    if form == "paperlists":
        source = _of_an_edition(path, edition)
    elif form in ("bibtex", "csl", "markdown"):
        source = _whole_file(path, form)
    else:
        source = _lines(path, position)
    batch: list[Item] = []

    def flush(*, finished: bool) -> None:
        with database.write(f"import {path.name}", bulk=True) as connection:
            _store_batch(connection, report, [item for _, item, _ in batch])
            place = batch[-1][0] if batch else report.read
            kept = {**_counts(report)}
            imports.advance_import(connection, run_id, place, kept, finished=finished)
            if finished:
                personal.append_event(connection, "import", path.name, kept)
        if progress:
            progress(report, batch[-1][2] if batch else total, total)
        batch.clear()

    for item in source:
        if item[0] <= position:
            continue
        batch.append(item)
        if len(batch) >= BATCH:
            flush(finished=False)
    flush(finished=True)
    _settle(database)
    return report


def store_entries(database: Database, entries: list[Entry], *, label: str) -> ImportReport:
    """Store entries that come from no file, such as the starter library or fetched ids."""
    report = ImportReport()
    with database.write(f"import {label}") as connection:
        _store_batch(connection, report, entries)
        personal.append_event(connection, "import", label, _counts(report))
    return report


def detect_form(path: Path) -> str:
    """Tell a file's form by its name, and where that is not enough by its first line.

    Raises:
        ImportFileError: it cannot be opened, is empty, or is of no form we know.
    """
    name = path.name.lower().removesuffix(".gz")
    with _open(path) as file:
        start = _read_start(file, path)
    if form := _BY_SUFFIX.get(Path(name).suffix):
        return form
    first = start.lstrip()
    if first.startswith(b"["):
        return "paperlists" if looks_like_paperlists(first) else "csl"
    if first.startswith(b"{"):
        return "lines"
    if first.startswith((b"@", b"%")):
        return "bibtex"
    raise ImportFileError(
        f"{path.name} is of no form that can be imported.",
        why=f"It begins with {clean_line(first[:60].decode('utf-8', 'replace'))!r}.",
        hint="Known forms: the arXiv metadata snapshot (JSON lines, also .gz), our own JSON lines, "
        "BibTeX, CSL-JSON, our Markdown, paperlists JSON, and a list of ids (.txt). Name it with "
        "--form.",
    )


def _store_batch(connection: Any, report: ImportReport, items: list[Entry] | list[Any]) -> None:
    entries = []
    for item in items:
        report.read += 1
        if isinstance(item, BadEntry):
            report.note_bad(item)
        else:
            entries.append(item)
    entries, trashed = outside(connection, entries)
    report.trashed += trashed
    outcome = store(connection, entries)
    report.added += outcome.added
    report.updated += outcome.updated
    report.merged += outcome.merged
    report.unchanged += outcome.unchanged


def _counts(report: ImportReport) -> dict[str, Any]:
    names = ("read", "added", "updated", "merged", "unchanged", "trashed", "bad", "errors")
    return {name: getattr(report, name) for name in names}


def _settle(database: Database) -> None:
    """Leave the index and the planner in good order; bounded, whatever was imported."""
    with database.write("tidy up after the import") as connection:
        upkeep.merge_index_segments(connection)
    database.checkpoint()


def _lines(path: Path, position: int) -> Iterator[Item]:
    with path.open("rb") as raw, _decompressed(raw, path) as file:
        number = 0
        while True:
            try:
                line = file.readline(MAX_LINE_BYTES)
            except (EOFError, OSError, gzip.BadGzipFile) as error:
                yield (
                    number + 1,
                    BadEntry(number + 1, f"the file ends early: {error}", ""),
                    raw.tell(),
                )
                return
            if not line:
                return
            number += 1
            if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
                _skip_line(file)
                bad = BadEntry(number, f"longer than {MAX_LINE_BYTES:,} bytes", _quote(line))
                yield number, bad, raw.tell()
                continue
            if number <= position or not line.strip():
                continue
            yield number, _parse_line(number, line), raw.tell()


def _parse_line(number: int, line: bytes) -> Entry | BadEntry:
    try:
        fields = json.loads(line)
        if not isinstance(fields, dict):
            raise ValueError("not a JSON object")
        if looks_like_own(fields):
            return own_entry(fields)
        if looks_like_snapshot(fields):
            return snapshot_entry(fields)
        raise ValueError("neither an arXiv snapshot line nor one of our own")
    except RecursionError:
        return BadEntry(number, "nested too deeply", _quote(line))
    except ValueError as error:
        return BadEntry(number, str(error), _quote(line))


def _whole_file(path: Path, form: str) -> Iterator[Item]:
    reader = {"bibtex": read_bibtex, "csl": read_csl_json, "markdown": read_markdown_list}[form]
    text, size = _read_whole(path, MAX_WHOLE_FILE_BYTES)
    for number, item in enumerate(reader(text), start=1):
        yield number, item, size


def _of_an_edition(path: Path, edition: Edition | None) -> Iterator[Item]:
    if edition is None:
        raise ImportFileError(
            f"{path.name} does not say which conference it is of.",
            hint="--edition neurips-2018 names it.",
        )
    text, size = _read_whole(path, MAX_EDITION_BYTES)
    for number, item in enumerate(read_paperlists(text, edition), start=1):
        yield number, item, size


def _read_whole(path: Path, most: int) -> tuple[str, int]:
    """Return a file's text and how many bytes it has, unpacked."""
    with _open(path) as file:
        try:
            data = file.read(most + 1)
        except (OSError, EOFError) as error:
            raise _cannot_open(path, error) from error
    if len(data) > most:
        raise ImportFileError(
            f"{path.name} is larger than {most // 1_000_000} MB.",
            hint="Split it, or bring large libraries as JSON lines.",
        )
    return data.decode("utf-8-sig", "replace"), len(data)


def _open(path: Path) -> Any:
    try:
        return gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb")
    except OSError as error:
        raise _cannot_open(path, error) from error


def _decompressed(raw: IO[bytes], path: Path) -> Any:
    return gzip.GzipFile(fileobj=raw) if path.name.lower().endswith(".gz") else raw


def _read_start(file: Any, path: Path) -> bytes:
    try:
        start = file.read(4096)
    except (OSError, EOFError) as error:
        raise _cannot_open(path, error) from error
    if not start.strip():
        raise ImportFileError(f"{path.name} is empty.")
    return bytes(start)


def _cannot_open(path: Path, error: Exception) -> ImportFileError:
    why = getattr(error, "strerror", None) or str(error)
    return ImportFileError(f"Cannot read {path}.", why=why, hint="Check the path and its rights.")


def _skip_line(file: IO[bytes]) -> None:
    while (piece := file.readline(MAX_LINE_BYTES)) and not piece.endswith(b"\n"):
        pass


def _quote(line: bytes) -> str:
    return line[: 4 * _QUOTED].decode("utf-8", "replace")


def _fingerprint(path: Path) -> str:
    """Identify a file by size, beginning and end: reading all of a 5 GB snapshot twice is dear."""
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        digest.update(file.read(_SAMPLE))
        if size > _SAMPLE:
            file.seek(max(size - _SAMPLE, _SAMPLE))
            digest.update(file.read(_SAMPLE))
    return digest.hexdigest()
