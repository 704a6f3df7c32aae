"""A fake of export.arxiv.org/api/query: search by field, category and day of submission.

After https://info.arxiv.org/help/api/user-manual and recorded answers: at most 2,000 entries a
slice and 30,000 in reach (then HTTP 400), papers appear days after their announcement, and errors
are an Atom entry titled "Error".
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from tests.fakes.arxiv_site_papers import SitePaper, Version, day_after
from tests.fakes.arxiv_site_replies import ARXIV, ATOM, XML, Reply, Request, View, tag, xml
from tests.fakes.arxiv_site_world import World

_ID = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v(\d+))?")
_TERM = re.compile(r"\(|\)|\w+:\[[^\]]*\]|\w+:\"[^\"]*\"|[^\s()]+")
_SPAN = re.compile(r"\[(\d{12}) TO (\d{12})\]")
_TYPE = "application/atom+xml; charset=utf-8"
_OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
_HOUR = "081833"


class Hit(NamedTuple):
    """A paper as the API knows it: one of its versions, and the categories known of."""

    paper: SitePaper
    number: int
    subjects: tuple[str, ...]

    @property
    def version(self) -> Version:
        return self.paper.versions[self.number - 1]

    @property
    def first(self) -> str:
        return self.paper.versions[0].submitted


Match = Callable[[Hit], bool]


class QueryError(Exception):
    """A query that the API answers with HTTP 400."""


def answer(world: World, request: Request, view: View) -> Reply:
    """Return one slice of what a query finds."""
    asked = {name: told[-1] for name, told in request.query.items()}
    try:
        if view.error:
            raise QueryError(view.error)
        start, most = _number(asked, "start", 0), _number(asked, "max_results", 10)
        if start + most > world.api_reach:
            raise QueryError(f"start and max_results must stay within {world.api_reach}")
        found = _found(world, asked, day_after(view.day, -world.api_lag_days))
    except QueryError as error:
        return Reply(_error(world, str(error)), _TYPE, 400)
    slice = [] if view.empty else found[start : start + min(most, world.api_slice)]
    slice = slice[: max(len(slice) - view.drop, 0)]
    told = "&".join(f"{name}={value}" for name, value in asked.items())
    head = _head(world, f"arXiv Query: {told}", start, most, len(found))
    return Reply(f"{head}{''.join(map(_entry, slice))}</feed>\n", _TYPE)


def _number(asked: dict[str, str], name: str, default: int) -> int:
    told = asked.get(name, str(default))
    if not told.isdecimal():
        raise QueryError(f"{name} must be a non-negative integer")
    return int(told)


def _found(world: World, asked: dict[str, str], day: str) -> list[Hit]:
    query, ids = asked.get("search_query", ""), asked.get("id_list", "")
    by = asked.get("sortBy", "relevance")
    if by not in ("relevance", "submittedDate", "lastUpdatedDate"):
        raise QueryError(f"sortBy must not be {by}")
    if ids:
        versions = _by_ids(world, ids.split(","), day)
    else:
        versions = [(paper, paper.version(day)) for paper in world.known(day)] if query else []
    hits = [
        Hit(paper, number, paper.subjects(day))
        for paper, number in versions
        if not paper.deleted(day)
    ]
    if not query:
        return hits
    match = _Query(query).parsed()
    return sorted(
        filter(match, hits),
        key=lambda hit: (
            hit.version.submitted if by == "lastUpdatedDate" else hit.first,
            hit.paper.id,
        ),
        reverse=asked.get("sortOrder", "descending") != "ascending",
    )


def _by_ids(world: World, ids: list[str], day: str) -> list[tuple[SitePaper, int]]:
    found = []
    for id in filter(None, ids):
        match = _ID.fullmatch(id)
        if match is None:
            raise QueryError(f"incorrect id format for {id}")
        paper = world.papers.get(match[1])
        newest = paper.version(day) if paper else 0
        version = int(match[2] or newest)
        if paper and 0 < version <= newest:
            found.append((paper, version))
    return found


class _Query:
    """A search_query: terms joined by AND, OR and ANDNOT from left to right, in parentheses."""

    def __init__(self, query: str) -> None:
        self.rest = _TERM.findall(query)

    def parsed(self) -> Match:
        match = self._any()
        if self.rest:
            raise QueryError("incorrect query: something is left over")
        return match

    def _any(self) -> Match:
        left = self._one()
        while self.rest and self.rest[0] != ")":
            joined = self.rest.pop(0) if self.rest[0] in ("AND", "OR", "ANDNOT") else "OR"
            left = _join(joined, left, self._one())
        return left

    def _one(self) -> Match:
        if not self.rest or (term := self.rest.pop(0)) in (")", "AND", "OR", "ANDNOT"):
            raise QueryError("incorrect query: a term is missing")
        if term != "(":
            return _term(term)
        inner = self._any()
        if not self.rest or self.rest.pop(0) != ")":
            raise QueryError("incorrect query: a parenthesis is missing")
        return inner


def _join(how: str, left: Match, right: Match) -> Match:
    if how == "OR":
        return lambda hit: left(hit) or right(hit)
    if how == "AND":
        return lambda hit: left(hit) and right(hit)
    return lambda hit: left(hit) and not right(hit)


def _term(term: str) -> Match:
    name, colon, value = term.partition(":")
    if not colon:
        name, value = "all", term
    if name == "submittedDate":
        span = _SPAN.fullmatch(value)
        if span is None:
            raise QueryError("incorrect query: submittedDate")
        return lambda hit: span[1] <= _minute(hit) <= span[2]
    if name == "cat":
        wanted = re.compile(re.escape(value).replace(r"\*", ".*"), re.IGNORECASE)
        return lambda hit: any(wanted.fullmatch(one) for one in hit.subjects)
    if name not in ("all", "ti", "abs", "au", "co", "jr"):
        raise QueryError(f"incorrect query: no field {name}")
    word = re.compile(rf"\b{re.escape(value.strip(chr(34)))}\b", re.IGNORECASE)
    return lambda hit: word.search(_text(hit, name)) is not None


def _minute(hit: Hit) -> str:
    return hit.first.replace("-", "") + _HOUR[:4]


def _text(hit: Hit, name: str) -> str:
    told = {
        "ti": hit.version.title,
        "abs": hit.version.abstract,
        "au": " ".join(one.plain for one in hit.paper.names),
        "co": hit.version.comment,
        "jr": hit.paper.journal_ref,
    }
    return "\n".join(told.values()) if name == "all" else told[name]


def _entry(hit: Hit) -> str:
    paper, version = hit.paper, hit.version
    address = f"{paper.id}v{hit.number}"
    terms = "".join(f'    <category term="{xml(one)}" scheme="{ARXIV}"/>\n' for one in hit.subjects)
    primary = "".join(
        f'    <arxiv:primary_category term="{xml(one)}"/>\n' for one in hit.subjects[:1]
    )
    people = "".join(
        f"    <author>\n{tag('name', name.plain, '      ')}"
        f"{tag('arxiv:affiliation', name.affiliation, '      ')}    </author>\n"
        for name in paper.names
    )
    return (
        f"  <entry>\n    <id>http://arxiv.org/abs/{address}</id>\n"
        f"    <title>{xml(version.title)}</title>\n"
        f"    <updated>{_moment(version.submitted)}</updated>\n"
        f'    <link href="https://arxiv.org/abs/{address}" rel="alternate" type="text/html"/>\n'
        f'    <link href="https://arxiv.org/pdf/{address}" rel="related" '
        'type="application/pdf" title="pdf"/>\n'
        f"    <summary>  {xml(version.abstract)}</summary>\n{terms}"
        f"    <published>{_moment(hit.first)}</published>\n"
        + tag("arxiv:comment", version.comment, "    ")
        + tag("arxiv:journal_ref", paper.journal_ref, "    ")
        + tag("arxiv:doi", paper.doi, "    ")
        + f"{primary}{people}  </entry>\n"
    )


def _moment(day: str) -> str:
    return f"{day}T{_HOUR[:2]}:{_HOUR[2:4]}:{_HOUR[4:]}Z"


def _head(world: World, title: str, start: int, most: int, total: int) -> str:
    return (
        f'{XML}<feed xmlns:opensearch="{_OPENSEARCH}" xmlns:arxiv="{ARXIV}" xmlns="{ATOM}">\n'
        "  <id>https://arxiv.org/api/fake</id>\n"
        f"  <title>{xml(title)}</title>\n  <updated>{world.today}T12:00:00Z</updated>\n"
        f"  <opensearch:itemsPerPage>{most}</opensearch:itemsPerPage>\n"
        f"  <opensearch:totalResults>{total}</opensearch:totalResults>\n"
        f"  <opensearch:startIndex>{start}</opensearch:startIndex>\n"
    )


def _error(world: World, why: str) -> str:
    address = f"https://arxiv.org/api/errors#{xml(why.replace(' ', '_'))}"
    return (
        f"{_head(world, 'arXiv Search Results', 0, 1, 1)}  <entry>\n"
        f"    <id>{address}</id>\n    <title>Error</title>\n"
        f"    <updated>{world.today}T12:00:00Z</updated>\n"
        f'    <link href="{address}" rel="alternate" type="text/html"/>\n'
        f"    <summary>{xml(why)}</summary>\n"
        "    <author>\n      <name>arXiv api core</name>\n    </author>\n  </entry>\n</feed>\n"
    )
