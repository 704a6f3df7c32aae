"""Asking a server over HTTP as it wants to be asked: not too often, not for ever, not too much."""

import errno
import http.client
import socket
import string
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import NamedTuple, cast
from urllib.parse import quote, urlencode, urljoin, urlsplit

from assistant.errors import SourceError
from assistant.sources.courtesy import Again, Courtesy, NotReachedError, server_of
from assistant.sources.deadline import opener_until
from assistant.text import clean_line

MAX_REDIRECTS = 3
_PIECE = 1 << 16
MAY_PASS = (429, 500, 502, 503, 504)
_NO_WAY = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)
_MOVED_FOR_GOOD = (301, 308)
MOVED = (*_MOVED_FOR_GOOD, 302, 303, 307)


class Validators(NamedTuple):
    """What a server said an earlier answer can be known by."""

    etag: str | None = None
    last_modified: str | None = None


NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: HTTP status, the whole body, what it can be known by, its headers by their
    names in small letters.

    A 304 has no body: nothing has changed. `moved_to` is the address to ask from now on, where the
    server says that there is one.
    """

    status: int
    body: bytes
    validators: Validators = NO_VALIDATORS
    moved_to: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Elsewhere(SourceError):  # noqa: N818  a turn of the road, which some may take
    """The server sends us on to another one, which nobody asked us to trust."""

    def __init__(self, host: str, address: str, *, for_good: bool) -> None:
        self.address = address
        self.for_good = for_good
        super().__init__(
            f"{host} sends us on to another server.",
            why=f"It says to ask {clean_line(address, 200)}, and sources are never followed there.",
            hint="If that is right, put the new address into config.toml.",
        )


def get(
    address: str,
    query: Mapping[str, str],
    *,
    courtesy: Courtesy,
    timeout: float,
    most: int,
    contact: str = "",
    also_take: Collection[int] = (),
    validators: Validators | None = None,
    headers: Mapping[str, str] | None = None,
    judge: Callable[[Answer], None] = lambda _: None,
) -> Answer:
    """Return a server's answer, its body no longer than `most` bytes.

    Each request has `timeout` seconds, from the first byte sent to the last one received. Redirects
    are followed a few times, on the same server only and never from https to http. With
    `validators` the answer may be a 304. `headers` are sent beside our own. `judge` sees each
    answer before another process has its turn, and may raise Again.

    Raises:
        Again: it cannot answer now, or the body broke off.
        Elsewhere: it sends us to another server.
        SourceError: it cannot be reached in time, says no, or sends too much.
    """
    target = in_ascii(address)
    if query:
        mark = "&" if urlsplit(target).query else "?"
        target = f"{target}{mark}{urlencode(query, safe=',/:')}"
    sent = {**(headers or {}), "User-Agent": user_agent(contact), "Accept-Encoding": "identity"}
    if validators and validators.etag:
        sent["If-None-Match"] = validators.etag
    if validators and validators.last_modified:
        sent["If-Modified-Since"] = validators.last_modified
    take = {*also_take, 304} if validators and any(validators) else set(also_take)
    moved_to, for_good = None, True
    for _ in range(MAX_REDIRECTS + 1):
        request = urllib.request.Request(target, headers=sent)
        with courtesy.turn():
            answer, location = _ask(request, courtesy.host, timeout, most, take)
            judge(answer)
        if location is None:
            return replace(answer, moved_to=moved_to)
        target = next_address(target, location, courtesy)
        for_good = for_good and answer.status in _MOVED_FOR_GOOD
        if server_of(target) != courtesy.server:
            raise Elsewhere(courtesy.host, target, for_good=for_good)
        moved_to = target if for_good else moved_to
    raise SourceError(f"{courtesy.host} sends us round in circles.", hint="Check its address.")


def _ask(
    request: urllib.request.Request, host: str, timeout: float, most: int, take: Collection[int]
) -> tuple[Answer, str | None]:
    """Return one request's answer, and where it sends us on to."""
    deadline = time.monotonic() + timeout
    try:
        with opener_until(deadline).open(request, timeout=timeout) as response:
            body = _body(response, most, deadline, host)
            return _answer(response.status, body, response.headers), None
    except urllib.error.HTTPError as error:
        with error:
            location = error.headers.get("Location")
            if error.code in MOVED and location:
                return _answer(error.code, b"", error.headers), location
            if error.code in take:
                told = cast(http.client.HTTPResponse, error.fp)
                body = b"" if error.code == 304 else _body(told, most, deadline, host)
                return _answer(error.code, body, error.headers), None
            if error.code in MAY_PASS:
                after = retry_after(error.headers.get("Retry-After"))
                raise Again(f"HTTP {error.code}", after) from None
            raise SourceError(
                f"{host} refused the request.", why=f"It answered HTTP {error.code}."
            ) from None
    except http.client.InvalidURL as error:
        raise unreachable(host, error, timeout) from error
    except (http.client.HTTPException, ConnectionResetError, BrokenPipeError) as error:
        raise Again(f"the answer broke off ({type(error).__name__})") from None
    except (OSError, ValueError) as error:
        raise unreachable(host, error, timeout) from error


def _body(response: http.client.HTTPResponse, most: int, deadline: float, host: str) -> bytes:
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise SourceError(
            f"{host} sent a packed answer, though none was asked for.",
            why=f"Its Content-Encoding is {clean_line(encoding, 40)}.",
        )
    pieces, size = [], 0
    while piece := response.read1(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise SourceError(
                f"{host} sent more than {most:,} bytes.",
                why="No answer we know is that long.",
                hint="Check the address in config.toml.",
            )
        if time.monotonic() > deadline:
            raise TimeoutError("the answer trickles in too slowly")
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > size:
        raise Again(f"the answer broke off after {size:,} of {int(announced):,} bytes")
    return b"".join(pieces)


def next_address(target: str, location: str, courtesy: Courtesy) -> str:
    """Return the address a redirect leads to."""
    try:
        address = in_ascii(urljoin(target, location))
        schemes = urlsplit(target).scheme, urlsplit(address).scheme
    except ValueError:
        schemes = "", ""
    if schemes not in (("http", "http"), ("http", "https"), ("https", "https")):
        raise SourceError(
            f"{courtesy.host} sends us where we do not go.",
            why=f"It says to ask {clean_line(location, 100)!r}.",
        )
    return address


def in_ascii(address: str) -> str:
    """Return an address with every character that HTTP cannot carry percent-encoded."""
    parts = urlsplit(address)
    if parts.hostname and not parts.hostname.isascii():
        host = parts.hostname.encode("idna").decode("ascii")
        address = parts._replace(netloc=f"{host}:{parts.port}" if parts.port else host).geturl()
    return quote(address, safe=string.punctuation)


def _answer(status: int, body: bytes, headers: Message) -> Answer:
    validators = Validators(header(headers.get("ETag")), header(headers.get("Last-Modified")))
    told = {name.lower(): value for name, value in headers.items()}
    return Answer(status, body, validators, headers=told)


def header(value: str | None) -> str | None:
    """Return a header's value if it is one that can be sent back."""
    if value and len(value) <= 300 and value.isascii() and value.isprintable():
        return value
    return None


def unreachable(host: str, error: Exception, timeout: float) -> SourceError:
    """Return the error that says why a server cannot be reached."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        why = f"No answer within {timeout:g} seconds."
    else:
        why = clean_line(str(getattr(reason, "strerror", None) or reason), 200)
    no_way = isinstance(reason, socket.gaierror) or getattr(reason, "errno", None) in _NO_WAY
    return (NotReachedError if no_way else SourceError)(
        f"{host} cannot be reached.",
        why=why,
        hint="Check the network. What is in the library works without it.",
    )


def retry_after(value: str | None) -> float | None:
    """Return the seconds a server asks for, told as such or as a date."""
    if value is None:
        return None
    value = value.strip()
    if value.isdecimal() and len(value) < 10:
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)


def user_agent(contact: str) -> str:
    """Return who we say we are."""
    about = clean_line(contact, 100).encode("ascii", "ignore").decode()
    return f"assistant/{version('assistant')}" + (f" ({about})" if about else "")
