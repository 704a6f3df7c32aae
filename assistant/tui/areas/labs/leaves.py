"""The pages behind a lab's: a run, while it runs and after; its README; the reference."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from assistant.skills import runs
from assistant.skills.figures import megabytes, number
from assistant.skills.run_notes import run_as_markdown, run_title
from assistant.skills.runs import Curve, Run
from assistant.text import clean
from assistant.tui.areas.labs.leaf import Leaf
from assistant.tui.areas.labs.page import claim_parts, figure_parts, job_parts
from assistant.tui.areas.labs.plots import Line, longest, plot_parts, points_of
from assistant.tui.areas.labs.readme import markdown_parts, source_parts
from assistant.tui.jobs.job import Job
from assistant.tui.jobs.lab_told import claim_of
from assistant.tui.widgets.page_list import Part, part

if TYPE_CHECKING:
    from assistant.notes.vault import Vault

_PLOT = 10
_MEMORY_EVERY = 1.0


class LiveRun(Leaf):
    """A run under way: its curve grows; once it has ended, what was kept takes its place."""

    def __init__(self, job: Job) -> None:
        super().__init__(job.title)
        self._job = job
        self._memory = 0

    def on_mount(self) -> None:
        """Follow the job."""
        self.listen(self.desk.jobs.changed, self._changed)
        self.set_interval(_MEMORY_EVERY, self._weigh)

    def _changed(self) -> None:
        if self._job.active:
            self.draw()
        elif self.is_mounted and self.is_current:
            self._show_kept()

    def _show_kept(self) -> None:
        # This screen is gone by then, so the app does it.
        self.assistant.run_safely(self._take_over, "Showing the run", only="kept-run")

    async def _take_over(self) -> None:
        """Let what was kept of the run take the place of this screen, if anything was."""
        home, job, lab = self.desk.home, self._job, self._job.argv[2]
        told = job.result.get("run") if isinstance(job.result, dict) else None
        found = await self.desk.library.look(lambda d: runs.list_runs(home, d, lab))
        began = job.started or 0.0
        kept = [run for run in found if run.id == told or run.at.timestamp() >= began]
        if kept and self.is_current:
            await self.app.switch_screen(KeptRun(kept[0]))
        elif self.is_current:
            self.draw()

    def _weigh(self) -> None:
        if self._job.active:
            self.run_safely(self._read_memory, "Reading how much memory it holds", only="memory")

    async def _read_memory(self) -> None:
        import asyncio

        self._memory = await asyncio.to_thread(self.desk.jobs.memory, self._job)
        self.draw()

    def figures(self) -> Sequence[str]:
        """Return the figures that have come."""
        return longest({name: one.steps for name, one in self._job.lab.figures.items()})

    def parts(self) -> Sequence[Part]:
        """Return the curve above all that was told."""
        told, stop = self._job.lab, self.assistant.key_of("leaf.stop")
        if not (name := self.figure):
            return job_parts(self._job, self._memory, stop)[1:]
        one = told.figures[name]
        line = Line("", points_of(one.steps, one.values))
        drawn = plot_parts(name, one.unit, [line], self.columns, _PLOT)
        return [*drawn, *job_parts(self._job, self._memory, stop)]

    def why_not(self, action: str) -> str | None:
        """Say why something cannot be done here."""
        if action == "leaf.stop":
            return None if self._job.active else "It has ended."
        return super().why_not(action)

    def do_leaf_stop(self) -> None:
        """Stop the run."""
        self.desk.jobs.cancel(self._job)
        self.assistant.say(f"Stopping: {self._job.title}. What it told is kept.")


class KeptRun(Leaf):
    """A run that was kept: its curves, claims, figures, where it was made."""

    def __init__(self, run: Run) -> None:
        super().__init__(run_title(run))
        self._run = run
        self._curves: dict[str, Curve] = {}

    def on_mount(self) -> None:
        """Read its curves."""
        self.run_safely(self._read, "Reading the run")

    async def _read(self) -> None:
        home, run = self.desk.home, self._run
        found = await self.desk.library.look(lambda _: runs.curves(home, run))
        self._curves = {curve.name: curve for curve in found}
        self.draw()

    def figures(self) -> Sequence[str]:
        """Return the figures whose curves were kept."""
        return longest({name: one.steps for name, one in self._curves.items()})

    def parts(self) -> Sequence[Part]:
        """Return the run."""
        data = self._run.data
        parts = [part((self._named, "strong")), *_outcome(self._run)]
        if name := self.figure:
            curve = self._curves[name]
            line = Line("", points_of(curve.steps, curve.values))
            parts += [part(), *plot_parts(name, curve.unit, [line], self.columns, _PLOT)]
        if data.get("claims"):
            parts += [part(), part(("Claims", "strong"))]
            parts += [
                line for one in _mappings(data["claims"]) for line in claim_parts(claim_of(one))
            ]
        told = data.get("figures")
        if isinstance(told, dict) and told:
            parts += [part(), part(("Figures", "strong"))]
            parts += figure_parts(
                {name: self._figure_of(name, one) for name, one in told.items()}, 200
            )
        parts += [part(), part(("How it was made", "strong"))]
        parts += [
            part((f"{name}: ", "dim"), str(value), lead=["  "]) for name, value in _made(data)
        ]
        for one in _mappings(data.get("artifacts")):
            parts.append(part((f"file: {one.get('name')}, {number(one.get('size'))} bytes", "dim"),
                              lead=["  "]))  # fmt: skip
        return [*parts, part((f"  kept as {self._run.id}", "dim"))]

    def _figure_of(self, name: str, told: object) -> tuple[str, object, Sequence[float | None]]:
        one = told if isinstance(told, dict) else {}
        curve = self._curves.get(name)
        return str(one.get("unit") or ""), one.get("value"), curve.values if curve else ()

    def why_not(self, action: str) -> str | None:
        """Say why something cannot be done here."""
        return None if action == "leaf.note" else super().why_not(action)

    async def do_leaf_note(self) -> None:
        """Make a note of the run, and show it."""
        await make_note(self, self._run)

    def do_leaf_copy(self) -> None:
        """Copy the run's id."""
        self.app.copy_to_clipboard(self._run.id)
        self.assistant.say(f"Copied {self._run.id}")


class Reference(Leaf):
    """A lab's reference implementation."""

    def __init__(self, title: str, text: str) -> None:
        super().__init__(title)
        self._parts = source_parts(text)

    def parts(self) -> Sequence[Part]:
        """Return its lines."""
        return self._parts


class About(Leaf):
    """What a lab is about: its README, as wide as the screen."""

    def __init__(self, title: str, text: str) -> None:
        super().__init__(title)
        self._text = text

    def parts(self) -> Sequence[Part]:
        """Return it laid out."""
        return markdown_parts(self._text, self.columns, self.assistant.look)


def _outcome(run: Run) -> list[Part]:
    data = run.data
    told = clean(str(data.get("told") or ""), 300)
    sign, style = ("✓ ", "good") if run.ok else ("✗ ", "bad")
    memory, seconds = data.get("peak_memory"), data.get("seconds")
    facts = [f"seed {data.get('seed')}", str(data.get("scale"))]
    facts += [f"{seconds:.1f} s"] if isinstance(seconds, int | float) else []
    facts += [f"{megabytes(memory)} at most"] if isinstance(memory, int | float) else []
    return [part((f"{told[:1].upper()}{told[1:]}.", style), lead=[(sign, style)]),
            part((" · ".join(facts), "dim"))]  # fmt: skip


def _made(data: Mapping[str, Any]) -> list[tuple[str, object]]:
    solution = data.get("solution")
    own = [("solution", f"{solution.get('file')}, {solution.get('digest')}")] if solution else []
    environment = data.get("environment")
    told = list(environment.items()) if isinstance(environment, dict) else []
    return [*own, ("device", data.get("device")), *told]


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


async def make_note(place: Any, run: Run) -> None:
    """Make a note of a run, and show it."""
    from assistant.notes.writing import new_note
    from assistant.skills.catalogue import load_curriculum, skills_of_lab

    home = place.desk.home

    def make(vault: "Vault") -> str:
        skills = [one.id for one in skills_of_lab(load_curriculum(home), run.lab)]
        body = run_as_markdown(run)
        return new_note(
            vault, run_title(run), folder="Labs", body=body, tags=["lab"], skills=skills
        )

    path = await place.desk.notes.change(make)
    place.assistant.say(f"{path} is made. z takes it back.")
    place.assistant.notes_changed()
    place.assistant.run_safely(partial(place.assistant.show_note, path), "Showing the note")
