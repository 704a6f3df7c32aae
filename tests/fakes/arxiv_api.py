"""A server that answers id_list requests as arXiv's API does, and fails as it does, when told to.

Made after the API's manual and its recorded answers: an unknown id is simply absent, a malformed
one is HTTP 400 with an entry titled "Error", a paper comes as its newest version unless another is
asked for, and the total is that of the papers found.
"""

import re
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape, quoteattr

from tests.fakes.serving import serving

_ID = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v(\d+))?")
_HEAD = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" \
xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/fake</id>
  <title>arXiv Query</title>
  <updated>2026-01-01T00:00:00Z</updated>
  <opensearch:itemsPerPage>{per_page}</opensearch:itemsPerPage>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>{start}</opensearch:startIndex>
"""
_BOMB = """<?xml version="1.0"?>
<!DOCTYPE feed [<!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">]>
<feed xmlns="http://www.w3.org/2005/Atom"><title>&e;&e;&e;&e;&e;</title></feed>"""


@dataclass(frozen=True)
class FakePaper:
    """A paper arXiv could have; one date a version."""

    id: str
    title: str = "A Paper"
    summary: str = "What it says."
    authors: tuple[str, ...] = ("Ada Lovelace",)
    categories: tuple[str, ...] = ("cs.LG",)
    dates: tuple[str, ...] = ("2021-01-02",)
    comment: str = ""
    journal_ref: str = ""
    doi: str = ""

    def entry(self, version: int) -> str:
        """Return the paper's Atom entry as of one version."""
        extras = "".join(
            f"    <arxiv:{name}>{escape(value)}</arxiv:{name}>\n"
            for name in ("comment", "journal_ref", "doi")
            if (value := getattr(self, name))
        )
        people = "".join(
            f"    <author>\n      <name>{escape(name)}</name>\n    </author>\n"
            for name in self.authors
        )
        terms = "".join(f"    <category term={quoteattr(one)}/>\n" for one in self.categories)
        return (
            f"  <entry>\n    <id>http://arxiv.org/abs/{self.id}v{version}</id>\n"
            f"    <title>{escape(self.title)}</title>\n"
            f"    <updated>{self.dates[version - 1]}T08:18:33Z</updated>\n"
            f'    <link href="https://arxiv.org/abs/{self.id}v{version}" rel="alternate"/>\n'
            f"    <summary>{escape(self.summary)}</summary>\n{terms}"
            f"    <published>{self.dates[0]}T08:18:33Z</published>\n{extras}"
            f"    <arxiv:primary_category term={quoteattr(self.categories[0])}/>\n"
            f"{people}  </entry>\n"
        )


@dataclass
class FakeArxiv:
    """What the server knows, what it was asked, and how it fails: one fault a request, in order.

    Faults: `429`, `429 retry`, `503`, `404`, `hang`, `hang up`, `cut off`, `empty` (papers
    announced, none sent), `short` (one paper fewer than announced), `nothing` (none announced),
    `error`, `error 200`, `malformed`, `bomb`, `charset`, `oversized`, `html`, `trickle`; an
    empty one is none.
    """

    papers: dict[str, FakePaper] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    requests: list[dict[str, list[str]]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    retry_after: str = "7"
    stop: threading.Event = field(default_factory=threading.Event)
    address: str = ""

    def feed(self, ids: list[str], start: int, most: int, fault: str) -> tuple[int, str]:
        """Return status and body of an answer."""
        bad = next((one for one in ids if not _ID.fullmatch(one)), None)
        if fault.startswith("error"):
            return (200 if fault == "error 200" else 400), _error(ids[0])
        if bad is not None:
            return 400, _error(bad)
        found = []
        for one in ids:
            match = _ID.fullmatch(one)
            paper = self.papers.get(match[1]) if match else None
            version = int((match and match[2]) or 0) or (len(paper.dates) if paper else 0)
            if paper and version <= len(paper.dates):
                found.append(paper.entry(version))
        total = 0 if fault == "nothing" else len(found)
        entries = [] if fault in ("empty", "nothing") else found[start : start + most]
        if fault == "short":
            entries = entries[:-1]
        head = _HEAD.format(per_page=most, total=total, start=start)
        return 200, f"{head}{''.join(entries)}</feed>\n"


def _error(bad: str) -> str:
    reason = f"incorrect id format for {bad}"
    return (
        f"{_HEAD.format(per_page=1, total=1, start=0)}  <entry>\n"
        f"    <id>https://arxiv.org/api/errors#{escape(reason.replace(' ', '_'))}</id>\n"
        f"    <title>Error</title>\n    <summary>{escape(reason)}</summary>\n"
        "    <updated>2026-01-01T00:00:00Z</updated>\n"
        "    <author>\n      <name>arXiv api core</name>\n    </author>\n  </entry>\n</feed>\n"
    )


@contextmanager
def fake_arxiv(papers: Iterable[FakePaper] = (), faults: Iterable[str] = ()) -> Iterator[FakeArxiv]:
    """Serve these papers, failing in this order, on a free local port until the block ends."""
    state = FakeArxiv({paper.id: paper for paper in papers}, list(faults))
    with serving(partial(_take, state)) as address:
        state.address = f"{address}/api/query"
        try:
            yield state
        finally:
            state.stop.set()


def _take(state: FakeArxiv, handler: BaseHTTPRequestHandler) -> None:
    query = parse_qs(urlsplit(handler.path).query)
    state.requests.append(query)
    state.times.append(time.monotonic())
    state.agents.append(handler.headers.get("User-Agent", ""))
    fault = state.faults.pop(0) if state.faults else ""
    ids = query.get("id_list", [""])[0].split(",")
    start = int(query.get("start", ["0"])[0])
    most = int(query.get("max_results", ["10"])[0])
    _answer(state, handler, fault, *state.feed(ids, start, most, fault))


def _answer(
    state: FakeArxiv, handler: BaseHTTPRequestHandler, fault: str, status: int, told: str
) -> None:
    body = told.encode()
    if fault == "hang":
        state.stop.wait(30)
        return
    if fault == "hang up":
        return
    if fault in ("429", "429 retry", "503", "404"):
        status, body = int(fault[:3]), b"Rate exceeded." if fault[0] == "4" else b""
    elif fault == "malformed":
        body = body[: len(body) // 2]
    elif fault == "html":
        body = b"<!DOCTYPE html><html><body>Down for maintenance</body></html>"
    elif fault == "bomb":
        body = _BOMB.encode()
    elif fault == "charset":
        body = told.encode("latin-1", "replace").replace(b"</title>", b"\xe9\xff</title>")
    handler.send_response(status)
    handler.send_header("Content-Type", "application/atom+xml; charset=utf-8")
    if fault == "429 retry":
        handler.send_header("Retry-After", state.retry_after)
    length = len(body) * 10_000 if fault == "oversized" else len(body)
    handler.send_header("Content-Length", str(length))
    handler.end_headers()
    if fault == "cut off":
        body = body[: len(body) // 2]
    if fault == "trickle":
        _trickle(state, handler, body)
        return
    for _ in range(10_000 if fault == "oversized" else 1):
        handler.wfile.write(body)


def _trickle(state: FakeArxiv, handler: BaseHTTPRequestHandler, body: bytes) -> None:
    for place in range(len(body)):
        handler.wfile.write(body[place : place + 1])
        if state.stop.wait(0.05):
            return
