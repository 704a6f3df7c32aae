"""The machine's own scheduler: right on both sides of summer time, and gone without a trace."""

import os
import plistlib
import re
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.digest.schedule import KINDS, ScheduleError, install, remove, show
from assistant.digest.schedule.cron import line
from assistant.digest.schedule.job import Job
from assistant.digest.schedule.launchd import agent
from assistant.digest.schedule.systemd import service, timer
from assistant.digest.schedule.times import AFTER_ARXIV, Times, in_local_time, next_run
from assistant.errors import AssistantError

NASTY = "a b%h %% \"q\" 'r' $HOME `x` \\n ; é #"
NEW_YORK = ZoneInfo("America/New_York")
ZONES = (
    "UTC", "America/New_York", "America/Los_Angeles", "America/Bogota", "America/Phoenix",
    "America/St_Johns", "Europe/Berlin", "Europe/London", "Asia/Kolkata", "Asia/Tokyo",
    "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham",
    "Pacific/Honolulu", "Pacific/Kiritimati", "Africa/Casablanca",
)  # fmt: skip
MORNING = Times(7, 5, (0, 5))

SYSTEMCTL = """#!/bin/sh
echo "$@" >> "$FAKE/asked"
case "$*" in
  *show-environment) [ ! -e "$FAKE/no-bus" ];;
  *is-active*) [ -e "$FAKE/running" ];;
  *restart*) [ ! -e "$FAKE/refuses" ] || { echo "Unit is bad" >&2; exit 1; }
             touch "$FAKE/running";;
  *disable*) rm -f "$FAKE/running";;
esac
"""
LAUNCHCTL = """#!/bin/sh
echo "$@" >> "$FAKE/asked"
case "$1" in
  bootstrap) [ ! -e "$FAKE/refuses" ] || { echo "Bootstrap failed: 5" >&2; exit 5; }
             touch "$FAKE/running";;
  bootout) [ -e "$FAKE/running" ] && rm "$FAKE/running";;
  print) [ -e "$FAKE/running" ];;
esac
"""
CRONTAB = """#!/bin/sh
[ ! -e "$FAKE/denied" ] || { echo "You (me) are not allowed to use this program" >&2; exit 1; }
case "$1" in
  -l) [ ! -e "$FAKE/refuses" ] || { echo "permission denied" >&2; exit 1; }
      [ -e "$FAKE/table" ] || { echo "no crontab for me" >&2; exit 1; }
      cat "$FAKE/table";;
  -r) rm "$FAKE/table";;
  -) cat > "$FAKE/table";;
  *) exit 2;;
esac
"""
PROGRAMS = {"systemd": ("systemctl", SYSTEMCTL), "launchd": ("launchctl", LAUNCHCTL),
            "cron": ("crontab", CRONTAB)}  # fmt: skip


class Machine:
    """A machine with the schedulers it is given, and nothing else."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.state = folder / "state"
        self.user = folder / "user"
        self.bin = folder / "bin"
        for one in (self.state, self.user, self.bin):
            one.mkdir()
        for needed in ("sh", "cat", "rm", "touch"):
            found = shutil.which(needed)
            assert found
            (self.bin / needed).symlink_to(found)
        monkeypatch.setenv("PATH", str(self.bin))
        monkeypatch.setenv("FAKE", str(self.state))
        monkeypatch.setenv("HOME", str(self.user))
        for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
            monkeypatch.delenv(variable, raising=False)

    def add(self, *kinds: str) -> None:
        for kind in kinds:
            name, script = PROGRAMS[kind]
            (self.bin / name).write_text(script)
            (self.bin / name).chmod(0o755)

    def files(self) -> list[str]:
        """What lies in the person's own folders, and in the crontab."""
        kept = [path.name for path in self.user.rglob("*") if path.is_file()]
        return sorted([*kept, *(["crontab"] if (self.state / "table").exists() else [])])


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    if os.name == "nt":
        pytest.skip("the stand-ins are shell scripts")
    return Machine(tmp_path, monkeypatch)


def test_the_digest_runs_after_the_feed_changed() -> None:
    # Sunday evening in New York is announced with Monday's feed.
    sunday = datetime(2025, 11, 2, 20, 0, tzinfo=NEW_YORK)
    assert next_run(AFTER_ARXIV, sunday, UTC) == datetime(2025, 11, 3, 5, 30, tzinfo=UTC)
    friday = datetime(2025, 7, 11, 12, 0, tzinfo=NEW_YORK)
    assert next_run(AFTER_ARXIV, friday, UTC) == datetime(2025, 7, 14, 4, 30, tzinfo=UTC)


@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.builds(
        Times,
        st.integers(0, 23),
        st.integers(0, 59),
        st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
        st.sampled_from([None, *ZONES]),
    ),
)
def test_the_next_run_is_the_first_that_fits(local: str, now: datetime, times: Times) -> None:
    here = ZoneInfo(local)
    coming = next_run(times, now, here)
    assert coming.tzinfo is here
    assert now < coming <= now + timedelta(days=8, hours=3)
    there = coming.astimezone(ZoneInfo(times.zone) if times.zone else here)
    assert there.weekday() in times.days
    # What a skipped hour moves is the only difference there may be.
    told = there.replace(tzinfo=None).replace(hour=times.hour, minute=times.minute)
    assert abs(there.replace(tzinfo=None) - told) <= timedelta(hours=2)
    for days in range((coming - now).days):
        earlier = there - timedelta(days=days + 1)
        assert earlier.weekday() not in times.days or earlier <= now


@pytest.mark.parametrize("name", ZONES)
def test_local_times_are_never_early_and_rarely_late(name: str) -> None:
    local, today = ZoneInfo(name), date(2026, 2, 1)
    times = in_local_time(AFTER_ARXIV, today, local)
    assert times.zone is None
    assert len(times.days) == 5
    late = set()
    feed = datetime(2026, 2, 1, tzinfo=UTC)
    while feed < datetime(2027, 1, 30, tzinfo=UTC):
        feed = next_run(Times(0, 0, AFTER_ARXIV.days, "America/New_York"), feed, UTC)
        # The first local run since the feed changed belongs to it: none was before, none is lost.
        late.add(next_run(times, feed, local) - feed)
    assert min(late) >= timedelta(minutes=30)
    assert max(late) <= timedelta(hours=2, minutes=30)


def test_local_times_where_the_day_changes() -> None:
    today = date(2026, 2, 1)
    berlin = in_local_time(AFTER_ARXIV, today, ZoneInfo("Europe/Berlin"))
    assert berlin == Times(6, 30, (0, 1, 2, 3, 4))
    west = in_local_time(AFTER_ARXIV, today, ZoneInfo("America/Los_Angeles"))
    assert west == Times(21, 30, (0, 1, 2, 3, 6))
    assert in_local_time(MORNING, today, ZoneInfo("Asia/Tokyo")) == MORNING


def test_times_that_are_none() -> None:
    for wrong in ((24, 0, (0,)), (0, 60, (0,)), (0, 0, ()), (0, 0, (7,))):
        with pytest.raises(ValueError, match=r"must be|weekdays"):
            Times(*wrong)
    with pytest.raises(AssistantError, match="no time zone"):
        next_run(Times(0, 0, (0,), "Mars/Olympus"), datetime.now(UTC))


@pytest.mark.parametrize("kind", KINDS)
def test_install_show_install_again_and_remove(machine: Machine, tmp_path: Path, kind: str) -> None:
    machine.add(kind)
    assert show() is None
    assert remove() == []
    home = tmp_path / NASTY.replace("/", "")
    first = install(None, [sys.executable, "-m", "x"], None, home)
    assert first.kind == kind
    assert first.active
    assert first.note
    assert datetime.now(UTC) < first.next_run <= datetime.now(UTC) + timedelta(days=4)
    before = machine.files()
    again = install(kind, [sys.executable, "-m", "assistant"], MORNING, home)
    assert machine.files() == before
    assert again.times == MORNING
    assert show() == again
    assert remove() == [kind]
    assert machine.files() == []
    assert show() is None
    assert not (machine.state / "running").exists()
    assert remove() == []


def test_the_best_scheduler_is_taken_and_only_one_has_the_job(
    machine: Machine, tmp_path: Path
) -> None:
    command = [sys.executable]
    with pytest.raises(ScheduleError, match="no scheduler we know"):
        install(None, command, None, tmp_path)
    machine.add("cron")
    assert install(None, command, None, tmp_path).kind == "cron"
    machine.add("systemd")
    assert install(None, command, None, tmp_path).kind == "systemd"
    assert machine.files() == ["assistant-digest.service", "assistant-digest.timer"]
    (machine.state / "no-bus").touch()
    assert install(None, command, None, tmp_path).kind == "cron"
    assert machine.files() == ["crontab"]
    (machine.state / "no-bus").unlink()
    remove()
    (machine.state / "denied").touch()
    assert install(None, command, None, tmp_path).kind == "systemd"
    assert remove() == ["systemd"]
    with pytest.raises(ScheduleError, match="no launchd"):
        install("launchd", command, None, tmp_path)
    with pytest.raises(ScheduleError, match="called 'at'"):
        install("at", command, None, tmp_path)


@pytest.mark.parametrize("kind", ["systemd", "launchd"])
def test_what_the_scheduler_refuses_leaves_nothing(
    machine: Machine, tmp_path: Path, kind: str
) -> None:
    machine.add(kind)
    (machine.state / "refuses").touch()
    with pytest.raises(ScheduleError, match="refused") as caught:
        install(kind, [sys.executable], None, tmp_path)
    assert caught.value.why
    assert machine.files() == []


def test_what_a_timer_remembers_goes_too(machine: Machine, tmp_path: Path) -> None:
    machine.add("systemd")
    install("systemd", [sys.executable], None, tmp_path)
    stamp = machine.user / ".local/share/systemd/timers/stamp-assistant-digest.timer"
    stamp.parent.mkdir(parents=True)
    stamp.touch()
    remove()
    assert machine.files() == []


OTHERS = b"MAILTO=me\n# mine \xff\n5 4 * * * echo 100\\% \n# BEGIN assistant-digest\nodd end"


def test_the_rest_of_a_crontab_is_left_as_it_is(machine: Machine, tmp_path: Path) -> None:
    machine.add("cron")
    table = machine.state / "table"
    table.write_bytes(OTHERS)
    for _ in range(2):
        install("cron", [sys.executable], None, tmp_path)
        assert table.read_bytes().startswith(OTHERS + b"\n# BEGIN assistant-digest\n")
        assert table.read_bytes().count(b"# END") == 1
    remove()
    assert table.read_bytes() == OTHERS + b"\n"


def test_a_crontab_that_cannot_be_read_is_not_replaced(machine: Machine, tmp_path: Path) -> None:
    machine.add("cron")
    (machine.state / "table").write_bytes(OTHERS)
    (machine.state / "refuses").touch()
    with pytest.raises(ScheduleError, match="left alone"):
        install("cron", [sys.executable], None, tmp_path)
    assert (machine.state / "table").read_bytes() == OTHERS


def test_commands_no_scheduler_can_carry(machine: Machine, tmp_path: Path) -> None:
    machine.add("cron")
    for wrong in ([], ["python"], [sys.executable, "a\nb"]):
        with pytest.raises(ScheduleError):
            install("cron", wrong, None, tmp_path)
    with pytest.raises(ScheduleError, match="too long for cron"):
        install("cron", [sys.executable, "x" * 1000], None, tmp_path)
    with pytest.raises(AssistantError, match="no time zone"):
        install("cron", [sys.executable], Times(0, 0, (0,), "Mars/Olympus"), tmp_path)
    assert machine.files() == []


printable = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="/"), min_size=1
)


@given(printable)
def test_any_word_survives_a_property_list(word: str) -> None:
    told = plistlib.loads(agent(Job(("/bin/x", word), MORNING, Path("/home") / word)))
    assert told["ProgramArguments"] == ["/bin/x", word]
    assert told["EnvironmentVariables"] == {"ASSISTANT_HOME": str(Path("/home") / word)}
    weekdays = [run["Weekday"] for run in told["StartCalendarInterval"]]
    assert weekdays == [1, 6]


@given(printable)
def test_any_word_survives_a_unit(word: str) -> None:
    told = service(Job(("/bin/x", word), MORNING, Path("/home")))
    (command,) = re.findall("^ExecStart=:(.*)$", told, re.MULTILINE)
    words = re.findall(r'"((?:[^"\\]|\\.)*)"', command)
    read = [re.sub(r"\\(.)", r"\1", one).replace("%%", "%") for one in words]
    assert read == ["/bin/x", word]
    assert not re.search("(?<!%)(?:%%)*%(?!%)", command)


def as_cron_runs(told: str) -> str:
    """Return what cron gives to the shell: up to the first bare %, with \\% as %."""
    command = told.split(" ", 5)[5]
    return re.split(r"(?<!\\)%", command)[0].replace("\\%", "%")


@pytest.mark.skipif(os.name == "nt", reason="cron's shell is a POSIX one")
def test_words_survive_cron_and_its_shell(tmp_path: Path) -> None:
    home = tmp_path / NASTY
    (home / "logs").mkdir(parents=True)
    program = tmp_path / f"{NASTY} tool"
    program.write_text('#!/bin/sh\nprintf "%s|" "$ASSISTANT_HOME" "$@"\n')
    program.chmod(0o755)
    told = line(Job((str(program), NASTY, "--x=%d\\%d"), MORNING, home))
    assert told.startswith("5 7 * * 1,6 ")
    subprocess.run(["/bin/sh", "-c", as_cron_runs(told)], check=True)
    assert (home / "logs" / "schedule.log").read_text() == f"{home}|{NASTY}|--x=%d\\%d|"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")
@pytest.mark.parametrize("name", ["a b%h %% $HOME `x` ; é #", NASTY])
def test_systemd_takes_the_units(tmp_path: Path, name: str) -> None:
    program = tmp_path / name
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    job = Job((str(program), NASTY, ";", "-"), AFTER_ARXIV, tmp_path / NASTY)
    units = tmp_path / "units"
    units.mkdir()
    (units / "assistant-digest.service").write_text(service(job))
    (units / "assistant-digest.timer").write_text(timer(AFTER_ARXIV))
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", *map(str, sorted(units.iterdir()))],
        capture_output=True, text=True, check=False,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    (calendar,) = re.findall("^OnCalendar=(.*)$", timer(AFTER_ARXIV), re.MULTILINE)
    subprocess.run(["systemd-analyze", "calendar", calendar], check=True, capture_output=True)
