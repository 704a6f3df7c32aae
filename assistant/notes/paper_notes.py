"""The note of a paper: made from a template, its managed block kept up to date."""

import io
import re
from dataclasses import dataclass
from typing import Any

from assistant.library.entries import WholeWork, load_whole_works
from assistant.library.exporting.bibtex import write_bibtex
from assistant.library.links import paper_links
from assistant.notes import files, managed
from assistant.notes.changing import rewrite
from assistant.notes.indexing import refresh
from assistant.notes.linking import notes_of_paper
from assistant.notes.names import safe_name
from assistant.notes.templating import render
from assistant.notes.vault import Vault
from assistant.notes.writing import create, now
from assistant.sources.bibtex import CARRIED_FIELD
from assistant.text import clean_line
from db import works

BLOCK = "paper"
_FIELD = re.compile(r"\n(?=  [a-z_-]+ = )")
_LEFT_OUT = re.compile(rf"\s*(?:abstract|keywords|{CARRIED_FIELD})\s*=")


@dataclass(frozen=True, slots=True)
class PaperNote:
    """A paper's note, and what became of it: made, updated, or as it was."""

    path: str
    made: bool
    updated: bool


def paper_note(vault: Vault, work: works.WorkView) -> PaperNote:
    """Make the note of a paper, or bring its managed block up to date; nothing else changes.

    Raises:
        TemplateError: the template is wrong.
        NoBlockError: the note's marks were taken away or broken.
    """
    refresh(vault)
    with vault.database.read() as connection:
        (whole,) = load_whole_works(connection, [work.id])
        pdf = paper_links(connection, work.id)
    ids = [str(identifier) for identifier in whole.identifiers] or [work.public_id]
    ids = list(dict.fromkeys([work.public_id, *ids]))
    path = own_note(vault, ids)
    values = {"paper": _facts(whole, [link for link in (pdf.page, pdf.pdf) if link])}
    note = {"id": f"paper:{work.public_id}", "created": now()}
    text = render(vault.home, "paper", note=note, **values)
    if path is None:
        path = _free_path(vault, work)
        create(vault, path, text, papers=[work.public_id])
        return PaperNote(path, made=True, updated=True)
    with vault.writing():
        before, _ = files.read_text(vault.locate(path))
        after = managed.replaced(before, BLOCK, text)
        if after == before:
            return PaperNote(path, made=False, updated=False)
        rewrite(vault, "note-update", path, before, after)
    return PaperNote(path, made=False, updated=True)


def own_note(vault: Vault, ids: list[str]) -> str | None:
    """Return the note that was made for a paper, whatever it is called by now."""
    own = {f"paper:{one}" for one in ids}
    return next((note.path for note in notes_of_paper(vault, ids) if note.note_id in own), None)


def _free_path(vault: Vault, work: works.WorkView) -> str:
    folder = vault.settings.notes.papers.strip("/")
    name = safe_name(clean_line(work.title, 120))
    for candidate in (name, f"{name} {work.year or ''}".strip(), None):
        stem = candidate or f"{name} {safe_name(work.public_id)}"
        path = f"{folder}/{stem}.md".lstrip("/")
        if vault.same_name(path) is None:
            return path
    return path


def _facts(whole: WholeWork, links: list[str]) -> dict[str, Any]:
    return {
        "id": whole.public_id,
        "title": whole.title,
        "authors": [author.name for author in whole.authors],
        "abstract": whole.abstract,
        "venue": whole.venue or "",
        "year": str(whole.year or ""),
        "published": whole.published or "",
        "categories": list(whole.categories),
        "ids": [str(identifier) for identifier in whole.identifiers],
        "links": [link for link in links if not re.search(r"[<>\s]", link)],
        "files": _told(whole, "attachments"),
        "annotation": _told(whole, "annotation"),
        "bibtex": bibtex_of(whole),
    }


def _told(whole: WholeWork, name: str) -> str:
    """What a reference manager kept with any copy of the paper."""
    return next((r.extra[name] for r in whole.entry.records if r.extra.get(name)), "")


def bibtex_of(whole: WholeWork) -> str:
    """Return a work's BibTeX without its abstract, which stands beside it."""
    out = io.StringIO()
    write_bibtex([whole], out)
    head, *fields = _FIELD.split(out.getvalue().rstrip().removesuffix("}").rstrip())
    kept = [field for field in fields if not _LEFT_OUT.match(field)]
    return "\n".join([head, *kept, "}"])
