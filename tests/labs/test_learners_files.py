"""Whatever a learner's file does, the check ends with a clear verdict and harms nobody."""

import json
import signal
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.labs.toy import FILES, Toy

WORKS = FILES["reference.py"]


def verdicts(events: list[dict[str, Any]]) -> list[str]:
    return [event["status"] for event in events if event["event"] == "check"]


def messages(events: list[dict[str, Any]]) -> str:
    told = [event["message"] for event in events if event["event"] == "check"]
    return " ".join([*told, events[-1]["problem"] or ""])


def test_a_right_solution_passes_and_is_told_what_to_notice(toy: Toy) -> None:
    events = toy.check(WORKS)
    assert [event["event"] for event in events] == ["start", "check", "check", "result"]
    assert verdicts(events) == ["passed", "passed"]
    assert events[-1]["notice"] == "It is linear."
    assert Path(events[-1]["reference"]).is_file()


def test_what_is_not_done_is_not_wrong(toy: Toy) -> None:
    events = toy.check(FILES["exercise.py"])
    assert verdicts(events) == ["not attempted", "not attempted"]
    assert events[-1]["status"] == "not attempted"
    assert "reference" not in events[-1]


def test_a_wrong_solution_is_told_how(toy: Toy) -> None:
    events = toy.check("def double(x):\n    return x + 1\n")
    assert verdicts(events) == ["passed", "incorrect"]
    assert "0 became 1" in messages(events)


def test_an_exception_names_the_learners_line(toy: Toy) -> None:
    events = toy.check("def double(x):\n    y = {}\n    return y[x]\n")
    assert verdicts(events) == ["incorrect", "incorrect"]
    assert "KeyError" in messages(events)
    assert "line 3, in double: return y[x]" in messages(events)


@pytest.mark.parametrize(
    ("source", "status", "told"),
    [
        ("def double(x:\n", "broken", "line 1"),
        ("", "broken", "lacks double"),
        ("import no_such_module\n", "broken", "no_such_module"),
        ("1 / 0\n", "broken", "ZeroDivisionError"),
        ("raise SystemExit(0)\n", "broken", "exit"),
        ("import os\nos._exit(0)\n", "broken", "code 0"),
        ("def double(x):\n    return 2 * x\nraise NotImplementedError\n", "not attempted", ""),
        ("x = 1\0", "broken", "null"),
        ("(" * 5_000, "broken", ""),
    ],
)
def test_a_file_that_does_not_load_says_why(toy: Toy, source: str, status: str, told: str) -> None:
    events = toy.check(source)
    assert verdicts(events) == []
    assert events[-1]["status"] == status
    assert told in events[-1]["problem"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("import sys; sys.exit(0)", "called exit with 0"),
        ("import os; os._exit(0)", "ended itself with code 0"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV (a crash of the interpreter)"),
        ("import os; os.kill(os.getpid(), 9)", "SIGKILL"),
        ("while True: print('x' * 10_000)", "printed more than 1 MB"),
        ("bytearray(2 ** 33)", "more memory"),
        ("import os; os.closerange(3, 100)", "code"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    ],
)
def test_what_ends_the_process_is_a_broken_check(toy: Toy, body: str, told: str) -> None:
    events = toy.check(f"def double(x):\n    {body}\n    return 2 * x\n")
    assert verdicts(events)[0] == "broken"
    assert told in messages(events)
    assert events[-1]["passed"] == 0


def test_after_a_death_the_other_checks_are_not_run(toy: Toy) -> None:
    events = toy.check("import os\ndef double(x):\n    os._exit(3) if x == 1 else 2 * x\n")
    assert verdicts(events) == ["broken", "not run"]


def test_reading_input_does_not_hang(toy: Toy) -> None:
    assert "EOFError" in messages(toy.check("def double(x):\n    return int(input())\n"))


def test_output_is_shown_without_terminal_escapes(toy: Toy) -> None:
    source = "print('\\x1b]0;owned\\x07here \\x1b[31mred')\n" + WORKS
    (output,) = [one["text"] for one in toy.check(source) if one["event"] == "output"]
    assert output == "here red\n"


def test_a_learners_module_does_not_hide_pythons(toy: Toy) -> None:
    (toy.file.parent / "json.py").write_text("raise SystemExit('shadowed')\n")
    (toy.file.parent / "helper.py").write_text("factor = 2\n")
    events = toy.check("import json, helper\ndef double(x):\n    return helper.factor * x\n")
    assert events[-1]["status"] == "passed"


def test_nothing_is_left_beside_the_file(toy: Toy) -> None:
    toy.check(WORKS)
    assert list(toy.file.parent.iterdir()) == [toy.file]


def test_who_asked_is_killed_and_the_learners_program_ends(toy: Toy) -> None:
    pid_file = toy.file.parent / "pid"
    toy.file.write_text(
        f"import os, time\nopen({str(pid_file)!r}, 'w').write(str(os.getpid()))\ntime.sleep(1000)\n"
    )
    with toy.start("check", "toy", "--solution", str(toy.file)) as asking:
        deadline = time.monotonic() + 200
        while not (pid_file.exists() and pid_file.read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        asking.send_signal(signal.SIGKILL)
    pid = int(pid_file.read_text())
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "it outlived who started it"
        time.sleep(0.02)


def test_hints_come_one_at_a_time(toy: Toy) -> None:
    wrong = FILES["exercise.py"]
    told = [
        [event for event in toy.check(wrong, "--hint") if event["event"] == "hint"]
        for _ in range(3)
    ]
    assert [(one["number"], one["total"], one["text"]) for (one,) in told] == [
        (1, 2, "Think of 1."),
        (2, 2, "1 + 1"),
        (2, 2, "1 + 1"),
    ]
    half = "def double(x):\n    return x + 1\n"
    (hint,) = [event for event in toy.check(half, "--hint") if event["event"] == "hint"]
    assert (hint["check"], hint["text"]) == ("doubles all", "Think.")
    assert not [event for event in toy.check(WORKS, "--hint") if event["event"] == "hint"]


def test_a_damaged_memory_of_hints_starts_anew(toy: Toy) -> None:
    (toy.file.parent / ".toy.hints.json").write_text('{"doubles one": [1')
    (hint,) = [e for e in toy.check(FILES["exercise.py"], "--hint") if e["event"] == "hint"]
    assert hint["number"] == 1


def test_a_persons_view(toy: Toy) -> None:
    toy.file.write_text("def double(x):\n    return x + 1\n")
    told = toy("check", "toy", "--solution", str(toy.file), "--hint").stdout
    parts = ["✓ doubles one", "✗ doubles all", "0 became 1", "1 of 2 checks passed"]
    parts += ["Hint 1 of 2", "Think.", "Hint 2 of 2: python -m skills_lab check toy"]
    assert [part for part in parts if part not in told] == []
    toy.file.write_text(WORKS)
    told = toy("check", "toy", "--solution", str(toy.file)).stdout
    assert "What to notice in the reference\nIt is linear." in told
    assert "show toy --reference" in told


def test_a_file_that_is_not_there(toy: Toy) -> None:
    done = toy("check", "toy", "--solution", "nowhere.py")
    assert done.returncode == 1
    assert "There is no file" in done.stderr


def test_an_exercise_never_overwrites(toy: Toy) -> None:
    folder = toy.file.parent / "mine"
    assert toy("start", "toy", str(folder)).returncode == 0
    mine = folder / "toy.py"
    assert mine.read_text() == FILES["exercise.py"]
    mine.write_text("precious")
    again = toy("start", "toy", str(folder))
    assert again.returncode == 1
    assert "stays as it is" in again.stderr
    assert mine.read_text() == "precious"
    on_file = toy("start", "toy", str(mine))
    assert on_file.returncode == 1
    assert "is a file" in on_file.stderr


def test_watch_checks_again_on_every_kind_of_save(toy: Toy) -> None:
    toy.file.write_text(FILES["exercise.py"])
    with toy.start("watch", "toy", str(toy.file), "--json") as watching:

        def next_result() -> str:
            assert watching.stdout is not None
            for line in watching.stdout:
                event = json.loads(line)
                if event["event"] == "result":
                    return str(event["status"])
            raise AssertionError("it ended")

        assert next_result() == "not attempted"
        beside = toy.file.with_suffix(".tmp")
        beside.write_text("def double(x):\n    return x + 1\n")
        beside.replace(toy.file)  # as vim and many editors save
        assert next_result() == "incorrect"
        looping = toy.file.parent.parent / "looping"
        loop = f"    open({str(looping)!r}, 'w').close()\n    while True: pass\n"
        toy.file.write_text(f"def double(x):\n{loop}")
        deadline = time.monotonic() + 200
        while not looping.exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        toy.file.unlink()
        time.sleep(0.2)
        toy.file.write_text(WORKS)  # while the loop is still being checked
        assert next_result() == "stopped"
        assert next_result() == "passed"
        watching.send_signal(signal.SIGINT)
    assert watching.returncode == 0
