"""Turning back what was done last, and doing it again."""

from typing import TYPE_CHECKING

from assistant.errors import AssistantError
from assistant.tui.acting import Acting

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.library.reading import Change
    from db.engine import Database


class Turning(Acting):
    """Performs undo and redo, to a paper, a note, an answer or anything else."""

    async def do_app_undo(self) -> None:
        """Undo the last thing the person did."""

        def undo(database: "Database") -> "Change":
            from assistant.notes.undoing import undo_newest

            return undo_newest(self.desk.home, self.desk.settings, database)

        await self._turn(undo)

    async def do_app_redo(self) -> None:
        """Do again what was undone."""

        def redo(database: "Database") -> "Change":
            from assistant.notes.undoing import redo_newest

            return redo_newest(self.desk.home, self.desk.settings, database)

        await self._turn(redo)

    async def _turn(self, work: "Callable[[Database], Change]") -> None:
        try:
            change = await self.desk.library.use(work)
        except AssistantError as error:
            self.assistant.say(error.title, severity="warning", why=error.why, hint=error.hint)
            return
        self.assistant.say(change.text[:1].upper() + change.text[1:])
        self.assistant.library_changed()
        kind, _, path = change.subject.partition(":")
        back_to = getattr(self.assistant.screen, "back_to_note", None)
        if kind == "note" and back_to is not None:
            back_to(path)
