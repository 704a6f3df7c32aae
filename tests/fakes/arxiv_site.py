"""A server that behaves as arXiv's feeds, listings, OAI-PMH interface and API do, and as they fail.

    world = World.of(site_paper("2511.00001", "2025-11-04"), today="2025-11-04")
    with fake_arxiv_site(world) as site:
        site.fail("feed", "429 retry", "stale")
        ...  # ask site.feed + "/cs.LG", site.listing + "/cs.LG/new", site.oai, site.api

Everything is served as of `world.today`. It was made from arXiv's documents, recordings and open
templates, never from our own parsers: the modules beside this one name their sources.
"""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fakes import arxiv_site_api as api
from tests.fakes import arxiv_site_faults as faults
from tests.fakes import arxiv_site_feed as feed
from tests.fakes import arxiv_site_listing as listing
from tests.fakes import arxiv_site_oai as oai
from tests.fakes.arxiv_site_papers import SitePaper, odd_papers, site_paper
from tests.fakes.arxiv_site_replies import Reply, Request
from tests.fakes.arxiv_site_world import World
from tests.fakes.serving import serving

__all__ = ["FakeArxivSite", "SitePaper", "World", "fake_arxiv_site", "odd_papers", "site_paper"]

_ANSWERS = {"feed": feed.answer, "listing": listing.answer, "oai": oai.answer, "api": api.answer}
_PATHS = {"rss": "feed", "atom": "feed", "list": "listing", "oai": "oai"}
_TRICKLE_SECONDS = 0.05
_HANG_SECONDS = 120.0
_MANY = b" " * 65_536


@dataclass
class FakeArxivSite:
    """What the server knows, what it was asked, and how it fails.

    `feed`, `atom`, `listing`, `oai` and `api` are base addresses; `retry_after` is what the faults
    `429 retry` and `503 retry` send (seconds or an HTTP date); `oversize` bytes follow an
    `oversized` answer.
    """

    world: World
    root: str = ""
    retry_after: str = "7"
    oversize: int = 256 * 1024 * 1024
    requests: list[Request] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    _scripted: list[faults.Scripted] = field(default_factory=list)
    _storm: faults.Storm | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def feed(self) -> str:
        return f"{self.root}/rss"

    @property
    def atom(self) -> str:
        return f"{self.root}/atom"

    @property
    def listing(self) -> str:
        return f"{self.root}/list"

    @property
    def oai(self) -> str:
        return f"{self.root}/oai"

    @property
    def api(self) -> str:
        return f"{self.root}/api/query"

    def fail(
        self,
        endpoint: str,
        *told: str,
        count: int = 1,
        category: str | None = None,
        day: str | None = None,
    ) -> None:
        """Let the next requests of an endpoint (feed, listing, oai, api) fail, one fault each.

        Each fault comes `count` times before the next one. With a category (any part of the path
        or query) or a day of the clock, it waits for such requests. "" is an answer as it should
        be. The faults are listed in `arxiv_site_faults`.

        Raises:
            ValueError: the endpoint has no such fault.
        """
        for fault in told:
            faults.check(endpoint, fault)
            self._scripted.append(faults.Scripted(endpoint, fault, count, category, day))

    def storm(
        self,
        seed: int,
        rate: float,
        told: Sequence[str] | Mapping[str, Sequence[str]] = faults.PASSING,
        *,
        spells: float = 0.0,
    ) -> None:
        """Let each request fail at random with these faults, at most 3 in a row per endpoint.

        `told` are faults of all endpoints, or those of each; `spells` is the chance that an
        endpoint has one of its faults all day long.

        Raises:
            ValueError: an endpoint has no such fault.
        """
        by_endpoint = told if isinstance(told, Mapping) else dict.fromkeys(faults.ENDPOINTS, told)
        for endpoint, its in by_endpoint.items():
            for fault in its:
                faults.check(endpoint, fault)
        self._storm = faults.Storm(seed, rate, by_endpoint, spells)

    def calm(self) -> None:
        """End the storm and forget the faults still to come."""
        self._storm = None
        self._scripted.clear()

    def asked(self, endpoint: str) -> list[Request]:
        """Return the requests that one endpoint has had."""
        return [request for request in self.requests if request.endpoint == endpoint]

    def take(self, target: str, headers: dict[str, str]) -> Request:
        """Record a request, and settle how it fails."""
        parts = urlsplit(target)
        first = parts.path.split("/")[1]
        endpoint = "api" if parts.path == "/api/query" else _PATHS.get(first, "")
        query = parse_qs(parts.query, keep_blank_values=True)
        with self._lock:
            fault = self._fault(endpoint, unquote(target)) if endpoint else ""
            request = Request(endpoint, parts.path, query, time.monotonic(), headers, fault)
            self.requests.append(request)
        return request

    def _fault(self, endpoint: str, told: str) -> str:
        for scripted in self._scripted:
            if scripted.fits(endpoint, told, self.world.today):
                scripted.left -= 1
                return scripted.fault
        return self._storm.next(endpoint, self.world.today) if self._storm else ""

    def answer(self, request: Request) -> tuple[Reply, bytes]:
        """Return what a request is answered with, and its body."""
        if not request.endpoint:
            return Reply("Not found", "text/plain", 404), b"Not found"
        view = faults.view(self.world, request.endpoint, request.fault)
        with self._lock:
            reply = _ANSWERS[request.endpoint](self.world, request, view)
        if not request.fault and "ETag" in reply.headers and feed.unchanged(request, reply):
            return Reply("", reply.type, 304, reply.headers), b""
        return faults.spoilt(reply, request, self.retry_after, f"{self.root}/leak")


@contextmanager
def fake_arxiv_site(world: World | None = None) -> Iterator[FakeArxivSite]:
    """Serve a world on a free local port until the block ends; hanging answers end with it."""
    site = FakeArxivSite(world or World())
    with serving(partial(_take, site)) as address:
        site.root = address
        try:
            yield site
        finally:
            site.stop.set()


def _take(site: FakeArxivSite, handler: BaseHTTPRequestHandler) -> None:
    headers = {name.lower(): value for name, value in handler.headers.items()}
    request = site.take(handler.path, headers)
    _answer(site, handler, request)


def _answer(site: FakeArxivSite, handler: BaseHTTPRequestHandler, request: Request) -> None:
    fault = request.fault
    if fault == "hang":
        site.stop.wait(_HANG_SECONDS)
    if fault in ("hang", "hang up"):
        return
    reply, body = site.answer(request)
    handler.send_response(reply.status)
    handler.send_header("Content-Type", reply.type)
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    if fault not in ("cut short", "oversized"):
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    if fault == "trickle":
        _trickle(site, handler, body)
    else:
        handler.wfile.write(body[: len(body) // 2] if fault.startswith("cut") else body)
    if fault == "oversized":
        _pour(site, handler)


def _trickle(site: FakeArxivSite, handler: BaseHTTPRequestHandler, body: bytes) -> None:
    for place in range(len(body)):
        handler.wfile.write(body[place : place + 1])
        if site.stop.wait(_TRICKLE_SECONDS):
            return


def _pour(site: FakeArxivSite, handler: BaseHTTPRequestHandler) -> None:
    for _ in range(site.oversize // len(_MANY)):
        handler.wfile.write(_MANY)
        if site.stop.is_set():
            return
