"""`assistant config`."""

from pathlib import Path
from typing import Any

import click

from assistant.cli.output import json_option, note, print_json
from assistant.config import find_home, load_settings, parse_settings, setting_names
from assistant.errors import ConfigError, UsageError
from assistant.search.encoders import encoder_key
from db.durable import replacing


@click.command("config")
@click.argument("name", required=False)
@click.argument("value", required=False)
@click.option("--unset", is_flag=True, help="Go back to the default of NAME.")
@click.option("--path", "show_path", is_flag=True, help="Print where the settings live.")
@json_option
def config_command(
    name: str | None, value: str | None, unset: bool, show_path: bool, as_json: bool
) -> None:
    """Show or change settings.

    \b
    assistant config                      all settings
    assistant config search.model         one setting
    assistant config search.model NAME    change it
    assistant config search.model --unset back to the default
    """
    home = find_home()
    if show_path:
        click.echo(home.config_file)
        return
    if name is None:
        _show_all(as_json)
        return
    names = setting_names()
    if name not in names:
        raise UsageError(f"There is no setting {name!r}.", hint="`assistant config` lists them.")
    if value is None and not unset:
        present = setting_names(load_settings(home))[name]
        if as_json:
            print_json({name: present})
        else:
            click.echo(present)
        return
    wanted = names[name] if unset else _typed(name, value or "", names[name])
    if name == "search.model":
        # A model that is not there would be noticed only when it is needed.
        encoder_key(wanted, home.models)
    _change(home.config_file, name, None if unset else wanted)
    present = setting_names(load_settings(home))[name]
    if as_json:
        print_json({name: present})
    else:
        click.echo(f"{name} = {present!r}")
    if name == "search.model":
        _reembed()


def _show_all(as_json: bool) -> None:
    present = setting_names(load_settings(find_home()))
    if as_json:
        print_json(present)
        return
    defaults = setting_names()
    width = max(map(len, present))
    for name, value in present.items():
        mark = "" if value == defaults[name] else f"   (default {defaults[name]!r})"
        click.echo(f"{name:<{width}}  {value!r}{mark}")


def _typed(name: str, value: str, default: Any) -> Any:
    try:
        return type(default)(value)
    except ValueError:
        kind = "a whole number" if isinstance(default, int) else "a number"
        raise UsageError(f"{name} must be {kind}, not {value!r}.") from None


def _change(path: Path, name: str, value: Any) -> None:
    """Write one setting, leaving everything else in the file, comments too, as it is."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        document = tomlkit.parse(text)
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML.", why=str(error)) from error
    *tables, key = name.split(".")
    table: Any = document
    for one in tables:
        table = table.setdefault(one, tomlkit.table())
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value
    changed = tomlkit.dumps(document)
    parse_settings(changed, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path, 0o600) as file:
        file.write(changed)


def _reembed() -> None:
    from assistant.cli.session import session
    from assistant.search.embedding import embed_in_background, is_embedding

    with session() as s:
        if is_embedding(s.home):
            note("Another process is embedding; `assistant embed` after it has finished.")
            return
        embed_in_background(s.home)
    note(
        "The library is being embedded anew in the background; the old model answers meanwhile.\n"
        "`assistant status` shows how far it is."
    )
