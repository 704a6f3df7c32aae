"""The palette: an action, a paper, a note or a saved search, found by a few letters."""

from collections.abc import Sequence

from assistant.tui.help import Doable
from assistant.tui.widgets.picker import Choice, Picker, matches

_MOST_ACTIONS = 12
_MOST_PAPERS = 20
_MOST_NOTES = 8
_SHORTEST = 2


class PaletteScreen(Picker):
    """Everything one can do or go to, the nearest first."""

    TITLE_TEXT = "Go to or do"
    PLACEHOLDER = "an action, a paper's words, a note, a saved search"

    def __init__(self, doable: Doable) -> None:
        super().__init__()
        self._doable = doable

    async def found(self, text: str) -> Sequence[Choice]:
        """Return actions first, then saved searches, notes and papers."""
        from assistant.tui.papers import queries

        doing = [
            Choice(
                one.title, (place, one), self.assistant.keys_of(one)[0], place.why_not(one.id) or ""
            )
            for place, one in self._doable
            if matches(text, one.title)
        ]
        choices = doing if not text else doing[:_MOST_ACTIONS]
        words = text if len(text) >= _SHORTEST else ""
        saved, papers = await self.desk.library.read(
            lambda c: queries.named(c, words, _MOST_PAPERS)
        )
        choices += [
            Choice(name, ("search", query), "find", query)
            for name, query in saved.items()
            if matches(text, name, query)
        ]
        notes = await self.desk.library.read(lambda c: queries.notes_named(c, words, _MOST_NOTES))
        choices += [Choice(one.title, ("note", one.path), "note", one.path) for one in notes]
        choices += [Choice(one.title, ("paper", one.id), "", one.public_id) for one in papers]
        return choices

    def left_with(self, result: object) -> None:
        """Go to what was chosen, or do it."""
        if isinstance(result, tuple):
            self.app.call_later(self.assistant.follow, *result)
