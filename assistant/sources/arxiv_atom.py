"""The Atom feed arXiv's API answers with, read as records."""

from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree

from assistant.sources.arxiv_snapshot import MAX_ABSTRACT
from assistant.sources.courtesy import Again
from assistant.sources.identifiers import arxiv_identifier, doi_identifier
from assistant.sources.names import tex_to_unicode
from assistant.sources.polite import Answer
from assistant.sources.record import MAX_AUTHORS, Identifier, Record, author_from_name
from assistant.sources.xml_document import NoDoctype
from assistant.text import clean, clean_line

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"
_EXTRAS = {"comment": "comment", "journal_ref": "journal_ref"}


class Refused(Exception):  # noqa: N818  the server's wish, not a fault of ours
    """arXiv's entry titled "Error": asking again will not help."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A paper in its newest version, and the moment (UTC) its first one was sent in."""

    record: Record
    moment: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """The papers of one answer, and how many arXiv says there are."""

    total: int
    papers: tuple[Submitted, ...]


def read_feed(answer: Answer) -> Feed:
    """Return the papers an answer holds.

    Raises:
        Again: the answer is not whole, or no feed at all.
        Refused: it holds arXiv's word that something is wrong with the request.
    """
    parser = ElementTree.XMLParser(target=NoDoctype())
    try:
        parser.feed(answer.body)
        root = parser.close()
        entries = root.findall(f"{_ATOM}entry")
        for entry in entries:
            if _text(entry, "title") == "Error":
                raise Refused(clean_line(_text(entry, "summary"), 200) or "it does not say why")
        if answer.status != 200 or root.tag != f"{_ATOM}feed":
            raise ValueError("no Atom feed")
        total = int(root.findtext(_TOTAL) or "0")
        papers = [Submitted(_record(one), _moment(_text(one, "published"))) for one in entries]
        return Feed(total, tuple(papers))
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        told = (
            f"an answer (HTTP {answer.status}) that cannot be read: {clean_line(str(error), 120)}"
        )
        raise Again(told) from None


def _record(entry: ElementTree.Element) -> Record:
    found = arxiv_identifier(_text(entry, "id"))
    title = tex_to_unicode(clean_line(_text(entry, "title")))
    if found is None or not title:
        raise ValueError("an entry without id or title")
    arxiv_id, number = found[0], found[1] or 1
    first, newest = _day(_text(entry, "published")), _day(_text(entry, "updated"))
    identifiers = [Identifier("arxiv", arxiv_id)]
    for word in _text(entry, "doi", _ARXIV).split()[:1]:
        if doi := doi_identifier(word):
            identifiers.append(doi)
    primary = entry.find(f"{_ARXIV}primary_category")
    categories = [primary] if primary is not None else []
    terms = [one.get("term", "") for one in (*categories, *entry.findall(f"{_ATOM}category"))]
    names = [_text(author, "name") for author in entry.findall(f"{_ATOM}author")[:MAX_AUTHORS]]
    authors = (author_from_name(tex_to_unicode(name)) for name in names if name)
    return Record(
        source="arxiv",
        source_id=arxiv_id,
        title=title,
        abstract=clean(_text(entry, "summary"), MAX_ABSTRACT),
        authors=tuple(author for author in authors if author.family),
        identifiers=tuple(dict.fromkeys(identifiers)),
        categories=tuple(dict.fromkeys(clean_line(" ".join(terms), 400).split())),
        year=int(first[:4]),
        published=first,
        updated=newest,
        number=number,
        # The API tells of the first version and the newest only.
        history=((1, first), (number, newest)) if number > 1 else ((1, first),),
        extra={
            kept: told
            for name, kept in _EXTRAS.items()
            if (told := clean_line(_text(entry, name, _ARXIV)))
        },
    )


def _text(element: ElementTree.Element, name: str, space: str = _ATOM) -> str:
    return (element.findtext(f"{space}{name}") or "").strip()


def _day(told: str) -> str:
    return _moment(told).date().isoformat()


def _moment(told: str) -> datetime:
    moment = datetime.fromisoformat(told.replace("Z", "+00:00"))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
