"""The built wheel, not only the checkout, works from an empty folder."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but the wheel's content in it."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_it_holds_the_program_and_nothing_else(site: Path) -> None:
    assert {path.name for path in site.iterdir() if not path.name.endswith(".dist-info")} == {
        "assistant",
        "db",
        "skills_lab",
    }
    assert (site / "assistant/sources/starter.toml").is_file()
    assert (site / "assistant/skills/tracks/foundation.toml").is_file()
    assert (site / "db/migrations/env.py").is_file()
    for name in ("lab.toml", "README.md", "reference.py", "exercise.py", "checks.py"):
        assert (site / "skills_lab/foundations/custom_loss" / name).is_file()


def test_it_runs_from_an_empty_folder(site: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    code = (
        "import sys, assistant, db; sys.argv = ['assistant', 'status', '--json']\n"
        "print(assistant.__file__, db.__file__, file=sys.stderr)\n"
        "from assistant.cli.main import main; main()"
    )
    environment = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=empty, env=environment, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stderr.count(str(site)) == 2
    assert json.loads(done.stdout)["works"] >= 120
    assert not list(empty.iterdir())
