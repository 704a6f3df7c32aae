"""A learner's file as a module."""

import ast
import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from skills_lab.frame.catalogue import Lab
from skills_lab.frame.checking import BROKEN, NOT_ATTEMPTED, explain
from skills_lab.frame.errors import LabError

LONGEST_FILE = 1_000_000


class SolutionError(LabError):
    """A file that cannot stand for a solution; `status` says whether it was attempted."""

    def __init__(self, why: str, status: str = BROKEN) -> None:
        super().__init__(why)
        self.status = status


def read_source(path: Path) -> str:
    """Return a solution's text; raise SolutionError if it cannot be read as Python."""
    try:
        if path.stat().st_size > LONGEST_FILE:
            raise SolutionError(f"{path.name} is larger than {LONGEST_FILE:,} bytes")
        text = path.read_text(encoding="utf-8")
        compile(text, str(path), "exec", dont_inherit=True)
    except OSError as error:
        raise SolutionError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SolutionError(f"{path.name} is not UTF-8: {error.reason}") from error
    except SyntaxError as error:
        shown = f": {error.text.strip()}" if error.text else ""
        raise SolutionError(f"line {error.lineno}: {error.msg}{shown}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise SolutionError(f"{path.name} is not Python: {error}") from error
    return text


def public_names(source: str) -> list[str]:
    """Return the functions, classes and constants a module's source makes public."""
    names: list[str] = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [one.id for one in node.targets if isinstance(one, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.append(node.target.id)
    return [name for name in dict.fromkeys(names) if not name.startswith("_")]


def load_solution(lab: Lab, path: Path, name: str = "solution") -> ModuleType:
    """Import a file as the module `name` and return it, holding all names of the lab's exercise.

    Raises SolutionError with the reason if it does not load or lacks a name.
    """
    path = path.resolve()
    read_source(path)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise SolutionError(f"{path.name} is not a Python file: its name is to end in .py")
    module = importlib.util.module_from_spec(spec)
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        sys.modules.pop(name)
        if before is not None:
            sys.modules[name] = before
        status, message = explain(error, str(path))
        if status != NOT_ATTEMPTED:
            status = BROKEN
        raise SolutionError(f"importing the file: {message}", status) from error
    wanted = public_names((lab.folder / "exercise.py").read_text(encoding="utf-8"))
    missing = [one for one in wanted if not hasattr(module, one)]
    if missing:
        raise SolutionError(f"{path.name} lacks {', '.join(missing)}, which the exercise has")
    return module


def stand_in(lab: Lab, path: Path) -> None:
    """Let a learner's file be the lab's reference for what is imported from now on."""
    name = f"skills_lab.{lab.theme}.{lab.id}.reference"
    module = load_solution(lab, path, name)
    package = importlib.import_module(f"skills_lab.{lab.theme}.{lab.id}")
    setattr(package, "reference", module)  # noqa: B010  a module's attribute, as import sets it
