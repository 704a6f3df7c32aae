"""Lending the terminal to the person's editor, or to a command that opens it."""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from assistant.config import HOME_VARIABLE

if TYPE_CHECKING:
    from assistant.tui.app import AssistantApp


def in_terminal(app: "AssistantApp", *arguments: str, done: str, failed: str) -> bool:
    """Run `assistant ARGUMENTS` in the terminal, which the app leaves meanwhile; tell how it ended.

    `done` is said then, unless it is empty, or `failed`.
    """
    command = [sys.executable, "-m", "assistant", *arguments]
    environment = {**os.environ, HOME_VARIABLE: str(app.desk.home.path)}
    try:
        with app.suspend():
            ended = subprocess.run(command, env=environment, check=False).returncode
    except SuspendNotSupported:
        app.say("An editor needs a terminal of its own.", severity="warning")
        return False
    if ended:
        hint = "Set $EDITOR to your editor; `assistant note` says more."
        app.say(failed, severity="error", hint=hint)
    elif done:
        app.say(done)
    return not ended


def edit_file(app: "AssistantApp", file: Path) -> bool:
    """Open a file in $VISUAL or $EDITOR, which has the terminal meanwhile; tell whether it ran."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    hint = "Set EDITOR to the one you use."
    try:
        words = [*shlex.split(command), str(file)]
        with app.suspend():
            ended = subprocess.run(words, check=False).returncode
    except SuspendNotSupported:
        app.say("An editor needs a terminal of its own.", severity="warning")
        return False
    except (OSError, ValueError) as error:
        told = f"Cannot start the editor {command!r}."
        app.say(told, severity="error", why=str(error), hint=hint)
        return False
    if ended:
        app.say(f"{command} ended with code {ended}.", severity="error", hint=hint)
    return not ended
