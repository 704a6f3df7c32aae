"""Runs a lab through its public door."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from skills_lab.frame.catalogue import Lab

_ROOT = Path(__file__).parents[2]


def run_and_hold(lab: Lab, *, device: str, scale: str, out: Path) -> list[dict[str, Any]]:
    """Run a lab's experiment as a program would, and return its events; its claims must hold."""
    command = [sys.executable, "-m", "skills_lab", "run", lab.id, "--scale", scale, "--json"]
    command += ["--device", device, "--out", str(out)]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=out, env=environment)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    failed = [event for event in events if event["event"] == "claim" and not event["holds"]]
    assert not failed, done.stderr[-2000:]
    assert done.returncode == 0, events[-1]["error"] + done.stderr[-2000:]
    assert events[-1]["claims"]["held"] >= 1
    return events
