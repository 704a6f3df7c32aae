"""What the app does with notes wherever one is: it watches them, and catches thoughts."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from functools import partial

from textual.screen import Screen

from assistant.errors import AssistantError
from assistant.tui.acting import Acting
from assistant.tui.jobs.standard import embed_job, notes_job
from assistant.tui.widgets.prompt import Prompt

_SOON = 0.3
_MOST_SUGGESTED = 6


class LivingNotes(Acting):
    """Keeps what is shown of the vault as the files are, whoever changes them."""

    _watching: threading.Event | None = None
    """Set, it ends the watching."""

    async def live_with_notes(self) -> None:
        """Bring the index in step with the files, then notice what other programs change."""
        if not await asyncio.to_thread(self.desk.notes.folder.is_dir):
            return
        await asyncio.sleep(_SOON)  # the first list is worth more
        if self._watching is None:
            self._watch()
        if await self.bring_notes_in_step():
            self.notes_changed()
        await self.embed_notes()

    async def embed_notes(self) -> None:
        """Embed passages that have no vector, where they are more than a search does by itself."""
        from assistant.search.embedding import EMBEDDED_UNASKED, is_embedding, lacking_passages

        waiting = await self.desk.library.read(lacking_passages)
        if waiting > EMBEDDED_UNASKED and not is_embedding(self.desk.home):
            self.assistant.start_job(embed_job())

    async def bring_notes_in_step(self, paths: list[str] | None = None) -> bool:
        """Take in what changed, or let a job do so where it is much; tell whether it is done."""
        from assistant.tui.notes import queries

        done, changed = await self.desk.notes.change(partial(queries.in_step, paths=paths))
        if not done:
            self.assistant.start_job(notes_job())
        elif changed and paths is not None:
            self.notes_changed()
        return done

    def notes_changed(self) -> None:
        """Let every place read the vault again."""
        if self._watching is None:
            self.run_safely(self.live_with_notes, "Looking at your notes", only="notes")
        for screen in self._screens():
            changed: Callable[[], object] | None = getattr(screen, "notes_changed", None)
            if changed is not None and screen.is_mounted:
                changed()

    def _screens(self) -> list[Screen[object]]:
        stacks = self.assistant._screen_stacks.values()
        return [screen for stack in stacks for screen in stack]

    # ---- watching

    def stop_watching(self) -> None:
        """End the watching; its thread goes by itself."""
        if self._watching is not None:
            self._watching.set()

    def _watch(self) -> None:
        self._watching = stop = threading.Event()
        loop, folder = asyncio.get_running_loop(), self.desk.notes.folder.resolve()

        def watch() -> None:
            from assistant.notes.watching import changes, is_much

            try:
                for changed in changes(folder, stop):
                    much = is_much(folder, changed)
                    tell = partial(self._changed, None if much else sorted(changed))
                    loop.call_soon_threadsafe(tell)
            except AssistantError as error:
                # The loop may be gone by now: then nobody asks any more.
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(partial(self._not_watched, error))
            except RuntimeError:
                return

        threading.Thread(target=watch, name="vault", daemon=True).start()

    def _not_watched(self, error: AssistantError) -> None:
        self.assistant.say(error.title, severity="warning", why=error.why, hint="r looks again.")

    def _changed(self, paths: list[str] | None) -> None:
        if self._watching is not None and self._watching.is_set():
            return  # the app is ending, and its library closed
        self.run_safely(partial(self._take_in, paths), "Reading notes that changed")

    async def _take_in(self, paths: list[str] | None) -> None:
        if await self.bring_notes_in_step(paths) and paths is None:
            self.notes_changed()
        await self.embed_notes()

    # ---- catching a thought

    async def do_app_capture(self) -> None:
        """Ask for a thought, and keep it in the note of the day."""
        from assistant.tui.notes import capturing

        suggest = await capturing.suggestions(self.desk, capturing.paper_at_hand(self.assistant))
        told = "It goes into the note of the day, with the time. [[ links it."
        self.assistant.push_screen(Prompt("Capture", told=told, suggest=suggest), self._capture)

    def _capture(self, text: str | None) -> None:
        if not text or not text.strip():
            return

        async def capture() -> None:
            from assistant.notes.daily import capture as keep

            path = await self.desk.notes.change(lambda vault: keep(vault, text))
            self.assistant.say(f"Kept in {path.removesuffix('.md')}. z takes it back.")
            self.notes_changed()

        self.run_safely(capture, "Keeping your thought")

    # ---- review

    def do_app_review(self) -> None:
        """Go over what is due."""
        from assistant.tui.notes.review import ReviewScreen

        if not isinstance(self.assistant.screen, ReviewScreen):
            self.assistant.push_screen(ReviewScreen())
