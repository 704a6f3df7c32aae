"""The records of a fake OAI-PMH interface of arXiv: `arXiv`, `arXivRaw` and `oai_dc`.

After arXiv's schemas (https://oaipmh.arxiv.org/OAI/arXiv.xsd and arXivRaw.xsd), its recorded
answers and the templates of arXiv/oaipmh.
"""

from datetime import date

from tests.fakes.arxiv_site_papers import SitePaper
from tests.fakes.arxiv_site_replies import DC, tag, xml
from tests.fakes.arxiv_site_taxonomy import name_of, set_spec
from tests.fakes.arxiv_site_world import World

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_OAI = "http://www.openarchives.org/OAI/2.0"
FORMATS = {
    "oai_dc": (f"{_OAI}/oai_dc.xsd", f"{_OAI}/oai_dc/"),
    "arXiv": ("http://arxiv.org/OAI/arXiv.xsd", "http://arxiv.org/OAI/arXiv/"),
    "arXivRaw": ("http://arxiv.org/OAI/arXivRaw.xsd", "http://arxiv.org/OAI/arXivRaw/"),
}
"""Metadata prefix -> (schema, namespace)."""


def header(paper: SitePaper, day: str) -> str:
    """Return a record's header as of a day."""
    status = ' status="deleted"' if paper.deleted(day) else ""
    sets = "".join(tag("setSpec", set_spec(one)) for one in paper.subjects(day))
    return (
        f"<header{status}>\n<identifier>oai:arXiv.org:{paper.id}</identifier>\n"
        f"<datestamp>{paper.datestamp(day)}</datestamp>\n{sets}</header>\n"
    )


def record(paper: SitePaper, prefix: str, world: World, day: str) -> str:
    """Return a whole record as of a day: a deleted one is only a header."""
    if paper.deleted(day):
        return f"<record>\n{header(paper, day)}</record>\n"
    if prefix == "arXiv":
        told = _arxiv(paper, world, day)
    else:
        told = _raw(paper, day) if prefix == "arXivRaw" else _dublin_core(paper, day)
    return f"<record>\n{header(paper, day)}<metadata>\n{told}</metadata>\n</record>\n"


def _root(prefix: str, name: str) -> str:
    schema, namespace = FORMATS[prefix]
    return (
        f'<{name} xmlns="{namespace}" xmlns:xsi="{_XSI}" xsi:schemaLocation="{namespace} {schema}">'
    )


def _arxiv(paper: SitePaper, world: World, day: str) -> str:
    number = paper.version(day)
    first, newest = paper.versions[0], paper.versions[number - 1]
    if world.oai_created_is_newest:
        created, updated = newest.submitted, paper.datestamp(day) if number > 1 else ""
    else:
        created, updated = first.submitted, newest.submitted if number > 1 else ""
    authors = "".join(
        "<author>"
        + tag("keyname", name.family)
        + tag("forenames", name.given)
        + tag("suffix", name.suffix)
        + tag("affiliation", name.affiliation)
        + "</author>\n"
        for name in paper.names
    )
    return (
        f"{_root('arXiv', 'arXiv')}\n{tag('id', paper.id)}"
        f"{tag('created', created)}{tag('updated', updated)}<authors>\n{authors}</authors>\n"
        f"<title>{xml(newest.title)}</title>\n{_rest(paper, number, day)}</arXiv>\n"
    )


def _raw(paper: SitePaper, day: str) -> str:
    number = paper.version(day)
    versions = "".join(
        f'<version version="v{place}">\n<date>{_gmt(version.submitted)}</date>\n'
        f"<size>{0 if version.withdrawn else 1200}kb</size>\n"
        f"<source_type>{'I' if version.withdrawn else 'D'}</source_type>\n</version>\n"
        for place, version in enumerate(paper.versions[:number], 1)
    )
    names = [str(name) for name in paper.names]
    submitter = paper.names[0].plain if names else ""
    return (
        f"{_root('arXivRaw', 'arXivRaw')}\n{tag('id', paper.id)}{tag('submitter', submitter)}"
        f"{versions}<title>{xml(paper.versions[number - 1].title)}</title>\n"
        f"<authors>{xml(', '.join(names))}</authors>\n{_rest(paper, number, day)}</arXivRaw>\n"
    )


def _rest(paper: SitePaper, number: int, day: str) -> str:
    version = paper.versions[number - 1]
    return (
        tag("categories", " ".join(paper.subjects(day)))
        + tag("comments", version.comment)
        + tag("journal-ref", paper.journal_ref)
        + tag("doi", paper.doi)
        + tag("license", paper.license)
        + tag("abstract", f"  {version.abstract}\n" if version.abstract else "")
    )


def _dublin_core(paper: SitePaper, day: str) -> str:
    number = paper.version(day)
    version = paper.versions[number - 1]
    names = [f"{one.family} {one.suffix}".strip() + f", {one.given}" for one in paper.names]
    days = dict.fromkeys((paper.versions[0].submitted, version.submitted))
    opening = _root("oai_dc", "oai_dc:dc").replace("xmlns=", "xmlns:oai_dc=", 1)
    return (
        f'{opening[:-1]} xmlns:dc="{DC}">\n<dc:title>{xml(version.title)}</dc:title>\n'
        + "".join(tag("dc:creator", name.removesuffix(", ")) for name in names)
        + "".join(tag("dc:subject", name_of(one)) for one in paper.subjects(day))
        + tag("dc:description", version.abstract)
        + tag("dc:description", version.comment)
        + "".join(tag("dc:date", one) for one in days)
        + tag("dc:type", "text")
        + tag("dc:identifier", f"http://arxiv.org/abs/{paper.id}")
        + tag("dc:identifier", paper.journal_ref)
        + tag("dc:identifier", f"doi:{paper.doi}" if paper.doi else "")
        + "</oai_dc:dc>\n"
    )


def _gmt(day: str) -> str:
    return date.fromisoformat(day).strftime("%a, %d %b %Y 12:34:56 GMT")
