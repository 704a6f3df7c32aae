"""The front door: `assistant` opens the app, `assistant COMMAND` runs a command."""

from typing import NoReturn

from assistant.cli import main as run_command


def main() -> NoReturn:
    """Run what the command line asks for, and leave with its exit code."""
    run_command(open_app)


def open_app(paper: str | None) -> int:
    """Open the app, on a paper if one is named; return its exit code."""
    from assistant.tui.start import run

    return run(paper)


if __name__ == "__main__":
    main()
