"""Spaced review of what is marked `#review`: what is due, and what an answer means for it.

Nothing but the answers is kept, in the log: when a card is due follows from them, by
`assistant.library.spacing`. A card is known by its words; one whose words were edited keeps the
answers of the words it had in the same note.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from assistant.errors import NotFoundError
from assistant.library.spacing import ANSWERS, Answer, Spacing, in_words
from assistant.notes.vault import Vault
from assistant.text import clean_line
from db import notes as index
from db import personal

__all__ = [
    "ANSWERS",
    "REVIEW",
    "Answer",
    "ReviewCard",
    "all_cards",
    "answer",
    "due_cards",
    "find_card",
    "in_words",
    "outcomes",
    "undo_answer",
]

REVIEW = "review"
"""The kind of event that an answer is."""
_ALIKE = 75  # of 100: how alike an edited card is to what it was
_KEPT = 400


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """A card and where it stands; `due` is None while it was never answered."""

    digest: str
    path: str
    title: str
    front: str
    back: str
    line: int
    due: datetime | None
    answers: int

    def is_due(self, moment: datetime) -> bool:
        """Tell whether it should be answered now."""
        return self.due is None or self.due <= moment


def all_cards(vault: Vault) -> list[ReviewCard]:
    """Return every card, the longest due first and new ones last."""
    with vault.database.read() as connection:
        found = index.cards(connection)
        history = _history(index.events_of(connection, [REVIEW, "note-undo", "note-rename"]))
    spacing = Spacing(steps=True)
    known = {digest for _, digest, *_ in found}
    cards: dict[str, ReviewCard] = {}
    for path, digest, front, back, line, title in found:
        answers = history.get(digest) or _as_it_was(history, known, path, front, back)
        due = spacing.due(map(_given, answers))
        card = ReviewCard(digest, path, title, front, back, line, due, len(answers))
        cards.setdefault(digest, card)
    return sorted(
        cards.values(), key=lambda card: (card.due is None, card.due, card.path, card.line)
    )


def due_cards(vault: Vault, moment: datetime | None = None) -> list[ReviewCard]:
    """Return the cards to answer now."""
    moment = moment or datetime.now(UTC)
    return [card for card in all_cards(vault) if card.is_due(moment)]


def find_card(vault: Vault, digest: str) -> ReviewCard:
    """Return a card by its digest, or the beginning of it.

    Raises:
        NotFoundError: there is none, or several begin so.
    """
    found = [card for card in all_cards(vault) if digest and card.digest.startswith(digest)]
    if len(found) != 1:
        raise NotFoundError(
            f"No one card is called {clean_line(digest, 40)!r}.",
            hint="`assistant review --json` lists them.",
        )
    return found[0]


def answer(
    vault: Vault, card: ReviewCard, given: Answer, moment: datetime | None = None
) -> datetime:
    """Write an answer down, and return when the card comes back."""
    moment = moment or datetime.now(UTC)
    told = {
        "path": card.path, "front": clean_line(card.front, _KEPT),
        "back": clean_line(card.back, _KEPT), "answer": given, "at": moment.isoformat(),
    }  # fmt: skip
    due = outcomes(vault, card, moment)[given]
    with vault.database.write("write down a review") as connection:
        personal.append_event(connection, REVIEW, f"card:{card.digest}", told)
    return due


def outcomes(
    vault: Vault, card: ReviewCard, moment: datetime | None = None
) -> dict[Answer, datetime]:
    """Return when a card would come back after each answer."""
    moment = moment or datetime.now(UTC)
    with vault.database.read() as connection:
        history = _history(index.events_of(connection, [REVIEW, "note-undo", "note-rename"]))
        known = {digest for _, digest, *_ in index.cards(connection)}
    answers = history.get(card.digest) or _as_it_was(
        history, known, card.path, card.front, card.back
    )
    return Spacing(steps=True).outcomes(map(_given, answers), moment)


def undo_answer(vault: Vault) -> str:
    """Take the newest answer back, and return the card's front.

    Raises:
        NotFoundError: there is none.
    """
    with vault.database.write("take an answer back") as connection:
        event = personal.last_undoable(connection, [REVIEW])
        if event is None:
            raise NotFoundError("No answer is left to take back.")
        personal.append_event(connection, "note-undo", event.subject, {}, undoes=event.id)
        return str(event.data["front"])


Given = dict[str, Any]


def _history(events: Sequence[dict[str, Any]]) -> dict[str, list[Given]]:
    """Card's digest -> its answers in order, with the path of its note as it is now."""
    undone = {event["undoes"] for event in events}
    found: dict[str, list[Given]] = {}
    for event in events:
        data = event["data"]
        if event["kind"] == REVIEW and event["id"] not in undone:
            found.setdefault(event["subject"].removeprefix("card:"), []).append({**data})
        for old, new in data.get("moved", {}).items():
            for given in (one for answers in found.values() for one in answers):
                if given["path"] == old:
                    given["path"] = new
    return found


def _as_it_was(
    history: dict[str, list[Given]], known: set[str], path: str, front: str, back: str
) -> list[Given]:
    """The answers of the card that this one was before it was edited."""
    from rapidfuzz import fuzz

    words = clean_line(f"{front} {back}", 2 * _KEPT)
    best, alike = [], float(_ALIKE)
    for digest, answers in history.items():
        last = answers[-1]
        if digest in known or last["path"] != path:
            continue
        score = fuzz.ratio(words, clean_line(f"{last['front']} {last['back']}", 2 * _KEPT))
        if score >= alike:
            best, alike = answers, score
    return list(best)


def _given(answer: Given) -> tuple[str, datetime]:
    return answer["answer"], datetime.fromisoformat(answer["at"])
