"""When something reviewed comes back: the schedule, which follows from the answers alone.

The schedule is FSRS (J. Ye, J. Su, Y. Cao, "A Stochastic Shortest Path Algorithm for Optimizing
Spaced Repetition Scheduling", KDD 2022), by py-fsrs.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fsrs import Card

Answer = Literal["again", "hard", "good", "easy"]
ANSWERS: tuple[Answer, ...] = ("again", "hard", "good", "easy")
Given = tuple[str, datetime]
"""An answer, and when it was given."""


class Spacing:
    """The schedule of one kind of thing; `steps` also brings new ones back within minutes."""

    def __init__(self, *, steps: bool) -> None:
        from fsrs import Scheduler

        # With chance in it, the same answers would not give the same day twice.
        self._scheduler = (
            Scheduler(enable_fuzzing=False)
            if steps
            else Scheduler(enable_fuzzing=False, learning_steps=(), relearning_steps=())
        )

    def due(self, answers: Iterable[Given]) -> datetime | None:
        """Return when it comes back after these answers in order; None without any."""
        card = self._replayed(answers)
        return card.due if card.last_review else None

    def outcomes(self, answers: Iterable[Given], moment: datetime) -> dict[Answer, datetime]:
        """Return when it would come back after each answer given at a moment."""
        from fsrs import Rating

        before = self._replayed(answers)
        return {
            name: self._scheduler.review_card(before, Rating(number), moment)[0].due
            for number, name in enumerate(ANSWERS, start=1)
        }

    def _replayed(self, answers: Iterable[Given]) -> "Card":
        from fsrs import Card, Rating

        names: tuple[str, ...] = ANSWERS
        card = Card(card_id=1, due=datetime.now(UTC))
        for answer, at in answers:
            card, _ = self._scheduler.review_card(card, Rating(names.index(answer) + 1), at)
        return card


def in_words(wait: timedelta) -> str:
    """Return how long until something comes back: "10 min", "3 days"."""
    minutes = wait.total_seconds() / 60
    for size, unit in ((60 * 24 * 365, "year"), (60 * 24 * 30, "month"), (60 * 24, "day")):
        if minutes >= 0.95 * size:
            count = round(minutes / size)
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return f"{round(minutes / 60)} h" if minutes >= 90 else f"{max(round(minutes), 1)} min"
