"""A mail server for submission (RFC 5321, 3207, 4954), and its faults.

Certificates come from the `openssl` program: self-signed, for localhost, good for a day.
"""

import base64
import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path


@dataclass
class FakeSmtp:
    """What the server was told, and how it fails.

    `fault`: `no starttls`, `starttls refused`, `hang` (no greeting), `trickle` (a reply without
    end), `busy` (421 for a greeting), `rcpt NAME` (refuses receivers of that name), `sender`,
    `data` (refuses the message), `drop` (hangs up after the message, before its answer),
    `quit` (a bad answer to the good-bye), `hang up` (at once).
    """

    security: str = "starttls"
    users: dict[str, str] = field(default_factory=lambda: {"me": "s3cret"})
    fault: str = ""
    port: int = 0
    commands: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def messages(self) -> list[EmailMessage]:
        """The messages it accepted."""
        return [message_from_bytes(raw, policy=default) for raw in self.raw]


def certificate(folder: Path) -> Path | None:
    """Make key and certificate in one PEM file; None where there is no `openssl` program."""
    if not shutil.which("openssl"):
        return None
    key, made, both = folder / "key.pem", folder / "cert.pem", folder / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "1", "-subj", "/CN=localhost", "-keyout", key, "-out", made,
         "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    both.write_bytes(key.read_bytes() + made.read_bytes())
    return both


@contextlib.contextmanager
def fake_smtp(pem: Path | None, security: str = "starttls", fault: str = "") -> Iterator[FakeSmtp]:
    """Serve mail on a free local port until the block ends."""
    state = FakeSmtp(security, fault=fault)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        state.port = listener.getsockname()[1]
        thread = threading.Thread(target=_serve, args=(listener, state, pem))
        thread.start()
        try:
            yield state
        finally:
            state.stop.set()
            thread.join()


def _serve(listener: socket.socket, state: FakeSmtp, pem: Path | None) -> None:
    while not state.stop.is_set():
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        connection.settimeout(10)
        with contextlib.suppress(OSError, EOFError):
            conversation = _Conversation(connection, state, pem)
            try:
                conversation.hold()
            finally:
                conversation.close()
        connection.close()


class _Conversation:
    def __init__(self, connection: socket.socket, state: FakeSmtp, pem: Path | None) -> None:
        self._socket = connection
        self._state = state
        self._pem = pem
        self._secure = False
        self._receivers: list[str] = []
        if state.security == "tls":
            self._encrypt()
        self._file = self._socket.makefile("rb")

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def hold(self) -> None:
        fault = self._state.fault
        if fault == "hang up":
            return
        if fault == "hang":
            self._state.stop.wait(10)
            return
        if fault == "trickle":
            while not self._state.stop.wait(0.02):
                self._socket.sendall(b"2")
            return
        if fault == "busy":
            self._say("421 too busy\x1b[31m")
            return
        self._say("220 fake.example ESMTP")
        while line := self._file.readline(4096):
            words = line.decode("ascii").split()
            verb = words[0].upper()
            self._state.commands.append(line.decode("ascii").strip())
            self._state.encrypted.append(self._secure)
            if verb == "QUIT":
                self._say("554 no good-bye" if fault == "quit" else "221 bye")
                return
            if self._answer(verb, words):
                return

    def _answer(self, verb: str, words: list[str]) -> bool:
        fault = self._state.fault
        if verb in ("EHLO", "HELO"):
            offers = ["fake.example", "SIZE 10000000"]
            if self._state.security == "starttls" and not self._secure and fault != "no starttls":
                offers.append("STARTTLS")
            if self._secure or self._state.security == "none":
                offers.append("AUTH PLAIN")
            told = [f"250-{one}" for one in offers[:-1]] + [f"250 {offers[-1]}"]
            self._say("\r\n".join(told))
        elif verb == "STARTTLS":
            if fault == "starttls refused":
                self._say("454 not now")
                return False
            self._say("220 go ahead")
            self._file.close()
            self._encrypt()
            self._file = self._socket.makefile("rb")
        elif verb == "AUTH":
            _, user, password = base64.b64decode(words[2]).decode().split("\0")
            good = self._state.users.get(user) == password
            self._say("235 welcome" if good else "535 5.7.8 wrong password")
        elif verb == "MAIL":
            self._say("550 not you" if fault == "sender" else "250 ok")
        elif verb == "RCPT":
            address = words[1].partition("<")[2].rstrip(">")
            refused = fault.startswith("rcpt ") and address.startswith(fault[5:])
            if not refused:
                self._receivers.append(address)
            self._say("550 no such user" if refused else "250 ok")
        elif verb == "DATA":
            return self._take()
        else:
            self._say("250 ok")
        return False

    def _take(self) -> bool:
        self._say("354 go on")
        lines = []
        while (line := self._file.readline(4096)) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        if self._state.fault == "drop":
            return True
        if self._state.fault == "data":
            self._say("552 too much")
            return False
        self._state.raw.append(b"".join(lines))
        self._state.receivers += self._receivers
        self._say("250 queued")
        return False

    def _encrypt(self) -> None:
        assert self._pem is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._pem)
        self._socket = context.wrap_socket(self._socket, server_side=True)
        self._secure = True

    def _say(self, told: str) -> None:
        self._socket.sendall(told.encode("latin-1") + b"\r\n")
