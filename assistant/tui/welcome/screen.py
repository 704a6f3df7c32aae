"""The first steps, one after another; any can be skipped, and gone back to."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import ContentSwitcher, Static

from assistant.tui.acting import Acting
from assistant.tui.actions import bindings
from assistant.tui.passing import PassingScreen
from assistant.tui.welcome.start import PLACE
from assistant.tui.welcome.steps import Categories, Examples, Interests, Step
from assistant.tui.widgets.key_bar import KeyBar


class WelcomeScreen(PassingScreen[None], Acting):
    """Asks for interests, categories and a few likes; each step is written as it is left."""

    SCOPES: ClassVar[tuple[str, ...]] = ("welcome",)
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("welcome"))
    DEFAULT_CSS = """
    WelcomeScreen { align: center top; }
    WelcomeScreen > Vertical { width: 100%; max-width: 100; height: 1fr; padding: 1 2 0 2; }
    WelcomeScreen #asked { height: auto; }
    WelcomeScreen ContentSwitcher { height: 1fr; }
    """

    def __init__(self, profile: str | None = None) -> None:
        super().__init__()
        self._steps: list[Step] = [kind(profile) for kind in (Interests, Categories, Examples)]
        self._place = 0
        self._turning = False

    def compose(self) -> ComposeResult:
        """Show the question above its step."""
        with Vertical():
            yield Static(id="asked", markup=False)
            with ContentSwitcher():
                for number, step in enumerate(self._steps):
                    step.id = f"step-{number}"
                    yield step
        yield KeyBar()

    @property
    def step(self) -> Step:
        """The present step."""
        return self._steps[self._place]

    async def on_mount(self) -> None:
        """Go on where the person left."""
        place = self.desk.state.get(PLACE, "step", 0)
        done = self.desk.state.get(PLACE, "done", False)
        await self._go(0 if done else min(max(place, 0), len(self._steps) - 1))

    def library_changed(self) -> None:
        """Show what an undo made of the likes; the other steps are not written yet."""
        if isinstance(self.step, Examples):
            self.run_safely(self.step.begin, "Reading your choices", only="begin")

    def why_not(self, action: str) -> str | None:
        """Say why one of this place's actions cannot be done now."""
        if action == "welcome.back" and not self._place:
            return "This is the first step."
        if action == "welcome.toggle" and not self._place:
            return "There is nothing to tick in this step."
        return None

    def on_step_kept(self, event: Step.Kept) -> None:
        """Go on; a key pressed twice in a hurry leaves one step only."""
        if event.step is self.step:
            self.do_welcome_next()

    def do_welcome_next(self) -> None:
        """Write this step and go to the next; after the last one, begin."""
        self._turn_to(self._place + 1)

    def do_welcome_back(self) -> None:
        """Write this step and go to the one before."""
        self._turn_to(self._place - 1)

    def do_welcome_toggle(self) -> None:
        """Tick what the cursor is on, or not."""
        self.step.toggle()

    def do_welcome_skip(self) -> None:
        """Begin without the rest."""
        self._leave()

    def _turn_to(self, place: int) -> None:
        if self._turning:
            return
        self._turning = True

        async def turn() -> None:
            try:
                await self.step.keep()
                if place < len(self._steps):
                    await self._go(place)
                else:
                    self._leave()
            finally:
                self._turning = False

        self.run_safely(turn, "Keeping your choices")

    async def _go(self, place: int) -> None:
        self._place = place
        self.desk.state.put(PLACE, step=place)
        self.query_one(ContentSwitcher).current = self.step.id
        look = self.assistant.look
        told = Text()
        told.append("Welcome  ", look.accent)
        for number in range(len(self._steps)):
            told.append("● " if number <= place else "○ ", look.accent)
        told.append(f" step {place + 1} of {len(self._steps)}\n\n", look.dim)
        told.append(f"{self.step.TITLE}\n", look.strong)
        told.append(self.step.TOLD, look.dim)
        self.query_one("#asked", Static).update(told)
        await self.step.begin()
        self.refresh_bindings()

    def _leave(self) -> None:
        self.desk.state.put(PLACE, step=0, done=True)
        self.desk.state.save()
        self.dismiss()
