"""The one registry of actions: key bindings, footer, help and palette all derive from it.

An action belongs to a scope: a kind of place such as a list, a paper, an area, the whole app. What
mixes in `assistant.tui.acting.Acting` binds its scopes' keys and performs their actions.
"""

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Action:
    """Something a key does.

    `id` is what `[keys]` in config.toml rebinds; `keys` are Textual's key names, separated by
    commas; `title` is a whole phrase; `short` is its word in the footer, "" keeps it out of there.
    """

    id: str
    keys: str
    title: str
    short: str = ""

    @property
    def method(self) -> str:
        """The name of the method that does it."""
        return "do_" + self.id.replace(".", "_").replace("-", "_")


@dataclass(frozen=True, slots=True)
class Scope:
    """A kind of place, what it is called in the help, and what can be done there."""

    name: str
    heading: str
    actions: tuple[Action, ...]


_SCOPES: dict[str, Scope] = {}
_KEY_NAMES = {
    "question_mark": "?", "slash": "/", "plus": "+", "minus": "-", "exclamation_mark": "!",
    "escape": "esc", "asterisk": "*", "full_stop": ".", "colon": ":", "left_square_bracket": "[",
    "right_square_bracket": "]", "comma": ",", "equals_sign": "=", "less_than_sign": "<",
    "pagedown": "PgDn", "pageup": "PgUp", "up": "↑", "down": "↓", "left": "←", "right": "→",
}  # fmt: skip


def register(name: str, heading: str, *actions: Action) -> None:
    """Add a scope to the registry."""
    _SCOPES[name] = Scope(name, heading, actions)


def all_scopes() -> Mapping[str, Scope]:
    """Return every scope by name, in the order they were registered."""
    return _SCOPES


def bindings(*names: str) -> list[Binding]:
    """Return the key bindings of scopes, each under its action's id so that users can rebind it."""
    return [
        Binding(one.keys, f"perform({one.id!r})", one.title, show=bool(one.short), id=one.id)
        for name in names
        for one in _SCOPES[name].actions
    ]


def known_ids() -> set[str]:
    """Return every action's id."""
    return {one.id for scope in _SCOPES.values() for one in scope.actions}


def unknown_ids(ids: Iterable[str]) -> list[str]:
    """Return those of the ids that no action has, sorted."""
    if set(ids) - known_ids():
        # A place registers its actions when it is first shown, which may not have been yet.
        package = __package__ or ""
        for one in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            importlib.import_module(one.name)
    return sorted(set(ids) - known_ids())


def shown_keys(keys: str) -> tuple[str, ...]:
    """Return keys as people write them."""
    return tuple(_KEY_NAMES.get(key.strip(), key.strip()) for key in keys.split(","))


register(
    "app",
    "Everywhere",
    Action("app.help", "question_mark", "Show what every key does here", "help"),
    Action("app.palette", "ctrl+p", "Find an action, a paper, a note or a saved search", "palette"),
    Action("app.search", "f,ctrl+f", "Search the whole library", "find"),
    Action("app.capture", "c", "Catch a thought in the note of the day", "capture"),
    Action("app.review", "F", "Go over what you marked #review and is due"),
    Action("app.undo", "z", "Undo the last thing you did", "undo"),
    Action("app.redo", "Z", "Do again what was undone"),
    Action("app.sync", "S", "Fetch what was announced, and make the day's digest"),
    Action("app.import", "ctrl+o", "Bring papers in from a file"),
    Action("app.cancel-job", "ctrl+x", "Stop the job that is running"),
    Action("app.theme", "ctrl+t", "Turn from light to dark and back"),
    Action("app.quit", "q,ctrl+q", "Quit", "quit"),
)
register(
    "list",
    "In a list",
    Action("list.down", "j,down", "Next line"),
    Action("list.up", "k,up", "Previous line"),
    Action("list.top", "g,home", "First line"),
    Action("list.bottom", "G,end", "Last line"),
    Action("list.half-down", "ctrl+d", "Half a page down"),
    Action("list.half-up", "ctrl+u", "Half a page up"),
    Action("list.page-down", "pagedown", "A page down"),
    Action("list.page-up", "pageup", "A page up"),
    Action("list.enter", "enter", "Open what the cursor is on"),
)
register(
    "browser",
    "List and preview",
    Action("browser.preview", "p", "Show or hide the preview", "preview"),
    Action("browser.scroll-down", "J", "Scroll the preview down"),
    Action("browser.scroll-up", "K", "Scroll the preview up"),
    Action("browser.pane", "tab", "Go to the other pane"),
    Action("browser.back", "escape", "Back: leave the paper, the selection or the filter"),
)
register(
    "paper",
    "On a paper, or on all selected",
    Action("paper.like", "plus", "Like: more like this in the digest", "like"),
    Action("paper.dislike", "minus", "Dislike: less like this in the digest", "dislike"),
    Action("paper.later", "l", "Keep for later, or not", "later"),
    Action("paper.read", "m", "Mark read, or unread again", "read"),
    Action("paper.star", "s", "Star, or take the star away", "star"),
    Action("paper.tags", "t", "Change its tags", "tag"),
    Action("paper.open", "o", "Open its page in the browser", "open"),
    Action("paper.open-pdf", "O", "Open its PDF in the browser"),
    Action("paper.note", "e", "Write a note of it in your editor", "note"),
    Action("paper.notes", "E", "Read its notes, then the paper again"),
    Action("paper.copy", "y", "Copy its id, link or BibTeX"),
    Action("paper.similar", "~", "Show papers like it"),
    Action("paper.select", "space", "Select it, or not, and go on to the next"),
    Action("paper.select-all", "V", "Select all that are shown, or none"),
    Action("paper.trash", "d", "Put it in the trash: d, then x"),
)
