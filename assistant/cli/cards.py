"""Going over questions in a terminal: showing the answer, and saying how it was."""

import click

from assistant.library.spacing import ANSWERS, Answer

_LEAVE = "q"


def wants_answer() -> bool:
    """Wait for Enter; False where the person ends it here."""
    told = click.prompt("Enter shows the answer, q ends", default="", show_default=False)
    return bool(told.strip().lower() != _LEAVE)


def ask_answer(*told: str) -> Answer | None:
    """Ask how well it was remembered, by number or by name; None where the person ends it here.

    `told` says something of each answer, as when the card would come back.
    """
    said = told or ("",) * len(ANSWERS)
    choices = "  ".join(
        f"{number} {name} {more}".rstrip()
        for number, (name, more) in enumerate(zip(ANSWERS, said, strict=True), start=1)
    )
    answer: Answer | None = click.prompt(f"{choices}  {_LEAVE} ends", value_proc=_answer)
    return answer


def _answer(told: str) -> Answer | None:
    told = told.strip().lower()
    if told == _LEAVE:
        return None
    for number, name in enumerate(ANSWERS, start=1):
        if told in (str(number), name):
            return name
    raise click.UsageError(f"1 to {len(ANSWERS)}, {', '.join(ANSWERS)}, or {_LEAVE}.")
