"""Gives a learner the exercise as a file of their own."""

import os
from pathlib import Path

from skills_lab.frame.catalogue import Lab
from skills_lab.frame.errors import LabError


def start_exercise(lab: Lab, folder: Path) -> Path:
    """Write the lab's exercise into a folder as `<lab>.py` and return where.

    Raises LabError if such a file is there already (a learner's work is never overwritten) or
    the folder cannot be written to.
    """
    path = folder / f"{lab.id}.py"
    content = (lab.folder / "exercise.py").read_bytes()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _put(path, content)
    except FileExistsError as error:
        if folder.is_dir():
            raise LabError(
                f"{path} is there already, and stays as it is.",
                hint=f"Go on with it: `python -m skills_lab check {lab.id} --solution {path}`, "
                "or start anew in another folder.",
            ) from error
        raise LabError(f"{folder} is a file.", hint="Name a folder.") from error
    except OSError as error:
        raise LabError(f"{path} cannot be written.", why=str(error.strerror)) from error
    return path


def _put(path: Path, content: bytes) -> None:
    """Make a file whole or not at all; raise FileExistsError if there is one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except (AttributeError, NotImplementedError, PermissionError):
        with path.open("xb") as file:  # a file system without hard links
            file.write(content)
    finally:
        temporary.unlink(missing_ok=True)
