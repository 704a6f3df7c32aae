"""Zotero's library through its local API: read only, and only where its user has enabled it.

https://www.zotero.org/support/dev/web_api/v3/basics, served at localhost:23119/api by Zotero 7.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from assistant.config import ZoteroSettings
from assistant.errors import SourceError
from assistant.sources.courtesy import Courtesy, persist
from assistant.sources.csl_json import item_entry
from assistant.sources.html_text import html_to_markdown
from assistant.sources.polite import get
from assistant.sources.record import Entry, Personal
from assistant.sources.references import MAX_EXTRA, as_tags
from assistant.text import clean, clean_line

MOST_ITEMS = 200_000
_MOST_BYTES = 64_000_000
_LONGEST_NOTE = 200_000
_TYPES = {
    "conferencePaper": "paper-conference", "journalArticle": "article-journal",
    "preprint": "article", "bookSection": "chapter", "book": "book", "thesis": "thesis",
    "report": "report", "computerProgram": "software", "dataset": "dataset",
    "manuscript": "manuscript", "webpage": "webpage", "blogPost": "webpage",
    "magazineArticle": "article-magazine", "document": "article",
}  # fmt: skip
_FIELDS = {
    "title": "title", "abstractNote": "abstract", "DOI": "DOI", "url": "URL", "volume": "volume",
    "issue": "issue", "pages": "page", "publisher": "publisher", "university": "publisher",
    "institution": "publisher", "place": "publisher-place", "edition": "edition", "ISBN": "ISBN",
    "ISSN": "ISSN", "language": "language", "series": "collection-title",
    "publicationTitle": "container-title", "proceedingsTitle": "container-title",
    "bookTitle": "container-title", "conferenceName": "event-title", "archiveID": "number",
    "reportNumber": "number", "versionNumber": "version", "archiveLocation": "archive_location",
}  # fmt: skip
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_CITATION_KEY = re.compile(r"^citation key:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_ARXIV = re.compile(r"^arxiv:\s*(\S+)", re.IGNORECASE | re.MULTILINE)

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ZoteroItem:
    """A paper of a Zotero library: its record with tags, and its notes as Markdown.

    The paths of its attachments stand in the record's `extra["attachments"]`.
    """

    key: str
    entry: Entry
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ZoteroLibrary:
    """What was read: papers, and how many items are none we could read."""

    items: list[ZoteroItem]
    bad: list[str]


def read_library(
    settings: ZoteroSettings,
    *,
    pause: Callable[[float], None] = time.sleep,
    progress: Callable[[int, int], None] | None = None,
) -> ZoteroLibrary:
    """Return every paper of the person's own Zotero library.

    Raises:
        SourceError: Zotero does not run, its local API is not enabled, or it answers strangely.
    """
    everything = list(_items(settings, pause, progress))
    children: dict[str, list[Item]] = {}
    for item in everything:
        parent = item["data"].get("parentItem")
        if isinstance(parent, str):
            children.setdefault(parent, []).append(item)
    found, bad = [], []
    for item in everything:
        data = item["data"]
        if data.get("itemType") not in _TYPES or data.get("parentItem") or data.get("deleted"):
            continue
        try:
            found.append(_read(item, children))
        except ValueError as error:
            bad.append(f"{clean_line(str(item.get('key')), 20)}: {error}")
    return ZoteroLibrary(found, bad)


def _items(
    settings: ZoteroSettings,
    pause: Callable[[float], None],
    progress: Callable[[int, int], None] | None,
) -> Iterator[Item]:
    address = settings.api.rstrip("/") + "/users/0/items"
    courtesy = Courtesy(address, 0.0, pause)
    start = 0
    seen: set[str] = set()
    while start < MOST_ITEMS:
        query = {"format": "json", "limit": str(settings.page_size), "start": str(start),
                 "sort": "dateAdded", "direction": "asc"}  # fmt: skip
        try:
            answer = persist(
                courtesy,
                lambda query=query: get(  # type: ignore[misc]
                    address, query, courtesy=courtesy, timeout=settings.timeout_seconds,
                    most=_MOST_BYTES, also_take=(403,),
                ),
            )  # fmt: skip
        except SourceError as error:
            raise SourceError(
                "Zotero does not answer.",
                why=f"{error.title} {error.why}".strip(),
                hint="Start Zotero, or set sources.zotero.api to where it listens.",
            ) from error
        if answer.status == 403:
            raise SourceError(
                "Zotero does not let other programs read its library.",
                why="Its local API is not enabled.",
                hint="In Zotero: Settings, Advanced, allow other applications on this computer "
                "to communicate with Zotero.",
            )
        page = _page(answer.body)
        new = [item for item in page if item["key"] not in seen]
        seen.update(item["key"] for item in new)
        yield from new
        start += len(page)
        if progress:
            progress(start, start)
        # A server that knows no paging sends everything each time.
        if len(page) < settings.page_size or not new:
            return


def _page(body: bytes) -> list[Item]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SourceError("Zotero's answer is no JSON.", why=clean_line(str(error), 200)) from None
    if not isinstance(told, list):
        raise SourceError("Zotero's answer is no list of items.", hint="Check sources.zotero.api.")
    return [
        item for item in told
        if isinstance(item, dict) and isinstance(item.get("data"), dict)
        and isinstance(item.get("key"), str)
    ]  # fmt: skip


def _read(item: Item, children: dict[str, list[Item]]) -> ZoteroItem:
    data, key = item["data"], clean_line(item["key"], 40)
    csl: Item = {"id": _citation_key(data), "type": _TYPES[data["itemType"]]}
    for name, variable in _FIELDS.items():
        if isinstance(data.get(name), str) and data[name].strip():
            csl.setdefault(variable, data[name])
    csl["issued"] = {"raw": _date(item)}
    csl["author"] = [
        {"family": one.get("lastName") or "", "given": one.get("firstName") or "",
         "literal": one.get("name") or ""}
        for one in data.get("creators") or []
        if isinstance(one, dict) and one.get("creatorType") == "author"
    ]  # fmt: skip
    if match := _ARXIV.search(str(data.get("extra") or "")):
        csl.setdefault("note", f"arXiv:{match[1]}")
    own = children.get(item["key"], [])
    record = item_entry(csl).records[0]
    extra = dict(record.extra)
    extra.pop("note", None)
    if paths := _attachments(own):
        extra["attachments"] = "; ".join(paths)[:MAX_EXTRA]
    record = replace(record, source="zotero", source_id=key, extra=extra)
    words = [str(one.get("tag") or "") for one in data.get("tags") or [] if isinstance(one, dict)]
    tags = as_tags(words)
    return ZoteroItem(
        key, Entry((record,), Personal(tags) if tags else None), _notes(own, children)
    )


def _citation_key(data: Item) -> str:
    match = _CITATION_KEY.search(str(data.get("extra") or ""))
    return clean_line(str(data.get("citationKey") or (match[1] if match else "")), 200)


def _date(item: Item) -> str:
    parsed = (item.get("meta") or {}).get("parsedDate")
    told = str(parsed or item["data"].get("date") or "")
    year = _YEAR.search(told)
    return told if re.fullmatch(r"\d{4}(?:-\d\d?){0,2}", told) else (year[0] if year else "")


def _attachments(children: list[Item]) -> list[str]:
    """Where a paper's files lie, as Zotero tells it: paths, or addresses of linked pages."""
    paths = []
    for child in children:
        data = child["data"]
        if data.get("itemType") != "attachment":
            continue
        enclosure = ((child.get("links") or {}).get("enclosure") or {}).get("href")
        told = data.get("path") or enclosure or data.get("url") or data.get("filename")
        if isinstance(told, str) and (path := clean_line(told, 500).replace(";", "%3B")):
            paths.append(path)
    return sorted(set(paths))


def _notes(own: list[Item], children: dict[str, list[Item]]) -> tuple[str, ...]:
    """A paper's notes, then what was highlighted in its files, in order."""
    notes = [
        html_to_markdown(str(child["data"].get("note") or "")[:_LONGEST_NOTE])
        for child in own
        if child["data"].get("itemType") == "note"
    ]
    marks = [
        mark["data"]
        for child in own
        for mark in children.get(child["key"], [])
        if mark["data"].get("itemType") == "annotation"
    ]
    marks.sort(key=lambda data: str(data.get("annotationSortIndex") or ""))
    for data in marks:
        quoted = clean(str(data.get("annotationText") or ""), 5_000)
        comment = clean(str(data.get("annotationComment") or ""), 5_000)
        page = clean_line(str(data.get("annotationPageLabel") or ""), 20)
        lines = [f"> {line}" for line in quoted.splitlines()]
        if lines and page:
            lines[-1] += f" (p. {page})"
        if comment:
            lines += ["", comment] if lines else [comment]
        if lines:
            notes.append("\n".join(lines))
    return tuple(note for note in notes if note)
