"""Going over a skill's questions: each with its answer, then one key for how it went."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from assistant.tui.acting import Acting
from assistant.tui.actions import bindings
from assistant.tui.notes import review as _scope  # registers the scope "review"
from assistant.tui.widgets.key_bar import KeyBar
from assistant.tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from assistant.library.spacing import Answer
    from assistant.skills.model import Skill

_GRADES = ("again", "hard", "good", "easy")
_TOLD = {
    "again": "I did not know it", "hard": "with effort", "good": "I knew it", "easy": "at once"
}  # fmt: skip
assert _scope


class SkillReview(Screen[None], Acting):
    """One skill after the other; a skill is graded once, after its last answer."""

    SCOPES: ClassVar[tuple[str, ...]] = ("review",)
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("review"))
    DEFAULT_CSS = """
    SkillReview { layout: vertical; }
    SkillReview #told { height: 1; padding: 0 1; color: $text-muted; }
    SkillReview VerticalScroll { height: 1fr; align: center top; padding: 1 2; }
    SkillReview #card { width: 100%; max-width: 80; height: auto; }
    SkillReview #grades { height: 2; padding: 0 1; }
    """

    def __init__(self, skills: "Sequence[Skill]") -> None:
        super().__init__()
        self._waiting = list(skills)
        self._answered = 0
        self._shown = 0
        """How many answers of the skill at hand were shown."""
        self._asked = 1

    def compose(self) -> ComposeResult:
        """Show the question and the ways to answer it."""
        yield TopBar("", "Review")
        yield Static(id="told", markup=False)
        with VerticalScroll(can_focus=False):
            yield Static(id="card", markup=False)
        yield Static(id="grades", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin with the first question."""
        self._draw()

    @property
    def skill(self) -> "Skill | None":
        """The skill at hand."""
        return self._waiting[0] if self._waiting else None

    @property
    def _all_shown(self) -> bool:
        return self.skill is not None and self._shown == len(self.skill.recall)

    def why_not(self, action: str) -> str | None:
        """Say why something cannot be done now."""
        if action == "review.leave":
            return None
        if self.skill is None:
            return "Nothing more is due."
        if action.removeprefix("review.") in _GRADES and not self._all_shown:
            return "Space shows the answers first."
        if action == "review.show" and self._all_shown:
            return "How was it? a, h, g or e."
        return None

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
            if self._all_shown:
                grades = self._grades()
        self.query_one("#told", Static).update(told)
        self.query_one("#card", Static).update(card)
        self.query_one("#grades", Static).update(grades)
        self.query_one(VerticalScroll).scroll_end(animate=False)
        self.refresh_bindings()

    def _grades(self) -> Text:
        look, line = self.assistant.look, Text("How was it?  ")
        for name in _GRADES:
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

    async def do_review_again(self) -> None:
        """Grade the skill: not known."""
        await self._grade("again")

    async def do_review_hard(self) -> None:
        """Grade the skill: hard."""
        await self._grade("hard")

    async def do_review_good(self) -> None:
        """Grade the skill: good."""
        await self._grade("good")

    async def do_review_easy(self) -> None:
        """Grade the skill: easy."""
        await self._grade("easy")

    async def _grade(self, given: "Answer") -> None:
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

    def do_review_leave(self) -> None:
        """Leave the review."""
        self.dismiss()
