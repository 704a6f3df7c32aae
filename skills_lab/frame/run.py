"""One run of a lab's experiment: what it may use, what it tells, and how it ends."""

import math
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skills_lab.frame.catalogue import Lab
from skills_lab.frame.device import (
    choose_device,
    environment,
    peak_memory,
    seed_everything,
    use_threads,
)
from skills_lab.frame.errors import LabError
from skills_lab.frame.events import Sink, plain

if TYPE_CHECKING:
    import torch


@dataclass
class Run:
    """What an experiment is given: its device, scale, seed and budget, and where to tell.

    A claim is about truth (parity with an independent implementation, an invariant, a size) or
    about speed, then as interleaved medians. A run in which no claim was verified fails.
    """

    device: "torch.device"
    scale: str
    seed: int
    budget: Mapping[str, Any]
    sink: Sink
    out: Path | None = None
    claims: dict[str, bool | None] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where its artifacts go; made when the first one comes."""
        if self.out is None:
            self.out = Path(tempfile.mkdtemp(prefix="skills_lab-"))
        self.out.mkdir(parents=True, exist_ok=True)
        return self.out

    def progress(self, done: float, total: float, note: str = "") -> None:
        """Tell how much of the work is done."""
        self.sink({"event": "progress", "done": done, "total": total, "note": note})

    def metric(self, name: str, step: int, value: float, unit: str = "") -> None:
        """Tell a figure at a step, such as a loss."""
        number = float(plain(value))
        kept = number if math.isfinite(number) else None
        self.sink(
            {"event": "metric", "name": name, "step": int(step), "value": kept, "unit": unit}
        )  # fmt: skip

    def claim(self, id: str, text: str, measured: Any, bound: Any, holds: bool) -> None:
        """State whether a claim holds: what was measured, and the bound it is held to."""
        self._once(id)
        self.claims[id] = bool(holds)
        told = {"measured": plain(measured), "bound": plain(bound), "holds": bool(holds)}
        self.sink({"event": "claim", "id": id, "text": text, **told})

    def skip(self, id: str, text: str, why: str) -> None:
        """Say that a claim cannot be verified here, and why."""
        self._once(id)
        self.claims[id] = None
        self.sink({"event": "skip", "id": id, "text": text, "why": why})

    def artifact(self, name: str, content: str | bytes) -> Path:
        """Keep a file of the run, and return where."""
        if not name or Path(name).name != name:
            raise ValueError(f"an artifact's name is a plain file name, not {name!r}")
        path = self.folder / name
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(data)
        self.sink({"event": "artifact", "name": name, "path": str(path), "size": len(data)})
        return path

    def _once(self, id: str) -> None:
        if id in self.claims:
            raise ValueError(f"the claim {id!r} was stated before")


def run_lab(
    lab: Lab,
    sink: Sink,
    *,
    device: str = "auto",
    scale: str = "small",
    seed: int = 0,
    out: Path | None = None,
    solution: Path | None = None,
) -> bool:
    """Run a lab's experiment, telling events, and return whether every claim held.

    With a solution, a learner's file stands in for the lab's reference. Raises LabError if the
    device or a package is missing, or the solution cannot be used; an experiment that breaks
    ends as a result with an error.
    """
    if lab.missing_extras:
        names = " ".join(lab.missing_extras)
        raise LabError(
            f"{lab.id} needs what is not installed: {names}.", hint=f"pip install {names}"
        )
    chosen = choose_device(device)
    started = time.perf_counter()
    run = Run(chosen, scale, seed, lab.budgets[scale], sink, out)
    sink(
        {
            "event": "start",
            "lab": lab.id,
            "title": lab.title,
            "device": str(chosen),
            "scale": scale,
            "seed": seed,
            "budget": dict(run.budget),
            "solution": str(solution) if solution else None,
        }
    )
    error = None
    try:
        if solution:
            from skills_lab.frame.solution import stand_in

            stand_in(lab, solution)
        experiment = lab.module("experiment")
        use_threads(run.budget.get("threads", 1))
        seed_everything(seed)
        experiment.run(run)
    except LabError:
        raise
    except KeyboardInterrupt:
        error = "cancelled"
    except Exception as crash:
        error = f"{type(crash).__name__}: {crash}"
        traceback.print_exc(file=sys.stderr)
    verdicts = list(run.claims.values())
    held, failed, skipped = (verdicts.count(verdict) for verdict in (True, False, None))
    if error is None and not held + failed:
        error = "nothing was verified"
    ok = error is None and not failed
    sink(
        {
            "event": "result",
            "ok": ok,
            "error": error,
            "claims": {"held": held, "failed": failed, "skipped": skipped},
            "device": str(chosen),
            "seconds": round(time.perf_counter() - started, 2),
            "peak_memory": peak_memory(chosen),
            "environment": environment(chosen),
        }
    )
    return ok
