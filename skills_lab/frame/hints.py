"""Which hints a learner has seen: a small file beside theirs, `.<name>.hints.json`."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from skills_lab.frame.errors import LabError
from skills_lab.frame.report import Told


@dataclass(frozen=True)
class Hint:
    """One hint of a check: the `number`-th of `total`, 1 the first."""

    check: str
    number: int
    total: int
    text: str


def next_hint(file: Path, told: Told) -> Hint:
    """Return the next hint of a check not yet shown for this file, the last one again after it."""
    seen = _read(file)
    number = min(seen.get(told.name, 0) + 1, len(told.hints))
    _write(file, seen | {told.name: number})
    return Hint(told.name, number, len(told.hints), told.hints[number - 1])


def shown(file: Path, told: Told) -> int:
    """Return how many hints of a check have been shown for this file."""
    return min(_read(file).get(told.name, 0), len(told.hints))


def _place(file: Path) -> Path:
    return file.with_name(f".{file.stem}.hints.json")


def _read(file: Path) -> dict[str, int]:
    try:
        told = json.loads(_place(file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(told, dict):
        return {}
    return {
        str(name): count for name, count in told.items() if isinstance(count, int) and count > 0
    }


def _write(file: Path, seen: dict[str, int]) -> None:
    place = _place(file)
    temporary = place.with_suffix(f".{os.getpid()}")
    try:
        temporary.write_text(json.dumps(seen, ensure_ascii=False, indent=1), encoding="utf-8")
        temporary.replace(place)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise LabError(
            f"Which hints you have seen cannot be kept in {place.parent}.",
            why=str(error.strerror),
            hint="Give the file a folder you may write to.",
        ) from error
