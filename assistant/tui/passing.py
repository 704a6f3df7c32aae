"""Screens that lie on top of another for a while."""

from textual.await_complete import AwaitComplete
from textual.screen import Screen, ScreenResultType


class PassingScreen(Screen[ScreenResultType]):
    """A screen that is left once.

    Keys come faster than a screen goes: what a second one would leave is the screen beneath. Where
    it is modal, `ModalScreen` is the first base: Textual takes styles along the first alone.
    """

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leave, with a result for whoever put the screen there."""
        if self.app.screen is not self:
            return AwaitComplete()
        left = super().dismiss(result)
        self.left_with(result)
        return left

    def left_with(self, result: ScreenResultType | None) -> None:
        """Do what follows from the result."""
