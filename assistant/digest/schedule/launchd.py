"""A macOS launch agent: local time only, and catches up after sleep."""

import os
import plistlib
from pathlib import Path
from typing import Any

from assistant.digest.schedule.job import Found, Job, ask, has, read, tell, write
from assistant.digest.schedule.times import Times

NOTE = "Catches up after sleep, not after the machine was off."
LABEL = "assistant.digest"


def available() -> bool:
    """Tell whether this machine has launchd."""
    return has("launchctl")


def agent(job: Job) -> bytes:
    """Return the property list (launchd.plist(5)) of a job whose times are local."""
    times = job.times
    told: dict[str, Any] = {
        "Label": LABEL,
        "ProgramArguments": list(job.command),
        "EnvironmentVariables": job.environment,
        # Its week begins with Sunday as 0.
        "StartCalendarInterval": [
            {"Weekday": (day + 1) % 7, "Hour": times.hour, "Minute": times.minute}
            for day in times.days
        ],
        "ProcessType": "Background",
        "StandardOutPath": str(job.log),
        "StandardErrorPath": str(job.log),
    }
    return plistlib.dumps(told)


def install(job: Job) -> None:
    """Write the agent and load it, in place of an earlier one.

    Raises:
        ScheduleError: launchd refuses; nothing is left behind.
    """
    try:
        ask("launchctl", "bootout", f"{_domain()}/{LABEL}")
        write(_file(), agent(job))
        tell("launchctl", "bootstrap", _domain(), str(_file()))
    except BaseException:
        remove()
        raise


def installed() -> Found | None:
    """Return what is installed, None if nothing is."""
    told = read(_file())
    if told is None:
        return None
    try:
        runs = plistlib.loads(told)["StartCalendarInterval"]
        days = tuple(sorted((run["Weekday"] - 1) % 7 for run in runs))
        times = Times(runs[0]["Hour"], runs[0]["Minute"], days)
    except (plistlib.InvalidFileException, ValueError, LookupError, TypeError):
        return None
    active = has("launchctl") and not ask("launchctl", "print", f"{_domain()}/{LABEL}").returncode
    return Found(times, str(_file()), active)


def remove() -> bool:
    """Unload the agent and delete it; tell if it was there."""
    if not _file().exists():
        return False
    if has("launchctl"):
        ask("launchctl", "bootout", f"{_domain()}/{LABEL}")
    _file().unlink(missing_ok=True)
    return True


def _domain() -> str:
    return f"gui/{os.getuid()}"


def _file() -> Path:
    return Path.home() / "Library" / "LaunchAgents" / f"{LABEL}.plist"
