"""Lending the terminal to a command that opens the person's editor."""

import os
import subprocess
import sys
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
