"""What every key does here, to be searched; choosing one does it."""

from collections.abc import Sequence

from assistant.tui.acting import Acting
from assistant.tui.actions import Action, all_scopes
from assistant.tui.widgets.picker import Choice, Picker, matches

Doable = Sequence[tuple[Acting, Action]]


class HelpScreen(Picker):
    """The keys of the places one is in, innermost first, each with the id that rebinds it."""

    TITLE_TEXT = "Keys"
    PLACEHOLDER = "type to search, enter to do it, esc to leave"

    def __init__(self, doable: Doable) -> None:
        super().__init__()
        self._doable = doable

    async def found(self, text: str) -> Sequence[Choice]:
        """Return the actions a text leaves, under their headings."""
        choices: list[Choice] = []
        heading_of = {
            one.id: scope.heading for scope in all_scopes().values() for one in scope.actions
        }
        for heading in dict.fromkeys(heading_of[one.id] for _, one in self._doable):
            group = [
                Choice(one.title, (place, one), ", ".join(self.assistant.keys_of(one)),
                       after=" · ".join(filter(None, (one.id, place.why_not(one.id)))))
                for place, one in self._doable
                if heading_of[one.id] == heading
                and matches(text, one.title, one.id, *self.assistant.keys_of(one))
            ]  # fmt: skip
            if group:
                choices += [Choice(heading, None), *group]
        return choices

    def left_with(self, result: object) -> None:
        """Do what was chosen."""
        if isinstance(result, tuple):
            place, action = result
            self.app.call_later(place.action_perform, action.id)
