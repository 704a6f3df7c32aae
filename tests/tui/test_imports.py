"""What the app loads: nothing heavy before the first paint, and no model for browsing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.tui.areas import areas

BEFORE_THE_PAINT = (
    "torch", "sentence_transformers", "transformers", "faiss", "onnxruntime", "numpy", "sklearn",
    "scipy", "sqlalchemy",
)  # fmt: skip
START = """
import asyncio, json, sys
from assistant.config import find_home, load_settings
from assistant.tui.app import AssistantApp

loaded = {}
begin = AssistantApp.painted

def painted(app):
    loaded.setdefault("painted", sorted(sys.modules))
    begin(app)

AssistantApp.painted = painted

async def browse(ready, *keys, then=lambda app: True, more=()):
    home = find_home()
    app = AssistantApp(home, load_settings(home))
    async with app.run_test(size=(140, 45), notifications=True, tooltips=True) as pilot:
        async with asyncio.timeout(250):
            while not ready(app):
                await asyncio.sleep(0.01)
            for key in keys:
                await pilot.press(key)
            while not then(app):
                await asyncio.sleep(0.01)
        for key in more:
            await pilot.press(key)
        assert not [one.text for one in app.desk.log.entries if one.severity == "error"]
    loaded["browsed"] = sorted(sys.modules)
    print(json.dumps(loaded))
"""
PAPERS = """
def counted(app):
    found = app.query("#count")
    return found and "60 papers" in str(found.first().content)

asyncio.run(browse(
    counted, "j", "G", "enter", "escape", "slash", "s", "p", "escape", "6", "tab", "tab", "2",
    "question_mark", "escape",
))
"""
NOTES = """
def listed(app):
    return app.query("NoteBrowser") and len(app.query("NoteBrowser").first().rows.source)

def read(app):
    return app.query("NotePage") and app.query("NotePage").first().links

asyncio.run(browse(
    listed, "l", "j", "j", then=read,
    more=("enter", "escape", "w", "escape", "slash", "a", "escape", "c", "escape"),
))
"""


def loaded_by(script: str) -> dict[str, list[str]]:
    """Return the modules loaded when the first picture is painted, and after some browsing."""
    done = subprocess.run(
        [sys.executable, "-c", START + script],
        capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    loaded: dict[str, list[str]] = json.loads(done.stdout)
    return loaded


def test_the_first_paint_loads_nothing_heavy_and_browsing_no_model(seeded: Path) -> None:
    loaded = loaded_by(PAPERS)
    assert "assistant.tui.areas.papers.screen" in loaded["painted"]  # it was painted, that is
    assert set(BEFORE_THE_PAINT) & set(loaded["painted"]) == set()
    assert "sqlalchemy" in loaded["browsed"]  # the library was read, that is
    assert set(BEFORE_THE_PAINT[:8]) & set(loaded["browsed"]) == set()


@pytest.mark.parametrize("area", [one.id for one in areas()])
def test_no_place_loads_anything_heavy_before_its_first_paint(area: str, seeded: Path) -> None:
    (seeded / "session.json").write_text(json.dumps({"app": {"area": area}}))
    loaded = loaded_by('asyncio.run(browse(lambda app: "painted" in loaded))')["painted"]
    assert f"assistant.tui.areas.{area}.screen" in loaded
    assert set(BEFORE_THE_PAINT) & set(loaded) == set()


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['assistant', '--help']\n"
        "from assistant.cli.main import _run; _run()\n"
        f"print(sorted(set({BEFORE_THE_PAINT}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_notes_are_painted_and_browsed_without_a_model_too(noted: Path) -> None:
    loaded = loaded_by(NOTES)
    assert "assistant.tui.areas.notes.screen" in loaded["painted"]
    # Nor what draws Markdown, or makes templates.
    early = {*BEFORE_THE_PAINT, "markdown_it", "rich.markdown", "jinja2", "fsrs", "watchfiles"}
    assert early & set(loaded["painted"]) == set()
    assert set(BEFORE_THE_PAINT[:8]) & set(loaded["browsed"]) == set()
