"""After input the next look comes soon, so that a lone escape is known; else nobody is woken."""

import selectors
import subprocess
import sys

import pytest

from assistant.tui.escape import _Selector


def test_after_input_the_next_look_comes_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float | None] = []
    answers: list[list[object]] = [[], ["a key"], [], []]

    def select(self: object, timeout: float | None = None) -> list[object]:
        asked.append(timeout)
        return answers.pop(0)

    monkeypatch.setenv("ESCDELAY", "30")
    monkeypatch.setattr(selectors.SelectSelector, "select", select)
    selector = _Selector()
    for _ in range(4):
        selector.select(0.1)
    assert asked == [0.1, 0.1, 0.03, 0.1]


@pytest.mark.skipif(sys.platform == "win32", reason="another driver")
@pytest.mark.parametrize(("told", "delay"), [("", 0.03), ("75", 0.075), ("soon", 0.03)])
def test_the_person_may_say_how_long(told: str, delay: float) -> None:
    script = (
        "from assistant.tui.escape import hasten_escape; hasten_escape()\n"
        "from textual import constants; from textual.drivers import linux_driver\n"
        "print(constants.ESCAPE_DELAY, linux_driver.selectors.SelectSelector.__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env={"ESCDELAY": told, "PATH": ""},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == [str(delay), "_Selector"]
