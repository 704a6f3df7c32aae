"""Bringing papers in by their ids: what is not in the library yet is fetched from arXiv."""

import time
from collections.abc import Callable

from assistant.config import ArxivSettings
from assistant.errors import SourceError
from assistant.library.importing import ImportReport, store_entries
from assistant.sources.arxiv_api import fetch_by_ids
from assistant.sources.id_list import read_ids
from assistant.sources.record import BadEntry, Entry, Identifier, Record
from db import trash, works
from db.engine import Database

PAGE = 100

Progress = Callable[[int, int], None]


def import_ids(
    database: Database,
    text: str,
    settings: ArxivSettings,
    *,
    label: str,
    pause: Callable[[float], None] = time.sleep,
    progress: Progress | None = None,
) -> ImportReport:
    """Import the papers a list of ids names; those the library has are left as they are.

    Each page of answers is stored as it comes, so that stopping or losing the network keeps what
    was fetched; calling again goes on with the rest. Ids that could not be fetched are told as
    errors of the report.
    """
    report = ImportReport()
    wanted: dict[str, int] = {}
    for place, item in enumerate(read_ids(text), start=1):
        report.read += 1
        if isinstance(item, BadEntry):
            report.note_bad(item)
        elif _is_known(database, item):
            report.unchanged += 1
        elif _is_trashed(database, item):
            report.trashed += 1
        elif item.scheme == "arxiv":
            wanted[item.value] = place
        else:
            error = "not in the library, and only arXiv ids can be fetched"
            report.note_bad(BadEntry(place, error, str(item)))
    ids = list(wanted)
    for start in range(0, len(ids), PAGE):
        page = ids[start : start + PAGE]
        try:
            found = list(fetch_by_ids(page, settings, pause=pause))
        except SourceError as error:
            for arxiv_id in ids[start:]:
                told = f"{error.title} {error.why}".strip()
                report.note_bad(BadEntry(wanted[arxiv_id], told, f"arxiv:{arxiv_id}"))
            return report
        _store(database, report, found, label)
        missing = set(page) - {record.source_id for record in found}
        for arxiv_id in sorted(missing):
            error_text = "arXiv has no such paper"
            report.note_bad(BadEntry(wanted[arxiv_id], error_text, f"arxiv:{arxiv_id}"))
        if progress:
            progress(start + len(page), len(ids))
    return report


def _is_known(database: Database, identifier: Identifier) -> bool:
    with database.read() as connection:
        return bool(works.find_identifiers(connection, {identifier.scheme: [identifier.value]}))


def _is_trashed(database: Database, identifier: Identifier) -> bool:
    with database.read() as connection:
        return bool(trash.find(connection, [identifier]))


def _store(database: Database, report: ImportReport, found: list[Record], label: str) -> None:
    stored = store_entries(database, [Entry((record,)) for record in found], label=label)
    report.added += stored.added
    report.updated += stored.updated
    report.merged += stored.merged
    report.unchanged += stored.unchanged
    report.trashed += stored.trashed
