"""A server that stands in for conference sites: documents by path, and the ways sites fail.

`tests.fakes.venue_forms` makes the documents in the form each site documents or shows.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha1
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from assistant.config import VenuesSettings
from tests.fakes.serving import serving

Query = Mapping[str, str]
Document = bytes | Callable[[Query], bytes]

BOMBS = {
    "xml": b'<?xml version="1.0"?><!DOCTYPE c [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;">]><collection id="2024.acl">&c;&c;</collection>',
    "yaml": b"a: &a [x, x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b, *b, *b]\n",
    "json": b"[" * 100_000,
    "html": b"<div>" * 200_000 + b"</html>",
}


@dataclass
class FakeSites:
    """What the server has, what it was asked, and how it fails: one fault a request, in order.

    Faults: `429`, `429 retry`, `403`, `404`, `500`, `503`, `hang`, `hang up`, `cut off`, `charset`,
    `malformed`, `oversized`, `trickle`, `html`, `bomb xml` (yaml, json, html), `moved`; an empty
    one is none. With `etags` an unchanged document is answered with 304.
    """

    documents: dict[str, Document] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    etags: bool = False
    retry_after: str = "7"
    stop: threading.Event = field(default_factory=threading.Event)
    address: str = ""

    def settings(self, **more: object) -> VenuesSettings:
        """Return settings under which every site is this server."""
        told: dict[str, object] = {
            "acl": f"{self.address}/acl", "cvf": f"{self.address}/cvf",
            "dblp": f"{self.address}/dblp", "openreview": f"{self.address}/openreview",
            "pmlr": f"{self.address}/pmlr", "virtual": f"{self.address}/virtual",
            "interval_seconds": 0.0, "timeout_seconds": 100.0, **more,
        }  # fmt: skip
        return VenuesSettings(**told)  # type: ignore[arg-type]

    def config(self) -> str:
        """Return the lines of a config.toml under which every site is this server."""
        settings = self.settings(timeout_seconds=100.0)
        names = ("acl", "cvf", "dblp", "openreview", "pmlr", "virtual")
        lines = [f"{name} = {json.dumps(getattr(settings, name))}" for name in names]
        return "\n".join(["[sources.venues]", *lines, "interval_seconds = 0.0", ""])


@contextmanager
def fake_sites(documents: Mapping[str, Document] | None = None) -> Iterator[FakeSites]:
    """Serve documents by path on a free local port until the block ends."""
    state = FakeSites(dict(documents or {}))
    with serving(partial(_take, state)) as address:
        state.address = address
        try:
            yield state
        finally:
            state.stop.set()


def _take(state: FakeSites, handler: BaseHTTPRequestHandler) -> None:
    state.requests.append(handler.path)
    state.agents.append(handler.headers.get("User-Agent", ""))
    parts = urlsplit(handler.path)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    document = state.documents.get(parts.path)
    body = document(query) if callable(document) else document
    fault = state.faults.pop(0) if state.faults else ""
    _answer(state, handler, body, fault)


def _answer(
    state: FakeSites, handler: BaseHTTPRequestHandler, body: bytes | None, fault: str
) -> None:
    if fault == "hang":
        state.stop.wait(30)
        return
    if fault == "hang up":
        return
    if fault == "moved":
        handler.send_response(302)
        handler.send_header("Location", "https://elsewhere.example/list.json")
        handler.end_headers()
        return
    status = 200 if body is not None else 404
    body = body or b""
    if fault[:3].isdecimal():
        status, body = int(fault[:3]), b"No."
    elif fault == "malformed":
        body = body[: len(body) // 2]
    elif fault == "html":
        body = b"<!DOCTYPE html><html><body>Down for maintenance</body></html>"
    elif fault == "charset":
        body = body.replace("é".encode(), b"\xe9")
    elif fault.startswith("bomb"):
        body = BOMBS[fault.split()[1]]
    tag = f'"{sha1(body).hexdigest()}"'
    if state.etags and status == 200 and handler.headers.get("If-None-Match") == tag:
        handler.send_response(304)
        handler.end_headers()
        return
    handler.send_response(status)
    if fault == "429 retry":
        handler.send_header("Retry-After", state.retry_after)
    if state.etags and status == 200:
        handler.send_header("ETag", tag)
    length = 10**12 if fault == "oversized" else len(body)
    handler.send_header("Content-Length", str(length))
    handler.end_headers()
    if fault == "cut off":
        body = body[: len(body) // 2]
    if fault == "trickle":
        for place in range(len(body)):
            handler.wfile.write(body[place : place + 1])
            if state.stop.wait(0.1):
                return
    while fault == "oversized":
        handler.wfile.write(b"x" * 1_000_000)
    handler.wfile.write(body)
