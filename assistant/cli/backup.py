"""`assistant backup` and `assistant restore`."""

from pathlib import Path

import click

from assistant.cli.output import json_option, megabytes, note, plural, print_json, progress
from assistant.cli.session import session
from assistant.config import find_home, load_settings
from assistant.errors import UsageError
from db.backup import Backup, list_backups, restore_backup, take_backup, verify_backup


@click.command("backup")
@click.option("--list", "listing", is_flag=True, help="List the backups there are.")
@json_option
def backup_command(listing: bool, as_json: bool) -> None:
    """Take a verified backup of the library, or list them.

    Backups are kept in the `backups` folder of your home; the oldest go when there are more than
    the setting library.backups_kept.
    """
    if listing:
        backups = list_backups(find_home().backups)
        if as_json:
            print_json([_as_json(backup) for backup in backups])
        elif not backups:
            note("There are no backups yet. `assistant backup` takes one.")
        for backup in backups if not as_json else ():
            click.echo(_line(backup))
        return
    with session() as s, progress("Backing up", quiet=as_json) as bar:
        backup = take_backup(
            s.home.library_file,
            s.home.backups,
            reason="asked",
            keep=s.settings.library.backups_kept,
            progress=bar.update,
        )
    if as_json:
        print_json(_as_json(backup))
    else:
        click.echo(f"Backed up and verified: {plural(backup.works, 'work')}.")
        click.echo(f"{backup.path}  {megabytes(backup.size)}")


@click.command("restore")
@click.argument("backup", required=False, type=click.Path(path_type=Path))
@click.option("--newest", is_flag=True, help="Restore the newest backup.")
@click.option("--check", is_flag=True, help="Only check that it could be restored.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def restore_command(
    backup: Path | None, newest: bool, check: bool, yes: bool, as_json: bool
) -> None:
    """Put a backup in the library's place.

    BACKUP is a file or the name of one in the `backups` folder. It is verified first; the library
    it replaces stays beside it as library.db.replaced.
    """
    home = find_home()
    if backup is None and not newest:
        raise UsageError(
            "Which backup?", hint="Name one (`assistant backup --list`), or say --newest."
        )
    if newest:
        backups = list_backups(home.backups)
        if not backups:
            raise UsageError("There are no backups.", hint="`assistant backup` takes one.")
        backup = backups[0].path
    assert backup is not None
    if not backup.is_file() and (home.backups / backup.name).is_file():
        backup = home.backups / backup.name
    with progress("Verifying", quiet=as_json) as bar:
        works = verify_backup(backup, progress=bar.update)
    if check:
        if as_json:
            print_json({"path": str(backup), "works": works, "restorable": True})
        else:
            click.echo(f"{backup.name} is whole: {plural(works, 'work')}.")
        return
    if not yes and not as_json:
        click.confirm(
            f"Replace the library with {backup.name} ({plural(works, 'work')})?", abort=True
        )
    load_settings(home)
    with progress("Restoring", quiet=as_json) as bar:
        restore_backup(backup, home.library_file, progress=bar.update)
    if as_json:
        print_json({"path": str(backup), "works": works, "restored": True})
    else:
        click.echo(f"Restored {plural(works, 'work')} from {backup.name}.")
        note(f"The library it replaced is {home.library_file}.replaced")


def _as_json(backup: Backup) -> dict[str, object]:
    return {
        "path": str(backup.path),
        "taken_at": backup.taken_at.isoformat(),
        "reason": backup.reason,
        "bytes": backup.size,
        "works": backup.works,
    }


def _line(backup: Backup) -> str:
    moment = backup.taken_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return (
        f"{moment}  {plural(backup.works, 'work'):>16}  {megabytes(backup.size):>9}"
        f"  {backup.reason:<12}  {backup.path.name}"
    )
