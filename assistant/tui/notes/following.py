"""Going where a link leads, from wherever one is: to a note, a paper, a lab, the web."""

import asyncio
import webbrowser
from functools import partial
from typing import TYPE_CHECKING

from assistant.tui.acting import Acting
from assistant.tui.notes.links_pane import Goal, goal_of
from assistant.tui.widgets.question import Question

if TYPE_CHECKING:
    from assistant.notes.linking import LinkOut
    from assistant.notes.markdown import Link
    from assistant.tui.notes.rendering import PageLink


class Following(Acting):
    """Follows links, shows notes, and makes those that are missing."""

    def follow_link(self, path: str, link: "PageLink") -> None:
        """Go where a link on the page of the note at `path` leads."""
        if link.link is None:
            work = partial(self._browse, link.address)
        else:
            work = partial(self._follow, path, link.link)
        self.run_safely(work, "Following a link")

    async def _follow(self, path: str, link: "Link") -> None:
        from assistant.notes.linking import links_out

        out = await self.desk.notes.read(partial(links_out, path=path))
        found = next((one for one in out if _same(one, link)), None)
        if found is not None:
            await self.go_to(goal_of(found))
        elif link.kind in ("paper", "skill"):
            await self.go_to(Goal(link.kind, link.target))
        else:
            self.assistant.say("The note was changed just now; r reads it again.")

    async def go_to(self, goal: Goal) -> None:
        """Go to a note, a paper or a skill; offer to make a note that is not there."""
        if goal.kind == "note":
            if goal.name.lower().endswith((".md", ".markdown")):
                await self.show_note(goal.name, goal.heading)
            else:
                self.app.copy_to_clipboard(str(self.desk.notes.folder / goal.name))
                self.assistant.say(f"{goal.name} is no note; its path is copied.")
        elif goal.kind == "paper":
            await self.assistant.show_paper_named(goal.name)
        elif goal.kind == "skill":
            from assistant.tui.learning import show_skill

            await show_skill(self.assistant, goal.name)
        elif goal.kind == "lost":
            self.assistant.say(f"There is no {goal.name} in your vault.", severity="warning")
        else:
            question = Question(f"There is no note {goal.name} yet.", {"n": "make it"})
            self.assistant.push_screen(
                question, lambda answer: self.make_note("", goal.name) if answer == "n" else None
            )

    async def _browse(self, address: str) -> None:
        if not address.startswith(("https://", "http://")):
            self.assistant.say("That link leads to no web page.", severity="warning")
        elif not await asyncio.to_thread(webbrowser.open, address):
            self.app.copy_to_clipboard(address)
            self.assistant.say(f"No browser here; copied {address}")

    async def show_note(self, path: str, heading: str = "", *, reading: bool = True) -> None:
        """Show a note in the Notes area."""
        from assistant.tui.areas.notes.screen import NotesScreen

        app = self.assistant
        await app.switch_mode("notes")
        while len(app.screen_stack) > 1:
            await app.pop_screen()
        if isinstance(app.screen, NotesScreen):
            reveal = partial(app.screen.reveal, path, heading, reading=reading)
            await app.screen.when_ready(reveal)

    def make_note(self, folder: str, answer: str | None) -> None:
        """Make a note of this title in a folder, or at this path, and go to it."""
        if answer and answer.strip():
            around, _, title = answer.strip().removesuffix(".md").rpartition("/")
            self.run_safely(partial(self._make, around or folder, title), "Making a note")

    async def _make(self, folder: str, title: str) -> None:
        from assistant.notes.names import checked_path
        from assistant.notes.writing import new_note

        place = checked_path(folder) if folder else ""
        path = await self.desk.notes.change(partial(new_note, title=title, folder=place))
        self.assistant.say(f"{path} is made. e writes in it, z takes it back.")
        self.assistant.notes_changed()
        await self.show_note(path)


def _same(one: "LinkOut", link: "Link") -> bool:
    if one.kind != link.kind:
        return False
    if link.kind in ("paper", "skill"):
        from assistant.notes.indexing import paper_id

        return one.target in (link.target, paper_id(link.target))
    return (one.target, one.fragment) == (link.target, link.fragment)
