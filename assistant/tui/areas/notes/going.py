"""From note to note: following links, back and forth, making what is missing, the day's note."""

import asyncio
import webbrowser
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.tui.acting import Acting
from assistant.tui.areas.notes.browser import NoteBrowser
from assistant.tui.notes.links_pane import Goal, goal_of
from assistant.tui.notes.page import NotePage
from assistant.tui.widgets.question import Question

if TYPE_CHECKING:
    from assistant.notes.linking import LinkOut
    from assistant.notes.markdown import Link

_MOST_BACK = 200


class Going(Acting):
    """What the Notes area does to get from one note to another."""

    _been: list[str]
    """The notes that were read; `_at` is the one at hand, those behind it are forward."""
    _at: int

    @property
    def browser(self) -> NoteBrowser:
        """List, note and what it is joined to."""
        raise NotImplementedError

    async def reveal(self, path: str, heading: str = "", *, reading: bool = True) -> None:
        """Put the cursor on a note and open it."""
        raise NotImplementedError

    # ---- following

    async def on_note_page_followed(self, event: NotePage.Followed) -> None:
        """Go where a link in the text leads."""
        event.stop()
        if event.link.link is None:
            await self._browse(event.link.address)
            return
        self.run_safely(lambda: self._follow(event.path, event.link.link), "Following a link")

    async def _follow(self, path: str, link: "Link | None") -> None:
        from assistant.notes.linking import links_out

        assert link is not None
        out = await self.desk.notes.read(lambda v: links_out(v, path))
        found = next((one for one in out if _same(one, link)), None)
        if found is not None:
            await self.go_to(goal_of(found))
        elif link.kind in ("paper", "skill"):
            await self.go_to(Goal(link.kind, link.target))
        else:
            self.assistant.say("The note was changed just now; r reads it again.")

    def on_note_browser_wanted(self, event: NoteBrowser.Wanted) -> None:
        """Go where a row leads."""
        self.run_safely(lambda: self.go_to(event.goal), "Following a link")

    async def go_to(self, goal: Goal) -> None:
        """Go to a note, a paper or a skill; offer to make a note that is not there."""
        if goal.kind == "note":
            if goal.name.lower().endswith((".md", ".markdown")):
                await self.reveal(goal.name, goal.heading)
            else:
                located = self.desk.notes.folder / goal.name
                self.app.copy_to_clipboard(str(located))
                self.assistant.say(f"{goal.name} is no note; its path is copied.")
        elif goal.kind == "paper":
            await self.assistant.show_paper_named(goal.name)
        elif goal.kind == "skill":
            name = goal.name.removeprefix("skill:")
            self.assistant.say(f"{goal.name}: `python -m skills_lab run {name}` runs its lab.")
        else:
            question = Question(f"There is no note {goal.name} yet.", {"n": "make it"})
            self.app.push_screen(
                question, lambda answer: self.make("", goal.name) if answer == "n" else None
            )

    async def _browse(self, address: str) -> None:
        if not address.startswith(("https://", "http://")):
            self.assistant.say("That link leads to no web page.", severity="warning")
        elif not await asyncio.to_thread(webbrowser.open, address):
            self.app.copy_to_clipboard(address)
            self.assistant.say(f"No browser here; copied {address}")

    # ---- back and forth

    def on_note_browser_shown(self, event: NoteBrowser.Shown) -> None:
        """Take note of a note that is read, not of one that the cursor only passes."""
        if not self.browser.has_class("-reading") or self._here() == event.path:
            return
        self._been[self._at + 1 :] = [event.path]
        del self._been[:-_MOST_BACK]
        self._at = len(self._been) - 1
        self.refresh_place()

    def refresh_place(self) -> None:
        """Let the bar of keys say what can be done now."""
        self.browser.screen.refresh_bindings()

    def _here(self) -> str:
        return self._been[self._at] if self._been else ""

    def why_not(self, action: str) -> str | None:
        """Say why one cannot go back or forward."""
        if action == "notes.back" and self._at < 1:
            return "There is no note before this one."
        if action == "notes.forward" and self._at + 1 >= len(self._been):
            return "There is no note after this one."
        return super().why_not(action)

    async def do_notes_back(self) -> None:
        """Read the note before."""
        self._at -= 1
        await self.reveal(self._been[self._at])

    async def do_notes_forward(self) -> None:
        """Read the note after."""
        self._at += 1
        await self.reveal(self._been[self._at])

    # ---- making

    def make(self, folder: str, answer: str | None) -> None:
        """Make a note of this title in a folder, or at this path, and go to it."""
        if not answer or not answer.strip():
            return
        around, _, title = answer.strip().removesuffix(".md").rpartition("/")

        async def new() -> None:
            from assistant.notes.names import checked_path
            from assistant.notes.writing import new_note

            place = checked_path(around) if around else folder
            path = await self.desk.notes.change(lambda v: new_note(v, title, folder=place))
            self.assistant.say(f"{path} is made. e writes in it, z takes it back.")
            self.assistant.notes_changed()
            await self.reveal(path)

        self.run_safely(new, "Making a note")

    async def do_notes_daily(self) -> None:
        """Make the note of the day or bring it up to date, and read it."""
        from assistant.notes.daily import daily_note

        today = datetime.now().date()
        path, _ = await self.desk.notes.change(lambda v: daily_note(v, today))
        self.assistant.notes_changed()
        await self.reveal(path)


def _same(one: "LinkOut", link: "Link") -> bool:
    if one.kind != link.kind:
        return False
    if link.kind in ("paper", "skill"):
        from assistant.notes.indexing import paper_id

        return one.target in (link.target, paper_id(link.target))
    return (one.target, one.fragment) == (link.target, link.fragment)
