"""arXiv's API, asked for papers by id: slowly, with patience, and believing nothing.

The `arxiv` package reads the same answers, but its parser mends a body cut off in the middle and so
loses papers without a word, and its client has no time-out, no bound on a body's size and does not
know `Retry-After`. So the standard library does both here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from assistant.config import ArxivSettings
from assistant.errors import SourceError
from assistant.sources.arxiv_atom import Feed, Refused, read_feed
from assistant.sources.courtesy import Again, Courtesy
from assistant.sources.identifiers import arxiv_identifier
from assistant.sources.polite import get
from assistant.sources.record import Record
from assistant.text import clean_line

MAX_PAGE = 100
MAX_BODY_BYTES = 8_000_000
_EMPTY_TRIES = 2

Progress = Callable[[int, int], None]


def fetch_by_ids(
    ids: Sequence[str],
    settings: ArxivSettings,
    *,
    pause: Callable[[float], None],
    progress: Progress | None = None,
) -> Iterator[Record]:
    """Yield the newest version of the papers arXiv has under these ids; unknown ids are absent.

    `pause` is called with the seconds to wait before a request; `progress` with the ids asked for
    so far and in all.

    Source: https://info.arxiv.org/help/api/user-manual.html

    Raises:
        SourceError: an id is none, arXiv cannot be reached, or does not answer as documented.
    """
    wanted = list(dict.fromkeys(map(_arxiv_id, ids)))
    size = max(1, min(settings.page_size, MAX_PAGE))
    courtesy = Courtesy(settings.api, settings.interval_seconds, pause)
    for start in range(0, len(wanted), size):
        page = wanted[start : start + size]
        query = {"id_list": ",".join(page), "start": "0", "max_results": str(len(page))}
        for one in ask(query, courtesy, settings).papers:
            # A server that sends papers nobody asked for is confused; we need not be.
            if one.record.source_id in page:
                yield one.record
        if progress:
            progress(start + len(page), len(wanted))


def ask(query: Mapping[str, str], courtesy: Courtesy, settings: ArxivSettings) -> Feed:
    """Return arXiv's answer for one page of a query, asking again while that may help.

    Raises:
        SourceError: arXiv cannot be reached, refuses, or does not answer as documented.
    """
    start, most = int(query["start"]), int(query["max_results"])
    empty = 0
    while True:
        try:
            answer = get(
                settings.api,
                query,
                courtesy=courtesy,
                timeout=settings.timeout_seconds,
                most=MAX_BODY_BYTES,
                contact=settings.contact,
                # 400 comes with an entry that says what was wrong.
                also_take=(400,),
            )
            feed = read_feed(answer)
        except Again as again:
            courtesy.wait_longer(again)
            continue
        except Refused as refused:
            raise SourceError(
                "arXiv refused the request.",
                why=str(refused),
                hint="Take that id out of the list and try again." if "id_list" in query else "",
            ) from None
        if not feed.papers and not feed.total:
            # So answers arXiv where it knows of nothing, and now and then where it does.
            empty += 1
            if empty >= _EMPTY_TRIES:
                courtesy.answered()
                return feed
            courtesy.wait_longer(Again("an empty page"))
        elif len(feed.papers) < min(feed.total - start, most):
            told = f"it announced {feed.total:,} papers and sent {len(feed.papers):,}"
            courtesy.wait_longer(Again(told))
        else:
            courtesy.answered()
            return feed


def _arxiv_id(text: str) -> str:
    found = arxiv_identifier(text)
    if found is None:
        raise SourceError(
            f"{clean_line(text, 60)!r} is no arXiv id.",
            hint="An arXiv id looks like 1706.03762 or cs/9901001.",
        )
    return found[0]
