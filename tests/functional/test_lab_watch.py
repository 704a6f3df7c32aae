"""`assistant lab watch` in a terminal: each save is checked, a hint for h, an end for q."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.config import Home
from skills_lab.frame.catalogue import find_lab
from tests.functional.command import assistant


class Shown:
    """What a terminal shows; what was waited for is behind."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self._ahead = b""

    def until(self, words: str, seconds: float = 200) -> None:
        """Wait until these words are shown."""
        deadline = time.monotonic() + seconds
        while words.encode() not in self._ahead:
            ready, _, _ = select.select([self._terminal], [], [], 0.2)
            if ready:
                self._ahead += os.read(self._terminal, 65_536)
            assert time.monotonic() < deadline, self._ahead.decode(errors="replace")
        self._ahead = self._ahead.partition(words.encode())[2]


@pytest.mark.timeout(900)
def test_watching_a_file_being_solved(home: Path) -> None:
    assert assistant("lab", "start", "custom_loss").code == 0
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "assistant", "lab", "watch", "custom_loss"],
        stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "COLUMNS": "80"},
    ) as process:  # fmt: skip
        os.close(theirs)
        shown = Shown(ours)
        try:
            shown.until("0 of 6 checks passed")
            shown.until("Watching")
            os.write(ours, b"h\n")
            shown.until("Hint 1 of 3 for")
            solved = find_lab("custom_loss").folder / "reference.py"
            (Home(home).labs / "custom_loss.py").write_text(solved.read_text() + "MINE = True\n")
            shown.until("proven: custom-loss")
            shown.until("Watching")
            os.write(ours, b"q\n")
            assert process.wait(200) == 0
        finally:
            process.kill()
            os.close(ours)
    log = assistant("progress", "log", "--json").json
    assert [one["sort"] for one in log if one["sort"] in ("checked", "hinted")] == [
        "checked", "hinted", "checked",
    ]  # fmt: skip
