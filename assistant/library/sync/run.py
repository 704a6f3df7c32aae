"""One sync: each followed category brought to the day arXiv is at, and its gaps filled."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from assistant.config import ArxivSettings
from assistant.errors import SourceError
from assistant.library.sync.arxiv import ARXIV_TIME, SOURCE
from assistant.library.sync.healing import gaps, heal
from assistant.library.sync.ledger import UNCONFIRMED, Verdict, judge_again, keep
from assistant.library.sync.settling import Arxiv, settle_today, settle_unheard, told_by
from assistant.library.sync.today import FAR_DAYS, Today, days_between, judge
from assistant.sources.announced import DailyFeed, Listing
from assistant.sources.arxiv_feed import fetch_feed
from assistant.sources.arxiv_listing import fetch_listing
from assistant.sources.polite import Validators
from db import announcing, personal
from db.announcing import BatchView
from db.engine import Database

LATE_DAYS = 4
"""How far arXiv's newest day may lie behind ours to be called late; further, one clock is wrong."""

Progress = Callable[[float, int, str], None]


@dataclass(slots=True)
class SyncReport:
    """The days a sync looked at, with the verdict on each, and what went wrong on the way."""

    batches: list[BatchView] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing is missing that arXiv has announced."""
        return all(batch.state in announcing.SETTLED for batch in self.batches)

    @property
    def vain(self) -> bool:
        """Whether nothing at all could be fetched."""
        return bool(self.batches) and all(batch.state == "failed" for batch in self.batches)


def sync(
    database: Database,
    settings: ArxivSettings,
    categories: Sequence[str],
    *,
    pause: Callable[[float], None],
    since: str | None = None,
    now: datetime | None = None,
    progress: Progress = lambda *_: None,
) -> SyncReport:
    """Bring in every announcement of these categories; what fails is judged and tried again later.

    `since` reaches back before the first day the library knows. `pause` is called with the seconds
    to wait between requests, `progress` with categories done (of the one at hand, the share of its
    days), categories in all, and what is being done.
    Stopped at any moment, the next call goes on where this one was.
    """
    now = now or datetime.now(ARXIV_TIME)
    report = SyncReport()
    arxiv = Arxiv(database, settings, pause)
    for place, category in enumerate(categories):

        def told(share: float, detail: str, done: int = place, name: str = category) -> None:
            progress(done + share, len(categories), f"{name}: {detail}")

        told(0, "today")
        found = _Category(arxiv, category, report, now.astimezone(ARXIV_TIME))
        found.bring_up_to_date(since, told)
    progress(len(categories), len(categories), "")
    if not report.vain:
        with database.write("log the sync") as connection:
            counts = Counter(batch.state for batch in report.batches)
            personal.append_event(connection, "sync", SOURCE, dict(counts))
    database.checkpoint()
    return report


class _Category:
    """One category on its way to the day arXiv is at."""

    def __init__(self, arxiv: Arxiv, category: str, report: SyncReport, now: datetime) -> None:
        self.arxiv = arxiv
        self.category = category
        self.report = report
        self.now = now
        self.address = f"{arxiv.settings.feed.rstrip('/')}/{category}"

    def bring_up_to_date(self, since: str | None, told: Callable[[float, str], None]) -> None:
        known = self._batches()
        settled = [one for one in known if one.state in announcing.SETTLED]
        feed, answer, unchanged = self._feed()
        listing = self._listing() if not unchanged else None
        today = judge(feed, listing)
        latest = max((one.date for one in known if one.received), default="")
        if today is not None and latest and days_between(today.date, latest) > FAR_DAYS:
            today = None  # arXiv's days do not run backwards: the date is wrong
        if today is not None:
            self._newest_day(today, answer)
            newest = today.newest
        elif unchanged and settled:
            newest = settled[-1].date
            self.report.batches.append(settled[-1])
        else:
            found = self._nothing_heard(known)
            if not found.received:
                return
            newest = found.date
        for day in self._gaps(newest, since, told):
            self.report.batches.append(day)
        self._say_if_late(newest)

    def _newest_day(self, today: Today, answer: Validators) -> None:
        database, arxiv, category = self.arxiv.database, self.arxiv, self.category
        with database.write("forget days that never came") as connection:
            announcing.forget_empty_batches(connection, SOURCE, category, today.newest)
        if today.earlier is not None:
            self._earlier_day(today.earlier)
        found = []
        if today.quiet != today.date:
            found.append(settle_today(arxiv, category, today))
        if today.behind:
            stale = Verdict("stale", None, f"the feed still shows the papers of {today.date}")
            found.append(settle_unheard(arxiv, category, today.behind, stale, stale))
        if today.quiet:
            found.append(self._quiet_day(today.quiet, told_twice=today.told_twice))
        self.report.batches += found
        if all(batch.state in announcing.SETTLED for batch in found):
            with database.write("remember the feed") as connection:
                announcing.put_validators(connection, self.address, *answer)

    def _earlier_day(self, feed: DailyFeed) -> None:
        """Keep what a feed still shows of the day before; what it lacks is found with the gaps."""
        if feed.date and not any(one.date == feed.date for one in self._batches()):
            verdict = Verdict("partial", None, "not checked yet")
            keep(self.arxiv.database, self.category, feed.date, feed.announcements, verdict)

    def _quiet_day(self, day: str, *, told_twice: bool) -> BatchView:
        """Judge a day whose feed is empty: a weekend, a holiday, or a feed that lost its papers."""
        if date.fromisoformat(day).weekday() >= 5:
            weekend = Verdict("holiday", 0, "weekend")
            return judge_again(self.arxiv.database, self.category, day, weekend)
        nothing = Verdict("holiday", 0, UNCONFIRMED)
        if not told_twice and self._announced_elsewhere(day):
            nothing = Verdict("stale", None, "of this day only other categories are shown")
        empty = Verdict("failed", None, "the feed is empty, which could not be checked")
        return settle_unheard(self.arxiv, self.category, day, nothing, empty)

    def _announced_elsewhere(self, day: str) -> bool:
        with self.arxiv.database.read() as connection:
            held = announcing.batches(connection, SOURCE, since=day, until=day)
        return any(one.received for one in held)

    def _nothing_heard(self, known: Sequence[BatchView]) -> BatchView:
        """Judge the day we think it is, where neither feed nor listing could be had."""
        day = self.now.date()
        while day.weekday() >= 5:
            day -= timedelta(days=1)
        newest = max(known[-1].date if known else "", day.isoformat())
        failed = Verdict("failed", None, self.report.problems[-1] if self.report.problems else "")
        if known:
            found = settle_unheard(self.arxiv, self.category, newest, failed, failed)
        else:
            # OAI-PMH would answer for any day, and our clock may be wrong.
            found = judge_again(self.arxiv.database, self.category, newest, failed)
        self.report.batches.append(found)
        return found

    def _gaps(
        self, newest: str, since: str | None, told: Callable[[float, str], None]
    ) -> list[BatchView]:
        days = gaps(self._batches(), newest, since)
        found: list[BatchView] = []
        if days:
            in_all = len(days) + 1
            told(1 / in_all, f"{days[0]} to {days[-1]}")
            for batch in heal(self.arxiv, self.category, days, newest):
                found.append(batch)
                detail = f"{batch.date} {batch.state}, {batch.received:,} papers"
                told((len(found) + 1) / in_all, detail)
        return found

    def _say_if_late(self, newest: str) -> None:
        """Call a weekday stale on which arXiv still shows an earlier day."""
        day = self.now.date()
        behind = (day - date.fromisoformat(newest)).days
        if day.weekday() >= 5 or self.now.hour < 1 or not 0 < behind <= LATE_DAYS:
            return
        late = Verdict("stale", None, f"arXiv still shows {newest}")
        self.report.batches.append(
            judge_again(self.arxiv.database, self.category, day.isoformat(), late)
        )

    def _batches(self) -> list[BatchView]:
        with self.arxiv.database.read() as connection:
            return announcing.batches(connection, SOURCE, [self.category])

    def _feed(self) -> tuple[DailyFeed | None, Validators, bool]:
        """Return the feed, what to ask it with the next time, and whether it is as it was."""
        with self.arxiv.database.read() as connection:
            known = Validators(*announcing.validators(connection, self.address))
        try:
            with self.arxiv.door("feed"):
                fetched = fetch_feed(
                    self.category, self.arxiv.settings, pause=self.arxiv.pause, validators=known
                )
        except SourceError as error:
            self.report.problems.append(told_by(error))
            return None, Validators(), False
        answer = Validators(fetched.etag, fetched.last_modified)
        return fetched.feed, answer, fetched.feed is None

    def _listing(self) -> Listing | None:
        try:
            with self.arxiv.door("listing"):
                return fetch_listing(self.category, self.arxiv.settings, pause=self.arxiv.pause)
        except SourceError as error:
            self.report.problems.append(told_by(error))
            return None
