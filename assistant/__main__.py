"""The front door: `assistant` opens the app, `assistant COMMAND` runs a command."""

import gc
from typing import NoReturn

from assistant.cli import main as run_command

_YOUNG = 100_000
"""New objects after which garbage is looked for.

Nearly all that a command makes are modules, which stay; to look through them every 700 objects, as
Python does, takes up to a fifth of its time.
"""


def main() -> NoReturn:
    """Run what the command line asks for, and leave with its exit code."""
    gc.set_threshold(_YOUNG)
    run_command(open_app)


def open_app(paper: str | None) -> int:
    """Open the app, on a paper if one is named; return its exit code."""
    from assistant.tui.start import run

    return run(paper)


if __name__ == "__main__":
    main()
