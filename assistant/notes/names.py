"""Names of notes: which are safe on every system, and which two are one."""

import re
import unicodedata
from pathlib import PurePosixPath

from assistant.errors import AssistantError
from assistant.text import clean_line

NOTE_SUFFIXES = (".md", ".markdown")
MOST_NAME_BYTES = 200
MOST_PATH_CHARACTERS = 400

_DEVICES = frozenset(
    {
        *("con", "prn", "aux", "nul", "conin$", "conout$"),
        *(f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"),
    }
)
# What Windows or a link cannot hold: `[[a#b]]` means a heading, `[[a|b]]` a label.
_FORBIDDEN = re.compile(r'[\\/:*?"<>|#^\[\]]')
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class BadNameError(AssistantError):
    """A name or path that cannot be used for a file of the vault."""


def key(text: str) -> str:
    """Return what two spellings of one name share: no case, one Unicode form."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFD", text).casefold()
    return unicodedata.normalize("NFC", folded)


def is_note(path: str) -> bool:
    """Tell whether a path names a Markdown file."""
    return path.lower().endswith(NOTE_SUFFIXES)


def without_suffix(path: str) -> str:
    """Return a path without `.md`; others stay as they are."""
    return path.rpartition(".")[0] if is_note(path) else path


def name_of(path: str) -> str:
    """Return the last part of a path, without `.md`: what a link calls it by."""
    return without_suffix(path).rpartition("/")[2]


def folder_of(path: str) -> str:
    """Return the folder of a path, "" for the vault's own."""
    return path.rpartition("/")[0]


def safe_name(title: str) -> str:
    """Return a file's name for a title, without suffix: readable, and safe on every system."""
    name = re.sub(rf"(?<=\w)(?:{_FORBIDDEN.pattern})+(?=\w)", "-", clean_line(title, 300))
    name = " ".join(_FORBIDDEN.sub(" ", name).split()).strip(" .-")
    while len(name.encode()) > MOST_NAME_BYTES - 20:
        name = name[:-1].rstrip(" .-")
    if not name:
        return "Untitled"
    return f"{name} -" if _is_device(name) else name


def checked_path(text: str) -> str:
    """Return a person's path into the vault as we keep it: relative, `/` between its parts, NFC.

    Raises:
        BadNameError: it leads out of the vault, is hidden, or some system cannot hold it.
    """
    shown = repr(clean_line(text, 120))
    if _CONTROL.search(text):
        raise BadNameError(f"{shown} has control characters in it.")
    path = unicodedata.normalize("NFC", text.strip())
    if re.match(r"[/\\]|~$|~/|[A-Za-z]:", path):
        raise BadNameError(
            f"{shown} is a path of this computer, not of the vault.",
            hint="Name notes by their path inside the vault, such as Papers/CLIP.",
        )
    if not path or len(path) > MOST_PATH_CHARACTERS:
        raise BadNameError(f"{shown} is no name.", why="It is empty or too long.")
    parts = path.split("/")
    for part in parts:
        _check_part(part, shown)
    return str(PurePosixPath(*parts))


def _check_part(part: str, shown: str) -> None:
    if part in ("", ".", ".."):
        raise BadNameError(
            f"{shown} leads out of its folder.", why="A path has plain names between its slashes."
        )
    if part.startswith("."):
        raise BadNameError(f"{shown} is hidden.", why="Names that begin with a dot are not notes.")
    if found := _FORBIDDEN.search(part):
        raise BadNameError(
            f"{shown} cannot be a note's name.",
            why=f"{found[0]!r} means something else in links or on other systems.",
            hint=f"{safe_name(part)!r} would do.",
        )
    if part != part.rstrip(" .") or part != part.lstrip(" "):
        raise BadNameError(f"{shown} ends in a space or a dot, which Windows would drop.")
    if _is_device(part):
        raise BadNameError(f"{shown} is the name of a device on Windows.")
    if len(part.encode()) > MOST_NAME_BYTES:
        raise BadNameError(f"{shown} is too long.", why=f"A name has {MOST_NAME_BYTES} bytes.")


def renamed(path: str, wanted: str) -> tuple[str, str]:
    """Return the path and title that a file gets when a person names it anew.

    A title stays in the file's folder, a path moves it, and one that ends in a slash moves it
    under its old name; the suffix stays. The title is "" where only a path was given.
    """
    wanted = wanted.strip()
    suffix = "." + path.rpartition(".")[2] if "." in path.rpartition("/")[2] else ""
    if wanted.endswith("/"):
        return wanted + path.rpartition("/")[2], ""
    if is_note(path) and is_note(wanted):
        wanted = without_suffix(wanted)
    if "/" in wanted:
        target, title = wanted, ""
    else:
        target = f"{folder_of(path)}/{safe_name(wanted)}".lstrip("/")
        title = clean_line(wanted, 300)
    return target if target.endswith(suffix) else target + suffix, title


def _is_device(name: str) -> bool:
    return name.split(".")[0].rstrip().lower() in _DEVICES


def with_note_suffix(path: str) -> str:
    """Return a note's path as a file's, `.md` added where it is missing."""
    return path if is_note(path) else f"{path}.md"
