"""arXiv's API, asked for all that was sent in to a category over some days."""

from collections.abc import Callable
from datetime import date, timedelta

from assistant.config import ArxivSettings
from assistant.errors import SourceError
from assistant.sources.arxiv_api import ask
from assistant.sources.arxiv_atom import Submitted
from assistant.sources.arxiv_names import checked_category
from assistant.sources.courtesy import Courtesy

SLICE = 1_000  # half of what arXiv gives at most, so that an answer stays within our bound
REACH = 30_000


def fetch_submitted(
    category: str,
    since: str,
    until: str,
    settings: ArxivSettings,
    *,
    pause: Callable[[float], None],
) -> list[Submitted]:
    """Return the papers of a category first sent in from one ISO day (UTC) to another, both too.

    They come in the newest version there is, in the order they were sent in; each once. A span with
    more than the API gives in all is asked for in parts.

    Source: https://info.arxiv.org/help/api/user-manual.html (submittedDate, paging)

    Raises:
        SourceError: arXiv cannot be reached, refuses, or does not give all it says there is.
    """
    checked_category(category)
    courtesy = Courtesy(settings.api, settings.interval_seconds, pause)
    found: dict[str, Submitted] = {}
    spans = [(date.fromisoformat(since), date.fromisoformat(until))]
    while spans:
        first, last = spans.pop()
        start, total = 0, 1
        while start < total:
            query = {
                "search_query": f"cat:{category} AND submittedDate:[{first:%Y%m%d}0000 TO"
                f" {last:%Y%m%d}2359]",
                "sortBy": "submittedDate",
                "sortOrder": "ascending",
                "start": str(start),
                "max_results": str(SLICE),
            }
            feed = ask(query, courtesy, settings)
            total = feed.total
            if total > REACH and first < last:
                middle = first + (last - first) // 2
                spans += [(middle + timedelta(days=1), last), (first, middle)]
                break
            if total > REACH:
                raise SourceError(f"arXiv's API gives at most {REACH:,} papers of {first}.")
            found.update((one.record.source_id, one) for one in feed.papers)
            start += SLICE
    return list(found.values())
