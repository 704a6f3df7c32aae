"""What keys do to a lab: start, edit, check, watch, run, compare."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from assistant.tui.acting import Acting
from assistant.tui.areas.labs.watch import SaveWatch
from assistant.tui.editing import edit_file
from assistant.tui.jobs.job import Job
from assistant.tui.jobs.standard import check_job, is_of_lab, run_job
from assistant.tui.widgets.picker import Choice

if TYPE_CHECKING:
    from assistant.skills.runs import Run
    from assistant.tui.areas.labs.standing import LabStanding

_SCALES = {
    "tiny": "a glance, it proves little",
    "small": "a minute or so on two cores",
    "full": "for one large GPU, long on a CPU",
}


class LabChanges(Acting):
    """Performs the actions of the scope `lab` on the one at hand."""

    saves: SaveWatch

    @property
    def lab(self) -> "LabStanding | None":
        """The lab at hand, and where one stands with it."""
        raise NotImplementedError

    async def runs_of(self) -> "Sequence[Run]":
        """Return its runs, the newest first."""
        raise NotImplementedError

    @property
    def run_at_hand(self) -> "Run | None":
        """The run that the cursor of the page is on."""
        raise NotImplementedError

    def show_page(self) -> None:
        """Show the lab as things are now."""
        raise NotImplementedError

    def read(self) -> None:
        """Go to its page."""
        raise NotImplementedError

    def jobs_of(self, doing: str = "") -> list[Job]:
        """Return the lab's jobs that run or wait, the newest first."""
        one = self.lab
        running = reversed(self.desk.jobs.running)
        return [job for job in running if one and is_of_lab(job, one.lab.id, doing)]

    def why_not(self, action: str) -> str | None:
        """Say why an action on a lab cannot be done now."""
        if not action.startswith("lab."):
            return None
        one = self.lab
        if one is None:
            return "There is no lab here."
        missing = one.lab.missing_extras
        if missing and action in ("lab.check", "lab.run", "lab.hint"):
            return f"It needs what is not installed: pip install {' '.join(missing)}"
        if action == "lab.start" and one.written:
            return "It is started: e opens your file."
        needs_file = ("lab.edit", "lab.check", "lab.watch", "lab.hint")
        if action in needs_file and not one.written:
            return "s starts its exercise first."
        if action == "lab.reference" and one.state != "passed":
            return "It is shown once your file has passed its checks."
        if action == "lab.stop" and not self.jobs_of():
            return "Nothing of it runs."
        if action == "lab.compare" and one.runs < 2:
            return "It takes two runs to compare."
        if action == "lab.note" and self.run_at_hand is None:
            return "Tab goes to the page: j, to a run."
        return None

    def _at_hand(self) -> "LabStanding":
        one = self.lab
        assert one is not None
        return one

    # ---- the exercise

    async def do_lab_start(self) -> None:
        """Write the exercise into the person's folder."""
        from assistant.skills import labs

        home, lab = self.desk.home, self._at_hand().lab
        path = await self.desk.library.use(lambda database: labs.start(home, database, lab))
        edit, check = (self.assistant.key_of(id) for id in ("lab.edit", "lab.check"))
        self.assistant.say(f"Wrote {path}. {edit} opens it, {check} checks it.")
        self.assistant.library_changed()

    def do_lab_edit(self) -> None:
        """Open the person's file in their editor; the app stands still meanwhile."""
        edit_file(self.assistant, self._at_hand().file)
        self.show_page()

    def do_lab_check(self) -> None:
        """Check the person's file."""
        self._check()

    def do_lab_hint(self) -> None:
        """Check it, and show the next hint for the first check that is open."""
        self._check(hint=True)

    def _check(self, *, hint: bool = False) -> None:
        for job in self.jobs_of("check"):
            self.desk.jobs.replace(job)  # it checks what the file was before
        self.assistant.start_job(check_job(self._at_hand().lab.id, hint=hint))
        self.read()

    def do_lab_watch(self) -> None:
        """Check the file whenever it is saved, or do so no more."""
        one = self._at_hand()
        lab, file = one.lab, one.file
        if self.saves.lab == lab.id:
            self.saves.end()
            self.assistant.say(f"{file.name} is not watched any more.")
        else:
            self.saves.begin(lab.id, file)
            self.assistant.say(f"{file.name} is checked whenever you save it.")
            self._check()
        self.assistant.library_changed()

    async def do_lab_reference(self) -> None:
        """Show the reference implementation."""
        from assistant.skills import labs
        from assistant.tui.areas.labs.leaves import Reference

        lab = self._at_hand().lab
        text = await self.desk.library.look(
            lambda _: labs.reference(lab).read_text(encoding="utf-8")
        )
        self.app.push_screen(Reference(f"Reference: {lab.title}", text))

    # ---- runs

    def do_lab_run(self) -> None:
        """Ask what to run, where and how large."""
        from assistant.tui.widgets.choosing import Choosing

        own = (False, True) if self._at_hand().written else (False,)
        choices = []
        for device, place in (("cpu", "CPU"), ("cuda", "GPU")):
            if device == "cuda" and not _has_gpu():
                choices.append(Choice("No GPU was found on this machine.", None))
                continue
            for scale, told in sorted(_SCALES.items(), key=lambda one: one[0] != "small"):
                for mine in own:
                    whose = "your solution" if mine else "the reference"
                    choices.append(
                        Choice(
                            f"{whose}, {scale}, on the {place}", (mine, device, scale), after=told
                        )
                    )
        self.app.push_screen(Choosing("Run", choices), self._run)

    def _run(self, chosen: object) -> None:
        if isinstance(chosen, tuple):
            own, device, scale = chosen
            lab = self._at_hand().lab.id
            job = self.assistant.start_job(run_job(lab, own=own, device=device, scale=scale))
            self.show_page()
            self.follow_job(job)

    def follow_job(self, job: Job) -> None:
        """Show a run while it runs."""
        from assistant.tui.areas.labs.leaves import LiveRun

        self.app.push_screen(LiveRun(job))

    def do_lab_stop(self) -> None:
        """Stop what runs of it."""
        job = self.jobs_of()[0]
        self.desk.jobs.cancel(job)
        self.assistant.say(f"Stopping: {job.title}. What it told is kept.")

    async def do_lab_note(self) -> None:
        """Make a note of the run under the cursor."""
        from assistant.tui.areas.labs.leaves import make_note

        run = self.run_at_hand
        assert run is not None
        await make_note(self, run)

    async def do_lab_compare(self) -> None:
        """Ask for two runs, the one under the cursor being the first, and compare them."""
        runs, run = await self.runs_of(), self.run_at_hand
        if run is not None:
            self._ask_second(runs, run.id)
        else:
            self._ask_run("Compare which run", runs, partial(self._ask_second, runs))

    def _ask_second(self, runs: "Sequence[Run]", first: object) -> None:
        if isinstance(first, str):
            others = [run for run in runs if run.id != first]
            self._ask_run("with which", others, partial(self._compare, runs, first))

    def _ask_run(self, title: str, runs: "Sequence[Run]", then: Callable[[object], None]) -> None:
        from assistant.tui.widgets.choosing import Choosing

        choices = [
            Choice(run.label, run.id, "✓" if run.ok else "✗", f"{run.data.get('scale')} · {run.id}")
            for run in runs
        ]
        self.app.push_screen(Choosing(title, choices), then)

    def _compare(self, runs: "Sequence[Run]", first: str, second: object) -> None:
        found = {run.id: run for run in runs}
        if not isinstance(second, str) or first not in found or second not in found:
            return

        async def compare() -> None:
            from assistant.tui.areas.labs.compared import Compared

            self.app.push_screen(Compared([found[first], found[second]]))

        self.run_safely(compare, "Comparing runs")

    def do_lab_copy(self) -> None:
        """Copy the run's id, or the path of the file."""
        run = self.run_at_hand
        text = run.id if run is not None else str(self._at_hand().file)
        self.app.copy_to_clipboard(text)
        self.assistant.say(f"Copied {text}")


def _has_gpu() -> bool:
    """Tell whether there is an NVIDIA GPU, without loading what would use it."""
    from pathlib import Path
    from shutil import which

    return Path("/dev/nvidiactl").exists() or which("nvidia-smi") is not None
