"""OpenReview's API v2 as its client speaks to it: a login, notes by venue id, and the challenge."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Note = dict[str, Any]


def note(number: str, title: str, venueid: str, venue: str, **more: Any) -> Note:
    """Return a note as version 2 of the API has it: each field an object with a value."""
    fields = {
        "title": title, "authors": ["Ada Lovelace", "Alan Turing"], "abstract": f"On {title}.",
        "authorids": ["~Ada_Lovelace1", "~Alan_Turing1"], "keywords": ["engines"],
        "venue": venue, "venueid": venueid, "pdf": f"/pdf/{number}.pdf", **more,
    }  # fmt: skip
    return {
        "id": number, "forum": number, "number": 1, "domain": venueid, "readers": ["everyone"],
        "content": {name: {"value": value} for name, value in fields.items()},
    }  # fmt: skip


@dataclass
class FakeOpenReview:
    """What it has, whom it lets in, and how it fails: one fault a request for notes, in order.

    Faults: `challenge`, `429 retry`, `500`, `hang`, `hang up`, `malformed`, `cut off`, `form`.
    """

    notes: list[Note] = field(default_factory=list)
    password: str = "secret"
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    challenge_at_login: bool = False
    stop: threading.Event = field(default_factory=threading.Event)
    address: str = ""


@contextmanager
def fake_openreview(notes: list[Note]) -> Iterator[FakeOpenReview]:
    """Serve these notes on a free local port until the block ends."""
    state = FakeOpenReview(notes)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    server.daemon_threads = True
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        state.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(state: FakeOpenReview) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.requests.append(self.path)
            if state.challenge_at_login:
                self._challenge()
            elif told.get("password") != state.password:
                self._send(400, {"name": "AuthenticationError", "message": "Invalid username or "
                                 "password"})  # fmt: skip
            else:
                profile = {"id": "~Ada_Lovelace1"}
                self._send(200, {"token": "t", "user": {"id": told["id"], "profile": profile}})

        def do_GET(self) -> None:
            state.requests.append(self.path)
            query = {name: one[0] for name, one in parse_qs(urlsplit(self.path).query).items()}
            fault = state.faults.pop(0) if state.faults else ""
            if fault == "challenge" or self.headers.get("Authorization") != "Bearer t":
                self._challenge()
                return
            if fault == "hang":
                state.stop.wait(30)
                return
            if fault == "hang up":
                return
            found = sorted(
                (one for one in state.notes
                 if one["content"]["venueid"]["value"] == query["content.venueid"]),
                key=lambda one: one["id"],
            )  # fmt: skip
            after = query.get("after", "")
            page = [one for one in found if one["id"] > after][: int(query["limit"])]
            status = int(fault[:3]) if fault[:3].isdecimal() else 200
            told: Any = {"notes": page, "count": len(found)}
            if fault == "form":
                told = {"items": page}
            self._send(status, told, fault)

        def _challenge(self) -> None:
            message = "A challenge must be solved before this request can go on"
            self._send(403, {"name": "ChallengeRequiredError", "message": message, "status": 403})

        def _send(self, status: int, told: Any, fault: str = "") -> None:
            body = json.dumps(told).encode()
            if fault == "malformed":
                body = body[: len(body) // 2]
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            if fault == "429 retry":
                self.send_header("Retry-After", "7")
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if fault == "cut off" else body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
