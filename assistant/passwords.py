"""Passwords of the person's own accounts: from the environment, else from the system's keyring."""

import importlib
import os

from assistant.errors import AssistantError
from assistant.text import clean_line


class NoPasswordError(AssistantError):
    """A login needs a password and there is none."""


def find_password(service: str, user: str, variable: str, title: str) -> str:
    """Return the password that `variable` holds, else the keyring's for a service and a user.

    Raises:
        NoPasswordError: there is none; it has this `title`.
    """
    if told := os.environ.get(variable):
        return told
    hint = f"`keyring set {service} {user}` keeps it in the system's keyring; or set {variable}."
    try:
        keyring = importlib.import_module("keyring")
    except ImportError:
        raise NoPasswordError(
            title,
            why="The package keyring is not installed.",
            hint=f"Install keyring, then {hint}",
        ) from None
    try:
        kept = keyring.get_password(service, user)
    except Exception as error:  # a backend may raise anything
        why = f"The keyring cannot be read: {clean_line(str(error), 200)}"
        raise NoPasswordError(title, why=why, hint=hint) from None
    if not kept:
        raise NoPasswordError(title, why=f"The keyring has none for {user}.", hint=hint)
    return str(kept)
