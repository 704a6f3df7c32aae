"""The notes of a paper beside it: its page turns into one after the other, and back."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from assistant.tui.acting import Acting
from assistant.tui.notes.page import NotePage
from assistant.tui.papers.preview import Preview


class Noted(Acting):
    """Shows in one pane either a paper's page or a note of it: the one with the class `-on`."""

    notes: Sequence[tuple[str, str]] = ()
    """(path, title) of the notes of the paper at hand."""
    _at: int | None = None

    @property
    def preview(self) -> Preview:
        """The paper's page."""
        return self.query_one(Preview)

    @property
    def note_page(self) -> NotePage:
        """The note's page."""
        return self.query_one(NotePage)

    @property
    def pane(self) -> Preview | NotePage:
        """The one of the two that is shown."""
        return self.preview if self._at is None else self.note_page

    @property
    def noting(self) -> int | None:
        """Which of its notes stands in the place of the paper."""
        return self._at

    def show_notes_of_paper(self, notes: Sequence[tuple[str, str]]) -> None:
        """Take note of what notes the paper at hand has, and show the paper."""
        self.notes = notes
        if self._at is not None and self._at >= len(notes):
            self._at = None
        self.turn_to_note(self._at)

    def turn_to_note(self, place: int | None, heading: str = "", why: Sequence[str] = ()) -> None:
        """Show a note of the paper, at a heading if one is named, or the paper."""
        focused = self.pane.has_focus
        self._at = place
        self.preview.set_class(place is None, "-on")
        self.note_page.set_class(place is not None, "-on")
        if focused:
            self.pane.focus()
        if place is not None:
            read = partial(self._show_sheet, self.notes[place][0], heading, why)
            self.run_safely(read, "Showing the note", only="sheet")

    async def _show_sheet(self, path: str, heading: str, why: Sequence[str]) -> None:
        from assistant.tui.notes import queries

        found = await self.desk.notes.read(partial(queries.sheet, path=path))
        if found is not None:
            found = replace(found, why=why)
        self.note_page.empty = "" if found else "This note is not there any more."
        self.note_page.show(found, heading=heading)

    def next_note(self) -> None:
        """Turn to the next note, and after the last one to the paper."""
        place = 0 if self._at is None else self._at + 1
        self.turn_to_note(place if place < len(self.notes) else None)

    def on_note_page_followed(self, event: NotePage.Followed) -> None:
        """Go where a link in the note leads."""
        event.stop()
        self.assistant.follow_link(event.path, event.link)
