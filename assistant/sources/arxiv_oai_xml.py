"""OAI-PMH answers with arXiv's own two formats in them, read as records."""

from dataclasses import dataclass
from datetime import UTC, date
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

from assistant.sources.arxiv_feed import year_of_id
from assistant.sources.arxiv_names import authors_of_line
from assistant.sources.arxiv_snapshot import MAX_ABSTRACT, MAX_VERSIONS
from assistant.sources.courtesy import Again
from assistant.sources.identifiers import arxiv_identifier, doi_identifier
from assistant.sources.names import tex_to_unicode
from assistant.sources.record import MAX_AUTHORS, Author, Identifier, Record
from assistant.sources.xml_document import read_xml, xml_text
from assistant.text import clean, clean_line

FORMATS = ("arXivRaw", "arXiv")
_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_EXTRAS = {
    "comments": "comment",
    "journal-ref": "journal_ref",
    "report-no": "report_no",
    "license": "license",
}
_MAX_TOKEN = 2_000


@dataclass(frozen=True, slots=True)
class OaiRecord:
    """A paper as it stands, and the day (ISO) its record changed.

    `record` is None where arXiv has deleted it (`deleted`), else where it could not be read;
    `arxiv_id` ("" where even that could not be) says which paper it is.
    """

    arxiv_id: str
    record: Record | None
    datestamp: str
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class OaiPage:
    """One answer to ListRecords: records, the token of the next page, how many records in all.

    `error` is the protocol's code and `why` what it says.
    """

    records: tuple[OaiRecord, ...] = ()
    token: str | None = None
    total: int | None = None
    error: str | None = None
    why: str = ""


def read_oai(body: bytes) -> OaiPage:
    """Return the records an answer to ListRecords holds.

    Source: https://www.openarchives.org/OAI/openarchivesprotocol.html (answers, errors, tokens),
    http://arxiv.org/OAI/arXivRaw.xsd and http://arxiv.org/OAI/arXiv.xsd (the formats).

    Raises:
        Again: the answer is not whole, or is no such answer.
    """
    root = read_xml(xml_text(body))
    if root.tag != f"{_OAI}OAI-PMH":
        raise Again("an answer that is no OAI-PMH")
    error = root.find(f"{_OAI}error")
    if error is not None:
        code = clean_line(error.get("code") or "", 60) or "an error without a code"
        return OaiPage(error=code, why=clean_line(error.text or "", 200) or "it does not say why")
    listed = root.find(f"{_OAI}ListRecords")
    if listed is None:
        raise Again("an answer without a list")
    records = tuple(map(_read, listed.findall(f"{_OAI}record")))
    token = listed.find(f"{_OAI}resumptionToken")
    total = token.get("completeListSize", "") if token is not None else ""
    following = (token.text or "").strip() if token is not None else ""
    if len(following) > _MAX_TOKEN or not following.isprintable():
        raise Again("an answer whose token is none")
    return OaiPage(
        records,
        following or None,
        int(total) if total.isascii() and total.isdigit() and len(total) < 12 else None,
    )


def _read(element: ElementTree.Element) -> OaiRecord:
    named = (element.findtext(f"{_OAI}header/{_OAI}identifier") or "").strip()
    found = arxiv_identifier(named.rpartition("arXiv.org:")[2])
    stamp = _iso_day((element.findtext(f"{_OAI}header/{_OAI}datestamp") or "").strip()) or ""
    if found is None:
        return OaiRecord("", None, stamp)
    header = element.find(f"{_OAI}header")
    if header is not None and header.get("status") == "deleted":
        return OaiRecord(found[0], None, stamp, deleted=True)
    told = element.find(f"{_OAI}metadata/*")
    return OaiRecord(found[0], None if told is None else _record(told, found[0]), stamp)


def _record(told: ElementTree.Element, arxiv_id: str) -> Record | None:
    space, _, name = told.tag.rpartition("}")
    space += "}" if space else ""
    title = tex_to_unicode(clean_line(_text(told, space, "title")))
    if name not in FORMATS or not title:
        return None
    if name == "arXivRaw":
        history = _history(told, space)
        authors = authors_of_line(_text(told, space, "authors"))
        published = history[0][1] if history and history[0][0] == 1 else None
        updated = history[-1][1] if history else None
    else:
        history = ()
        authors = _parted(told, space)
        # The second format tells no versions, and of late `created` has been the newest one's day.
        published = None
        days = (_iso_day(_text(told, space, one)) for one in ("updated", "created"))
        updated = next((day for day in days if day), None)
    identifiers = [Identifier("arxiv", arxiv_id)]
    for word in _text(told, space, "doi").split()[:1]:
        if doi := doi_identifier(clean_line(word, 400)):
            identifiers.append(doi)
    categories = clean_line(_text(told, space, "categories"), 400).split()
    return Record(
        source="arxiv",
        source_id=arxiv_id,
        title=title,
        abstract=clean(_text(told, space, "abstract"), MAX_ABSTRACT),
        authors=authors,
        identifiers=tuple(dict.fromkeys(identifiers)),
        categories=tuple(dict.fromkeys(categories)),
        year=int(published[:4]) if published else year_of_id(arxiv_id),
        published=published,
        updated=updated,
        number=history[-1][0] if history else 0,
        history=history,
        extra={
            kept: value
            for field, kept in _EXTRAS.items()
            if (value := clean_line(_text(told, space, field)))
        },
    )


def _history(told: ElementTree.Element, space: str) -> tuple[tuple[int, str], ...]:
    history: dict[int, str] = {}
    for version in told.findall(f"{space}version")[:MAX_VERSIONS]:
        label = (version.get("version") or "").lstrip("v")
        day = _mail_day(_text(version, space, "date"))
        if label.isascii() and label.isdigit() and 0 < int(label[:4]) < 1_000 and day:
            history[int(label[:4])] = day
    return tuple(sorted(history.items()))


def _parted(told: ElementTree.Element, space: str) -> tuple[Author, ...]:
    authors = []
    for one in told.findall(f"{space}authors/{space}author")[:MAX_AUTHORS]:
        parts = (_text(one, space, part) for part in ("keyname", "suffix", "forenames"))
        family, suffix, given = (tex_to_unicode(clean_line(part, 300)) for part in parts)
        family = f"{family} {suffix}".strip()
        if family or given:
            authors.append(Author(family, given) if family else Author(given))
    return tuple(authors)


def _text(element: ElementTree.Element, space: str, name: str) -> str:
    return (element.findtext(f"{space}{name}") or "").strip()


def _iso_day(text: str) -> str | None:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return None


def _mail_day(text: str) -> str | None:
    """Return the day (UTC) of a date as mail writes it, or of an ISO one."""
    try:
        found = parsedate_to_datetime(text)
        return (found.astimezone(UTC) if found.tzinfo else found).date().isoformat()
    except (ValueError, TypeError, OverflowError, IndexError):
        return _iso_day(text)
