"""Starts the worker on several processes with torchrun, in bounded time."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

PACKAGE_ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Launch:
    """How a launch ended: its exit code, None if it had to be stopped; seconds; its last output."""

    code: int | None
    seconds: float
    output: str


def launch(ranks: int, *arguments: str, limit: float) -> Launch:
    """Run the worker under torchrun with `ranks` processes; stop everything after `limit` seconds.

    The port is one the system has free: `--standalone` asks for port 0.
    """
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--local-addr", "127.0.0.1", "--nproc-per-node", str(ranks)]
    command += ["-m", "skills_lab.training.ddp.worker", *arguments]
    path = os.pathsep.join(filter(None, [str(PACKAGE_ROOT), os.environ.get("PYTHONPATH", "")]))
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    started = time.monotonic()
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    code = None
    try:
        output, _ = process.communicate(timeout=limit)
        code = process.returncode
    except subprocess.TimeoutExpired:
        _stop(process)
        output, _ = process.communicate()
    except BaseException:  # cancelled: leave nobody behind
        _stop(process)
        raise
    return Launch(code, time.monotonic() - started, output[-4000:])


def _stop(process: subprocess.Popen[str]) -> None:
    with suppress(psutil.Error):
        # torchrun starts its workers in sessions of their own, so that its group is not enough.
        for one in [*psutil.Process(process.pid).children(recursive=True)]:
            with suppress(psutil.Error):
                one.kill()
    process.kill()
