"""Completing the path of a file as it is typed."""

import os
from itertools import islice
from pathlib import Path

_MOST_LOOKED_AT = 2_000
_MOST = 8


def paths_like(typed: str) -> list[str]:
    """Return files and folders that a typed path can become, at most eight; never raises."""
    if "\0" in typed:
        return []
    folder, _, begun = typed.rpartition("/")
    shown = f"{folder}/" if "/" in typed else ""
    try:
        with os.scandir(Path(shown or ".").expanduser()) as entries:
            found = [
                f"{shown}{one.name}" + ("/" if one.is_dir() else "")
                for one in islice(entries, _MOST_LOOKED_AT)
                if one.name.startswith(begun) and (begun or not one.name.startswith("."))
            ]
    except (OSError, RuntimeError):  # no such folder, or nobody's home
        return []
    return sorted(one for one in found if one != typed)[:_MOST]
