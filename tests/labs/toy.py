"""A lab of a few lines beside a copy of the frame, so that checks start in no time."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

FILES = {
    "__init__.py": "",
    "README.md": "# A toy\n\nDouble a number.\n",
    "lab.toml": (
        'id = "toy"\ntitle = "A toy"\nsummary = "Double a number."\nskills = ["doubling"]\n'
        "prerequisites = []\nextras = []\n[budget.tiny]\n[budget.small]\n[budget.full]\n"
    ),
    "reference.py": "def double(x):\n    return 2 * x\n",
    "exercise.py": 'def double(x):\n    raise NotImplementedError("TODO: double")\n',
    "checks.py": (
        "from skills_lab.frame.checking import check\n"
        'NOTICE = "It is linear."\n'
        '@check("doubles one", proves="1 becomes 2", hints=("Think of 1.", "1 + 1"))\n'
        "def one(solution):\n"
        '    assert solution.double(1) == 2, f"1 became {solution.double(1)}"\n'
        '@check("doubles all", proves="it is linear", hints=("Think.", "2 * x"))\n'
        "def all_of_them(solution):\n"
        "    for x in range(5):\n"
        '        assert solution.double(x) == 2 * x, f"{x} became {solution.double(x)}"\n'
    ),
}


@pytest.fixture(scope="session")
def toy_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to import `skills_lab` from, with no lab in it but the toy."""
    root = tmp_path_factory.mktemp("toy")
    here = ROOT / "skills_lab"
    shutil.copytree(here / "frame", root / "skills_lab/frame")
    for name in ("__init__.py", "__main__.py"):
        shutil.copy(here / name, root / "skills_lab" / name)
    lab = root / "skills_lab/foundations/toy"
    lab.mkdir(parents=True)
    for name, text in FILES.items():
        (lab / name).write_text(text)
    return root


class Toy:
    """The command line of the toy, and a learner's file."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.file = folder / "toy.py"

    def start(self, *words: str, **options: Any) -> subprocess.Popen[str]:
        """Start a command."""
        environment = {**os.environ, "PYTHONPATH": str(self.root), "COLUMNS": "90"}
        return subprocess.Popen(
            [sys.executable, "-m", "skills_lab", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            cwd=self.file.parent.parent,
            env=environment,
            **options,
        )

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        with self.start(*words) as process:
            out, err = process.communicate(timeout=280)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def check(self, source: str, *words: str) -> list[dict[str, Any]]:
        """Write a solution, check it, and return the events; the exit code must agree."""
        self.file.write_text(source)
        done = self("check", "toy", "--solution", str(self.file), "--json", *words)
        events: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
        assert done.returncode == (0 if events[-1]["status"] == "passed" else 1), done.stderr
        return events


@pytest.fixture
def toy(toy_root: Path, tmp_path: Path) -> Toy:
    """The toy lab and a folder of a learner's own."""
    folder = tmp_path / "learner"
    folder.mkdir()
    return Toy(toy_root, folder)
