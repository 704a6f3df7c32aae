"""Bringing a file into the library: any form we know, in constant memory, resumable to the line."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.library.importing_files import QUOTED, Item, detect_form, read_items
from assistant.library.store import store
from assistant.library.trash import outside
from assistant.sources.record import BadEntry, Entry
from assistant.sources.venues import Edition
from assistant.text import clean_line
from db import imports, personal, upkeep
from db.engine import Database

BATCH = 2_000
KEPT_ERRORS = 50
_SAMPLE = 1 << 20
Progress = Callable[["ImportReport", int, int], None]


@dataclass(slots=True)
class ImportReport:
    """What an import did: `read` is the sum of added, updated, merged and skipped.

    Of the skipped, `unchanged` were in the library as they are, `trashed` are in the trash and
    stay there, `bad` were no papers: the first of those are quoted in `errors`. `doubtful` counts
    pairs of works that may be one.
    """

    read: int = 0
    added: int = 0
    updated: int = 0
    merged: int = 0
    unchanged: int = 0
    trashed: int = 0
    bad: int = 0
    doubtful: int = 0
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
            "doubtful": self.doubtful,
            "errors": self.errors,
        }

    def note_bad(self, bad: BadEntry) -> None:
        """Count an entry that is none, and quote it if there is room."""
        self.bad += 1
        if len(self.errors) < KEPT_ERRORS:
            quoted = {"line": bad.line, "error": bad.error, "text": clean_line(bad.text, QUOTED)}
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
    source = read_items(path, form, position, edition)
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
    report.doubtful += outcome.doubtful


def _counts(report: ImportReport) -> dict[str, Any]:
    names = (
        "read",
        "added",
        "updated",
        "merged",
        "unchanged",
        "trashed",
        "bad",
        "doubtful",
        "errors",
    )
    return {name: getattr(report, name) for name in names}


def _settle(database: Database) -> None:
    """Leave the index and the planner in good order; bounded, whatever was imported."""
    with database.write("tidy up after the import") as connection:
        upkeep.merge_index_segments(connection)
    database.checkpoint()


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
