"""arXiv's OAI-PMH door: everything that changed in a set since a day, page by page.

`arXivRaw` is asked for first, since it alone tells the versions: a new version of a kept paper is
an event, and what arXiv changes in its own records (a licence, a journal) is none. `arXiv` has the
authors' names in parts, which `arXivRaw` has as one line that we take apart; it is the second
choice, where a server does not know the first.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.config import ArxivSettings
from assistant.errors import SourceError
from assistant.sources.arxiv_names import checked_category
from assistant.sources.arxiv_oai_xml import FORMATS, OaiPage, OaiRecord, read_oai
from assistant.sources.courtesy import Again, Courtesy, persist
from assistant.sources.polite import get

FIRST_DAY = "2005-09-16"
MAX_PAGES = 5_000
MAX_BODY_BYTES = 60_000_000
_NO_FORMAT = "cannotDisseminateFormat"
_BAD_TOKEN = "badResumptionToken"
_NOTHING = "noRecordsMatch"
_PHYSICS = frozenset(
    ("astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nlin",
     "nucl-ex", "nucl-th", "physics", "quant-ph")
)  # fmt: skip


@dataclass(slots=True)
class _List:
    """A list being harvested: what it was asked with, how far it has come."""

    query: dict[str, str]
    token: str | None = None
    received: int = 0
    total: int = 0
    newest: str = ""
    in_order: bool = True

    def take(self, page: OaiPage) -> None:
        """Take note of what a page brought."""
        self.received += len(page.records)
        self.total = max(self.total, page.total or 0)
        for record in page.records:
            self.in_order = self.in_order and record.datestamp >= self.newest
            self.newest = max(self.newest, record.datestamp)

    def restarted(self) -> "_List":
        """Return the list from the last day seen, from its beginning where days do not ascend."""
        known = {"from": self.newest} if self.newest and self.in_order else {}
        return _List({**self.query, **known}, newest=self.newest)


def set_of(category: str) -> str:
    """Return the set a category is harvested by: "cs.LG" -> "cs:cs:LG", "hep-th" ->
    "physics:hep-th".

    Source: https://info.arxiv.org/help/oa/index.html (group:archive:CATEGORY)

    Raises:
        SourceError: the name is no category.
    """
    archive, name = checked_category(category)
    group = "physics" if archive in _PHYSICS else archive
    if not name:
        return group if group == archive else f"{group}:{archive}"
    return f"{group}:{archive}:{name}"


def harvest(
    settings: ArxivSettings,
    *,
    set_spec: str,
    since: str | None,
    until: str | None = None,
    pause: Callable[[float], None],
) -> Iterator[OaiRecord]:
    """Yield the records of a set that changed from one ISO day to another, both included.

    A list that breaks off because its token expired is taken up once from the last day seen, so a
    record can come twice. arXiv's days are those its records changed on, not those of papers.

    Source: https://www.openarchives.org/OAI/openarchivesprotocol.html#ListRecords

    Raises:
        SourceError: arXiv cannot be reached, refuses, or its list does not come to an end.
    """
    courtesy = Courtesy(settings.oai, settings.interval_seconds, pause)
    formats = list(FORMATS)
    # An earlier day than the first it knows is an error to arXiv, and means all there is to us.
    since = since if since and since > FIRST_DAY else None
    days = {"from": since, "until": until}
    query = {"set": set_spec, **{name: day for name, day in days.items() if day}}
    now = _List({"metadataPrefix": formats.pop(0), **query})
    tokens: set[str] = set()
    restarted = False
    for _ in range(MAX_PAGES):
        page = _page(settings, courtesy, now)
        if page.error == _NOTHING:
            return
        if page.error == _NO_FORMAT and formats and not now.received:
            now = _List({"metadataPrefix": formats.pop(0), **query})
            continue
        if page.error == _BAD_TOKEN and now.token and not restarted:
            restarted = True
            now = now.restarted()
            continue
        if page.error:
            raise SourceError("arXiv refused the request.", why=f"{page.error}: {page.why}")
        yield from page.records
        now.take(page)
        if page.token is None:
            _check_complete(now)
            return
        if page.token in tokens:
            raise SourceError(
                "arXiv's list does not come to an end.",
                why="It names a page that it has sent before.",
                hint="Try again later. What came before is kept.",
            )
        tokens.add(page.token)
        now.token = page.token
    raise SourceError(
        f"arXiv's list has more than {MAX_PAGES:,} pages.", hint="Ask for fewer days at once."
    )


def _page(settings: ArxivSettings, courtesy: Courtesy, now: _List) -> OaiPage:
    query = {"resumptionToken": now.token} if now.token else now.query

    def attempt() -> OaiPage:
        answer = get(
            settings.oai,
            {"verb": "ListRecords", **query},
            courtesy=courtesy,
            timeout=settings.timeout_seconds,
            most=MAX_BODY_BYTES,
            contact=settings.contact,
            # An error in the protocol's own words may come with either.
            also_take=(400, 404, 422),
        )
        page = read_oai(answer.body)
        if page.error == _NOTHING and now.newest:
            raise Again("no more records, in the middle of a list")
        if page.error is None and not page.records:
            raise Again("a list without records")
        return page

    return persist(courtesy, attempt)


def _check_complete(now: _List) -> None:
    if now.received < now.total:
        raise SourceError(
            "arXiv's list broke off.",
            why=f"It announced {now.total:,} records and sent {now.received:,}.",
            hint="Try again later. What came before is kept.",
        )
