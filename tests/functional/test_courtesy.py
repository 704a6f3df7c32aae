"""Taking turns at a server over processes, and what an answer can be."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path

import pytest

from assistant.errors import SourceError
from assistant.sources.courtesy import Again, Courtesy, persist, server_of
from assistant.sources.polite import Answer, Elsewhere, Validators, get
from tests.fakes.serving import serving

INTERVAL = 0.2
CHILD = """
import sys, time
from assistant.sources.courtesy import Courtesy
from assistant.sources.polite import Again, get
address, times, interval = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
courtesy = Courtesy(address, interval, time.sleep)
for _ in range(times):
    try:
        get(address, {}, courtesy=courtesy, timeout=100.0, most=1_000)
    except Again as again:
        courtesy.wait_longer(again)
"""


@dataclass
class Server:
    """What was asked when, how many at once, and how it answers."""

    answer: Callable[[BaseHTTPRequestHandler], None]
    times: list[float] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    address: str = ""


@contextmanager
def watched(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[Server]:
    state = Server(answer)
    guard = threading.Lock()

    def take(handler: BaseHTTPRequestHandler) -> None:
        with guard:
            state.times.append(time.monotonic())
            state.headers.append(dict(handler.headers.items()))
            state.at_once += 1
            state.most_at_once = max(state.most_at_once, state.at_once)
        try:
            state.answer(handler)
        finally:
            with guard:
                state.at_once -= 1

    with serving(take) as address:
        state.address = f"{address}/feed"
        yield state


def reply(status: int = 200, body: bytes = b"ok", **headers: str) -> Callable[..., None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "courtesy"
    monkeypatch.setenv("ASSISTANT_COURTESY", str(path))
    return path


class Pauses(list[float]):
    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def child(server: Server, times: int = 1) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", CHILD, server.address, str(times), str(INTERVAL)]
    return subprocess.Popen(command)


def ask(server: Server, pause: Callable[[float], None] | None = None, **told: object) -> Answer:
    courtesy = Courtesy(server.address, 0.0, Pauses() if pause is None else pause)
    options = {"timeout": 100.0, "most": 10_000, **told}
    return get(server.address, {}, courtesy=courtesy, **options)  # type: ignore[arg-type]


def remember(folder: Path, server: Server, **told: float) -> None:
    folder.mkdir(exist_ok=True)
    name = server_of(server.address).replace(":", "_")
    kept = {"asked": 0.0, "told": 0.0, "not_before": 0.0, **told}
    (folder / f"{name}.json").write_text(json.dumps(kept))


def test_processes_take_turns(folder: Path) -> None:
    sent: list[float] = []

    def slowly(handler: BaseHTTPRequestHandler) -> None:
        # What the process noted as it sent this: how soon we see it is another matter.
        (noted,) = folder.glob("*.json")
        sent.append(json.loads(noted.read_text())["asked"])
        time.sleep(0.05)
        reply()(handler)

    with watched(slowly) as server:
        children = [child(server, 4) for _ in range(4)]
        assert [one.wait(200) for one in children] == [0] * 4
    gaps = [b - a for a, b in pairwise(sent)]
    assert len(gaps) == 15
    assert min(gaps) >= INTERVAL - 0.001, "a process did not wait"
    assert server.most_at_once == 1


def test_a_wish_to_wait_holds_for_every_process() -> None:
    with watched(reply(429, Retry_After="2")) as server:
        first = child(server)
        while not server.times:
            time.sleep(0.01)
        assert first.wait(200) == 0
        server.answer = reply()
        children = [child(server) for _ in range(3)]
        assert [one.wait(200) for one in children] == [0] * 3
    assert server.times[1] - server.times[0] >= 1.9


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_killed_process_leaves_no_lock() -> None:
    held, gone = threading.Event(), threading.Event()

    def hang(handler: BaseHTTPRequestHandler) -> None:
        held.set()
        gone.wait(100)

    with watched(hang) as server:
        killed = child(server)
        assert held.wait(200)
        server.answer = reply()
        killed.send_signal(signal.SIGKILL)
        killed.wait(200)
        pauses = Pauses()
        assert ask(server, pauses).body == b"ok"
        gone.set()
    assert pauses == [], "it waited for a lock that nobody holds"


def test_waiting_for_another_process_can_be_interrupted() -> None:
    class StopError(Exception):
        pass

    def stop(seconds: float) -> None:
        raise StopError

    address = "http://127.0.0.1:9/x"
    with Courtesy(address, 3.0, Pauses()).turn(), pytest.raises(StopError):  # noqa: SIM117
        with Courtesy(address, 3.0, stop).turn():
            pass
    # And nothing is held on to.
    with Courtesy(address, 3.0, Pauses()).turn():
        pass


@pytest.mark.parametrize("ahead", [30.0, 86_400.0, 1e12])
def test_a_clock_set_back_costs_one_interval(folder: Path, ahead: float) -> None:
    pauses = Pauses()
    with watched(reply()) as server:
        remember(folder, server, asked=time.time() + ahead)
        courtesy = Courtesy(server.address, 3.0, pauses)
        get(server.address, {}, courtesy=courtesy, timeout=100.0, most=100)
    assert pauses == [pytest.approx(3.0, abs=0.1)]


def test_a_clock_set_back_shortens_what_a_server_wished(folder: Path) -> None:
    pauses = Pauses()
    with watched(reply()) as server:
        later = time.time() + 86_400
        remember(folder, server, told=later, not_before=later + 7)
        ask(server, pauses)
    assert pauses == [pytest.approx(7.0, abs=0.1)]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"asked": "x"}', '{"asked": NaN}', "\x00"]
)
def test_a_file_broken_off_costs_one_interval(folder: Path, text: str) -> None:
    pauses = Pauses()
    with watched(reply()) as server:
        remember(folder, server)
        next(folder.glob("*.json")).write_text(text)
        courtesy = Courtesy(server.address, 3.0, pauses)
        get(server.address, {}, courtesy=courtesy, timeout=100.0, most=100)
    assert pauses == [3.0]


def test_too_long_a_wish_is_told_to_every_process(folder: Path) -> None:
    with watched(reply()) as server:
        now = time.time()
        remember(folder, server, told=now, not_before=now + 3_600)
        with pytest.raises(SourceError, match="left alone"):
            ask(server)
        assert not server.times


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ASSISTANT_COURTESY", str(tmp_path / "file" / "courtesy"))
    with watched(reply()) as server, pytest.raises(SourceError) as told:
        ask(server)
    assert "ASSISTANT_COURTESY" in told.value.hint


def test_what_counts_as_one_server() -> None:
    arxiv = ["https://rss.arxiv.org/rss", "http://export.arxiv.org:80/api", "https://ARXIV.org./x"]
    assert {server_of(address) for address in arxiv} == {"arxiv.org"}
    assert server_of("https://notarxiv.org/") == "notarxiv.org"
    assert server_of("https://arxiv.org.evil.example/") == "arxiv.org.evil.example"
    assert server_of("http://a.example:8080/") == "a.example:8080"
    assert server_of("http://a.example/") == server_of("https://a.example:443/")


def test_arxiv_is_one_server_whatever_its_door() -> None:
    pauses = Pauses()
    for address in ("https://rss.arxiv.org/rss", "https://export.arxiv.org/api/query"):
        with Courtesy(address, 3.0, pauses).turn():
            pass
    assert pauses == [pytest.approx(3.0, abs=0.5)]


def test_it_is_tried_again_and_then_told() -> None:
    tries: list[int] = []

    def attempt() -> int:
        tries.append(1)
        if len(tries) < 3:
            raise Again("not yet")
        return 7

    courtesy = Courtesy("http://127.0.0.1:9/", 0.0, Pauses())
    assert persist(courtesy, attempt) == 7
    with pytest.raises(SourceError, match="does not answer"):
        persist(courtesy, lambda: (_ for _ in ()).throw(Again("never")))


def test_what_has_not_changed_is_not_sent_again() -> None:
    with watched(reply(ETag='"abc"', Last_Modified="Tue, 04 Nov 2025 05:00:00 GMT")) as server:
        first = ask(server)
        assert first.validators == Validators('"abc"', "Tue, 04 Nov 2025 05:00:00 GMT")
        server.answer = reply(304, b"", ETag='"abc"')
        second = ask(server, validators=first.validators)
        assert (second.status, second.body, second.validators.etag) == (304, b"", '"abc"')
        assert server.headers[1]["If-None-Match"] == '"abc"'
        assert server.headers[1]["If-Modified-Since"] == "Tue, 04 Nov 2025 05:00:00 GMT"
        # Nobody asked for that.
        with pytest.raises(SourceError, match="refused"):
            ask(server)


def test_a_validator_that_cannot_be_sent_back_is_forgotten() -> None:
    with watched(reply(ETag='"a\x80b"', Last_Modified="x" * 301)) as server:
        assert ask(server).validators == Validators()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_on_one_server_are_followed(status: int) -> None:
    with watched(reply()) as server:

        def answer(handler: BaseHTTPRequestHandler) -> None:
            if handler.path == "/feed":
                reply(status, b"", Location="/new place")(handler)
            else:
                reply(body=handler.path.encode())(handler)

        server.answer = answer
        got = ask(server)
    assert got.body == b"/new%20place"
    moved = server.address.replace("feed", "new%20place")
    assert got.moved_to == (moved if status in (301, 308) else None)


def test_each_redirect_waits_its_turn() -> None:
    pauses = Pauses()
    with watched(reply()) as server:
        server.answer = lambda handler: (
            reply(301, b"", Location="/x") if handler.path == "/feed" else reply()
        )(handler)
        courtesy = Courtesy(server.address, 3.0, pauses)
        get(server.address, {}, courtesy=courtesy, timeout=100.0, most=100)
    assert len(pauses) == 1


def test_redirects_to_another_server_are_not_followed() -> None:
    with watched(reply()) as other, watched(reply(302, b"", Location=other.address)) as server:
        with pytest.raises(Elsewhere, match="sends us on to another server") as told:
            ask(server)
        assert not other.times
    assert told.value.address == other.address
    assert other.address in told.value.why


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://x/", "http://[", "data:,x"])
def test_redirects_to_nowhere(location: str) -> None:
    with watched(reply(302, b"", Location=location)) as server:
        with pytest.raises(SourceError):
            ask(server)
        assert len(server.times) == 1


def test_redirects_that_go_round() -> None:
    with watched(reply(302, b"", Location="/feed")) as server:
        with pytest.raises(SourceError, match="round in circles"):
            ask(server)
        assert len(server.times) == 4


def test_headers_that_trickle_do_not_hold_us() -> None:
    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(2_000):
            handler.wfile.write(b"X")
            time.sleep(0.05)

    with watched(trickle) as server:
        start = time.monotonic()
        with pytest.raises(SourceError) as told:
            ask(server, timeout=0.4)
        assert time.monotonic() - start < 60
    assert told.value.why == "No answer within 0.4 seconds."


def test_a_server_that_never_greets() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        start = time.monotonic()
        with pytest.raises(SourceError, match="cannot be reached"):
            get(address, {}, courtesy=Courtesy(address, 0, Pauses()), timeout=0.3, most=10)
        assert time.monotonic() - start < 60


def test_a_packed_answer_is_refused() -> None:
    with watched(reply(Content_Encoding="gzip")) as server, pytest.raises(SourceError) as told:
        ask(server)
    assert "gzip" in told.value.why
    assert server.headers[0]["Accept-Encoding"] == "identity"


def test_a_server_that_could_not_be_reached_was_not_asked(tmp_path: Path) -> None:
    """Offline, nobody waits three seconds for a name that is not known."""
    waited: list[float] = []
    courtesy = Courtesy("http://nowhere.invalid/", 3.0, waited.append)
    for _ in range(3):
        with pytest.raises(SourceError, match="cannot be reached"):
            get("http://nowhere.invalid/", {}, courtesy=courtesy, timeout=5, most=100)
    assert waited == []
