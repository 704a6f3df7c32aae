"""CSL-JSON, as Zotero, pandoc and others read it."""

import json
from collections.abc import Iterable
from typing import Any, TextIO

from assistant.library.entries import WholeWork
from assistant.library.exporting.shown import CitationKeys, Shown, shown
from assistant.sources.carried import carried
from assistant.sources.csl_json import CARRIED_FIELD, EXTRA_FIELDS, KINDS, item_entry
from assistant.sources.record import Author
from assistant.sources.references import VENUE_FIELD

_TYPES = {kind: name for name, kind in reversed(KINDS.items())}
_TYPES |= {"proceedings": "book", "other": "document"}


def write_csl_json(works: Iterable[WholeWork], out: TextIO) -> None:
    """Write works as a CSL-JSON array, one item a line."""
    keys = CitationKeys()
    between = "[\n"
    for work in works:
        told = shown(work)
        item = _item(work, told, keys.key(work, told.citation_key))
        rest = carried(work.entry, item_entry(item))
        if rest:
            item["custom"] = {CARRIED_FIELD: rest}
        out.write(between + json.dumps(item, ensure_ascii=False))
        between = ",\n"
    out.write("[]\n" if between == "[\n" else "\n]\n")


def _item(work: WholeWork, told: Shown, key: str) -> dict[str, Any]:
    record = told.record
    entry_type = record.extra.get("entry_type", "")
    if KINDS.get(entry_type) is None:
        entry_type = _TYPES.get(record.kind, "document")
    item: dict[str, Any] = {
        "id": key,
        "type": entry_type,
        "title": work.title,
        "author": [_name(author) for author in work.authors],
        "issued": _issued(work, told),
        "abstract": work.abstract,
        "DOI": told.doi,
    }
    for name, kept in EXTRA_FIELDS.items():
        item[name] = record.extra.get(kept)
    item["URL"] = told.url
    if told.arxiv:
        item |= {"archive": "arXiv", "archive_location": told.arxiv}
        item["archive_collection"] = " ".join(work.categories)
    if record.kind in VENUE_FIELD:
        venue = record.extra.get("booktitle") or work.venue
        item["publisher" if record.kind in ("thesis", "report") else "container-title"] = venue
    else:
        item["container-title"] = record.extra.get("journal")
    editors = record.extra.get("editor", "")
    item["editor"] = [{"literal": name} for name in editors.split(" and ") if name]
    if work.entry.personal:
        item["keyword"] = ", ".join(work.entry.personal.tags)
    return {name: value for name, value in item.items() if value}


def _name(author: Author) -> dict[str, str]:
    if not author.given:
        return {"literal": author.family}
    return {"family": author.family, "given": author.given}


def _issued(work: WholeWork, told: Shown) -> dict[str, Any] | None:
    day = told.record.published
    if day and told.record.kind not in ("conference", "journal"):
        return {"date-parts": [[int(part) for part in day[:10].split("-")]]}
    year = told.record.year or work.year
    return {"date-parts": [[year]]} if year else None
