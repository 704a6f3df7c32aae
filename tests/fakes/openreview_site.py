"""OpenReview's API v2 as its client speaks to it: a login, notes by venue id, and the challenge."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.serving import serving

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
    with serving(partial(_take, state)) as address:
        state.address = address
        try:
            yield state
        finally:
            state.stop.set()


def _take(state: FakeOpenReview, handler: BaseHTTPRequestHandler) -> None:
    (_post if handler.command == "POST" else _get)(state, handler)


def _post(state: FakeOpenReview, handler: BaseHTTPRequestHandler) -> None:
    told = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
    state.requests.append(handler.path)
    if state.challenge_at_login:
        _challenge(state, handler)
    elif told.get("password") != state.password:
        _send(state, handler, 400, {"name": "AuthenticationError", "message": "Invalid username or "
                         "password"})  # fmt: skip
    else:
        profile = {"id": "~Ada_Lovelace1"}
        _send(state, handler, 200, {"token": "t", "user": {"id": told["id"], "profile": profile}})


def _get(state: FakeOpenReview, handler: BaseHTTPRequestHandler) -> None:
    state.requests.append(handler.path)
    query = {name: one[0] for name, one in parse_qs(urlsplit(handler.path).query).items()}
    fault = state.faults.pop(0) if state.faults else ""
    if fault == "challenge" or handler.headers.get("Authorization") != "Bearer t":
        _challenge(state, handler)
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
    _send(state, handler, status, told, fault)


def _challenge(state: FakeOpenReview, handler: BaseHTTPRequestHandler) -> None:
    message = "A challenge must be solved before this request can go on"
    _send(
        state, handler, 403, {"name": "ChallengeRequiredError", "message": message, "status": 403}
    )


def _send(
    state: FakeOpenReview, handler: BaseHTTPRequestHandler, status: int, told: Any, fault: str = ""
) -> None:
    body = json.dumps(told).encode()
    if fault == "malformed":
        body = body[: len(body) // 2]
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json; charset=utf-8")
    handler.send_header("Content-Length", str(len(body)))
    if fault == "429 retry":
        handler.send_header("Retry-After", "7")
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2] if fault == "cut off" else body)
