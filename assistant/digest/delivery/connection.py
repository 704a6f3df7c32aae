"""A connection to a mail server: encrypted before anything is said, and never waiting for ever."""

import smtplib
import socket
import ssl
import threading
from contextlib import suppress

# The name given in EHLO: what this machine is called is no business of the server's.
_NAME = "[127.0.0.1]"


class NoEncryption(Exception):  # noqa: N818  a reason to stop, told to the person by the caller
    """The server will not encrypt."""


def connect(host: str, port: int, security: str, timeout: float) -> smtplib.SMTP:
    """Return a connection secured by `starttls`, `tls` or `none`; `timeout` holds for each answer.

    Raises:
        NoEncryption: the server does not offer what was asked for.
        ssl.SSLError: its encryption cannot be trusted.
        smtplib.SMTPException, OSError: it cannot be reached, or does not answer as it should.
    """
    context = ssl.create_default_context()
    if security == "tls":
        return _Encrypted(host, port, _NAME, timeout=timeout, context=context)
    server = _Plain(host, port, _NAME, timeout=timeout)
    if security == "none":
        return server
    try:
        server.starttls(context=context)
    except BaseException as error:
        server.close()
        if isinstance(error, smtplib.SMTPNotSupportedError):
            raise NoEncryption("It does not offer STARTTLS.") from None
        if isinstance(error, smtplib.SMTPResponseException):
            raise NoEncryption(f"It answered {error.smtp_code} to STARTTLS.") from None
        raise
    return server


class _Timed:
    """Ends the connection when a single answer takes too long, however steadily it trickles."""

    def getreply(self) -> tuple[int, bytes]:
        server: smtplib.SMTP = self  # type: ignore[assignment]
        late = threading.Event()
        timer = threading.Timer(server.timeout, _hang_up, [server.sock, late])
        timer.daemon = True
        timer.start()
        try:
            answer: tuple[int, bytes] = super().getreply()  # type: ignore[misc]
        finally:
            timer.cancel()
        if late.is_set():
            server.close()
            raise TimeoutError
        return answer


class _Plain(_Timed, smtplib.SMTP):
    pass


class _Encrypted(_Timed, smtplib.SMTP_SSL):
    pass


def _hang_up(connection: socket.socket, late: threading.Event) -> None:
    late.set()
    with suppress(OSError):
        # Not an encrypted socket's own: it would take the TLS state from under the reader.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
