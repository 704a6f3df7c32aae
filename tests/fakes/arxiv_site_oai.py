"""A fake of oaipmh.arxiv.org/oai: metadata by the day of their last change.

After OAI-PMH 2.0 (https://www.openarchives.org/OAI/openarchivesprotocol.html, sections 3 and 4),
https://info.arxiv.org/help/oa and arXiv/oaipmh: days as granularity, both ends included; sets by
category; tokens that carry the request and expire with the day; every error of the protocol that
such a repository can make.
"""

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import parse_qs, quote, unquote, urlencode

from tests.fakes.arxiv_site_oai_formats import FORMATS, header, record
from tests.fakes.arxiv_site_papers import EARLIEST, SitePaper, day_after
from tests.fakes.arxiv_site_replies import XML, Reply, Request, View, tag, xml
from tests.fakes.arxiv_site_taxonomy import ARCHIVES, is_set, set_name, set_spec
from tests.fakes.arxiv_site_world import World

_OAI = "http://www.openarchives.org/OAI/2.0/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_ADDRESS = "https://oaipmh.arxiv.org/oai"
_ID = re.compile(r"oai:arXiv\.org:(\d{4}\.\d{4,5}|[a-z-]+/\d{7})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LISTS = {"metadataPrefix", "from", "until", "set"}
_NO_ARGUMENTS = ("badVerb", "badArgument")
Arguments = dict[str, str]


class OaiError(Exception):
    """One of the protocol's error codes, and why."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code, self.why = code, why


def answer(world: World, request: Request, view: View) -> Reply:
    """Return the protocol's answer, errors too: they are told inside of a 200."""
    asked = {name: told[-1] for name, told in request.query.items()}
    verb = asked.pop("verb", "")
    attributes = {"verb": verb, **asked}
    try:
        if view.error:
            raise OaiError(view.error, "as told to")
        if verb not in _VERBS or any(len(told) > 1 for told in request.query.values()):
            raise OaiError("badVerb", "Illegal, missing or repeated verb or argument.")
        needed, allowed, act = _VERBS[verb]
        resumed = "resumptionToken" in asked.keys() & allowed
        if not asked.keys() <= needed | allowed or not (resumed or needed <= asked.keys()):
            raise OaiError("badArgument", f"{verb} needs {needed} and takes {allowed}.")
        inner = f"<{verb}>\n{act(world, verb, asked, view)}</{verb}>\n"
    except OaiError as error:
        inner = f'<error code="{error.code}">{xml(error.why)}</error>\n'
        if error.code in _NO_ARGUMENTS:
            attributes = {}
    told = "".join(f' {name}="{xml(value)}"' for name, value in attributes.items())
    body = (
        f'{XML}<OAI-PMH xmlns="{_OAI}" xmlns:xsi="{_XSI}" '
        f'xsi:schemaLocation="{_OAI} {_OAI}OAI-PMH.xsd">\n'
        f"<responseDate>{world.today}T12:00:00Z</responseDate>\n"
        f"<request{told}>{_ADDRESS}</request>\n{inner}</OAI-PMH>\n"
    )
    return Reply(body, "text/xml")


def _identify(world: World, verb: str, asked: Arguments, view: View) -> str:
    return (
        tag("repositoryName", "arXiv")
        + tag("baseURL", _ADDRESS)
        + tag("protocolVersion", "2.0")
        + tag("adminEmail", "help@arxiv.org")
        + tag("earliestDatestamp", EARLIEST)
        + tag("deletedRecord", "persistent")
        + tag("granularity", "YYYY-MM-DD")
    )


def _formats(world: World, verb: str, asked: Arguments, view: View) -> str:
    if "identifier" in asked:
        _paper(world, asked["identifier"], view)
    return "".join(
        "<metadataFormat>\n"
        + tag("metadataPrefix", prefix)
        + tag("schema", schema)
        + tag("metadataNamespace", namespace)
        + "</metadataFormat>\n"
        for prefix, (schema, namespace) in FORMATS.items()
    )


def _sets(world: World, verb: str, asked: Arguments, view: View) -> str:
    if "resumptionToken" in asked:
        raise OaiError("badResumptionToken", "The list of sets is never cut.")
    specs = {set_spec(one) for paper in world.papers.values() for one in paper.categories}
    specs |= {set_spec(one) for one in ARCHIVES}
    specs |= {spec.partition(":")[0] for spec in specs}
    return "".join(
        f"<set>\n{tag('setSpec', spec)}{tag('setName', set_name(spec))}</set>\n"
        for spec in sorted(specs)
    )


def _get(world: World, verb: str, asked: Arguments, view: View) -> str:
    prefix = _prefix(asked)
    return record(_paper(world, asked["identifier"], view), prefix, world, view.day)


def _list(world: World, verb: str, asked: Arguments, view: View) -> str:
    skip = 0
    if "resumptionToken" in asked:
        if len(asked) > 1:
            raise OaiError("badArgument", "A resumption token stands alone.")
        asked, skip = _resumed(world, verb, asked["resumptionToken"])
    prefix = _prefix(asked)
    wanted = asked.get("set", "")
    if wanted and not is_set(wanted):
        raise OaiError("badArgument", "Set does not exist")
    since, until = _span(world, asked)
    found = sorted(
        (stamp, paper.id)
        for paper in world.known(view.day)
        if since <= (stamp := paper.datestamp(view.day)) <= until
        and _in_set(paper, wanted, view.day)
    )
    if view.empty or not found:
        raise OaiError("noRecordsMatch", "Nothing in this span and set.")
    page = [world.papers[id] for _, id in found[skip : skip + world.oai_page]]
    page = page[: max(len(page) - view.drop, 0)]
    if verb == "ListIdentifiers":
        items = "".join(header(paper, view.day) for paper in page)
    else:
        items = "".join(record(paper, prefix, world, view.day) for paper in page)
    return items + _token(world, verb, asked, skip, len(found))


def _token(world: World, verb: str, asked: Arguments, skip: int, total: int) -> str:
    after = skip + world.oai_page
    if skip == 0 and after >= total:
        return ""
    counts = f' cursor="{skip}" completeListSize="{total}"' if world.oai_counts else ""
    if after >= total:
        return f"<resumptionToken{counts}/>\n"
    expires = day_after(world.today)
    carried = {"verb": verb, **asked, "expires": expires, "skip": str(after)}
    return (
        f'<resumptionToken{counts} expirationDate="{expires}T00:00:00Z">'
        f"{quote(urlencode(carried))}</resumptionToken>\n"
    )


def _resumed(world: World, verb: str, token: str) -> tuple[Arguments, int]:
    asked = {name: told[0] for name, told in parse_qs(unquote(token)).items()}
    skip, expires = asked.pop("skip", ""), asked.pop("expires", "")
    if asked.pop("verb", "") != verb or not skip.isdecimal() or not asked.keys() <= _LISTS:
        raise OaiError("badResumptionToken", "No token of this list.")
    if world.today >= expires:
        raise OaiError("badResumptionToken", "The token has expired.")
    return asked, int(skip)


def _prefix(asked: Arguments) -> str:
    if asked.get("metadataPrefix", "") not in FORMATS:
        raise OaiError("cannotDisseminateFormat", "Did not recognize requested format")
    return asked["metadataPrefix"]


def _span(world: World, asked: Arguments) -> tuple[str, str]:
    since, until = asked.get("from", EARLIEST), asked.get("until", day_after(world.today))
    for day in (since, until):
        try:
            date.fromisoformat(day if _DAY.fullmatch(day) else "")
        except ValueError:
            raise OaiError("badArgument", "dates must be YYYY-MM-DD") from None
    if since < EARLIEST:
        raise OaiError("badArgument", "start date too early")
    if until > day_after(world.today):
        raise OaiError("badArgument", "until date too late")
    if since > until:
        raise OaiError("badArgument", "until date must be greater than or equal to from date")
    return since, until


def _in_set(paper: SitePaper, wanted: str, day: str) -> bool:
    specs = [set_spec(one) for one in paper.subjects(day)]
    return not wanted or any(f"{spec}:".startswith(f"{wanted}:") for spec in specs)


def _paper(world: World, identifier: str, view: View) -> SitePaper:
    match = _ID.fullmatch(identifier)
    paper = world.papers.get(match[1]) if match else None
    if paper is None or not paper.version(view.day):
        raise OaiError("idDoesNotExist", f"{identifier} is no identifier of an item.")
    return paper


Act = Callable[[World, str, Arguments, View], str]
_VERBS: dict[str, tuple[set[str], set[str], Act]] = {
    "Identify": (set(), set(), _identify),
    "ListMetadataFormats": (set(), {"identifier"}, _formats),
    "ListSets": (set(), {"resumptionToken"}, _sets),
    "GetRecord": ({"identifier", "metadataPrefix"}, set(), _get),
    "ListIdentifiers": ({"metadataPrefix"}, {*_LISTS, "resumptionToken"}, _list),
    "ListRecords": ({"metadataPrefix"}, {*_LISTS, "resumptionToken"}, _list),
}
