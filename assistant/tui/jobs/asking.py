"""Asking a command something quietly: a child process whose answer is read, and nothing said."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from typing import Any

from assistant.config import HOME_VARIABLE, Home

_SECONDS = 60.0
_LONGEST = 4_000_000
_NICENESS = 10


async def ask_command(home: Home, *argv: str, seconds: float = _SECONDS) -> Any:
    """Return what `assistant ARGV --json` answers, None where there is no answer.

    Whoever waits no longer ends it: no child is left behind.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "assistant", *argv, "--json",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, HOME_VARIABLE: str(home.path)},
        start_new_session=True,
    )  # fmt: skip
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(seconds):
            answer = await process.stdout.read(_LONGEST)
            code = await process.wait()
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(answer) if code == 0 else None
    return None
