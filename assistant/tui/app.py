"""The app: its areas, its keys, what it says, and how it stands when something breaks."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.color import Color
from textual.screen import Screen

from assistant.config import Home, Settings
from assistant.search.asking import Meaning
from assistant.text import clean_line
from assistant.tui import actions, tidying
from assistant.tui.acting import Acting
from assistant.tui.actions import Action, bindings
from assistant.tui.area_screen import AreaScreen
from assistant.tui.areas import areas
from assistant.tui.desk import Desk
from assistant.tui.endings import ENDINGS, heed_endings
from assistant.tui.jobs.job import Job
from assistant.tui.jobs.runner import JobRunner
from assistant.tui.jobs.standard import Command, embed_job, import_job, sync_job
from assistant.tui.library import Library
from assistant.tui.log import Log, entry_of
from assistant.tui.look import Look, look_of
from assistant.tui.notebook import Notebook
from assistant.tui.notes.following import Following
from assistant.tui.notes.living import LivingNotes
from assistant.tui.paths import paths_like
from assistant.tui.standing import StandingApp
from assistant.tui.state import SessionState
from assistant.tui.turning import Turning
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.question import Question

DARK, LIGHT = "textual-dark", "textual-light"
_BRINGING = ("sync", "digest", "import", "note", "venue")
"""What a job may bring has no vector yet."""

actions.register(
    "places",
    "Places",
    *(Action(f"place.{one.id}", one.key, f"Go to {one.title}") for one in areas()),
)


class AssistantApp(StandingApp, LivingNotes, Following, Turning):
    """A person's library in a terminal."""

    TITLE = "assistant"
    ENABLE_COMMAND_PALETTE = False
    CSS_PATH = "styles.tcss"
    SCOPES = ("app", "places")
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("app", "places"))
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        one.id: one.make for one in areas()
    }

    def __init__(self, home: Home, settings: Settings, *, open_paper: str | None = None) -> None:
        """Prepare everything and open nothing; `open_paper` is an id to begin on."""
        state = SessionState(home.path / "session.json")
        left = state.get("app", "area", areas()[0].id)
        known = {one.id for one in areas()}
        # Where to begin is known at once: no other place is made, and left, before it.
        self.DEFAULT_MODE = (  # type: ignore[misc]
            "papers" if open_paper else left if left in known else areas()[0].id
        )
        super().__init__()
        library = Library(home, settings)
        self._desk = Desk(
            home=home,
            settings=settings,
            library=library,
            notes=Notebook(home, settings, library),
            meaning=Meaning(home),
            jobs=JobRunner(home),
            log=Log(home.logs / "app.log"),
            state=state,
        )
        self._open_paper = open_paper
        self._look: Look | None = None
        self._begun = False
        self.theme = settings.tui.theme or state.get("app", "theme", DARK)
        self.set_keymap(settings.keys)
        self._tidying = tidying.Tidying()

    @property
    def desk(self) -> Desk:
        """The library, the jobs, the log and the settings."""
        return self._desk

    @property
    def look(self) -> Look:
        """The styles of the present theme."""
        if self._look is None:
            variables = self.theme_variables
            self._look = look_of(variables, Color.parse(variables["background"]))
        return self._look

    def keys_of(self, action: Action) -> tuple[str, ...]:
        """Return an action's keys as people write them, the person's own where they chose some."""
        return actions.shown_keys(self.desk.settings.keys.get(action.id, action.keys))

    def key_of(self, action_id: str) -> str:
        """Return the first key of an action, by its id."""
        scopes = actions.all_scopes().values()
        action = next(one for scope in scopes for one in scope.actions if one.id == action_id)
        return self.keys_of(action)[0]

    def places_and_actions(self, screen: Screen[object]) -> Iterator[tuple[Acting, Action]]:
        """Yield what can be done now, what is peculiar to the place first."""
        inner = screen.focused or screen
        found: list[tuple[Acting, Action]] = []
        moving: list[tuple[Acting, Action]] = []
        for node in inner.ancestors_with_self:
            if isinstance(node, Acting):
                # Moving about is what nobody needs to look up first.
                group = moving if node.SCOPES == ("list",) else found
                group += [(node, action) for action in node.own_actions()]
            if node is screen:
                if screen.is_modal:
                    break
                found += moving
        yield from found

    # ---- beginning and end

    def on_mount(self) -> None:
        """Show the place the person left, and open the library once it is painted."""
        self.theme_changed_signal.subscribe(self, self._forget_look)
        if not self.is_headless:
            self._heed_signals()
            self.set_interval(tidying.EVERY, self._tidying.look)
        self.listen(self.desk.jobs.finished, self._job_ended)

    def begin(self) -> None:
        """Open the library; called once the first place is painted, and to try again."""
        self.run_safely(self._open_library, "Opening the library", only="open")

    def painted(self) -> None:
        """Take note that a place is on the screen: now the library may be opened."""
        self._tidying.put_aside()
        if not self._begun:
            self._begun = True
            self.begin()
            for name in actions.unknown_ids(self.desk.settings.keys):
                self.say(f"[keys] in config.toml names no action: {name}", severity="warning")

    async def _open_library(self) -> None:
        try:
            await self.desk.library.open(self.say)
        except Exception as error:
            entry = entry_of(error, doing="Opening the library", retry=self.begin)
            self.desk.log.add(entry)
            told = "\n".join(part for part in (entry.text, entry.why, entry.hint) if part)
            self.push_screen(Question(told, {"r": "try again", "q": "quit"}), self._not_opened)
            return
        if self._open_paper:
            await self.show_paper_named(self._open_paper)
        self._tidying.put_aside()
        self.run_safely(self.live_with_notes, "Looking at your notes", only="notes")

    def _not_opened(self, answer: str | None) -> None:
        if answer == "r":
            self.begin()
        elif answer == "q":
            self._quit(1)

    async def on_unmount(self) -> None:
        """Remember where the person was, and end what is running."""
        self.desk.jobs.finished.clear()
        self.stop_watching()
        await self._end_workers()
        await self.desk.jobs.stop_all()
        await self.desk.meaning.close()
        self.desk.library.close()

    async def _end_workers(self) -> None:
        """End what places still do: a job or a child that began now would never be waited for."""
        working = list(self.workers)
        self.workers.cancel_all()
        await asyncio.gather(*(one.wait() for one in working), return_exceptions=True)

    def remember(self) -> None:
        """Write down where the person is."""
        self.desk.state.put("app", area=self.current_mode, theme=self.theme)
        for stack in self._screen_stacks.values():
            for screen in stack:
                if isinstance(screen, AreaScreen) and screen.is_mounted:
                    screen.remember()
        self.desk.state.save()

    # ---- going places

    def go(self, area: str) -> None:
        """Show an area; what was on top of it is still there."""
        self.switch_mode(area)

    async def action_perform(self, action_id: str) -> None:
        """Perform one of the app's own actions."""
        if action_id.startswith("place."):
            if not self.screen.is_modal:
                self.go(action_id.removeprefix("place."))
            return
        await super().action_perform(action_id)

    def why_not(self, action: str) -> str | None:
        """Say why one of the app's actions cannot be done now."""
        if action == "app.cancel-job" and not self.desk.jobs.running:
            return "No job is running."
        return None

    def do_app_help(self) -> None:
        """Show what every key does here."""
        from assistant.tui.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(list(self.places_and_actions(self.screen))))

    def do_app_palette(self) -> None:
        """Show the palette."""
        from assistant.tui.palette import PaletteScreen

        if not isinstance(self.screen, PaletteScreen):
            self.push_screen(PaletteScreen(list(self.places_and_actions(self.screen))))

    def do_app_search(self) -> None:
        """Show the search."""
        from assistant.tui.search import SearchScreen

        if not isinstance(self.screen, SearchScreen):
            self.push_screen(SearchScreen())

    def do_app_theme(self) -> None:
        """Turn from light to dark and back."""
        self.theme = LIGHT if self.current_theme.dark else DARK

    def do_app_cancel_job(self) -> None:
        """Stop the newest running job."""
        job = self.desk.jobs.running[-1]
        self.desk.jobs.cancel(job)
        self.say(f"Stopping: {job.title}. What is done is kept.")

    def do_app_sync(self) -> None:
        """Fetch what was announced."""
        self.start_job(sync_job())

    def do_app_import(self) -> None:
        """Ask for a file, and import it as a job."""
        told = "An arXiv snapshot, BibTeX, CSL-JSON, a list of ids, our own exports."
        prompt = Prompt("Bring papers in from", told=told, suggest=paths_like)
        self.push_screen(prompt, self._import)

    def _import(self, answer: str | None) -> None:
        if not answer or not answer.strip():
            return
        try:
            path = Path(answer.strip()).expanduser().absolute()
            found = path.is_file()
        except (OSError, RuntimeError, ValueError):
            found = False
        if found:
            self.start_job(import_job(path))
        else:
            self.say(f"There is no file {clean_line(answer, 200)}.", severity="warning")

    async def do_app_quit(self) -> None:
        """Quit; where jobs are running, ask first."""
        running = self.desk.jobs.running
        if running:
            names = ", ".join(job.title for job in running)
            question = Question(
                f"Still running: {names}. What is done is kept; it goes on from there next time.",
                {"y": "stop and quit", "n": "stay"},
            )
            self.push_screen(question, lambda answer: self._quit() if answer == "y" else None)
        else:
            self._quit()

    def _quit(self, code: int = 0) -> None:
        self.remember()
        self.exit(return_code=code)

    def _heed_signals(self) -> None:
        """Leave as if asked to when the terminal goes away or the machine shuts down."""
        loop = asyncio.get_running_loop()
        for number in ENDINGS:
            with contextlib.suppress(NotImplementedError, ValueError):
                loop.add_signal_handler(number, self._quit, 128 + number)
        heed_endings()

    def _forget_look(self, _: object) -> None:
        self._look = None
        for stack in self._screen_stacks.values():
            for screen in stack:
                for widget in screen.walk_children():
                    widget.refresh(layout=False)

    # ---- jobs

    def start_job(self, command: Command) -> Job:
        """Run a command beside the screen; how it ends is said, and the places read anew."""
        return self.desk.jobs.start(command.title, command.argv)

    def retry_job(self, job: Job) -> None:
        """Run a job's command once more."""
        self.desk.jobs.start(job.title, job.argv)

    def _job_ended(self, job: Job) -> None:
        from assistant.tui.jobs.ending import entry_of_job

        if not (job.replaced and job.state == "cancelled"):
            self.tell(entry_of_job(job, lambda: self.retry_job(job)))
        self.library_changed()
        if job.state in ("done", "partly") and job.argv[0] in _BRINGING:
            self.run_safely(self._embed_the_rest, "Looking for what has no vector")

    async def _embed_the_rest(self) -> None:
        """Embed what came in and has no vector yet."""
        from assistant.search.embedding import is_embedding, lacking, lacking_passages

        waiting = await self.desk.library.read(lambda c: lacking(c) or lacking_passages(c))
        if waiting and not is_embedding(self.desk.home):
            self.start_job(embed_job())

    def library_changed(self) -> None:
        """Let every place read the library again."""
        for stack in self._screen_stacks.values():
            for screen in stack:
                changed = getattr(screen, "library_changed", None)
                if changed is not None and screen.is_mounted:
                    changed()

    async def show_paper(self, work: int) -> None:
        """Show a paper in the library."""
        from assistant.tui.areas.papers.screen import PapersScreen

        await self.switch_mode("papers")
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        if isinstance(self.screen, PapersScreen):
            await self.screen.when_ready(partial(self.screen.show_paper, work))

    async def follow(self, what: object, value: object) -> None:
        """Go where a choice of the palette leads."""
        if isinstance(what, Acting) and isinstance(value, Action):
            await what.action_perform(value.id)
        elif what == "paper" and isinstance(value, int):
            await self.show_paper(value)
        elif what == "note":
            await self.show_note(str(value))
        elif what == "search":
            from assistant.tui.search import SearchScreen

            self.push_screen(SearchScreen(text=str(value)))

    async def show_paper_named(self, named: str) -> None:
        """Show the paper that a person means by an id, if the library has it."""
        from assistant.tui.papers import queries

        work = await self.desk.library.read(lambda c: queries.find(c, named))
        if work is None:
            self.say(f"{named} is not in your library.", severity="warning")
        else:
            await self.show_paper(work)
