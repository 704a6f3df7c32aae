"""The app in a real terminal: first picture, memory, and how soon a key is answered.

python -m tests.benchmarks.bench_app [--works 23000] [--runs 5] [--notes 5000] [--only-notes]

A library of papers that read like papers is made in a temporary home. Beside it stands a bare
Textual app. Keys are timed from the byte written to the change seen, 200 of each kind, first alone,
then while another process embeds the library at the priority of the app's own jobs. The same keys
are timed in Notes, in a vault of so many notes of some 4 KB, in the list of all of them.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.bench_notes import write_notes
from tests.benchmarks.terminal import made_library, running, time_keys

_BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("Papers")
Bare().run()
"""
_PAPERS = b"2024-"  # of the made papers' dates
_KEYS = (("j", "next line"), ("\x04", "half a page"), ("Gg", "the ends"), ("p", "preview"))
_NOTE_KEYS = (*_KEYS[:3], ("b", "its links"), ("/a\x0c\x1b", "filter"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--works", type=int, default=23_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--notes", type=int, default=5_000)
    parser.add_argument("--only-notes", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = made_library(Path(folder), asked.works)
        if asked.only_notes:
            _in_notes(home, asked.notes, asked.runs)
            return
        bare = Path(folder) / "bare.py"
        bare.write_text(_BARE)
        paints: dict[str, list[float]] = {"bare": [], "picture": [], "papers": [], "memory": []}
        for _ in range(asked.runs):
            with running([str(bare)], home) as program:
                paints["bare"].append(program.until(b"Papers"))
            with running(["-m", "assistant"], home) as program:
                paints["picture"].append(program.until(b"Papers"))
                paints["papers"].append(program.until(_PAPERS))
                time.sleep(1.0)
                paints["memory"].append(program.megabytes())
        print(f"{asked.works:,} works, {asked.runs} runs, medians")
        print(f"bare Textual app, first picture     {statistics.median(paints['bare']):.2f} s")
        print(f"assistant, first picture            {statistics.median(paints['picture']):.2f} s")
        print(f"assistant, papers in it             {statistics.median(paints['papers']):.2f} s")
        print(f"assistant, memory                   {statistics.median(paints['memory']):.0f} MB")
        time_keys(home, "alone", _KEYS, _PAPERS)
        _in_notes(home, asked.notes, asked.runs)
        embedding = subprocess.Popen(
            [sys.executable, "-m", "assistant", "embed", "--quiet"],
            env={**os.environ, "ASSISTANT_HOME": str(home), "ASSISTANT_NICE": "19"},
        )
        time.sleep(8.0)
        time_keys(home, "while embedding", _KEYS, _PAPERS)
        embedding.terminate()
        embedding.wait()


def _in_notes(home: Path, notes: int, runs: int) -> None:
    """Time the Notes area: its first picture, its list, and keys in it."""
    write_notes(home / "vault", notes)
    subprocess.run(
        [sys.executable, "-m", "assistant", "note", "refresh"],
        env={**os.environ, "ASSISTANT_HOME": str(home)}, check=True, capture_output=True,
    )  # fmt: skip
    state = {"app": {"area": "notes"}, "notes": {"view": "recent"}}
    (home / "session.json").write_text(json.dumps(state))
    listed = f"{notes:,} notes".encode()
    pictures, lists, memory = [], [], []
    for _ in range(runs):
        with running(["-m", "assistant"], home) as program:
            pictures.append(program.until(b"Notes"))
            lists.append(program.until(listed))
            time.sleep(1.0)
            memory.append(program.megabytes())
    print(f"notes, first picture                {statistics.median(pictures):.2f} s")
    print(f"notes, {notes:,} of them listed         {statistics.median(lists):.2f} s")
    print(f"notes, memory                       {statistics.median(memory):.0f} MB")
    time_keys(home, "in notes", _NOTE_KEYS, listed)
    (home / "session.json").write_text('{"app": {"area": "papers"}}')


if __name__ == "__main__":
    main()
