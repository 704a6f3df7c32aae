"""Groups of commands whose help tells each command's whole first sentence."""

import click

_LONGEST = 400


class Group(click.Group):
    """As click's, which cuts what does not fit on one line."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands that are not hidden."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        told = [
            (name, command.get_short_help_str(_LONGEST))
            for name, command in found
            if command is not None and not command.hidden
        ]
        with formatter.section("Commands"):
            formatter.write_dl(told)
