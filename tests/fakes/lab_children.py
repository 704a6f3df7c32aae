"""Child processes that stand in for a lab's run: they tell what they are given, then behave badly.

They are called as the real one is (`assistant.skills.run_child`) and live within the same limits.
"""

import time
from pathlib import Path

import psutil

_HEAD = """
import json, os, sys, time
from skills_lab.frame.child import end_with_parent, limit
report, lifeline, memory, cpu, *words = sys.argv[1:]
end_with_parent(int(lifeline))
limit(int(memory), int(cpu))
def tell(**event):
    os.write(int(report), (json.dumps(event) + "\\n").encode())
lab = words[1]
seed = int(words[words.index("--seed") + 1])
tell(event="start", lab=lab, title=lab, device="cpu", scale="tiny", seed=seed, budget={"steps": 4},
     solution=None)
"""
_END = """
tell(event="result", ok=True, error=None, claims={"held": 1, "failed": 0, "skipped": 1},
     device="cpu", seconds=1.5, peak_memory=1000, environment={"cpu": "a", "torch": "1"})
"""
_WORK = """
for step in range(20):
    tell(event="progress", done=step, total=20, note="training")
    tell(event="metric", name="loss", step=step, value=(1 + seed) / (1 + step), unit="nats")
tell(event="metric", name="gone", step=0, value=None, unit="")
tell(event="claim", id="c", text="Both agree", measured=1e-9, bound="1e-6", holds=True)
tell(event="skip", id="gpu", text="It is faster on a GPU", why="there is none")
"""


def child(then: str = "", *, work: str = _WORK, end: bool = False) -> tuple[str, ...]:
    """Return what the interpreter is told to run: a run that goes well so far, and then this."""
    return ("-c", _HEAD + work + then + (_END if end else ""))


GOOD = child(end=True)


def wait_until_none_is_left(home: Path, seconds: float = 100.0) -> None:
    """Wait for processes that end by themselves when the one that started them is gone."""
    deadline = time.monotonic() + seconds
    while True:
        left = [
            one for one in psutil.process_iter(["cmdline", "status"])
            if str(home) in " ".join(one.info["cmdline"] or [])
            and one.info["status"] != psutil.STATUS_ZOMBIE
        ]  # fmt: skip
        if not left:
            return
        assert time.monotonic() < deadline, f"a process lives on: {left[0].info['cmdline']}"
        time.sleep(0.02)
