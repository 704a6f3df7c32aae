"""How a fake arXiv fails: which faults there are, when they come, and what they do to an answer."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.fakes.arxiv_site_papers import day_after
from tests.fakes.arxiv_site_replies import Reply, Request, View
from tests.fakes.arxiv_site_world import World

ENDPOINTS = ("feed", "listing", "oai", "api")
ANYWHERE = frozenset(
    "|429|429 retry|403|404|500|503|503 retry|hang|hang up|cut off|cut short|trickle|empty|stale"
    "|malformed|bomb|external|charset|html|oversized".split("|")
)
"""Faults every endpoint knows; `drop N` is one more, and "" is none."""
ONLY = {
    "feed": {"holiday", "stale build", "wrong date", "error entry"},
    "listing": {"holiday", "wrong date"},
    "oai": {
        f"error {code}"
        for code in ("badArgument", "badResumptionToken", "badVerb", "cannotDisseminateFormat",
                     "idDoesNotExist", "noMetadataFormats", "noRecordsMatch", "noSetHierarchy")
    },
    "api": {"error entry"},
}  # fmt: skip
PASSING = ("429", "429 retry", "500", "503", "503 retry", "hang up", "cut off", "cut short",
           "malformed", "html")  # fmt: skip
"""Faults that one answer betrays and the next try is rid of."""
NOTICED = (*PASSING, "403", "404", "hang", "trickle", "oversized", "charset", "bomb", "external",
           "empty", "stale")  # fmt: skip
ALL_KINDS: Mapping[str, Sequence[str]] = {
    "feed": (*NOTICED, "drop 5", "stale build", "wrong date", "holiday", "error entry"),
    "listing": (*NOTICED, "drop 5", "holiday", "wrong date"),
    "oai": (*NOTICED, "error noRecordsMatch", "error badResumptionToken", "error badArgument"),
    "api": (*NOTICED, "error entry"),
}
"""All faults that something betrays, if only another endpoint or another day: lies among them."""
MOST_IN_A_ROW = 3
WRONG_BY_DAYS = 30
_MAINTENANCE = "<!DOCTYPE html>\n<html><body><h1>Down for maintenance</h1><br></body></html>\n"
_REASONS = {403: "Forbidden", 404: "Not found", 429: "Rate exceeded.", 500: "Internal error"}


@dataclass
class Scripted:
    """A fault waiting for `left` requests of an endpoint, a subject and a day of the clock."""

    endpoint: str
    fault: str
    left: int
    category: str | None
    day: str | None

    def fits(self, endpoint: str, told: str, today: str) -> bool:
        """Return whether a request is one it waits for; `told` is its path and query."""
        return (
            self.left > 0
            and self.endpoint == endpoint
            and (self.category is None or self.category in told)
            and self.day in (None, today)
        )


@dataclass
class Storm:
    """Faults at random: each request fails with probability `rate`, at most 3 in a row.

    With probability `spells` an endpoint fails in one way all day long.
    """

    seed: int
    rate: float
    faults: Mapping[str, Sequence[str]]
    spells: float = 0.0
    row: dict[str, int] = field(default_factory=dict)
    lasting: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def next(self, endpoint: str, today: str) -> str:
        """Return the fault of the next request of a day, mostly "" ."""
        if (endpoint, today) not in self.lasting:
            spell = self.random.random() < self.spells
            fault = self.random.choice(self.faults[endpoint])
            self.lasting[endpoint, today] = fault if spell else ""
        if lasting := self.lasting[endpoint, today]:
            return lasting
        fails = self.random.random() < self.rate
        fault = self.random.choice(self.faults[endpoint])
        if not fails or self.row.get(endpoint, 0) >= MOST_IN_A_ROW:
            fault = ""
        self.row[endpoint] = self.row.get(endpoint, 0) + 1 if fault else 0
        return fault


def check(endpoint: str, fault: str) -> None:
    """Raise ValueError where an endpoint has no such fault."""
    name, _, number = fault.partition(" ")
    known = fault in ANYWHERE or fault in ONLY.get(endpoint, ())
    if endpoint not in ENDPOINTS or not (known or (name == "drop" and number.isdecimal())):
        raise ValueError(f"{endpoint} has no fault {fault!r}")


def view(world: World, endpoint: str, fault: str) -> View:
    """Return what an endpoint knows and says of the day under a fault."""
    today = world.today
    before = world.batch_day(day_after(today, -1)) or day_after(today, -1)
    if fault == "stale build" or (fault == "stale" and endpoint != "feed"):
        return View(before, before, today)
    if fault == "stale":
        return View(before, today, today)
    if fault == "holiday" and endpoint == "listing":
        return View(before, before, today)
    if fault == "wrong date":
        return View(today, day_after(today, -WRONG_BY_DAYS), today)
    error = fault.removeprefix("error ") if fault.startswith("error") else ""
    drop = int(fault.removeprefix("drop ")) if fault.startswith("drop") else 0
    return View(today, today, today, fault in ("empty", "holiday"), drop, error)


def spoilt(reply: Reply, request: Request, retry_after: str, leak: str) -> tuple[Reply, bytes]:
    """Return an answer, and its body as bytes, after its fault has been at it.

    `leak` is an address that only a parser which follows external entities would ask for.
    """
    fault = request.fault
    if fault[:3].isdecimal():
        status = int(fault[:3])
        headers = {"Retry-After": retry_after} if fault.endswith("retry") else {}
        reply = Reply(_REASONS.get(status, "Service unavailable"), "text/plain", status, headers)
    elif fault == "html":
        reply = Reply(_MAINTENANCE, "text/html; charset=utf-8")
    elif fault in ("bomb", "external"):
        reply.body = _hostile(reply.body, fault, leak)
    elif fault == "malformed":
        half = len(reply.body) // 2
        reply.body = reply.body[:half] + "<oops & </never>" + reply.body[half:]
    body = reply.body.encode()
    if fault == "charset":
        reply.type = reply.type.partition(";")[0] + "; charset=utf-8"
        body = reply.body.encode("latin-1", "replace").replace(
            b"</title>", b" \xe9\xe8\xff</title>"
        )
    return reply, body


def _hostile(body: str, fault: str, leak: str) -> str:
    """Put a DTD before the root element and let the first title use what it declares."""
    if fault == "bomb":
        lines = ['<!ENTITY e0 "' + "ha" * 50 + '">']
        lines += [f'<!ENTITY e{n} "{f"&e{n - 1};" * 20}">' for n in range(1, 8)]
        used = "&e7;"
    else:
        lines = [
            '<!ENTITY file SYSTEM "file:///etc/passwd">',
            f'<!ENTITY site SYSTEM "{leak}">',
        ]
        used = "&file;&site;"
    declaration, _, rest = body.partition("\n")
    for end in ("</title>", "</Identify>", "</responseDate>"):
        if end in rest:
            rest = rest.replace(end, f"{used}{end}", 1)
            break
    root = rest.lstrip("<").split()[0].rstrip(">")
    return f"{declaration}\n<!DOCTYPE {root} [\n" + "\n".join(lines) + f"\n]>\n{rest}"
