"""What a command tells the program that started it: one JSON object a line on stderr.

With ASSISTANT_EVENTS=1 these stand in the place of bars and notes:

    {"event": "progress", "label": "Embedding", "done": 128, "total": 900, "detail": "…"}
    {"event": "note", "text": "…"}
    {"event": "error", "title": "…", "why": "…", "hint": "…"}

The answer still goes to stdout, and the exit code says how it went.
"""

import contextlib
import json
import os
import sys

VARIABLE = "ASSISTANT_EVENTS"
_LONGEST = 4_000


def wanted() -> bool:
    """Tell whether a program listens."""
    return os.environ.get(VARIABLE) == "1"


def emit(event: str, **facts: str | float) -> None:
    """Write one event; a listener that is gone does not stop the work."""
    told: dict[str, str | float] = {"event": event}
    for name, fact in facts.items():
        told[name] = fact[:_LONGEST] if isinstance(fact, str) else fact
    try:
        sys.stderr.write(json.dumps(told) + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        forget_listener()


def forget_listener() -> None:
    """Write to nobody from now on: a broken pipe would fail again when the interpreter ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
