"""Choosing whose digest is read."""

from collections.abc import Sequence

from assistant.tui.widgets.picker import Choice, Picker, matches


class Profiles(Picker):
    """The profiles by name; returns the one chosen."""

    TITLE_TEXT = "Whose digest"
    PLACEHOLDER = "a part of its name"

    def __init__(self, names: Sequence[str], present: str) -> None:
        super().__init__()
        self._names = names
        self._present = present

    async def found(self, text: str) -> Sequence[Choice]:
        """Return the profiles a text leaves."""
        return [
            Choice(name, name, after="shown now" if name == self._present else "")
            for name in self._names
            if matches(text, name)
        ]
