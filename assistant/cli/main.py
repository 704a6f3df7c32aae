"""The command line's front door: finds a command by name, and turns every error into advice."""

import importlib
import os
import sys
from collections.abc import Callable
from typing import NoReturn

import click

from assistant import __version__
from assistant.cli.stopping import Terminated, stop_on_sigterm

OpenApp = Callable[[str | None], int]
"""Opens the app, on a paper if one is named; given from outside, since no command imports it."""

COMMANDS = {
    "open": ("opening", "Open the app on a paper: an id, a DOI or an address."),
    "status": ("status", "Show the state of the library, and what to do next."),
    "sync": (
        "syncing",
        "Fetch what arXiv announced, check that it is complete, and fill earlier gaps.",
    ),
    "digest": ("digesting", "Show the day's papers for you, ranked, with reasons."),
    "profile": (
        "profile",
        "Say what a digest is about: categories, authors, searches, likes, muted words.",
    ),
    "feed": ("feed", "Follow any RSS or Atom feed, or a calendar of talks."),
    "project": (
        "project",
        "Follow projects on GitHub: releases, and issues that are good to begin with.",
    ),
    "venue": ("venue", "Follow conferences: what was accepted where, each new edition."),
    "deadlines": ("deadlines", "List deadlines of conferences, and how long there is."),
    "schedule": ("schedule", "Have this machine sync and make your digest every morning."),
    "import": ("importing", "Bring papers in: an arXiv snapshot, BibTeX, ids, our exports."),
    "export": ("exporting", "Write papers out: BibTeX, CSL-JSON, Markdown or JSON lines."),
    "search": ("searching", "Find papers and notes by words, by meaning, or both."),
    "similar": ("similar", "Find papers like one you have."),
    "paper": (
        "paper",
        "Show, open, rate, tag or mark a paper; undo, redo, trash; merge and split.",
    ),
    "duplicates": (
        "duplicates",
        "List pairs of papers that may be one work, and decide about them.",
    ),
    "note": (
        "note",
        "Write, link and find notes: Markdown files of your own, beside your papers.",
    ),
    "review": ("review", "Go over what you marked #review, when it is due."),
    "track": ("track", "Pick a career track, and see where you stand on it."),
    "skill": (
        "skill",
        "See what to learn next and why; show, begin, prove and review skills.",
    ),
    "lab": (
        "lab",
        "Start, check and run the labs of your skills; every check and run is kept.",
    ),
    "progress": (
        "progress",
        "See how far you have come: states, log, calendar, weekly summary; export and import.",
    ),
    "embed": ("embedding", "Give every paper and note its vector, so that it is found by meaning."),
    "backup": ("backup", "Take a verified backup of the library, or list them."),
    "restore": ("backup", "Put a backup in the library's place."),
    "doctor": ("doctor", "Check everything that can go wrong, and mend it."),
    "evaluate": (
        "evaluate",
        "Measure search, ranking and merging on sets whose truth is known.",
    ),
    "config": ("config", "Show or change settings."),
    "completion": ("completion", "Print the script that completes commands in your shell."),
}
"""Name -> the module under `assistant.cli` that has it, and its help; a list imports none."""


class _CommandsByName(click.Group):
    """Commands imported when they are called: `--help` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"assistant.cli.{COMMANDS[cmd_name][0]}")
        command = getattr(module, f"{cmd_name}_command")
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            import difflib

            close = difflib.get_close_matches(name, COMMANDS, n=1)
            hint = f" Did you mean `{close[0]}`?" if close else " `assistant --help` lists them."
            raise click.UsageError(f"There is no command {name!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in COMMANDS.items()])


@click.group(
    cls=_CommandsByName,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog="Everything lives in one folder: ASSISTANT_HOME, else your platform's data folder. "
    "Every command that shows data takes --json. Exit codes: 0 done, 1 could not, 2 wrong usage, "
    "3 done in part.",
)
@click.version_option(__version__, "-V", "--version", prog_name="assistant")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """A terminal home for ML developers: keep up with papers, and find them again.

    Without a command, it opens the app.
    """
    if ctx.invoked_subcommand is not None:
        if ctx.invoked_subcommand != "open":  # the app has ways of its own
            stop_on_sigterm()
        return
    if ctx.obj is not None and sys.stdin.isatty() and sys.stdout.isatty():
        ctx.exit(ctx.obj(None))
    from assistant.cli.status import welcome

    welcome()


def main(open_app: OpenApp | None = None) -> NoReturn:
    """Run the command line, and leave with one of its exit codes."""
    sys.exit(_run(open_app))


def _run(open_app: OpenApp | None = None) -> int:
    from assistant.errors import AssistantError
    from db.errors import DatabaseError

    try:
        result = cli.main(prog_name="assistant", standalone_mode=False, obj=open_app)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort as error:
        return _stopped(error.__cause__)
    except KeyboardInterrupt as error:
        return _stopped(error)
    except (AssistantError, DatabaseError) as error:
        from assistant.cli.output import show_error

        show_error(error)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not complain about it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        from assistant.cli.output import show_crash

        show_crash(error)
        return 1


def _stopped(cause: BaseException | None) -> int:
    from assistant.cli.output import note

    note("Stopped. Everything finished so far is kept.")
    return 143 if isinstance(cause, Terminated) else 130
