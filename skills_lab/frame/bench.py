"""Every lab run in a process of its own, and what came of it kept as evidence."""

import datetime
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from skills_lab.frame.catalogue import ROOT, Lab
from skills_lab.frame.errors import LabError
from skills_lab.frame.events import Event
from skills_lab.frame.text import clean

EVIDENCE = ROOT / "evidence"
Outcome = dict[str, Any]


def bench_lab(
    lab: Lab, *, device: str, scale: str, seed: int, on_event: Callable[[Event], None]
) -> Outcome:
    """Run one lab and return its claims, figures and result; a crash is a result as well."""
    words = ["run", lab.id, "--device", device, "--scale", scale, "--seed", str(seed)]
    claims: list[Event] = []
    figures: dict[str, dict[str, Any]] = {}
    result: Event = {"error": "it ended without a result"}
    for event in _events([*words, "--json"]):
        on_event(event)
        match event["event"]:
            case "claim" | "skip":
                claims.append(event)
            case "metric" if event["value"] is not None:
                told = figures.setdefault(event["name"], {"unit": event["unit"], "points": 0})
                told["value"] = event["value"]
                told["points"] += 1
            case "result":
                result = event
    kept = ("error", "seconds", "peak_memory", "device", "environment")
    return {
        "command": shlex.join(["python", "-m", "skills_lab", *words]),
        "title": lab.title,
        "ok": result.get("ok", False),
        **{key: result.get(key) for key in kept},
        "claims": claims,
        "figures": figures,
    }


def _events(words: list[str]) -> Iterator[Event]:
    """Yield what a run tells; what it writes beside goes where ours goes, if it fails."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "skills_lab", *words],
            stdout=subprocess.PIPE,
            stderr=errors,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": _path()},
            start_new_session=True,
        )
        assert process.stdout is not None
        try:
            for line in process.stdout:
                yield json.loads(line)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM if process.poll() is None else signal.SIGKILL)
            if process.wait():
                errors.seek(0)
                sys.stderr.write(clean(errors.read(20_000).decode(errors="replace"), 20_000))
            process.stdout.close()


def _path() -> str:
    return os.pathsep.join(filter(None, [str(ROOT.parent), os.environ.get("PYTHONPATH", "")]))


def save(outcomes: dict[str, Outcome], folder: Path, scale: str) -> Path:
    """Add outcomes to the day's evidence for this hardware, `<date>-<cpu or GPU>[-full].json`.

    Labs measured earlier that day stay, those measured again are replaced; what did not run is no
    evidence. Raises LabError if nothing ran, or if the file cannot be written or is no evidence.
    """
    ran = {name: outcome for name, outcome in outcomes.items() if outcome["environment"]}
    if not ran:
        raise LabError("No lab ran, so there is nothing to keep.")
    machine = next(iter(ran.values()))["environment"]
    hardware = re.sub(r"[^a-z0-9]+", "-", machine.get("gpu", "cpu").lower()).strip("-")
    ending = "" if scale == "small" else f"-{scale}"
    today = datetime.date.today().isoformat()
    path = folder / f"{today}-{hardware}{ending}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        labs = {**before.get("labs", {}), **ran}
        document = {"date": today, "hardware": machine.get("gpu", machine["cpu"]), "labs": labs}
        temporary = path.with_suffix(".part")
        text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except (OSError, ValueError, AttributeError) as error:
        raise LabError(f"The evidence cannot be kept in {path}.", why=str(error)) from error
    return path
