"""Today: the digest as a reading session, from the first paper to nothing left."""

import asyncio
from collections.abc import Hashable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from assistant.tui.actions import bindings
from assistant.tui.area_screen import AreaScreen
from assistant.tui.areas.today.browser import DayBrowser
from assistant.tui.areas.today.header import DayHeader
from assistant.tui.areas.today.outlook import Outlook
from assistant.tui.jobs.job import Job, JobError
from assistant.tui.jobs.standard import digest_job, makes_digest

if TYPE_CHECKING:
    from assistant.digest.days import Day

_READING = "Reading the day"


class TodayScreen(AreaScreen):
    """A day's digest: its papers, or where none is left, what comes next."""

    AREA = "today"
    SCOPES: ClassVar[tuple[str, ...]] = ("today",)
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("today"))
    DEFAULT_CSS = """
    TodayScreen Outlook { display: none; }
    TodayScreen.-outlook Outlook { display: block; }
    TodayScreen.-outlook DayBrowser { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._day: Day | None = None
        self._profile: str | None = None
        self._asked: set[tuple[str, str]] = set()
        self._seen_on = ""
        self._left: set[int] = set()
        self._arrived_at: Hashable | None = None
        self._trouble: JobError | None = None

    def body(self) -> ComposeResult:
        """Show the day, its papers, and what stands in their place."""
        yield DayHeader()
        yield DayBrowser(self._after_a_decision, empty="Opening your library …")
        yield Outlook()

    @property
    def browser(self) -> DayBrowser:
        """The papers."""
        return self.query_one(DayBrowser)

    @property
    def outlook(self) -> Outlook:
        """What stands in their place where none is left."""
        return self.query_one(Outlook)

    @property
    def header(self) -> DayHeader:
        """The lines above."""
        return self.query_one(DayHeader)

    # ---- coming, going, remembering

    def on_mount(self) -> None:
        """Come back to where the person was, or to what has come since."""
        state = self.desk.state
        self._profile = state.get(self.AREA, "profile", "") or None
        self.browser.set_class(state.get(self.AREA, "preview", True), "-preview")
        self.browser.rows.focus()
        self.listen(self.desk.jobs.changed, self._job_moved)
        self.listen(self.desk.jobs.finished, self._job_ended)
        # Whatever changes meanwhile, one comes back to where one was.
        self.run_safely(self._begin, _READING, only="begin")

    async def on_screen_resume(self) -> None:
        """Begin a new day where one has begun meanwhile."""
        if self._seen_on and self._seen_on != await _today():
            self.library_changed()

    def remember(self) -> None:
        """Keep day, cursor, scroll and preview for the next start."""
        day, papers = self._day, self.browser.rows
        if day is not None:
            self.desk.state.put(
                self.AREA,
                profile=day.profile,
                day=day.date,
                seen_on=day.today,
                paper=papers.key if isinstance(papers.key, int) else 0,
                scroll=int(papers.scroll_offset.y),
                preview=self.browser.previews,
            )

    def library_changed(self) -> None:
        """Read the day again; the cursor stays, or goes to the paper a decision was undone on."""
        self._go_to(self._day.date if self._day else None)

    async def _begin(self) -> None:
        from assistant.tui.welcome.start import is_wanted

        state = self.desk.state
        wanted = await is_wanted(self.desk)
        await self._read(None)
        if wanted:
            from assistant.tui.welcome.screen import WelcomeScreen

            self.app.push_screen(WelcomeScreen(), self._welcomed)
            return
        day = self._day
        if day is None or day.digest is None or state.get(self.AREA, "seen_on", "") != day.today:
            return
        left = state.get(self.AREA, "day", day.date)
        if left != day.date:
            await self._read(left)
        papers = self.browser.rows
        place = papers.source.index_of(state.get(self.AREA, "paper", 0))
        if place is not None:
            papers.scroll_to(y=state.get(self.AREA, "scroll", 0), animate=False, immediate=True)
            papers.move_to(place)
            self._arrived_at = papers.key

    def _welcomed(self, _: object) -> None:
        from assistant.tui.jobs.standard import embed_job

        self.assistant.start_job(embed_job())
        self.assistant.library_changed()

    # ---- the day

    async def _read(self, date: str | None) -> None:
        """Show a day, the newest where none is named; make today's digest where papers wait."""
        from assistant.errors import NotFoundError

        self._seen_on = today = await _today()
        shown = self._day
        if shown and date == shown.date and shown.after is None and not self._touched():
            date = None  # whoever is on the newest day is led on to a newer one
        try:
            day = await self._open(self._profile, date, today)
        except NotFoundError:  # the profile is gone
            self._profile = None
            day = await self._open(None, date, today)
        await self._show(day)
        if day and day.waiting and day.following and (day.profile, today) not in self._asked:
            self._make(day)

    def _touched(self) -> bool:
        """Tell whether the person has begun to read this day."""
        return self.browser.rows.key != self._arrived_at

    async def _open(self, profile: str | None, date: str | None, today: str) -> "Day | None":
        from assistant.tui.areas.today.reading import open_day

        day, rows = await self.desk.library.read(lambda c: open_day(c, profile, date, today))
        self.browser.profile = day.profile if day is not None else None
        self.browser.cache.put(rows)
        return day

    async def _show(self, day: "Day | None") -> None:
        before, self._day = self._day, day
        same = bool(before and day and (before.profile, before.date) == (day.profile, day.date))
        self._list(keeps_place=same)
        left = self._undecided()
        undone = [work for work in self._works() if same and work in left - self._left]
        self._left = left
        papers = self.browser.rows
        if undone or not same:
            fresh = undone or [work for work in self._works() if work in left]
            papers.move_to(papers.source.index_of(fresh[0]) or 0 if fresh else 0)
        if not same:
            self._arrived_at = papers.key
        self.browser.show_page()
        self._show_header()
        if not len(papers.source) or self._is_to_look_out(same, bool(undone)):
            await self._look_out()
        else:
            self._look_in()

    def _is_to_look_out(self, same: bool, undone: bool) -> bool:
        """Tell whether the outlook goes before the papers: it stays, or the newest day is read."""
        if same:
            return self.has_class("-outlook") and not undone
        newest = self._day is not None and self._day.after is None
        return newest and bool(self._works()) and not self._left

    def _list(self, *, keeps_place: bool) -> None:
        from assistant.tui.areas.today.rows import DayRows, why_shown
        from assistant.tui.widgets.row_list import NoRows

        browser, papers = self.browser, self.browser.rows
        papers.empty = ""
        if not keeps_place:
            papers.cursor = 0
            papers.selected.clear()
        if self._day is None or self._day.digest is None:
            browser.show_rows(NoRows())
            return
        entries = self._day.digest.entries
        browser.reasons = {one.work_id: why_shown(one) for one in entries}
        browser.telling = {one.work_id: one.extract.split(" … ") for one in entries}
        browser.show_rows(DayRows(self._day.digest, browser.cache))

    def _make(self, day: "Day") -> None:
        self._asked.add((day.profile, day.today))
        if not self._working():
            self.assistant.start_job(digest_job(day.profile))

    def _undecided(self) -> set[int]:
        from assistant.tui.areas.today.header import kind_of

        known = self.browser.cache.rows
        return {work for work in self._works() if not kind_of(known.get(work))}

    def _works(self) -> list[int]:
        return list(getattr(self.browser.rows.source, "works", ()))

    def _show_header(self) -> None:
        known = self.browser.cache.rows
        self.header.working = self._working()
        self.header.show(self._day, [known.get(work) for work in self._works()])
        self.refresh_bindings()

    def _working(self) -> str:
        """Say what is being done to this day, "" where nothing is."""
        jobs = [one for one in self.desk.jobs.running if makes_digest(one)]
        return jobs[-1].line() if jobs else ""

    def _job_moved(self) -> None:
        working, before = self._working(), self.header.working
        if working != before:
            self._show_header()
            if self.has_class("-outlook") and (not self._works() or not (working and before)):
                self.run_safely(self._look_out, _READING, only="outlook")

    def _job_ended(self, job: Job) -> None:
        if makes_digest(job):
            self._trouble = job.error
            self.library_changed()

    # ---- decisions

    def on_paper_browser_loaded(self) -> None:
        """Count what has been decided."""
        self._left = self._undecided()
        self._show_header()

    async def _after_a_decision(self) -> None:
        """Go on to the next paper that waits for a decision; after the last one, look ahead."""
        self._left = self._undecided()
        self._show_header()
        if not self._go_on(1):
            await self._look_out()

    def _go_on(self, step: int) -> bool:
        """Go to the nearest undecided paper in a direction, then from the other end."""
        papers = self.browser.rows
        count = len(papers.source)
        for distance in range(1, count + 1):
            place = (papers.cursor + step * distance) % count
            if papers.source.key(place) in self._left:
                papers.move_to(place)
                return True
        return False

    # ---- what stands in the papers' place

    async def _look_out(self) -> None:
        """Show how the day stands, and what is next."""
        from assistant.tui.areas.today.header import kind_of
        from assistant.tui.areas.today.reading import look_out
        from assistant.tui.areas.today.telling import Standing, tell

        day = self._day
        name = day.profile if day is not None else None
        ahead, announced, judged = await self.desk.library.read(lambda c: look_out(c, name))
        known = self.browser.cache.rows
        kinds = [kind_of(known.get(work)) for work in self._works()]
        standing = Standing(day, kinds, self._working(), self._trouble, ahead, announced, judged)
        self.outlook.show(tell(standing, self.assistant.key_of))
        if not self.has_class("-outlook"):
            self.add_class("-outlook")
            self.outlook.steps.focus()

    def _look_in(self) -> None:
        """Show the papers."""
        if self.has_class("-outlook"):
            self.remove_class("-outlook")
            self.browser.rows.focus()

    async def on_outlook_chosen(self, event: Outlook.Chosen) -> None:
        """Do what was chosen."""
        step = event.step
        if step.day is not None:
            self._go_to(step.day)
        elif step.action.startswith("today."):
            await self.action_perform(step.action)
        else:
            await self.assistant.action_perform(step.action)

    def _go_to(self, date: str | None) -> None:
        self.run_safely(lambda: self._read(date), _READING, only="read")

    def on_panes_left(self) -> None:
        """Go on to the day's summary once nothing is left."""
        if self._works() and not self._left:
            self.run_safely(self._look_out, _READING, only="outlook")

    # ---- keys

    def why_not(self, action: str) -> str | None:
        """Say why one of this area's actions cannot be done now."""
        day = self._day
        if action == "today.earlier" and not (day and day.before):
            return "There is no digest before this one."
        if action == "today.newer" and not (day and day.after):
            return "This is the newest digest."
        if action == "today.profile" and not (day and len(day.profiles) > 1):
            return "There is one profile only; `assistant profile new` makes another."
        if action in ("today.next", "today.previous") and not self._left:
            return "Nothing here waits for a decision."
        if action == "today.summary" and day is None:
            return "Your library is being opened."
        return None

    def do_today_next(self) -> None:
        """Go to the next undecided paper."""
        self._look_in()
        self._go_on(1)

    def do_today_previous(self) -> None:
        """Go to the previous undecided paper."""
        self._look_in()
        self._go_on(-1)

    def do_today_earlier(self) -> None:
        """Show the digest before."""
        if self._day and self._day.before:
            self._go_to(self._day.before)

    def do_today_newer(self) -> None:
        """Show the digest after."""
        if self._day and self._day.after:
            self._go_to(self._day.after)

    async def do_today_refresh(self) -> None:
        """Make today's digest where papers wait, else read the day again."""
        day = self._day
        await self._read(day.date if day else None)
        if self._working():
            return
        if self._day and self._day.waiting:
            self._make(self._day)
        elif day:
            self.assistant.say("Nothing waits for a digest. S asks arXiv for what is new.")

    def do_today_profile(self) -> None:
        """Let the person choose whose digest it is."""
        from assistant.tui.areas.today.profiles import Profiles

        if self._day:
            self.app.push_screen(Profiles(self._day.profiles, self._day.profile), self._change)

    def _change(self, profile: object) -> None:
        if isinstance(profile, str) and self._day and profile != self._day.profile:
            self._profile = profile
            self._go_to(None)

    def do_today_later(self) -> None:
        """Show the papers kept for later."""
        from assistant.tui.search import SearchScreen

        self.app.push_screen(SearchScreen(text="is:later"))

    async def do_today_summary(self) -> None:
        """Show how the day stands, or its papers again."""
        if self.has_class("-outlook") and len(self.browser.rows.source):
            self._look_in()
        else:
            await self._look_out()

    def do_today_interests(self) -> None:
        """Change interests and categories."""
        from assistant.tui.welcome.screen import WelcomeScreen

        profile = self._day.profile if self._day else None
        self.app.push_screen(WelcomeScreen(profile), lambda _: self.assistant.library_changed())


async def _today() -> str:
    def ask() -> str:
        from assistant.digest.making import today

        return today()

    return await asyncio.to_thread(ask)
