"""The process in which learners' files are imported and checked.

`python -m skills_lab.frame.child LAB REPORT LIFELINE MEMORY CPU FILE...`: writes what happens as
JSON lines to the descriptor REPORT, since standard output belongs to the learner, and ends with
its whole group when the other end of LIFELINE closes, so that it never outlives who asked.
"""

import os
import resource
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

import psutil

from skills_lab.frame.catalogue import Lab, find_lab
from skills_lab.frame.checking import Check, checks_of, judge
from skills_lab.frame.device import seed_everything, use_threads
from skills_lab.frame.events import Sink, json_lines
from skills_lab.frame.solution import SolutionError, load_solution
from skills_lab.frame.text import clean

LARGEST_FILE = 1 << 28


def main() -> None:
    """Check each file, then end without waiting for what a learner left running."""
    lab_id, report, lifeline, memory, cpu, *files = sys.argv[1:]
    end_with_parent(int(lifeline))
    lab = find_lab(lab_id)
    tell = json_lines(int(report))
    checks_module = lab.module("checks")
    checks = checks_of(checks_module)
    tell(
        {
            "event": "ready",
            "notice": str(getattr(checks_module, "NOTICE", "")),
            "checks": [
                {"name": one.name, "proves": one.proves, "hints": list(one.hints)} for one in checks
            ],
        }
    )
    use_threads(1)
    limit(int(memory), int(cpu))
    for number, file in enumerate(files):
        tell({"event": "file", "number": number})
        _check_file(lab, Path(file), checks, tell)
    tell({"event": "done"})
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _check_file(lab: Lab, file: Path, checks: list[Check], tell: Sink) -> None:
    sys.path.append(str(file.parent))  # last: a learner's random.py is not to hide Python's
    try:
        solution = load_solution(lab, file)
    except SolutionError as error:
        tell({"event": "problem", "status": error.status, "message": clean(error.title)})
        return
    for number, one in enumerate(checks):
        tell({"event": "begin", "number": number})
        seed_everything(0)
        verdict = judge(one, solution)
        tell({"event": "end", "number": number, **vars(verdict)})


def limit(memory: int, cpu: int) -> None:
    """Bound what this process and its children may take; the parent watches what they share.

    A GPU's driver maps far more memory than it uses: 0 leaves memory to the parent alone.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 5))
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    # RLIMIT_AS would count what torch only reserves; data is what it writes to.
    if memory:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def end_with_parent(lifeline: int) -> None:
    """End this process with all it started once the other end of the pipe `lifeline` closes."""

    def wait() -> None:
        os.read(lifeline, 1)
        # Some programs start others in sessions of their own, where the group does not reach.
        with suppress(psutil.Error):
            for one in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):
                    one.kill()
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    main()
