"""The ACL Anthology: its own XML, with abstracts; a volume a track.

https://github.com/acl-org/acl-anthology, `data/xml/{year}.{venue}.xml`: a `collection` of `volume`s
of `paper`s, whose texts have markup of their own (`<fixed-case>`, `<tex-math>`).
"""

from collections.abc import Iterator
from xml.etree import ElementTree

from assistant.errors import SourceError
from assistant.sources.identifiers import doi_identifier
from assistant.sources.polite import NO_VALIDATORS, Validators
from assistant.sources.record import Author, Identifier, Record
from assistant.sources.sites import Site
from assistant.sources.statuses import status_of
from assistant.sources.submissions import (
    FetchedEdition,
    FormError,
    NotPublishedError,
    filled,
    read_rows,
    submission,
)
from assistant.sources.venues import Edition, Parameters
from assistant.sources.xml_document import read_xml, xml_text

SOURCE = "acl"
_MOST_BYTES = 60_000_000
_PAGES = "https://aclanthology.org/"
_WORKSHOPS = ("srw", "workshop", "tutorials", "tutorial")

Paper = tuple[str, str, ElementTree.Element]
"""The collection's id, the volume's id and the paper."""


def fetch(
    edition: Edition, parameters: Parameters, site: Site, validators: Validators = NO_VALIDATORS
) -> FetchedEdition:
    """Return the papers of an edition's files; `2024.findings/acl` is one volume of a file.

    Raises:
        NotPublishedError: the Anthology has none of them yet.
        SourceError: it cannot be reached, refuses, or has changed its form.
    """
    where = f"The ACL Anthology's list of {edition.label}"
    papers: list[Paper] = []
    for place, named in enumerate(filled(parameters["files"], edition)):
        file, _, volume = named.partition("/")
        address = f"{site.settings.acl.rstrip('/')}/{file}.xml"
        try:
            root = site.fetch(
                address, lambda body: read_xml(xml_text(body)), most=_MOST_BYTES
            ).content
        except NotPublishedError:
            if place == 0:
                raise
            continue
        assert root is not None
        papers += _papers(root, volume, where)
    records, skipped = read_rows(papers, lambda paper: _record(paper, edition), where)
    return FetchedEdition(tuple(records), len(records), skipped)


def _papers(root: ElementTree.Element, wanted: str, where: str) -> Iterator[Paper]:
    collection = root.get("id", "")
    if root.tag != "collection" or not collection:
        raise SourceError(
            f"{where} has changed its form.",
            why=f"Its root is {root.tag!r}, without an id, and no collection.",
            hint="What came before is kept. Please report this.",
        )
    for volume in root.iter("volume"):
        if not wanted or volume.get("id") == wanted:
            for paper in volume.iter("paper"):
                yield collection, volume.get("id", ""), paper


def _record(found: Paper, edition: Edition) -> Record | None:
    collection, volume, paper = found
    number = paper.get("id", "")
    if not volume or not number:
        raise FormError("id")
    if number == "0":
        return None  # the volume's front matter
    anthology_id = f"{collection}-{volume}.{number}"
    title = paper.find("title")
    if title is None:
        raise FormError("title")
    if paper.find("retracted") is not None or paper.find("removed") is not None:
        return None
    abstract = paper.find("abstract")
    doi = paper.findtext("doi")
    track = "Findings" if collection.endswith(".findings") else volume
    return submission(
        edition,
        SOURCE,
        anthology_id,
        title=_text(title),
        status=status_of(track) or "accepted",
        told=track,
        abstract=_text(abstract) if abstract is not None else "",
        authors=[_author(one) for one in paper.iter("author")],
        identifiers=(doi_identifier(doi) if doi else None, Identifier("acl", anthology_id)),
        workshop=volume in _WORKSHOPS,
        track=None if track in ("main", "long") else track,
        url=f"{_PAGES}{anthology_id}/",
        pdf=f"{_PAGES}{anthology_id}.pdf",
        pages=(paper.findtext("pages") or "").replace("–", "--"),
        publisher="Association for Computational Linguistics",
    )


def _text(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _author(element: ElementTree.Element) -> Author:
    first, last = element.find("first"), element.find("last")
    if last is None:
        return Author(_text(element))
    return Author(_text(last), _text(first) if first is not None else "")
