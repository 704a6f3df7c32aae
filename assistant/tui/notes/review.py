"""Going over what was marked `#review`: the question, the answer, and one key for how it went."""

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.containers import VerticalScroll

from assistant.text import clean
from assistant.tui.actions import bindings
from assistant.tui.card_screen import CardScreen

if TYPE_CHECKING:
    from assistant.notes.reviewing import Answer, ReviewCard

_NOTHING = """Nothing is due.

Mark a passage of a note, and it comes back when it should:

  What does LoRA freeze? :: The pretrained weights. #review
  The update has ==low rank==. #review

A heading marked so asks for what stands under it; the tag `review`
in front matter asks for the whole note."""
_LONGEST = 20_000


class ReviewScreen(CardScreen):
    """One card after the other, the longest due first."""

    SCOPES: ClassVar[tuple[str, ...]] = ("review",)
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("review"))

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[ReviewCard] = []
        self._skipped: set[str] = set()
        self._answered = 0
        self._shown = False
        self._waits: dict[Answer, str] = {}
        self._read = False

    def on_mount(self) -> None:
        """Begin with the card that waits longest."""
        self.run_safely(self._load, "Looking for what is due", only="load")

    def library_changed(self) -> None:
        """Take an answer that was undone up again."""
        self.notes_changed()

    def notes_changed(self) -> None:
        """Look again for what is due."""
        self.run_safely(self._load, "Looking for what is due", only="load")

    @property
    def card(self) -> "ReviewCard | None":
        """The card at hand."""
        return self._waiting[0] if self._waiting else None

    @property
    def has_card(self) -> bool:
        """Whether a card is due."""
        return self.card is not None

    @property
    def is_answered(self) -> bool:
        """Whether the answer is in sight."""
        return self._shown

    async def _load(self) -> None:
        from assistant.notes.reviewing import due_cards

        before = self.card
        found = await self.desk.notes.read(lambda v: due_cards(v, datetime.now(UTC)))
        self._waiting = [card for card in found if card.digest not in self._skipped]
        self._read = True
        if self.card is None or before is None or self.card.digest != before.digest:
            self._shown = False
        self._draw()

    def _draw(self) -> None:
        look, card = self.assistant.look, self.card
        told, page, grades = Text(no_wrap=True, overflow="ellipsis"), Text(), Text()
        if card is None and self._read:
            done = f"{self._answered:,} answered. " if self._answered else ""
            page.append(done, look.good)
            page.append(_NOTHING if not self._answered else "Nothing more is due.", look.dim)
        elif card is not None:
            told.append(f"{self._answered + 1:,} of {self._answered + len(self._waiting):,}")
            told.append(f"  {clean(card.path)}")
            page.append(clean(card.front, _LONGEST), look.strong)
            if self._shown:
                page.append("\n\n" + "─" * 20 + "\n\n", look.dim)
                page.append(clean(card.back, _LONGEST))
                grades = self._grades()
        self.draw(told, page, grades)

    def _grades(self) -> Text:
        look, line = self.assistant.look, Text()
        keys = {one.id: self.assistant.keys_of(one)[0] for one in self.own_actions()}
        for name, wait in self._waits.items():
            line.append(f" {keys[f'review.{name}']} ", look.accent)
            line.append(f"{name} ", look.plain)
            line.append(f"{wait}   ", look.dim)
        return line

    async def do_review_show(self) -> None:
        """Show the answer, and when the card comes back after each grade."""
        from assistant.notes.reviewing import in_words, outcomes

        card, now = self.card, datetime.now(UTC)
        assert card is not None
        due = await self.desk.notes.read(lambda v: outcomes(v, card, now))
        self._waits = {name: in_words(moment - now) for name, moment in due.items()}
        self._shown = True
        self._draw()
        self.query_one(VerticalScroll).scroll_home(animate=False)

    async def grade(self, given: "Answer") -> None:
        """Write an answer to the card at hand down, and go on to the next."""
        from assistant.notes.reviewing import answer

        card = self.card
        assert card is not None
        await self.desk.notes.change(partial(answer, card=card, given=given))
        self._answered += 1
        self._shown = False
        self._waiting.pop(0)
        self._draw()
        if not self._waiting:
            await self._load()  # what was not known may be due by now

    def do_review_skip(self) -> None:
        """Leave this card for another time."""
        card = self.card
        assert card is not None
        self._skipped.add(card.digest)
        self._waiting.pop(0)
        self._shown = False
        self._draw()

    def do_review_open(self) -> None:
        """Open the note the card is from."""
        card = self.card
        assert card is not None
        # This screen is gone by then, so the app does it.
        work = partial(self.assistant.show_note, card.path)
        self.assistant.run_safely(work, "Showing the note")

    def do_review_leave(self) -> None:
        """Leave the review."""
        super().do_review_leave()
        self.assistant.notes_changed()
