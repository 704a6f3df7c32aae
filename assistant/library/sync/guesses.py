"""Papers that only the API tells of: kept under guessed days until OAI-PMH answers again."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from assistant.library.sync.arxiv import SOURCE
from assistant.library.sync.assigning import FRESH_DAYS
from assistant.library.sync.guessing import guess_days
from assistant.library.sync.ledger import Verdict
from assistant.library.sync.settling import Arxiv
from assistant.sources.announced import Announcement, Listing
from assistant.sources.arxiv_names import at_home
from assistant.sources.arxiv_search import fetch_submitted
from db import announcing
from db.announcing import BatchView

GUESSED = "By the API alone, which tells neither the day of a paper nor what was revised."
"""How the detail of a batch begins whose papers may belong to a day beside it."""


def guessed(why: str) -> Verdict:
    """Return the verdict on a day of guesses; `why` says what kept the better sources away."""
    return Verdict("partial", None, f"{GUESSED} {why}")


def is_guessed(batch: BatchView) -> bool:
    """Tell a batch whose papers may belong to a day beside it."""
    return batch.detail.startswith(GUESSED)


def guess(
    arxiv: Arxiv, category: str, days: Sequence[str], week: Mapping[str, Listing]
) -> dict[str, list[Announcement]]:
    """Return ISO day -> what the API makes one think a category announced on these days.

    `week` has the days of which more is known.

    Raises:
        SourceError: the API does not answer.
    """
    first = (date.fromisoformat(days[0]) - timedelta(days=FRESH_DAYS)).isoformat()
    with arxiv.door("api"):
        papers = fetch_submitted(category, first, days[-1], arxiv.settings, pause=arxiv.pause)
    with arxiv.database.read() as connection:
        held = announcing.announced_on(connection, SOURCE, category)
    known = {name: day for name, (day, _) in held.items()}
    known |= {name: day for day, listing in week.items() for name in listing.ids}
    there = {one.record.source_id for one in papers}
    on = guess_days(papers, {name: day for name, day in known.items() if name in there})
    found: dict[str, list[Announcement]] = {day: [] for day in days}
    for one in papers:
        record = one.record
        if record.source_id not in known and on[record.source_id] in found:
            home = at_home(record.categories[0] if record.categories else "", category)
            kind = Announcement(record, "new" if home else "cross")
            found[on[record.source_id]].append(kind)
    return found


def held_guesses(arxiv: Arxiv, category: str, days: Collection[str]) -> dict[str, tuple[str, int]]:
    """Return arXiv id -> (ISO day, batch) of the papers kept under a guess of one of these days."""
    with arxiv.database.read() as connection:
        known = announcing.batches(connection, SOURCE, [category])
        batches = {one.id for one in known if one.date in days and is_guessed(one)}
        held = announcing.announced_on(connection, SOURCE, category) if batches else {}
    return {name: where for name, where in held.items() if where[1] in batches}


def correct(
    arxiv: Arxiv,
    category: str,
    guesses: Mapping[str, tuple[str, int]],
    found: Mapping[str, Sequence[Announcement]],
    week: Mapping[str, Listing],
) -> None:
    """Take guesses back that turned out to be wrong; the days they belong to are kept next."""
    true_days = {name: day for day, listing in week.items() for name in listing.ids}
    for day, announcements in found.items():
        for one in announcements:
            if one.kind in ("new", "cross"):
                true_days[one.record.source_id] = day
    wrong: dict[int, list[str]] = {}
    for name, (day, batch) in guesses.items():
        if true_days.get(name, day) != day:
            wrong.setdefault(batch, []).append(name)
    if wrong:
        with arxiv.database.write(f"put days of {category} right") as connection:
            for batch, names in wrong.items():
                announcing.withdraw(connection, batch, names)
