"""`assistant review`: going over what is marked `#review`."""

from datetime import UTC, datetime
from typing import Any

import click

from assistant.cli.cards import ask_answer, wants_answer
from assistant.cli.note_session import NotesSession, refreshed
from assistant.cli.output import json_option, note, plural, print_json
from assistant.errors import UsageError


@click.command("review")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--all", "everything", is_flag=True, help="Also cards that are not due yet.")
@click.option("--card", metavar="CARD", help="Answer this one card, without asking.")
@click.option("--answer", metavar="ANSWER", help="again, hard, good or easy, for --card.")
@click.option("--undo", "take_back", is_flag=True, help="Take the last answer back.")
@json_option
def review_command(
    limit: int,
    everything: bool,
    card: str | None,
    answer: str | None,
    take_back: bool,
    as_json: bool,
) -> None:
    """Go over what you marked #review, when it is due.

    \b
    In a note, mark a passage:
      What does LoRA freeze? :: The pretrained weights. #review
      The update has ==low rank==. #review
    or a heading, or the whole note with the tag `review` in its front matter.
    """
    from assistant.notes import reviewing

    with refreshed() as n:
        if take_back:
            front = reviewing.undo_answer(n.vault)
            print_json({"undone": front}) if as_json else click.echo(f"Taken back: {front}")
            return
        if card is not None or answer is not None:
            _answer_one(n, card, answer, as_json)
            return
        cards = reviewing.all_cards(n.vault) if everything else reviewing.due_cards(n.vault)
        if as_json:
            print_json([_card_json(one) for one in cards[:limit]])
            return
        if everything:
            for one in cards[:limit]:
                due = f"{one.due.astimezone():%Y-%m-%d %H:%M}" if one.due else "new"
                click.echo(f"{due:<16}  {one.digest[:8]}  {one.front.splitlines()[0]}")
            return
        _ask(n, cards[:limit])


def _ask(n: NotesSession, cards: list[Any]) -> None:
    from assistant.notes import reviewing

    if not cards:
        note("Nothing is due. Mark a passage with #review, and it comes back.")
        return
    done = 0
    for number, card in enumerate(cards, start=1):
        click.echo(click.style(f"{number} of {len(cards)}  {card.path}", dim=True))
        click.echo(click.style(card.front, bold=True))
        if not wants_answer():
            break
        click.echo(card.back)
        now = datetime.now(UTC)
        outcomes = reviewing.outcomes(n.vault, card, now)
        answer = ask_answer(*(f"({reviewing.in_words(due - now)})" for due in outcomes.values()))
        if answer is None:
            break
        reviewing.answer(n.vault, card, answer)
        done += 1
        click.echo()
    note(f"{plural(done, 'card')} answered; {len(cards) - done} left of these.")


def _answer_one(n: NotesSession, card: str | None, answer: str | None, as_json: bool) -> None:
    from assistant.notes import reviewing

    given = next((one for one in reviewing.ANSWERS if one == answer), None)
    if card is None or given is None:
        raise UsageError(
            "Which card, and how was it?",
            hint=f"assistant review --card CARD --answer {'|'.join(reviewing.ANSWERS)}",
        )
    found = reviewing.find_card(n.vault, card)
    due = reviewing.answer(n.vault, found, given)
    if as_json:
        print_json({"card": found.digest, "answer": given, "due": due.isoformat()})
    else:
        click.echo(f"Comes back in {reviewing.in_words(due - datetime.now(UTC))}.")


def _card_json(card: Any) -> dict[str, Any]:
    return {
        "card": card.digest, "path": card.path, "title": card.title, "front": card.front,
        "back": card.back, "line": card.line, "answers": card.answers,
        "due": card.due.isoformat() if card.due else None,
    }  # fmt: skip
