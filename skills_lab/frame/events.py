"""The events of a run: what a lab tells while it works, as dictionaries with an `event` key.

start     lab, title, device, scale, seed, budget, solution
progress  done, total, note
metric    name, step, value, unit          value is null where it is not finite
claim     id, text, measured, bound, holds
skip      id, text, why                    a claim that cannot be verified here
artifact  name, path, size
result    ok, error, claims {held, failed, skipped}, device, seconds, peak_memory, environment

A check of a solution tells `start` (lab, file, checks), `check`, `hint`, `output`, `result`.
"""

import json
import math
import os
from collections.abc import Callable
from typing import Any

Event = dict[str, Any]
Sink = Callable[[Event], None]


def plain(value: Any) -> Any:
    """Return a scalar of NumPy or torch as Python's own, and what is not finite as text."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def json_lines(descriptor: int) -> Sink:
    """Return a sink that writes each event as one line of JSON at once.

    A reader that has gone away ends the process quietly: nobody is left to tell.
    """

    def write(event: Event) -> None:
        line = json.dumps(event, ensure_ascii=False, allow_nan=False, default=str) + "\n"
        left = memoryview(line.encode())
        try:
            while left:
                left = left[os.write(descriptor, left) :]
        except BrokenPipeError:
            os._exit(1)

    return write
