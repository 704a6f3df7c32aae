"""SIGINT, SIGTERM and SIGKILL while a command runs in a terminal: it ends, and the next one heals.

Each command is stopped at a moment that the server sees, in the middle of its work. Exit codes are
those of a shell; a terminal is left as it was found; locks are free; nothing is lost or doubled.
"""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from db.backup import check_integrity
from tests.fakes.arxiv_site import FakeArxivSite, Request, World, fake_arxiv_site, site_paper
from tests.fakes.pdfs import fake_pdfs, make_pdf

pty = pytest.importorskip("pty", reason="needs a terminal")
termios = pytest.importorskip("termios", reason="needs a terminal")

DAYS = [f"2025-11-{day:02}" for day in (3, 4, 5, 6, 7)]
CATEGORIES = ("cs.LG", "cs.CL", "stat.ML")
A_DAY = 30
HIDE, SHOW = b"\x1b[?25l", b"\x1b[?25h"
PATIENCE = 280.0
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}


def names() -> dict[str, str]:
    """Every paper and its day."""
    return {f"2511.{n:05}": DAYS[n // A_DAY] for n in range(A_DAY * len(DAYS))}


@contextlib.contextmanager
def serving_for(home: Path) -> Iterator[FakeArxivSite]:
    """Serve five days of papers to a home, as it is the first of them."""
    world = World(today=DAYS[0])
    for name, day in names().items():
        world.add(site_paper(name, day, title=f"Paper {name} of many", categories=CATEGORIES))
    with fake_arxiv_site(world) as server:
        home.mkdir(exist_ok=True)
        (home / "config.toml").write_text(
            f'[search]\nmodel = "{home}/none"\n'  # ranked by words alone: embedding is not asked
            "[sources.arxiv]\n"
            f'feed = "{server.feed}"\nlisting = "{server.listing}"\n'
            f'oai = "{server.oai}"\napi = "{server.api}"\ninterval_seconds = 0.05\n'
        )
        yield server


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has the first day, made once."""
    home = tmp_path_factory.mktemp("synced") / "home"
    with pytest.MonkeyPatch.context() as patch, serving_for(home):
        patch.setenv("ASSISTANT_HOME", str(home))
        ran = run("sync", *CATEGORIES, "--no-embed")
        assert ran.returncode == 0, ran.stderr
    return home


@pytest.fixture
def site(home: Path, synced: Path) -> Iterator[FakeArxivSite]:
    shutil.copytree(synced, home)
    with serving_for(home) as server:
        yield server


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "assistant", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


@contextlib.contextmanager
def held_after(site: FakeArxivSite, due: int) -> Iterator[Callable[[], bool]]:
    """Yield whether so many requests came; later ones wait, so that no command ends before."""
    take, going = site.take, threading.Event()

    def take_late(target: str, headers: dict[str, str]) -> Request:
        if len(site.requests) >= due:
            going.wait(PATIENCE)
        return take(target, headers)

    site.take = take_late  # type: ignore[method-assign]
    try:
        yield lambda: len(site.requests) >= due
    finally:
        going.set()
        site.take = take  # type: ignore[method-assign]


def stopped(number: signal.Signals, ready: Callable[[], bool], *arguments: str) -> bytes:
    """Run a command in a terminal, signal it once `ready`, and return what it showed."""
    ours, its = pty.openpty()
    before = termios.tcgetattr(its)
    shown = bytearray()

    def read() -> None:
        with contextlib.suppress(OSError):
            while piece := os.read(ours, 65_536):
                shown.extend(piece)

    command = [sys.executable, "-m", "assistant", *arguments]
    environment = {**os.environ, "TERM": "xterm-256color"}
    child = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=environment)
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    deadline = time.monotonic() + PATIENCE
    while not ready() and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    child.send_signal(number)
    code = child.wait(PATIENCE)
    after = termios.tcgetattr(its)
    os.close(its)
    reader.join(5)
    os.close(ours)
    assert code == CODES[number], bytes(shown)[-2_000:]
    assert b"Traceback" not in shown
    if number != signal.SIGKILL:
        assert after == before
        assert shown.count(HIDE) == shown.count(SHOW), "the cursor stays hidden"
        assert b"Stopped. Everything finished so far is kept." in shown
    return bytes(shown)


def rows(home: Path, query: str) -> list[Any]:
    with contextlib.closing(sqlite3.connect(home / "library.db")) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("number", SIGNALS)
def test_sync(site: FakeArxivSite, home: Path, number: signal.Signals) -> None:
    site.world.today = DAYS[-1]
    for more in (2, 5):
        due = len(site.requests) + more
        command = ("sync", *CATEGORIES, "--no-embed")
        with held_after(site, due) as ready:
            stopped(number, ready, *command)
        assert check_integrity(home / "library.db") == []
    ran = run("sync", *CATEGORIES, "--no-embed", "--json")
    assert ran.returncode == 0, ran.stderr
    held = rows(
        home,
        "SELECT category, date, source_id FROM announcements JOIN batches ON batches.id = batch_id",
    )
    assert Counter(held) == Counter(
        (category, day, name) for category in CATEGORIES for name, day in names().items()
    )


@pytest.mark.timeout(900)
@pytest.mark.parametrize("number", SIGNALS)
def test_digest(site: FakeArxivSite, home: Path, number: signal.Signals) -> None:
    site.world.today = DAYS[1]
    assert run("sync", *CATEGORIES, "--no-embed").returncode == 0
    site.world.today = DAYS[-1]
    asked = len(site.requests)
    command = ("digest", "--sync", "--date", DAYS[1])
    with held_after(site, asked + 4) as ready:
        stopped(number, ready, *command)
    assert check_integrity(home / "library.db") == []
    made = run("digest", "--date", DAYS[1], "--json")
    assert made.returncode == 0, made.stderr
    again = run("digest", "--date", DAYS[1], "--json")
    first, second = (
        [one["id"] for one in json.loads(told.stdout)["entries"]] for told in (made, again)
    )
    assert first == second
    assert len(set(first)) == len(first) > 0
    offered = rows(home, "SELECT work_id, count(*) FROM offered GROUP BY work_id")
    assert all(times == 1 for _, times in offered)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("number", SIGNALS)
def test_fetch(site: FakeArxivSite, home: Path, number: signal.Signals) -> None:
    pdf = make_pdf(["One page of a paper."]) + b"%" + b"x" * 30_000_000 + b"\n%%EOF\n"
    with fake_pdfs(pdf) as server:
        with (home / "config.toml").open("a") as file:
            file.write(f'pdf = "{server.address}"\n')
        server.going.clear()
        stopped(number, lambda: bool(server.ranges), "paper", "fetch", "2511.00001")
        server.going.set()
        target = home / "papers" / "arxiv-2511.00001.pdf"
        assert not target.exists(), "a file that is not whole yet has the name of a whole one"
        ran = run("paper", "fetch", "2511.00001", "--json")
        assert ran.returncode == 0, ran.stderr
        (kept,) = (home / "papers").glob("*.pdf")
        assert kept.read_bytes() == pdf
        assert not list((home / "papers").glob("*.part*"))
