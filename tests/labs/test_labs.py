"""Every lab is held to the form: adding a lab is adding a folder, and it is tested here."""

import ast
import importlib
from functools import cache
from pathlib import Path

import pytest

from skills_lab.frame.catalogue import THEMES, Lab, catalogue
from skills_lab.frame.checking import BROKEN, INCORRECT, NOT_ATTEMPTED, PASSED
from skills_lab.frame.report import Report, check_files
from skills_lab.frame.sandbox import Limits
from skills_lab.frame.solution import public_names
from tests.labs.running import run_and_hold

LABS = list(catalogue().values())
FILES = ("README.md", "reference.py", "experiment.py", "exercise.py", "checks.py", "__init__.py")
every_lab = pytest.mark.parametrize("lab", LABS, ids=[lab.id for lab in LABS])


def mutants(lab: Lab) -> dict[str, str]:
    """Return the wrong solutions of a lab by what is wrong in them."""
    module = importlib.import_module(f"tests.labs.mutants.{lab.id}")
    source = (lab.folder / "reference.py").read_text()
    made = {}
    for name, (old, new) in module.MUTANTS.items():
        assert source.count(old) >= 1, f"{lab.id}, {name}: the reference does not hold {old!r}"
        made[name] = source.replace(old, new)
    return made


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """Return a function from a lab to the reports on all its solutions, from one child process."""

    @cache
    def of(lab: Lab) -> dict[str, Report]:
        folder = tmp_path_factory.mktemp(lab.id)
        files = {name: lab.folder / f"{name}.py" for name in ("reference", "exercise")}
        for number, (name, source) in enumerate(mutants(lab).items()):
            files[name] = folder / f"mutant_{number}.py"
            files[name].write_text(source)
        limits = Limits(seconds=600, cpu_seconds=400)
        return dict(zip(files, check_files(lab, list(files.values()), limits), strict=True))

    return of


@every_lab
def test_it_is_of_the_form(lab: Lab) -> None:
    assert lab.theme in THEMES
    for name in FILES:
        assert (lab.folder / name).is_file(), f"{name} is missing"
    source = (lab.folder / "reference.py").read_text()
    assert len(source.splitlines()) <= 320, "a reference is read from top to bottom"
    assert f"skills_lab run {lab.id}" in source, "the header tells the commands"
    assert "skills_lab.frame" not in source, "a reference does not depend on the frame"
    readme = (lab.folder / "README.md").read_text()
    assert readme.startswith("# ")
    shown = [line for block in readme.split("```")[1::2] for line in block.splitlines()]
    cut = [line for line in shown if len(line) > 74]
    assert not cut, (
        "diagrams and commands are not wrapped: they fit a page of the app at 80 columns"
    )
    assert len(readme) > 1_500, "a README says what, why, the idea, what to look for, the papers"


@every_lab
def test_the_exercise_has_the_references_names(lab: Lab) -> None:
    shapes = []
    for file in ("reference.py", "exercise.py"):
        source = (lab.folder / file).read_text()
        names = public_names(source)
        functions = {
            node.name: ast.unparse(node.args)
            for node in ast.parse(source).body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        }
        shapes.append((sorted(names), functions))
    assert shapes[0] == shapes[1]


@every_lab
def test_the_reference_passes(lab: Lab, reports) -> None:  # type: ignore[no-untyped-def]
    report = reports(lab)["reference"]
    failed = [(v.status, v.message) for v in report.verdicts if v.status != PASSED]
    assert (report.status, report.problem, failed) == (PASSED, "", [])
    assert report.notice.strip(), "the checks say what to notice in the reference"
    for told in report.checks:
        assert told.proves
        assert len(told.hints) >= 2, f"{told.name} has too few hints"


@every_lab
def test_the_exercise_is_not_attempted(lab: Lab, reports) -> None:  # type: ignore[no-untyped-def]
    report = reports(lab)["exercise"]
    assert report.problem == ""
    wrong = [
        f"{told.name}: {verdict.status} ({verdict.message})"
        for told, verdict in zip(report.checks, report.verdicts, strict=True)
        if verdict.status != NOT_ATTEMPTED
    ]
    assert not wrong


@every_lab
def test_each_typical_mistake_is_caught(lab: Lab, reports) -> None:  # type: ignore[no-untyped-def]
    named = mutants(lab)
    assert len(named) >= 3
    found = reports(lab)
    for name in named:
        report = found[name]
        verdicts = {v.status: v.message for v in report.verdicts}
        assert report.problem == "", f"{name}: {report.problem}"
        assert INCORRECT in verdicts, f"not caught: {name}"
        assert BROKEN not in verdicts, f"{name}: {verdicts[BROKEN]}"
        assert NOT_ATTEMPTED not in verdicts, name


@every_lab
def test_its_experiment_holds_its_claims(lab: Lab, tmp_path: Path) -> None:
    """At the tiny scale, through the public door, as events."""
    events = run_and_hold(lab, device="cpu", scale="tiny", out=tmp_path)
    assert events[0]["event"] == "start"
    assert events[-1]["event"] == "result"
    assert any(event["event"] == "progress" for event in events), "it tells how far it is"
