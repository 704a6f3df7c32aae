"""What the tests of Today and of the first run share: a day to read, and somebody who reads it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest

from assistant.config import find_home
from assistant.digest.document import to_document
from assistant.digest.model import Digest
from assistant.library.following import ensure_main, find_profile
from assistant.library.store import store
from assistant.sources.record import Entry, Identifier, Record
from assistant.text import clean, clean_line
from assistant.tui.app import AssistantApp
from assistant.tui.areas.today.screen import TodayScreen
from assistant.tui.jobs.runner import Job, JobRunner
from db import announcing, digests, personal
from db.engine import Database
from tests.fakes.digests import DIGEST, batch, entry
from tests.tui.driving import SMALL, Person, drive

TODAY = "2025-11-04"
COMPLETE = (batch("cs.LG"), batch("cs.CL"))


class Jobs(JobRunner):
    """Jobs that do nothing until the test ends them."""

    def start(self, title: str, argv: Sequence[str]) -> Job:
        for job in self.running:
            if job.argv == tuple(argv):
                return job
        job = Job(title, tuple(argv), state="running")
        self.jobs.append(job)
        self.tell()
        return job

    def tell(self) -> None:
        for told in list(self.changed):
            told()

    def end(self, job: Job, state: str = "done") -> None:
        job.state = state  # type: ignore[assignment]
        for told in list(self.finished):
            told(job)
        self.tell()

    async def stop_all(self) -> None:
        return


def jobs(person: Person) -> Jobs:
    """Return the jobs that the test ends: those of an app prepared with `hold_jobs`."""
    found = person.app.desk.jobs
    assert isinstance(found, Jobs)
    return found


class Reader(Person):
    """Somebody who reads a day."""

    @property
    def today(self) -> TodayScreen:
        found = self.app.screen_stack[0]
        assert isinstance(found, TodayScreen)
        return found

    @property
    def jobs(self) -> Jobs:
        found = self.app.desk.jobs
        assert isinstance(found, Jobs)
        return found

    def title(self) -> str:
        """Return the title under the cursor."""
        papers = self.today.browser.rows
        line = papers.source.lines(papers.cursor, 200, self.app.look)[0].plain
        return line[8:].strip()


Story = Callable[[Reader], Awaitable[None]]


@pytest.fixture(autouse=True)
def one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one day at arXiv's."""
    monkeypatch.setattr("assistant.digest.making.today", lambda: TODAY)
    monkeypatch.setattr("assistant.tui.welcome.steps._PAUSE", 0.0)


def play(story: Story, *, size: tuple[int, int] = SMALL, faults: bool = False) -> AssistantApp:
    """Drive the app with jobs that do nothing, and keep where the person was at the end."""

    async def read(person: Person) -> None:
        await story(Reader(person.app, person.pilot))
        person.app.remember()

    return drive(read, size=size, errors=faults, prepare=hold_jobs)


def hold_jobs(app: AssistantApp) -> None:
    """Give the app jobs that do nothing."""
    app.desk.jobs = Jobs(app.desk.home)


def plain(date: str = TODAY, count: int = 4, first: int = 1, **told: object) -> Digest:
    """Return a digest of so many papers, the last of them to explore."""
    numbers = range(first, first + count)
    entries = tuple(
        entry(n, f"Paper number {n}", announced=date, explore=n == numbers[-1]) for n in numbers
    )
    plain = replace(
        DIGEST, date=date, entries=entries, batches=COMPLETE, items=(), muted=0, candidates=count
    )
    return replace(plain, **told)


def keep(database: Database, digest: Digest, profile: str | None = None) -> Digest:
    """Put a digest and its papers into the library; return it with their works' ids."""
    with database.write("seed") as connection:
        ensure_main(connection)
        personal.append_event(connection, "import", "nothing", {})  # it is no new library
        personal.append_event(connection, "sync", "arxiv", {})
        mine = find_profile(connection, profile)
        entries = []
        for one in digest.entries:
            record = Record(
                source="arxiv", source_id=one.id[6:], title=clean_line(one.title),
                abstract=clean(one.abstract), identifiers=(Identifier("arxiv", one.id[6:]),),
                categories=(one.category,),
            )  # fmt: skip
            (work,) = store(connection, [Entry((record,))]).work_ids
            entries.append(replace(one, work_id=work))
        for batch in digest.batches:
            announcing.put_batch(
                connection, batch.source, batch.category, batch.date,
                state=batch.state, expected=batch.expected,
            )  # fmt: skip
        kept = replace(digest, profile=mine.name, entries=tuple(entries))
        row = digests.put_digest(connection, mine.id, kept.date, to_document(kept), 0)
        shown = [(one.work_id, True, 1, one.venue) for one in entries]
        digests.put_offered(connection, mine.id, row, shown)
    (find_home().path / "session.json").write_text('{"app": {"area": "today"}}')
    return kept
