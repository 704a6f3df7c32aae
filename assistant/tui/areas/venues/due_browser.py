"""The list of deadlines beside the page of the one under the cursor."""

from collections.abc import Callable, Hashable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import BindingType

from assistant.tui.actions import bindings
from assistant.tui.areas.venues.browser import EMPTY, Wanted
from assistant.tui.areas.venues.changes import ReachingOut
from assistant.tui.areas.venues.model import DueKey, Goal, Held
from assistant.tui.jobs.standard import deadlines_job
from assistant.tui.paths import paths_like
from assistant.tui.widgets.list_and_page import ListAndPage
from assistant.tui.widgets.page_list import Part
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.question import Question

if TYPE_CHECKING:
    from assistant.library.deadlines.due import Due
    from assistant.sources.venues import Venue

_FILE = "~/deadlines.ics"


class DueBrowser(ListAndPage, ReachingOut):
    """Deadlines, and what is known of the one at hand; `changed` is called to list anew."""

    SCOPES: ClassVar[tuple[str, ...]] = ("browser", "deadline")
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("deadline"))
    EMPTY = EMPTY

    def __init__(self, changed: Callable[[], None], read: Callable[[], None], *, id: str) -> None:
        super().__init__(id=id)
        self.held = Held()
        self.mine = False
        self.over = False
        self._changed = changed
        self._read = read

    @property
    def due(self) -> "Due | None":
        """The deadline under the cursor of the list."""
        key = self.key
        return self.held.dues.get(key) if key is not None else None

    @property
    def key(self) -> DueKey | None:
        """The key of the deadline under the cursor of the list."""
        return cast("DueKey | None", self.rows.key)

    def shown(self) -> list["Due"]:
        """Return the deadlines that are listed."""
        source = self.rows.source
        keys = [cast("DueKey | None", source.key(n)) for n in range(len(source))]
        return [self.held.dues[key] for key in keys if key is not None]

    async def page_parts(self, key: Hashable) -> Sequence[Part]:
        """Return the page of a deadline."""
        await self.desk.library.opened()
        from assistant.tui.areas.venues.due_page import page_parts

        place = self.key
        if place is None or place not in self.held.dues:
            return ()
        return page_parts(place, self.held.dues, datetime.now(UTC), self.assistant.key_of)

    def follow(self, key: object) -> None:
        """Go to another deadline, its venue, or its page on the web."""
        if isinstance(key, Goal) and key.kind == "web":
            self.run_safely(self.do_deadline_open, "Opening a page")
        elif isinstance(key, Goal):
            self.post_message(Wanted(key.kind, key.name))

    @property
    def _venue(self) -> "Venue | None":
        due = self.due
        listed = self.held.listed.values()
        return next((one.venue for one in listed if due and one.venue.id == due.venue), None)

    def why_not(self, action: str) -> str | None:
        """Say why an action on a deadline cannot be done now."""
        if action == "deadline.mine" and not any(due.followed for due in self.held.dues.values()):
            return "Nothing is known to be due at a venue you follow."
        if action == "deadline.export" and not len(self.rows.source):
            return "There is nothing here to write."
        if action not in ("deadline.follow", "deadline.venue", "deadline.open", "deadline.copy"):
            return None
        if self.due is None:
            return "There is no deadline here."
        if action in ("deadline.follow", "deadline.venue") and self._venue is None:
            return "Its venue is none we know; venues.toml in your home can describe it."
        if action == "deadline.open" and not self.due.link:
            return "No page is known of it."
        return None

    async def do_deadline_follow(self) -> None:
        """Follow the venue, or no more."""
        due, venue = self.due, self._venue
        assert due is not None
        assert venue is not None
        await self.turn_following(venue, followed=due.followed)

    def do_deadline_mine(self) -> None:
        """List what is due at venues one follows, or everywhere."""
        self.mine = not self.mine
        self._changed()

    def do_deadline_past(self) -> None:
        """Show or hide what is over."""
        self.over = not self.over
        self._read()

    def do_deadline_sync(self) -> None:
        """Ask the collections."""
        self.assistant.start_job(deadlines_job())

    def do_deadline_venue(self) -> None:
        """Go to the venue."""
        venue = self._venue
        assert venue is not None
        self.post_message(Wanted("venue", venue.id))

    async def do_deadline_open(self) -> None:
        """Open the meeting's page in the browser."""
        due = self.due
        assert due is not None
        await self.browse(due.link)

    def do_deadline_copy(self) -> None:
        """Copy the deadline as a line of text."""
        from assistant.tui.areas.venues.times import AOE, whole

        due = self.due
        assert due is not None
        when = f"{whole(due.at.astimezone(AOE))} ({whole(due.at)})" if due.at else "not announced"
        text = " ".join(filter(None, (f"{due.edition}, {due.what}: {when}", due.link)))
        self.app.copy_to_clipboard(text)
        self.assistant.say(f"Copied {text[:80]}")

    def do_deadline_export(self) -> None:
        """Ask for a file, and write what is listed into it."""
        told = "What is listed now; taken again, a calendar moves what moved and doubles nothing."
        prompt = Prompt("Write a calendar to", value=_FILE, told=told, suggest=paths_like)
        self.app.push_screen(prompt, self._export)

    def _export(self, answer: str | None) -> None:
        if not answer or not answer.strip():
            return
        try:
            path = Path(answer.strip()).expanduser().absolute()
            possible = "\0" not in answer
            there, folder = path.exists(), path.is_dir()
        except (OSError, RuntimeError, ValueError):
            possible = False
        if not possible:
            self.assistant.say("That is no path of a file.", severity="warning")
            return
        if folder:
            self.assistant.say("That is a folder; name a file in it.", severity="warning")
        elif there:
            question = Question(f"{path.name} is there already.", {"y": "replace it", "n": "keep"})
            self.app.push_screen(question, lambda said: self._write(path) if said == "y" else None)
        else:
            self._write(path)

    def _write(self, path: Path) -> None:
        dues = self.shown()

        async def write() -> None:
            from assistant.library.deadlines.icalendar import write_icalendar

            now = datetime.now(UTC)
            count = await self.desk.library.look(lambda _: write_icalendar(path, dues, now=now))
            self.assistant.say(f"Wrote {count:,} deadline{'s' * (count != 1)} to {path}.")

        self.run_safely(write, "Writing a calendar")
