"""Choosing one of a few things that are known already."""

from collections.abc import Sequence

from assistant.tui.widgets.picker import Choice, Picker, matches


class Choosing(Picker):
    """A title above choices, which typing narrows; returns the value chosen, or None."""

    PLACEHOLDER = "type to narrow, enter to choose, esc to leave"

    def __init__(self, title: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self.TITLE_TEXT = title  # type: ignore[misc]
        self._choices = choices

    async def found(self, text: str) -> Sequence[Choice]:
        """Return the choices that a text leaves."""
        return [one for one in self._choices if matches(text, one.text, one.before, one.after)]
