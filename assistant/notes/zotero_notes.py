"""A Zotero library brought in: papers with tags and files, and its notes as notes of the vault."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.library.importing import ImportReport, store_entries
from assistant.notes import files, managed
from assistant.notes.changing import rewrite
from assistant.notes.indexing import refresh
from assistant.notes.names import safe_name
from assistant.notes.vault import Vault
from assistant.notes.writing import create, front_matter, now
from assistant.sources.record import BadEntry
from assistant.sources.zotero import ZoteroItem, ZoteroLibrary
from assistant.text import clean_line
from db import notes as index

BLOCK = "zotero"
FOLDER = "Zotero"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class ZoteroImport:
    """What an import did: to papers, and which notes it made or brought up to date."""

    papers: ImportReport
    made: list[str]
    updated: list[str]
    kept: list[str]


def import_zotero(vault: Vault, library: ZoteroLibrary) -> ZoteroImport:
    """Bring a Zotero library in; a second time changes nothing but what changed in Zotero.

    Its notes become one note a paper, in a block of its own: what the person writes below stays.
    """
    report = ImportReport()
    for start in range(0, max(len(library.items), 1), _BATCH):
        batch = [item.entry for item in library.items[start : start + _BATCH]]
        stored = store_entries(vault.database, batch, label="Zotero") if batch else ImportReport()
        for name in ("read", "added", "updated", "merged", "unchanged"):
            setattr(report, name, getattr(report, name) + getattr(stored, name))
    for told in library.bad:
        report.read += 1
        report.note_bad(BadEntry(0, told, ""))
    done = ZoteroImport(report, [], [], [])
    refresh(vault)
    for item in library.items:
        if item.notes:
            _bring_note(vault, item, done)
    return done


def _bring_note(vault: Vault, item: ZoteroItem, done: ZoteroImport) -> None:
    block = _block(item.notes)
    with vault.database.read() as connection:
        known = index.notes_with_id(connection, f"zotero:{item.key}")
    if not known:
        done.made.append(_make_note(vault, item, block))
        return
    path = known[0]
    with vault.writing():
        before, _ = files.read_text(vault.locate(path))
        try:
            after = managed.replaced(before, BLOCK, block)
        except managed.NoBlockError:
            done.kept.append(path)  # the person has taken it over
            return
        if after != before:
            rewrite(vault, "note-update", path, before, after)
            done.updated.append(path)


def _make_note(vault: Vault, item: ZoteroItem, block: str) -> str:
    record = item.entry.records[0]
    title = clean_line(record.title, 200)
    head = front_matter(
        f"Notes on {title}",
        note_id=f"zotero:{item.key}",
        created=now(),
        tags=["zotero"],
        papers=[str(identifier) for identifier in record.identifiers[:1]],
    )
    name = safe_name(f"Notes on {clean_line(title, 120)}")
    path = f"{FOLDER}/{name}.md"
    if vault.same_name(path) is not None:
        path = f"{FOLDER}/{name} {item.key}.md"
    create(vault, path, f"{head}\n{block}\n")
    return path


def _block(notes: Sequence[str]) -> str:
    # A line that looks like our mark would end the block early.
    told = "\n\n---\n\n".join(notes).replace("<!--", "<! --")
    return f"<!-- assistant:begin {BLOCK} -->\n{told}\n<!-- assistant:end {BLOCK} -->"
