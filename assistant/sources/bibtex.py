"""BibTeX as people and sites write it, read entry by entry; a broken one does not stop the rest."""

import json
import logging
import re
from collections.abc import Iterator
from typing import Any

from assistant.sources.bibtex_names import read_names
from assistant.sources.carried import restored
from assistant.sources.identifiers import arxiv_identifier, doi_identifier
from assistant.sources.record import BadEntry, Entry, Identifier, Personal, Record
from assistant.sources.references import (
    EXTRA_NAMES,
    MAX_ABSTRACT,
    MAX_EXTRA,
    MAX_FIELD,
    MAX_FILE_CHARACTERS,
    MAX_TITLE,
    QUOTED,
    VENUE_FIELD,
    Distinct,
    arxiv_in_words,
    as_tags,
    identifier_from_url,
    named,
    published_kind,
)
from assistant.sources.tex import read_tex
from assistant.text import clean, clean_line

CARRIED_FIELD = "x-assistant"
"""The private field of our own exports: see `assistant.sources.carried`."""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
KINDS = {
    "inproceedings": "conference", "conference": "conference", "article": "journal",
    "misc": "preprint", "unpublished": "preprint", "online": "preprint", "electronic": "preprint",
    "incollection": "chapter", "inbook": "chapter", "book": "book", "booklet": "book",
    "mvbook": "book", "collection": "book", "proceedings": "proceedings", "phdthesis": "thesis",
    "mastersthesis": "thesis", "thesis": "thesis", "techreport": "report", "report": "report",
    "software": "software", "dataset": "dataset",
}  # fmt: skip
_ALIASES = {"journaltitle": "journal", "eprinttype": "archiveprefix", "eprintclass": "primaryclass",
            "keyword": "keywords", "annote": "annotation"}  # fmt: skip
_VERBATIM = frozenset({"url", "doi", "eprint", "biburl", CARRIED_FIELD})
_INHERITED = ("year", "date", "month", "editor", "publisher", "series", "volume", "address", "isbn")
_NOT_WORKS = frozenset({"set", "xdata", "control"})
_MAX_STRING = 10_000
_OUTSIDE = re.compile(r"(?<!\\)[{}\"#]")
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_DAY = re.compile(r"\d{4}-[01]\d-[0-3]\d")
_URL_ESCAPE = re.compile(r"\\([_%&#~{}])(?:\{\})?")
_WORDED_IDS = ("journal", "volume", "number", "pages", "howpublished", "note", "publisher")

Fields = dict[str, str]


def read_bibtex(text: str) -> Iterator[Entry | BadEntry]:
    """Yield the papers a BibTeX file lists, and what in it is none, in the file's order."""
    if len(text) > MAX_FILE_CHARACTERS:
        yield BadEntry(1, f"longer than {MAX_FILE_CHARACTERS:,} characters", text[:QUOTED])
        return
    from bibtexparser import model
    from bibtexparser.entrypoint import parse_string

    # It tells of broken entries by log as well; we hand them on as BadEntry.
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    strings = dict(zip(MONTHS, MONTHS, strict=True))
    parents: dict[str, model.Entry] = {}
    distinct = Distinct()
    blocks = parse_string(text, parse_stack=[]).blocks
    for block in blocks:
        if isinstance(block, model.String):
            strings[block.key.lower()] = _value(str(block.value), strings)[:_MAX_STRING]
        elif isinstance(block, model.Entry) and block.entry_type.lower() in ("proceedings", "book"):
            parents[block.key.lower()] = block
    for block in blocks:
        line, raw = (block.start_line or 0) + 1, block.raw or ""
        entry = getattr(block, "ignore_error_block", block)
        again = isinstance(block, model.DuplicateBlockKeyBlock)
        if isinstance(entry, model.Entry) and not (again and entry.key.strip()):
            # A field given twice is no error to BibTeX, which takes the first.
            if entry.entry_type.lower() in _NOT_WORKS:
                continue
            fields = _fields(entry, strings)
            if parent := parents.get(fields.get("crossref", "").strip().lower()):
                _inherit(fields, _fields(parent, strings))
            yield _place(entry.entry_type, entry.key, fields, distinct, line, raw)
        elif isinstance(entry, model.Entry):
            yield _bad(line, f"the key {clean_line(entry.key, 60)} stands here again", raw)
        elif isinstance(block, model.ParsingFailedBlock) and not isinstance(entry, model.String):
            yield _bad(line, _reason(block.error), raw)


def _place(
    entry_type: str, key: str, fields: Fields, distinct: Distinct, line: int, raw: str
) -> Entry | BadEntry:
    seen = _entry(clean_line(entry_type, 40).lower(), clean_line(key, 200), fields)
    if seen is None:
        return _bad(line, "no title", raw)
    whole = restored(seen, _carried(fields.get(CARRIED_FIELD)))
    return whole if whole is not seen else distinct.place(seen, clean_line(key, 60), line, raw)


def _entry(entry_type: str, key: str, fields: Fields) -> Entry | None:
    title = clean_line(read_tex(fields.pop("title", "")), MAX_TITLE)
    if not title:
        return None
    abstract = clean(read_tex(fields.pop("abstract", "")), MAX_ABSTRACT)
    authors, more = read_names(fields.pop("author", ""))
    words = re.split(r"[,;]", read_tex(fields.pop("keywords", "")))
    identifiers = _identifiers(entry_type, fields)
    arxiv = any(found.scheme == "arxiv" for found in identifiers)
    kind, venue = _published(entry_type, fields, arxiv)
    dated = fields.get("date", "").strip()
    year = _YEAR.search(fields.get("year", "")) or _YEAR.search(dated)
    if year and year[0] == fields.get("year", "").strip():
        del fields["year"]
    extra = {"citation_key": key, "entry_type": entry_type}
    if more:
        extra["more_authors"] = "yes"
    for name in filter(fields.get, EXTRA_NAMES):
        value = fields[name]
        if told := clean_line(value if name in _VERBATIM else read_tex(value), MAX_EXTRA):
            extra[name] = told
    # Better BibTeX tells of files as "title:path:type", parted by semicolons, and of notes.
    for name, kept in (("file", "attachments"), ("annotation", "annotation")):
        if told := clean_line(fields.get(name, ""), MAX_EXTRA):
            extra[kept] = told
    record = Record(
        source="bibtex",
        source_id="",
        title=title,
        abstract=abstract,
        authors=authors,
        categories=tuple(dict.fromkeys(clean_line(fields.get("primaryclass", ""), 400).split())),
        kind=kind,
        venue=venue,
        year=int(year[0]) if year else None,
        published=dated if _DAY.fullmatch(dated) else None,
        extra=extra,
    )
    tags = as_tags(words)
    return Entry((named(record, identifiers),), Personal(tags) if tags else None)


def _identifiers(entry_type: str, fields: Fields) -> list[Identifier]:
    """Find every name the entry has, and take out of its fields what they say in full."""
    found: list[Identifier | None] = []
    eprint, archive = fields.get("eprint", ""), fields.get("archiveprefix", "arXiv").strip().lower()
    if archive == "arxiv" and (arxiv := arxiv_identifier(eprint)):
        found.append(Identifier("arxiv", arxiv[0]))
        fields.pop("eprint")
        fields.pop("archiveprefix", None)
    if doi := doi_identifier(fields.get("doi", "")):
        found.append(doi)
    elif "doi" in fields:
        found.append(identifier_from_url(fields["doi"].strip()))
    found.append(identifier_from_url(fields.get("url", "").strip()))
    found.append(identifier_from_url(fields.get("biburl", "").strip()))
    found.extend(arxiv_in_words(fields[name]) for name in _WORDED_IDS if name in fields)
    # The ISBN of a paper is its proceedings': hundreds of papers share it.
    isbn = re.sub(r"[\s-]", "", fields.get("isbn", "")).upper()
    if KINDS.get(entry_type) == "book" and re.fullmatch(r"(?:\d{12}|\d{9})[\dX]", isbn):
        found.append(Identifier("isbn", isbn))
    return [one for one in found if one is not None]


def _published(entry_type: str, fields: Fields, arxiv: bool) -> tuple[str, str | None]:
    """Tell what kind of work it is and where it appeared; the venue's field is taken out."""
    kind = published_kind(KINDS.get(entry_type, "other"), fields.get("journal"), arxiv=arxiv)
    field = VENUE_FIELD.get(kind)
    venue = clean_line(read_tex(fields.pop(field, "")), 1_000) if field else ""
    return kind, venue or None


def _fields(entry: Any, strings: Fields) -> Fields:
    """Return an entry's fields by lower-case name, the first of each, without their enclosing."""
    fields: Fields = {}
    for field in entry.fields:
        name = field.key.strip().lower()
        name = _ALIASES.get(name, name)
        if name in fields:
            continue
        value = _value(str(field.value)[: 40 * MAX_FIELD], strings)
        if name == CARRIED_FIELD:
            fields[name] = value
        elif name in _VERBATIM:
            fields[name] = _URL_ESCAPE.sub(r"\1", value[:MAX_EXTRA]).strip().strip("{}")
        else:
            fields[name] = value[:MAX_FIELD]
    return fields


def _value(raw: str, strings: Fields) -> str:
    """Return a value without its braces or quotes; `a # "b"` is joined, names are looked up."""
    raw = raw.strip()
    if "#" not in raw:
        return _part(raw, strings)
    parts: list[str] = []
    size = depth = start = 0
    quoted = False
    for match in _OUTSIDE.finditer(raw):
        sign = match[0]
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
        elif sign == '"' and depth == 0:
            quoted = not quoted
        elif sign == "#" and depth == 0 and not quoted:
            parts.append(_part(raw[start : match.start()].strip(), strings))
            size += len(parts[-1])
            start = match.end()
            if size > MAX_FIELD:
                # A short name may stand for a long text, a thousand times over.
                return "".join(parts)
    parts.append(_part(raw[start:].strip(), strings))
    return "".join(parts)


def _part(raw: str, strings: Fields) -> str:
    if len(raw) > 1 and raw[0] + raw[-1] in ("{}", '""'):
        return raw[1:-1]
    return strings.get(raw.lower(), raw)


def _inherit(fields: Fields, parent: Fields) -> None:
    fields.setdefault("booktitle", parent.get("booktitle") or parent.get("title", ""))
    for name in _INHERITED:
        if name in parent:
            fields.setdefault(name, parent[name])


def _carried(value: str | None) -> Any:
    if value is None:
        return None
    try:
        # A tool that breaks long lines puts white space where a space was.
        return json.loads(" ".join(line.strip() for line in value.splitlines()))
    except (ValueError, RecursionError):
        return None


def _reason(error: Exception) -> str:
    told = clean_line(getattr(error, "abort_reason", "") or str(error), 200)
    return told or "cannot be read as BibTeX"


def _bad(line: int, error: str, raw: str) -> BadEntry:
    return BadEntry(line, error, clean_line(raw[: 4 * QUOTED], QUOTED))
