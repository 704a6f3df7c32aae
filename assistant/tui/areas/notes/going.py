"""From note to note: following links, back and forth, the day's note."""

from datetime import datetime
from functools import partial

from assistant.tui.acting import Acting
from assistant.tui.areas.notes.browser import NoteBrowser
from assistant.tui.notes.page import NotePage

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

    def on_note_page_followed(self, event: NotePage.Followed) -> None:
        """Go where a link in the text leads."""
        event.stop()
        self.assistant.follow_link(event.path, event.link)

    def on_note_browser_wanted(self, event: NoteBrowser.Wanted) -> None:
        """Go where a row leads; the app does it, since this place may be left."""
        self.assistant.run_safely(partial(self.assistant.go_to, event.goal), "Following a link")

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

    async def do_notes_daily(self) -> None:
        """Make the note of the day or bring it up to date, and read it."""
        from assistant.notes.daily import daily_note

        today = datetime.now().date()
        path, _ = await self.desk.notes.change(lambda v: daily_note(v, today))
        self.assistant.notes_changed()
        await self.reveal(path)
