"""A server that stands in for GitHub: its REST API in the documented form, its Atom feeds, and the
ways they fail.

https://docs.github.com/rest/releases, /rest/issues, /rest/pulls and /rest/using-the-rest-api: pages
by Link, ETags, `X-RateLimit-*`, redirects of renamed projects to `/repositories/ID`.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha1
from http.server import BaseHTTPRequestHandler
from time import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.sax.saxutils import escape

from tests.fakes.serving import serving

Row = dict[str, Any]


def release(tag: str, at: str = "2026-11-20T10:00:00Z", **more: Any) -> Row:
    """Return a release as the API tells it."""
    return {
        "id": abs(hash(tag)) % 10**6, "tag_name": tag, "name": f"Version {tag}", "draft": False,
        "prerelease": False, "created_at": at, "published_at": at, "body": f"What is new in {tag}.",
        "html_url": f"https://github.com/o/n/releases/tag/{tag}", "assets": [], **more,
    }  # fmt: skip


def issue(number: int, title: str = "", *labels: str, **more: Any) -> Row:
    """Return an open issue as the API tells it."""
    return {
        "number": number, "title": title or f"Issue {number}", "state": "open",
        "labels": [{"id": 1, "name": one} for one in labels or ("good first issue",)],
        "comments": 3, "created_at": "2026-10-01T08:00:00Z", "updated_at": "2026-11-01T08:00:00Z",
        "html_url": f"https://github.com/o/n/issues/{number}", "assignee": None, "assignees": [],
        "user": {"login": "ada"}, **more,
    }  # fmt: skip


def pull(number: int, *, merged: bool = False, state: str = "open", **more: Any) -> Row:
    """Return a pull request as the API tells it."""
    return {
        "number": number, "title": f"Change {number}", "state": "closed" if merged else state,
        "merged_at": "2026-11-02T08:00:00Z" if merged else None, "user": {"login": "ada"}, **more,
    }  # fmt: skip


@dataclass
class Project:
    """What the server has of a project; one that is `gone` is answered with that status."""

    name: str
    id: int = 1
    releases: list[Row] = field(default_factory=list)
    issues: list[Row] = field(default_factory=list)
    pulls: list[Row] = field(default_factory=list)
    gone: int = 0


@dataclass
class FakeGithub:
    """What the server has, what it was asked, and how it fails: one fault a request, in order.

    Faults: `403`, `404`, `500` and the like; `primary` (the hour's requests are used up),
    `secondary` and `secondary silent` (with and without Retry-After), `hang up`, `cut off`,
    `malformed`, `html`, `bomb`, `oversized`, `object`, `loop` (pages in circles), `away` (the next
    page is elsewhere), `elsewhere` (a redirect to another server). `remaining` counts requests left
    without a token, `spent` those with one, of which an answer 304 costs none.
    """

    projects: dict[str, Project] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    atom_faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    token: str = ""
    remaining: int = 60
    spent: int = 0
    reset: float = 1_800.0
    page_size: int = 100
    stop: threading.Event = field(default_factory=threading.Event)
    address: str = ""

    def add(self, name: str, **more: Any) -> Project:
        """Have a project."""
        self.projects[name] = Project(name, id=len(self.projects) + 1, **more)
        return self.projects[name]

    def rename(self, old: str, new: str) -> None:
        """Call a project by another name; the old one leads to it."""
        project = self.projects.pop(old)
        project.name = new
        self.projects[new] = project
        self.renamed[old] = new

    def config(self) -> str:
        """Return the lines of a config.toml under which GitHub is this server."""
        web = self.address.replace("127.0.0.1", "localhost")  # another server, as github.com is
        return (
            f'[sources.github]\napi = "{self.address}"\nweb = "{web}/web"\n'
            "interval_seconds = 0.0\ntimeout_seconds = 2.0\n"
        )

    def asked(self) -> list[str]:
        """Return the paths asked for since the last time."""
        found = [urlsplit(one).path for one in self.requests]
        self.requests.clear()
        return found


@contextmanager
def fake_github() -> Iterator[FakeGithub]:
    """Serve projects on a free local port until the block ends."""
    state = FakeGithub()
    with serving(partial(_take, state)) as address:
        state.address = address
        try:
            yield state
        finally:
            state.stop.set()


def _take(state: FakeGithub, handler: BaseHTTPRequestHandler) -> None:
    state.requests.append(handler.path)
    parts = urlsplit(handler.path)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if parts.path.startswith("/web/"):
        _feed(state, handler, parts.path)
        return
    token = (handler.headers.get("Authorization") or "").removeprefix("Bearer ")
    state.tokens.append(token)
    if token and token != state.token:
        _send(state, handler, 401, {"message": "Bad credentials"}, {})
        return
    fault = state.faults.pop(0) if state.faults else ""
    limit: dict[str, str] = {}
    if not token:
        if state.remaining <= 0 or fault == "primary":
            state.remaining = 0
            told = {"message": "API rate limit exceeded for 127.0.0.1."}
            _send(state, handler, 403, told, _limit(state))
            return
        limit = _limit(state, less=1)
    _answer(state, handler, parts.path, query, fault, limit)
    if not token:
        state.remaining -= 1
    elif state.statuses[-1:] != [304]:
        state.spent += 1


def _limit(state: FakeGithub, less: int = 0) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": "60", "X-RateLimit-Remaining": str(state.remaining - less),
        "X-RateLimit-Reset": str(int(time() + state.reset)),
    }  # fmt: skip


def _answer(
    state: FakeGithub,
    handler: BaseHTTPRequestHandler,
    path: str,
    query: dict[str, str],
    fault: str,
    headers: dict[str, str],
) -> None:
    if fault == "hang up":
        state.statuses.append(0)
        return
    if fault.startswith("secondary"):
        told = {"message": "You have exceeded a secondary rate limit."}
        after = {} if fault.endswith("silent") else {"Retry-After": "9"}
        _send(state, handler, 403, told, {**headers, **after})
        return
    if fault == "elsewhere":
        _send(state, handler, 301, {}, {"Location": "https://elsewhere.example/x"})
        return
    if fault[:3].isdecimal():
        _send(state, handler, int(fault[:3]), {"message": "No."}, headers)
        return
    status, document, more = _found(state, path, query)
    if fault == "object":
        document = {"message": "unexpected"}
    if fault in ("loop", "away"):
        address = state.address + handler.path if fault == "loop" else "https://evil.example/?p=2"
        more["Link"] = f'<{address}>; rel="next"'
    _send(state, handler, status, document, {**headers, **more}, fault)


def _found(state: FakeGithub, path: str, query: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
    pieces = path.strip("/").split("/")
    if pieces[0] == "repositories":
        project = next((p for p in state.projects.values() if str(p.id) == pieces[1]), None)
        rest = pieces[2:]
    else:
        name, rest = "/".join(pieces[1:3]), pieces[3:]
        if name in state.renamed:
            moved = state.projects[state.renamed[name]]
            to = "/".join([state.address, "repositories", str(moved.id), *rest])
            to += f"?{urlencode(query)}" if query else ""
            return 301, {"message": "Moved Permanently", "url": to}, {"Location": to}
        project = state.projects.get(name)
    if project is None or project.gone:
        return project.gone if project else 404, {"message": "Not Found"}, {}
    if not rest:
        return 200, {"id": project.id, "full_name": project.name}, {}
    if rest == ["releases"]:
        return _page(state, path, query, project.releases)
    if rest == ["issues"]:
        label = query.get("labels", "").lower()
        rows = [
            row for row in project.issues
            if row["state"] == "open" and label in {one["name"].lower() for one in row["labels"]}
        ]  # fmt: skip
        return _page(state, path, query, rows)
    rows = {"pulls": project.pulls, "issues": project.issues}.get(rest[0], [])
    one = next((row for row in rows if str(row["number"]) == rest[1]), None)
    return (200, one, {}) if one else (404, {"message": "Not Found"}, {})


def _page(
    state: FakeGithub, path: str, query: dict[str, str], rows: list[Row]
) -> tuple[int, Any, dict[str, str]]:
    size = min(int(query.get("per_page", "30")), state.page_size)
    number = int(query.get("page", "1"))
    more = {}
    if len(rows) > number * size:
        address = f"{state.address}{path}?{urlencode({**query, 'page': str(number + 1)})}"
        more["Link"] = f'<{address}>; rel="next", <{state.address}{path}?page=9>; rel="last"'
    return 200, rows[(number - 1) * size : number * size], more


def _send(
    state: FakeGithub,
    handler: BaseHTTPRequestHandler,
    status: int,
    document: Any,
    headers: dict[str, str],
    fault: str = "",
) -> None:
    body = json.dumps(document).encode()
    tag = f'"{sha1(body).hexdigest()}"'
    if status == 200 and handler.headers.get("If-None-Match") == tag:
        status, body = 304, b""
    if fault == "malformed":
        body = body[: len(body) // 2]
    elif fault == "html":
        body = b"<!DOCTYPE html><html><body>Unicorn!</body></html>"
    elif fault == "bomb":
        body = b"[" * 200_000
    state.statuses.append(status)
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    if status in (200, 304):
        handler.send_header("ETag", tag)
    if status != 304:
        handler.send_header("Content-Length", str(10**12 if fault == "oversized" else len(body)))
    handler.end_headers()
    while fault == "oversized":
        handler.wfile.write(b" " * 1_000_000)
    handler.wfile.write(body[: len(body) // 2] if fault == "cut off" else body)


def _feed(state: FakeGithub, handler: BaseHTTPRequestHandler, path: str) -> None:
    name = path.removeprefix("/web/").removesuffix("/releases.atom")
    project = state.projects.get(state.renamed.get(name, name))
    fault = state.atom_faults.pop(0) if state.atom_faults else ""
    if fault or project is None or project.gone:
        handler.send_response(int(fault or 404))
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    entries = "".join(
        f"<entry><id>tag:github.com,2008:Repository/{project.id}/{escape(row['tag_name'])}</id>"
        f"<updated>{row['published_at']}</updated><title>{escape(row['name'])}</title>"
        f'<link rel="alternate" href="{escape(row["html_url"])}"/>'
        f'<content type="html">&lt;p&gt;{escape(escape(row["body"]))}&lt;/p&gt;</content></entry>'
        for row in project.releases[:10]
    )
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>Release notes from {name}</title>{entries}</feed>"
    ).encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
