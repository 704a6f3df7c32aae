"""What reviews have in common: a card, its answer, and one key for how it went."""

from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from assistant.tui.acting import Acting
from assistant.tui.actions import Action, register
from assistant.tui.passing import PassingScreen
from assistant.tui.widgets.key_bar import KeyBar
from assistant.tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from assistant.library.spacing import Answer

GRADES: "tuple[Answer, ...]" = ("again", "hard", "good", "easy")

register(
    "review",
    "In a review",
    Action("review.show", "space,enter", "Show the answer", "answer"),
    Action("review.again", "a", "I did not know it: ask again soon", "again"),
    Action("review.hard", "h", "I knew it with effort", "hard"),
    Action("review.good", "g", "I knew it", "good"),
    Action("review.easy", "e", "I knew it at once", "easy"),
    Action("review.skip", "n", "Leave this one for another time", "skip"),
    Action("review.open", "o", "Open what it is from", "open"),
    Action("review.leave", "escape", "Leave the review", "leave"),
)


class CardScreen(PassingScreen[None], Acting):
    """One card at a time; grades count once its answer is in sight."""

    DEFAULT_CSS = """
    CardScreen { layout: vertical; }
    CardScreen #told { height: 1; padding: 0 1; color: $text-muted; }
    CardScreen VerticalScroll { height: 1fr; align: center top; padding: 1 2; }
    CardScreen #card { width: 100%; max-width: 80; height: auto; }
    CardScreen #grades { height: 2; padding: 0 1; }
    """

    def compose(self) -> ComposeResult:
        """Show the card and the ways to answer it."""
        yield TopBar("", "Review")
        yield Static(id="told", markup=False)
        with VerticalScroll(can_focus=False):
            yield Static(id="card", markup=False)
        yield Static(id="grades", markup=False)
        yield KeyBar()

    @property
    def has_card(self) -> bool:
        """Whether there is a card at hand."""
        raise NotImplementedError

    @property
    def is_answered(self) -> bool:
        """Whether the answer of the card at hand is in sight."""
        raise NotImplementedError

    async def grade(self, given: "Answer") -> None:
        """Write a grade of the card at hand down, and go on to the next."""
        raise NotImplementedError

    def why_not(self, action: str) -> str | None:
        """Say why something cannot be done now."""
        if action == "review.leave":
            return None
        if not self.has_card:
            return "Nothing is due."
        if action.removeprefix("review.") in GRADES and not self.is_answered:
            return f"{self.assistant.key_of('review.show')} shows the answer first."
        if action == "review.show" and self.is_answered:
            *keys, last = (self.assistant.key_of(f"review.{name}") for name in GRADES)
            return f"How was it? {', '.join(keys)} or {last}."
        return None

    def draw(self, told: Text, card: Text, grades: Text) -> None:
        """Show a line on where one is, the card, and the grades."""
        self.query_one("#told", Static).update(told)
        self.query_one("#card", Static).update(card)
        self.query_one("#grades", Static).update(grades)
        self.refresh_bindings()

    async def do_review_again(self) -> None:
        """Grade it: not known."""
        await self.grade("again")

    async def do_review_hard(self) -> None:
        """Grade it: hard."""
        await self.grade("hard")

    async def do_review_good(self) -> None:
        """Grade it: good."""
        await self.grade("good")

    async def do_review_easy(self) -> None:
        """Grade it: easy."""
        await self.grade("easy")

    def do_review_leave(self) -> None:
        """Leave the review."""
        self.dismiss()
