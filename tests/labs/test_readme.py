"""The tables in the READMEs are those of the kept evidence and of the wrong solutions.

`UPDATE_TABLES=1 pytest tests/labs/test_readme.py` writes them anew.
"""

import importlib
import os
import re
from pathlib import Path

import pytest

from skills_lab.frame.catalogue import catalogue
from skills_lab.frame.evidence import details, newest, summary

ROOT = Path(__file__).parents[2]
LABS = ROOT / "skills_lab" / "README.md"


def mistakes() -> str:
    """Return the wrong solutions of every lab as a list."""
    lines = []
    for lab in catalogue():
        named = importlib.import_module(f"tests.labs.mutants.{lab}").MUTANTS
        lines.append(f"- **{lab}**, {len(named)}: {'; '.join(named)}.")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("file", "name", "made"),
    [
        (ROOT / "README.md", "labs", lambda: summary(newest())),
        (LABS, "summary", lambda: summary(newest())),
        (LABS, "mistakes", mistakes),
        (LABS, "claims", lambda: details(newest())),
    ],
    ids=["house", "summary", "mistakes", "claims"],
)
def test_a_table(file, name, made) -> None:  # type: ignore[no-untyped-def]
    text = file.read_text(encoding="utf-8")
    place = re.compile(rf"(<!-- {name} -->\n)(.*?)(<!-- end -->)", re.DOTALL)
    written = place.sub(lambda found: f"{found[1]}{made()}\n{found[3]}", text)
    assert place.search(text), f"{file} has no place for {name}"
    if os.environ.get("UPDATE_TABLES"):
        file.write_text(written, encoding="utf-8")
        return
    assert written == text, "UPDATE_TABLES=1 writes it anew"
