"""The app: its areas, its keys, what it says, and how it stands when something breaks."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.binding import BindingType
from textual.color import Color
from textual.filter import LineFilter
from textual.screen import Screen

from assistant.config import Home, Settings
from assistant.search.asking import Meaning
from assistant.tui import actions
from assistant.tui.acting import Acting
from assistant.tui.actions import Action, bindings
from assistant.tui.area_screen import AreaScreen
from assistant.tui.areas import areas
from assistant.tui.desk import Desk
from assistant.tui.jobs.job import Job
from assistant.tui.jobs.runner import JobRunner
from assistant.tui.jobs.standard import Command
from assistant.tui.library import Library
from assistant.tui.log import Log, LogEntry, Severity, entry_of
from assistant.tui.look import Look, look_of
from assistant.tui.printable import Printable
from assistant.tui.state import SessionState

if TYPE_CHECKING:
    from assistant.tui.jobs.job import Job
    from assistant.tui.jobs.standard import Command

DARK, LIGHT = "textual-dark", "textual-light"
_TOAST_SECONDS = 5.0
_LONGEST_TOAST = 300
_MOST_FAULTS = 4
_FAULT_SECONDS = 20.0
_STUCK_SECONDS = 3.0

actions.register(
    "places",
    "Places",
    *(Action(f"place.{one.id}", one.key, f"Go to {one.title}") for one in areas()),
)


class AssistantApp(App[None], Acting):
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
        self._desk = Desk(
            home=home,
            settings=settings,
            library=Library(home, settings),
            meaning=Meaning(home),
            jobs=JobRunner(home),
            log=Log(home.logs / "app.log"),
            state=state,
        )
        self._open_paper = open_paper
        self._printable = Printable()
        self._faults: list[float] = []
        self._look: Look | None = None
        self._begun = False
        self.farewell = ""
        self.theme = settings.tui.theme or state.get("app", "theme", DARK)
        self.set_keymap({k: v for k, v in settings.keys.items() if k in actions.known_ids()})

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
        self.desk.jobs.finished.append(self._job_ended)
        unknown = sorted(set(self.desk.settings.keys) - actions.known_ids())
        for name in unknown:
            self.say(f"[keys] in config.toml names no action: {name}", severity="warning")

    def begin(self) -> None:
        """Open the library; called once the first place is painted, and to try again."""
        self.run_safely(self._open_library, "Opening the library", only="open")

    def painted(self) -> None:
        """Take note that a place is on the screen: now the library may be opened."""
        if not self._begun:
            self._begun = True
            self.begin()

    async def _open_library(self) -> None:
        from assistant.errors import AssistantError

        try:
            await self.desk.library.open(lambda told: self.call_from_thread(self.say, told))
        except AssistantError as error:
            self.report(error, retry=self.begin)
            return
        except Exception as error:
            self.report(error, doing="Opening the library", retry=self.begin)
            return
        if self._open_paper:
            await self._show_named(self._open_paper)

    async def on_unmount(self) -> None:
        """Remember where the person was, and end what is running."""
        self.desk.jobs.finished.clear()
        await self.desk.jobs.stop_all()
        await self.desk.meaning.close()
        self.desk.library.close()

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

    async def do_app_undo(self) -> None:
        """Undo the last thing the person did."""
        from assistant.library.undoing import undo_last

        await self._turn_back("undo", undo_last)

    async def do_app_redo(self) -> None:
        """Do again what was undone."""
        from assistant.library.undoing import redo_last

        await self._turn_back("redo", redo_last)

    def do_app_sync(self) -> None:
        """Fetch what was announced."""
        from assistant.tui.jobs.standard import sync_job

        self.start_job(sync_job())

    async def do_app_quit(self) -> None:
        """Quit; where jobs are running, ask first."""
        from assistant.tui.widgets.question import Question

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
        for number in (signal.SIGTERM, signal.SIGHUP):
            with contextlib.suppress(NotImplementedError, ValueError):
                loop.add_signal_handler(number, self._quit, 128 + number)

    # ---- saying things

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what every line passes through before it is drawn."""
        return [self._printable, *super().get_line_filters()]

    def say(
        self, text: str, *, severity: Severity = "information", why: str = "", hint: str = ""
    ) -> None:
        """Tell the person something, and keep it in the log."""
        self.tell(LogEntry(text, severity, why, hint))

    def report(
        self,
        error: BaseException,
        *,
        doing: str = "",
        retry: Callable[[], object] | None = None,
    ) -> None:
        """Tell the person what failed; the log keeps its cause, and how to try again."""
        self.tell(entry_of(error, doing=doing, retry=retry))

    def tell(self, entry: LogEntry) -> None:
        """Show an entry for a moment, and keep it in the log."""
        self.desk.log.add(entry)
        told = " ".join(part for part in (entry.text, entry.hint) if part)
        if entry.retry is not None:
            told += " Press 6 for the log, where it can be tried again."
        if any(told[:_LONGEST_TOAST] == one.message for one in self._notifications):
            return
        self.notify(
            told[:_LONGEST_TOAST], severity=entry.severity, timeout=_TOAST_SECONDS, markup=False
        )

    # ---- when something breaks

    def _handle_exception(self, error: Exception) -> None:
        """Keep the app standing: the place that broke is made anew; one that breaks at once, again
        and again, ends the app with a word instead of a traceback.
        """
        self.desk.log.add(entry_of(error, doing="Showing this place"))
        now = time.monotonic()
        self._faults = [at for at in self._faults if now - at < _FAULT_SECONDS] + [now]
        if len(self._faults) >= _MOST_FAULTS or not self._running:
            self._give_up(error)
            return
        loop = asyncio.get_running_loop()
        stuck = loop.call_later(_STUCK_SECONDS, self._give_up, error)
        self.call_later(self._make_anew, self.current_mode, stuck)

    async def _make_anew(self, area: str, stuck: asyncio.TimerHandle) -> None:
        stuck.cancel()
        broken = next(one for one in areas() if one.id == area)
        other = next(one for one in areas() if one.id != area)
        await self.switch_mode(other.id)
        await self.remove_mode(area)
        self.add_mode(area, broken.make)
        self.say(
            f"{broken.title} broke and was closed; open it again with {broken.key}.",
            severity="error",
            hint="The log (6) has the details. Your library is whole.",
        )

    def _give_up(self, error: Exception) -> None:
        self._return_code = 1
        self.farewell = (
            f"The screen broke: {type(error).__name__}. The details are in {self.desk.log.file}. "
            "Your library is whole."
        )
        self._close_messages_no_wait()

    def _forget_look(self, _: object) -> None:
        self._look = None
        for stack in self._screen_stacks.values():
            for screen in stack:
                for widget in screen.walk_children():
                    widget.refresh(layout=False)

    # ---- jobs

    def start_job(self, command: "Command") -> "Job":
        """Run a command beside the screen; how it ends is said, and the places read anew."""
        return self.desk.jobs.start(command.title, command.argv)

    def retry_job(self, job: "Job") -> None:
        """Run a job's command once more."""
        self.desk.jobs.start(job.title, job.argv)

    def _job_ended(self, job: "Job") -> None:
        from assistant.tui.jobs.ending import entry_of_job

        self.tell(entry_of_job(job, lambda: self.retry_job(job)))
        self.library_changed()
        if job.state in ("done", "partly") and job.argv[0] in ("sync", "digest", "import"):
            self.run_safely(self._embed_the_rest, "Looking for papers without a vector")

    async def _embed_the_rest(self) -> None:
        """Embed what came in and has no vector yet."""
        from assistant.search.embedding import is_embedding, lacking
        from assistant.tui.jobs.standard import embed_job

        if await self.desk.library.read(lacking) and not is_embedding(self.desk.home):
            self.start_job(embed_job())

    async def _turn_back(self, verb: str, turn: Callable[..., object]) -> None:
        from assistant.errors import NotFoundError

        try:
            change = await self.desk.library.write(f"{verb} a change", turn)
        except NotFoundError as error:
            self.say(error.title, severity="warning")
            return
        self.say(getattr(change, "text", "").capitalize() or "Done.")
        self.library_changed()

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
            await self.screen.show_paper(work)

    async def follow(self, what: object, value: object) -> None:
        """Go where a choice of the palette leads."""
        if isinstance(what, Acting) and isinstance(value, Action):
            await what.action_perform(value.id)
        elif what == "paper" and isinstance(value, int):
            await self.show_paper(value)
        elif what == "search":
            from assistant.tui.search import SearchScreen

            self.push_screen(SearchScreen(text=str(value)))

    async def _show_named(self, named: str) -> None:
        from assistant.tui.papers import queries

        work = await self.desk.library.read(lambda c: queries.find(c, named))
        if work is None:
            self.say(f"{named} is not in your library.", severity="warning")
        else:
            await self.show_paper(work)
