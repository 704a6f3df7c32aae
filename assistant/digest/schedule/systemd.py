"""A user's systemd timer: knows time zones, and catches up after sleep (systemd 244 or newer)."""

import os
import re
from pathlib import Path

from assistant.digest.schedule.job import NAME, Found, Job, ask, has, read, tell, write
from assistant.digest.schedule.times import DAY_NAMES, Times

NOTE = (
    "Runs while you are logged in and catches up after sleep; "
    "`loginctl enable-linger` lets it run without a login too."
)
_DAY = f"(?:{'|'.join(DAY_NAMES)})"
_CALENDAR = re.compile(
    rf"^OnCalendar=(?P<days>{_DAY}(?:,{_DAY})*) \*-\*-\*"
    r" (?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d):00(?: (?P<zone>\S+))?$",
    re.MULTILINE,
)


def available() -> bool:
    """Tell whether this user has a systemd to ask."""
    return has("systemctl") and ask("systemctl", "--user", "show-environment").returncode == 0


def service(job: Job) -> str:
    """Return the service unit."""
    words = job.command
    if set(words[0]) & set("\"'\\"):  # systemd takes no such name for a program, however quoted
        words = ("/bin/sh", "-c", 'exec "$@"', "sh", *words)
    # The colon: no $VARIABLES in the arguments.
    command = " ".join(map(_quoted, words))
    environment = "".join(
        f"Environment={_quoted(f'{name}={value}')}\n" for name, value in job.environment.items()
    )
    return (
        "[Unit]\nDescription=Fetch new papers and make the digest\n\n"
        "[Service]\nType=oneshot\n"
        f"ExecStart=:{command}\n{environment}"
        "Nice=10\nTimeoutStartSec=1h\n"
    )


def timer(times: Times) -> str:
    """Return the timer unit; the delay keeps all its users from asking arXiv in one second."""
    days = ",".join(DAY_NAMES[day] for day in times.days)
    zone = f" {times.zone}" if times.zone else ""
    return (
        "[Unit]\nDescription=Fetch new papers after arXiv announced them\n\n"
        f"[Timer]\nOnCalendar={days} *-*-* {times.hour:02}:{times.minute:02}:00{zone}\n"
        "Persistent=true\nRandomizedDelaySec=10min\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )


def install(job: Job) -> None:
    """Write both units and start the timer, in place of an earlier one.

    Raises:
        ScheduleError: systemd refuses; nothing is left behind.
    """
    try:
        write(_unit("service"), service(job).encode("utf-8", "surrogateescape"))
        write(_unit("timer"), timer(job.times).encode())
        _systemctl("daemon-reload")
        _systemctl("enable", f"{NAME}.timer")
        _systemctl("restart", f"{NAME}.timer")
    except BaseException:
        remove()
        raise


def installed() -> Found | None:
    """Return what is installed, None if nothing is."""
    told = read(_unit("timer"))
    match = _CALENDAR.search(told.decode("utf-8", "replace")) if told else None
    if match is None:
        return None
    days = tuple(DAY_NAMES.index(day) for day in match["days"].split(","))
    times = Times(int(match["hour"]), int(match["minute"]), days, match["zone"])
    active = (
        has("systemctl")
        and not ask("systemctl", "--user", "is-active", "--quiet", f"{NAME}.timer").returncode
    )
    return Found(times, str(_unit("timer")), active)


def remove() -> bool:
    """Stop the timer and delete its units and its memory of the last run; tell if it was there."""
    units = [_unit("timer"), _unit("service")]
    there = any(unit.exists() for unit in units)
    if not there:
        return False
    if has("systemctl"):
        ask("systemctl", "--user", "disable", "--now", f"{NAME}.timer")
    for unit in units:
        unit.unlink(missing_ok=True)
    _stamp().unlink(missing_ok=True)
    if has("systemctl"):
        ask("systemctl", "--user", "daemon-reload")
    return True


def _systemctl(*arguments: str) -> None:
    tell("systemctl", "--user", *arguments)


def _unit(ending: str) -> Path:
    return _folder("XDG_CONFIG_HOME", ".config") / "systemd" / "user" / f"{NAME}.{ending}"


def _stamp() -> Path:
    return _folder("XDG_DATA_HOME", ".local/share") / "systemd" / "timers" / f"stamp-{NAME}.timer"


def _folder(variable: str, otherwise: str) -> Path:
    told = os.environ.get(variable, "")
    return Path(told) if Path(told).is_absolute() else Path.home() / otherwise


def _quoted(text: str) -> str:
    """Quote one word for a unit file (systemd.syntax(7)); % would begin a specifier."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
