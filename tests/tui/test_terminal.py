"""The real program in a real terminal: from the first run to a digest that is triaged."""

import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.arxiv_site import fake_arxiv_site
from tests.functional.syncing import week

pytestmark = [
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
    pytest.mark.timeout(900),
]
_PATIENCE = 200.0
_NUMBERS = itertools.count()


class Terminal:
    """A terminal of 80 columns and 24 lines with a shell in it."""

    def __init__(self, home: Path) -> None:
        # A server of its own: the one of the test before may still be going away.
        self._socket = f"assistant-test-{os.getpid()}-{next(_NUMBERS)}"
        self._environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("NO_COLOR", "TMUX", "TERM")
        } | {"ASSISTANT_HOME": str(home), "HOME": str(home)}
        self._tmux("new-session", "-d", "-x", "80", "-y", "24", "sh")
        self.until("$", "#")

    def close(self) -> None:
        self._tmux("kill-server", check=False)

    def type(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def start(self) -> None:
        """Start the program, and say how it ended when it has."""
        self.type(
            "-l", f"{sys.executable} -m assistant; echo ended with $?; stty -a | grep -c -- -icanon"
        )
        self.type("Enter")

    def text(self) -> str:
        return self._tmux("capture-pane", "-p")

    def until(self, *wanted: str) -> str:
        """Wait until one of several texts is on the screen; return the screen."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            shown = self.text()
            if any(one in shown for one in wanted):
                return shown
            time.sleep(0.1)
        raise AssertionError(f"waited in vain for {wanted}:\n{self.text()}")

    def process(self) -> int:
        """Return the program's process id."""
        shell = self._tmux("display", "-p", "#{pane_pid}").strip()
        found = subprocess.run(
            ["pgrep", "-P", shell], capture_output=True, text=True, check=True
        ).stdout
        return int(found.split()[0])

    def is_restored(self) -> bool:
        """Tell whether the shell has its own screen and its own kind of input back."""
        return self._tmux("display", "-p", "#{alternate_on}").strip() == "0"

    def _tmux(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._socket, "-f", "/dev/null", *words],
            capture_output=True, text=True, check=check, env=self._environment, timeout=200,
        )  # fmt: skip
        return done.stdout


@pytest.fixture
def still_clock() -> None:
    """Here the clock goes on: there is a real program that waits."""


@pytest.fixture
def terminal(home: Path) -> Iterator[Terminal]:
    home.mkdir()
    opened = Terminal(home)
    yield opened
    opened.close()


def test_from_the_first_run_to_a_triaged_digest(terminal: Terminal, home: Path) -> None:
    today = _arxiv_day()
    with fake_arxiv_site(week([today], 6)) as site:
        (home / "config.toml").write_text(
            "[sources.arxiv]\ninterval_seconds = 0\n"
            f'api = "{site.api}"\nfeed = "{site.feed}"\n'
            f'listing = "{site.listing}"\noai = "{site.oai}"\n'
        )
        terminal.start()
        terminal.until("step 1 of 3")
        terminal.type("-l", "study of subject")
        terminal.type("Enter")
        terminal.until("step 2 of 3")
        terminal.type("Enter")
        terminal.until("step 3 of 3")
        terminal.until(" · ")  # the years of the papers: they are there
        terminal.type("Space")
        terminal.until("[x] ")
        terminal.type("Enter")
        terminal.until("Fetch what was announced", "No digest yet")
        terminal.type("S")
        shown = terminal.until("0 of 6")
        assert "complete, 6 papers" in shown
        assert "The Study of Subject" in shown
        for key, told in (("+", "1 of 6"), ("-", "2 of 6"), ("l", "3 of 6"), ("m", "4 of 6")):
            terminal.type("-l", key)
            terminal.until(told)
        terminal.type("z")
        terminal.until("3 of 6")
        terminal.type("-l", "mmm")
        terminal.until("Nothing left")
        terminal.type("q")
        shown = terminal.until("ended with", "y stop and quit")
        if "stop and quit" in shown:  # the papers that came are being embedded
            terminal.type("y")
            terminal.until("ended with")
    shown = terminal.until("ended with 0\n0")
    assert terminal.is_restored()
    assert "Traceback" not in shown


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_the_terminal_as_it_was(terminal: Terminal, number: int) -> None:
    terminal.start()
    terminal.until("step 1 of 3")
    os.kill(terminal.process(), number)
    shown = terminal.until("ended with")
    assert terminal.is_restored()
    assert "Traceback" not in shown
    terminal.until("\n0\n")


def _arxiv_day() -> str:
    from assistant.digest.making import today

    return today()
