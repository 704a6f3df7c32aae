"""BibTeX that compiles: the published copy with the preprint's number beside it."""

import json
import re
from collections.abc import Iterable
from typing import TextIO

from assistant.library.entries import WholeWork
from assistant.library.exporting.shown import CitationKeys, Shown, shown
from assistant.sources.bibtex import CARRIED_FIELD, KINDS, MONTHS, read_bibtex
from assistant.sources.carried import carried
from assistant.sources.record import Author, Entry
from assistant.sources.references import EXTRA_NAMES, VENUE_FIELD
from assistant.sources.tex import write_tex

_TYPES = {kind: name for name, kind in reversed(KINDS.items())}
_TYPES |= {"thesis": "phdthesis", "report": "techreport", "other": "misc"}
_VERBATIM = ("url", "doi", "eprint", "biburl")
_NOT_IN_ADDRESSES = re.compile(r"[\s{}\\\"<>^`|]")
_SIMPLE_NAME = re.compile(r"[^\W\d_][\w.'’-]*")
_AT_LINE_START = re.compile(r"^([^\S\n]*)@", re.MULTILINE)
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_UNSAFE = re.compile(r"[{}@%#\x7f]")


def write_bibtex(works: Iterable[WholeWork], out: TextIO) -> None:
    """Write works as BibTeX, an empty line between them."""
    keys = CitationKeys()
    between = ""
    for work in works:
        told = shown(work)
        out.write(between + _block(work, told, keys.key(work, told.citation_key)))
        between = "\n"


def _block(work: WholeWork, told: Shown, key: str) -> str:
    record = told.record
    entry_type = record.extra.get("entry_type", "")
    if KINDS.get(entry_type) is None:
        entry_type = _TYPES.get(record.kind, "misc")
    lines = [f"  {name} = {value},\n" for name, value in _fields(work, told)]
    head = f"@{entry_type}{{{key},\n"
    # What we wrote is read as anybody would; only what that does not tell is carried beside it.
    seen = next(read_bibtex(f"{head}{''.join(lines)}}}\n"))
    if not isinstance(seen, Entry):
        raise ValueError(f"wrote BibTeX that cannot be read: {seen.error}")
    if rest := carried(work.entry, seen):
        lines.append(f"  {CARRIED_FIELD} = {{{_json(rest)}}},\n")
    return f"{head}{''.join(lines)}}}\n"


def _fields(work: WholeWork, told: Shown) -> Iterable[tuple[str, str]]:
    record = told.record
    extra = dict(record.extra)
    yield "title", f"{{{write_tex(work.title, protect=True)}}}"
    names = [_name(author) for author in work.authors]
    if extra.get("more_authors"):
        names.append("others")
    if names:
        yield "author", f"{{{' and '.join(names)}}}"
    if (field := VENUE_FIELD.get(record.kind)) and work.venue:
        extra.setdefault(field, work.venue)  # lists of venues know what the book is called
    if year := record.year or work.year:
        extra.setdefault("year", str(year))
    if told.arxiv:
        extra |= {"eprint": told.arxiv, "archiveprefix": "arXiv"}
    if told.url:
        extra["url"] = told.url
    extra["doi"] = told.doi or ""
    for name in dict.fromkeys(("year", *EXTRA_NAMES, "doi")):
        if value := extra.get(name):
            yield name, _value(name, value)
    if told.arxiv and work.categories:
        yield "primaryclass", f"{{{write_tex(work.categories[0])}}}"
    if work.abstract:
        # At the start of a line an @ begins the next entry for many programs.
        abstract = _AT_LINE_START.sub(r"\1{@}", write_tex(work.abstract))
        yield "abstract", f"{{{abstract}}}"
    if work.entry.personal and work.entry.personal.tags:
        yield "keywords", f"{{{', '.join(map(write_tex, work.entry.personal.tags))}}}"


def _value(name: str, value: str) -> str:
    if name == "month" and value in MONTHS:
        return value
    if name in _VERBATIM:
        return f"{{{_NOT_IN_ADDRESSES.sub(_percent, value)}}}"
    return f"{{{write_tex(' '.join(value.split()))}}}"


def _name(author: Author) -> str:
    """Write "Family, Given"; braces keep together what a comma or an "and" would part."""
    family, given = write_tex(author.family), write_tex(author.given)
    if not author.given:
        plain = _SIMPLE_NAME.fullmatch(family) and family.lower() not in ("and", "others")
        return family if plain else f"{{{family}}}"
    parts = (part if _stays_whole(part) else f"{{{part}}}" for part in (family, given))
    return ", ".join(parts)


def _stays_whole(part: str) -> bool:
    return "," not in part and " and " not in f" {part} ".lower()


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())


def _json(fields: object) -> str:
    """Return JSON in one line of ASCII whose only braces are those of its objects."""
    return _TEXT.sub(lambda text: _UNSAFE.sub(_escaped, text[0]), json.dumps(fields))


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
