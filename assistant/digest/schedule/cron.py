"""A line in the user's crontab, between marks of ours: local time only, and no catching up."""

import re
import shlex

from assistant.digest.schedule.job import NAME, Found, Job, ScheduleError, ask, has, tell
from assistant.digest.schedule.times import Times
from assistant.text import clean_line

NOTE = "Does not catch up when the machine sleeps or is off at that time."
_BEGIN = f"# BEGIN {NAME}"
_END = f"# END {NAME}"
_BLOCK = re.compile(rf"^{_BEGIN}\n(?P<line>.*)\n{_END}$\n?", re.MULTILINE)
_TIMES = re.compile(r"(?P<minute>[0-5]?\d) (?P<hour>1?\d|2[0-3]) \* \* (?P<days>[0-6](?:,[0-6])*) ")
_LONGEST_COMMAND = 990  # cron takes 1,000 bytes


def available() -> bool:
    """Tell whether this machine has cron, and this user may use it."""
    return has("crontab") and b"not allowed" not in ask("crontab", "-l").stderr


def line(job: Job) -> str:
    """Return the line (crontab(5)) of a job whose times are local.

    Raises:
        ScheduleError: it is longer than cron takes.
    """
    words = [f"{name}={shlex.quote(value)}" for name, value in job.environment.items()]
    words += map(shlex.quote, job.command)
    words.append(f">>{shlex.quote(str(job.log))} 2>&1")
    # To cron a bare % is a line break, quoted or not.
    command = " ".join(words).replace("%", "\\%")
    if len(command.encode("utf-8", "surrogateescape")) > _LONGEST_COMMAND:
        raise ScheduleError(
            "The command is too long for cron.",
            why=f"It takes {_LONGEST_COMMAND} bytes.",
            hint="Use a home with a shorter path.",
        )
    times = job.times
    days = ",".join(str((day + 1) % 7) for day in times.days)  # Sunday is 0
    return f"{times.minute} {times.hour} * * {days} {command}\n"


def install(job: Job) -> None:
    """Add the job to the crontab, in place of an earlier one; all else in it stays as it is.

    Raises:
        ScheduleError: cron refuses, or its table cannot be read.
    """
    others = _BLOCK.sub("", _table())
    if others and not others.endswith("\n"):
        others += "\n"
    _put(f"{others}{_BEGIN}\n{line(job)}{_END}\n")


def installed() -> Found | None:
    """Return what is installed, None if nothing is.

    Raises:
        ScheduleError: the table cannot be read.
    """
    block = _BLOCK.search(_table()) if available() else None
    match = _TIMES.match(block["line"]) if block else None
    if match is None:
        return None
    days = tuple(sorted((int(day) - 1) % 7 for day in match["days"].split(",")))
    return Found(Times(int(match["hour"]), int(match["minute"]), days), "crontab")


def remove() -> bool:
    """Take the job out of the crontab, and the table with it if it was alone; tell if it was there.

    Raises:
        ScheduleError: cron refuses, or its table cannot be read.
    """
    if not available():
        return False
    table = _table()
    others = _BLOCK.sub("", table)
    if others == table:
        return False
    if others.strip():
        _put(others)
    else:
        tell("crontab", "-r")
    return True


def _table() -> str:
    told = ask("crontab", "-l")
    if told.returncode == 0:
        return told.stdout.decode("utf-8", "surrogateescape")
    why = clean_line(told.stderr.decode("utf-8", "replace"), 300)
    # Any other fault must not be taken for an empty table: writing would lose what is in it.
    if "no crontab" in why:
        return ""
    raise ScheduleError("The crontab cannot be read, so it was left alone.", why=why)


def _put(table: str) -> None:
    tell("crontab", "-", text=table.encode("utf-8", "surrogateescape"))
