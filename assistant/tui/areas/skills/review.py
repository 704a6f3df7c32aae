"""Going over a skill's questions: each with its answer, then one key for how it went."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.containers import VerticalScroll

from assistant.tui.actions import bindings
from assistant.tui.card_screen import GRADES, CardScreen

if TYPE_CHECKING:
    from assistant.library.spacing import Answer
    from assistant.skills.model import Skill

_TOLD = {
    "again": "I did not know it", "hard": "with effort", "good": "I knew it", "easy": "at once"
}  # fmt: skip


class SkillReview(CardScreen):
    """One skill after the other; a skill is graded once, after its last answer."""

    SCOPES: ClassVar[tuple[str, ...]] = ("review",)
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("review"))

    def __init__(self, skills: "Sequence[Skill]") -> None:
        super().__init__()
        self._waiting = list(skills)
        self._answered = 0
        self._shown = 0
        """How many answers of the skill at hand were shown."""
        self._asked = 1

    def on_mount(self) -> None:
        """Begin with the first question."""
        self._draw()

    @property
    def skill(self) -> "Skill | None":
        """The skill at hand."""
        return self._waiting[0] if self._waiting else None

    @property
    def has_card(self) -> bool:
        """Whether a skill is left."""
        return self.skill is not None

    @property
    def is_answered(self) -> bool:
        """Whether every answer of the skill at hand was shown."""
        return self.skill is not None and self._shown == len(self.skill.recall)

    def _draw(self) -> None:
        look, skill = self.assistant.look, self.skill
        told, card, grades = Text(no_wrap=True, overflow="ellipsis"), Text(), Text()
        if skill is None:
            card.append(f"{self._answered:,} answered. Nothing more is due.", look.good)
        else:
            count = f"{self._answered + 1:,} of {self._answered + len(self._waiting):,}  "
            told.append(count if self._answered + len(self._waiting) > 1 else "")
            told.append(f"{skill.title}: question {self._asked} of {len(skill.recall)}")
            for number, one in enumerate(skill.recall[: self._asked]):
                card.append(("\n\n" if number else "") + one.ask, look.strong)
                if number < self._shown:
                    card.append(f"\n\n{one.answer}")
            if self.is_answered:
                grades = self._grades()
        self.draw(told, card, grades)
        self.query_one(VerticalScroll).scroll_end(animate=False)

    def _grades(self) -> Text:
        look, line = self.assistant.look, Text("How was it?  ")
        for name in GRADES:
            line.append(f"{self.assistant.key_of(f'review.{name}')} ", look.accent)
            line.append(f"{name} ", look.plain)
            line.append(f"{_TOLD[name]}   ", look.dim)
        return line

    def do_review_show(self) -> None:
        """Show the answer, or the next question where it is shown."""
        if self._shown < self._asked:
            self._shown += 1
        else:
            self._asked += 1
        self._draw()

    async def grade(self, given: "Answer") -> None:
        """Write a review of the skill at hand down, and go on to the next."""
        from assistant.library.spacing import in_words
        from assistant.skills import deeds
        from assistant.skills.learner import read_learner

        skill, home = self.skill, self.desk.home
        assert skill is not None
        await self.desk.library.write(
            "write down a review", lambda c: deeds.answer_review(c, skill, given)
        )
        learner = await self.desk.library.look(lambda database: read_learner(home, database))
        due = learner.standings[skill.id].due
        when = (
            f"comes back in {in_words(due - learner.now)}" if due is not None
            else "comes back on a schedule once it is proven"
        )  # fmt: skip
        self.assistant.say(f"{skill.title} {when}. z undoes it.")
        self.assistant.library_changed()
        self._answered += 1
        self._next()

    def do_review_skip(self) -> None:
        """Leave this skill for another time."""
        self._next()

    def _next(self) -> None:
        self._waiting.pop(0)
        self._shown, self._asked = 0, 1
        if self._waiting:
            self._draw()
        else:
            self.dismiss()

    def do_review_open(self) -> None:
        """Open the skill's page."""
        from functools import partial

        from assistant.tui.learning import show_skill

        skill = self.skill
        assert skill is not None
        # This screen is gone by then, so the app does it.
        work = partial(show_skill, self.assistant, skill.id)
        self.assistant.run_safely(work, "Showing the skill")
