"""What a scheduler is given, and how it is asked."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from assistant.config import HOME_VARIABLE
from assistant.digest.schedule.times import Times
from assistant.errors import AssistantError
from assistant.text import clean_line
from db.durable import replacing

NAME = "assistant-digest"
_LONGEST = 60.0


class ScheduleError(AssistantError):
    """The machine's scheduler cannot do what it should."""


@dataclass(frozen=True, slots=True)
class Job:
    """A command (absolute path first), when it runs, and the home it works in."""

    command: tuple[str, ...]
    times: Times
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """What the command must find in its environment."""
        return {HOME_VARIABLE: str(self.home)}

    @property
    def log(self) -> Path:
        """Where its messages go when the scheduler has no journal."""
        return self.home / "logs" / "schedule.log"


@dataclass(frozen=True, slots=True)
class Found:
    """An installed job as its scheduler's own files tell it; `active` unless someone paused it."""

    times: Times
    place: str
    active: bool = True


def check(job: Job) -> None:
    """Refuse what no scheduler could carry.

    Raises:
        ScheduleError: the command is no absolute path, or something has control characters.
    """
    if not job.command or not Path(job.command[0]).is_absolute():
        raise ScheduleError("A scheduled command begins with an absolute path.")
    for text in (*job.command, str(job.home)):
        if any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
            raise ScheduleError(
                f"A scheduler cannot carry {clean_line(text, 200)!r}.",
                why="It has a line break or another control character.",
                hint="Use a folder with an ordinary name.",
            )


def has(program: str) -> bool:
    """Tell whether a program is there to be asked."""
    return shutil.which(program) is not None


def ask(*arguments: str, text: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run a program with these arguments and this standard input, whatever its exit code.

    Raises:
        ScheduleError: it is not there, or takes too long.
    """
    try:
        return subprocess.run(
            arguments,
            input=text if text is not None else b"",
            capture_output=True,
            timeout=_LONGEST,
            env={**os.environ, "LC_ALL": "C"},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ScheduleError(f"{arguments[0]} does not answer.", why=str(error)) from None


def tell(*arguments: str, text: bytes | None = None) -> None:
    """Run a program that must succeed.

    Raises:
        ScheduleError: it fails, is not there, or takes too long.
    """
    done = ask(*arguments, text=text)
    if done.returncode:
        raise ScheduleError(
            f"{arguments[0]} refused: {' '.join(arguments[1:4])}",
            why=clean_line(done.stderr.decode("utf-8", "replace"), 300),
        )


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        ScheduleError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as out:
            out.write(content.decode())
    except OSError as error:
        raise ScheduleError(f"Cannot write {path}.", why=error.strerror or str(error)) from None


def read(path: Path) -> bytes | None:
    """Return a file's content, None where there is none."""
    try:
        return path.read_bytes()
    except OSError:
        return None
