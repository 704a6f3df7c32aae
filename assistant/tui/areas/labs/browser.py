"""The list of labs beside the page of the one under the cursor."""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from assistant.tui.actions import bindings
from assistant.tui.areas.labs.changes import LabChanges
from assistant.tui.areas.labs.watch import SaveWatch
from assistant.tui.jobs.job import Job
from assistant.tui.jobs.standard import is_of_lab
from assistant.tui.widgets.list_and_page import ListAndPage
from assistant.tui.widgets.page_list import Part

if TYPE_CHECKING:
    from assistant.skills.learner import Learner
    from assistant.skills.runs import Run
    from assistant.tui.areas.labs.queries import Sheet
    from assistant.tui.areas.labs.standing import LabStanding

_TICK = 1.0
_LOOK_EVERY = 0.25


class LabBrowser(ListAndPage, LabChanges):
    """Labs, and what is known of the one at hand; it follows its jobs while they run."""

    SCOPES: ClassVar[tuple[str, ...]] = ("browser", "lab")
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("lab"))
    EMPTY = "Opening your library …"

    def __init__(self) -> None:
        super().__init__()
        self.learner: Learner | None = None
        self.standings: Mapping[str, LabStanding] = {}
        self.saves = SaveWatch()
        self._sheets: dict[str, Sheet] = {}
        self._memory: dict[int, int] = {}
        self._about: tuple[object, Sequence[Part]] = (None, ())

    def on_mount(self) -> None:
        """Follow the jobs, and the file that is watched."""
        self.listen(self.desk.jobs.changed, self._jobs_changed)
        self.set_interval(_TICK, self._tick)
        self.set_interval(_LOOK_EVERY, self._look_at_file)

    @property
    def lab(self) -> "LabStanding | None":
        """The lab under the cursor of the list."""
        key = self.rows.key
        return self.standings.get(str(key)) if key is not None else None

    @property
    def sheet(self) -> "Sheet | None":
        """What was read of it."""
        one = self.lab
        return self._sheets.get(one.lab.id) if one is not None else None

    async def runs_of(self) -> "Sequence[Run]":
        """Return the lab's runs, the newest first."""
        from assistant.skills.runs import list_runs

        one, home = self.lab, self.desk.home
        assert one is not None
        return await self.desk.library.look(lambda d: list_runs(home, d, one.lab.id))

    @property
    def run_at_hand(self) -> "Run | None":
        """The run that the cursor of the page is on, while one is in the page."""
        place = self.page.key if self.page.has_focus else None
        runs = self.sheet.runs if self.sheet is not None else ()
        kind, name = place if isinstance(place, tuple) and len(place) == 2 else ("", "")
        return next((run for run in runs if kind == "run" and run.id == name), None)

    def forget(self) -> None:
        """Forget what was read of the labs: it may be another thing by now."""
        self._sheets.clear()

    async def page_parts(self, key: Hashable) -> Sequence[Part]:
        """Return the page of a lab."""
        await self.desk.library.opened()
        from assistant.tui.areas.labs import queries

        one, learner, home = self.lab, self.learner, self.desk.home
        if one is None or learner is None:
            return ()
        lab = one.lab
        self._sheets[lab.id] = await self.desk.library.look(
            partial(queries.sheet, home=home, learner=learner, lab=lab)
        )
        return await self._parts(one)

    async def _parts(self, one: "LabStanding") -> Sequence[Part]:
        from assistant.tui.areas.labs.page import Seen, page_parts

        sheet = self._sheets[one.lab.id]
        about = await self._laid_out(one.lab.id, sheet.about)
        checked, hints = self._checked(one.lab.id)
        watching = self.saves.lab == one.lab.id
        keys = self.assistant.key_of
        seen = Seen(self.jobs_of(), self._memory, checked, hints, watching, keys)
        return page_parts(one, sheet, seen, about)

    async def _laid_out(self, lab: str, about: str) -> Sequence[Part]:
        """Return the README for the page's width, laid out off the screen's thread once."""
        from assistant.tui.areas.labs.readme import markdown_parts

        look, width = self.assistant.look, max(self.page.scrollable_content_region.width, 20)
        if self._about[0] != (lab, width, look):
            parts = await asyncio.to_thread(markdown_parts, about, width, look)
            self._about = ((lab, width, look), parts)
        return self._about[1]

    def _checked(self, lab: str) -> tuple[Job | None, list[Mapping[str, object]]]:
        """Return the newest check of this session that ended, and the hints that came so far."""
        jobs = [
            job for job in self.desk.jobs.jobs
            if is_of_lab(job, lab, "check") and isinstance(job.result, dict)
        ]  # fmt: skip
        given = [job.result["hint"] for job in jobs if isinstance(job.result.get("hint"), dict)]
        hints = {(str(one.get("check")), str(one.get("number"))): one for one in given}
        return (jobs[-1] if jobs else None), list(hints.values())

    # ---- following jobs

    def _jobs_changed(self) -> None:
        """Draw again what is told of the lab at hand; how a job ends, the app tells all places."""
        if self.is_mounted and self.screen.is_current and self.jobs_of():
            self.run_safely(self._redraw, "Following a job", only="redraw")

    async def _redraw(self) -> None:
        one = self.lab
        if one is not None and one.lab.id in self._sheets:
            self.page.show_page(one.lab.id, await self._parts(one))

    def _tick(self) -> None:
        if self.screen.is_current and self.jobs_of():
            self.run_safely(self._weigh, "Reading how much memory a job holds", only="memory")

    async def _weigh(self) -> None:
        for job in self.jobs_of():
            self._memory[job.id] = await asyncio.to_thread(self.desk.jobs.memory, job)
        await self._redraw()

    def _look_at_file(self) -> None:
        if self.saves.lab and self.saves.was_saved():
            from assistant.tui.jobs.standard import check_job

            for job in self.desk.jobs.running:
                if is_of_lab(job, self.saves.lab, "check"):
                    self.desk.jobs.replace(job)
            self.assistant.start_job(check_job(self.saves.lab))

    def follow(self, key: Hashable) -> None:
        """Go to a run, a job or a skill."""
        from assistant.tui.areas.labs.leaves import About, KeptRun
        from assistant.tui.areas.labs.page import ABOUT
        from assistant.tui.areas.skills.queries import Goal

        if isinstance(key, Goal):
            from assistant.tui.learning import show_skill

            show = partial(show_skill, self.assistant, str(key.name))
            self.assistant.run_safely(show, "Showing a skill")
        elif (run := self.run_at_hand) is not None:
            self.app.push_screen(KeptRun(run))
        elif key == ABOUT and self.lab is not None and self.sheet is not None:
            self.app.push_screen(About(self.lab.lab.title, self.sheet.about))
        elif isinstance(key, tuple) and key[0] == "job":
            job = next((one for one in self.desk.jobs.jobs if one.id == key[1]), None)
            if job is not None:
                self.follow_job(job)
