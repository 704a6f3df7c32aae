"""HTTP connections that keep to one deadline from the first byte to the last.

The standard library's time-out is for each read alone, so a server that sends one byte of its
headers now and then would hold us for hours.
"""

import http.client
import io
import socket
import time
import urllib.request
from functools import partial
from typing import Any


class _Reader(io.RawIOBase):
    """A socket's bytes, each read of them no longer than the time that is left."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._raw = connection.makefile("rb", buffering=0)
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._connection.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Timely:
    """What `HTTPResponse` takes for a socket."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._open = partial(_Reader, connection, deadline)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._open())


def opener_until(deadline: float) -> urllib.request.OpenerDirector:
    """Return an opener whose answers must have come by then (monotonic seconds).

    It follows no redirect: one comes back as an `HTTPError`. Names are looked up and connections
    made before the deadline counts; the opener's own `timeout` bounds each attempt.
    """

    def response(connection: socket.socket, *given: Any, **named: Any) -> http.client.HTTPResponse:
        return http.client.HTTPResponse(_Timely(connection, deadline), *given, **named)  # type: ignore[arg-type]

    def plain(host: str, **named: Any) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(host, **named)
        connection.response_class = response  # type: ignore[assignment]
        return connection

    def secure(host: str, **named: Any) -> http.client.HTTPSConnection:
        connection = http.client.HTTPSConnection(host, **named)
        connection.response_class = response  # type: ignore[assignment]
        return connection

    class Http(urllib.request.HTTPHandler):
        def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
            return self.do_open(plain, request)

    class Https(urllib.request.HTTPSHandler):
        def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
            return self.do_open(secure, request)

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *given: Any) -> None:
            return None

    return urllib.request.build_opener(Http, Https, Stay)
