"""A digest by mail: one message, two readings of it, over an encrypted connection."""

import hashlib
import re
import smtplib
import ssl
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime

from assistant import passwords
from assistant.config import MailSettings
from assistant.digest.delivery.connection import NoEncryption, connect
from assistant.digest.model import Digest
from assistant.digest.renderers import render, words
from assistant.digest.renderers.terminal import render_terminal
from assistant.errors import AssistantError
from assistant.text import clean_line

PASSWORD_VARIABLE = "ASSISTANT_SMTP_PASSWORD"
KEYRING_SERVICE = "assistant-smtp"
TIMEOUT = 30.0
_TEXT_WIDTH = 72
_HERE = ("localhost", "127.0.0.1", "::1")
_SECURITIES = ("starttls", "tls", "none")
# Everything as 7 bit: not every server passes more on.
_POLICY = SMTP.clone(cte_type="7bit")


class MailError(AssistantError):
    """The digest was not sent; nobody got it unless the message says so."""


def find_password(settings: MailSettings) -> str | None:
    """Return the password from the environment, else from the keyring; None without a login.

    Raises:
        MailError: a login needs one and there is none.
    """
    if not settings.user:
        return None
    title = f"There is no password to log in to {settings.host}."
    try:
        return passwords.find_password(KEYRING_SERVICE, settings.user, PASSWORD_VARIABLE, title)
    except passwords.NoPasswordError as error:
        raise MailError(error.title, why=error.why, hint=error.hint) from None


def compose(digest: Digest, settings: MailSettings) -> EmailMessage:
    """Return the message: plain text and HTML, with a Message-ID stable for a profile and a day.

    Raises:
        MailError: an address in the settings is none.
    """
    sender, receivers = _addresses(settings)
    digest = words.washed(digest)
    short = hashlib.blake2b(digest.profile.encode(), digest_size=6).hexdigest()
    label = re.sub(r"[^a-z0-9]+", "-", digest.profile.lower()).strip("-")[:40] or "digest"
    papers = words.counted(len(digest.entries), "paper") if digest.entries else "nothing new"
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = receivers
    message["Subject"] = (
        f"{words.shortened(digest.profile, 60)}, {words.short_day(digest.date, digest)}: {papers}"
    )
    message["Date"] = format_datetime(localtime())
    message["Message-ID"] = f"<digest.{_token(digest.date)}.{short}@{sender.domain}>"
    message["List-Id"] = f"<{label}.{short}.assistant.localhost>"
    message["Auto-Submitted"] = "auto-generated"
    plain = render_terminal(digest, width=_TEXT_WIDTH, links=True)
    message.set_content(plain, cte="quoted-printable")
    message.add_alternative(render(digest, "html"), subtype="html", cte="quoted-printable")
    return message


def send(
    digest: Digest, settings: MailSettings, password: str | None, *, timeout: float = TIMEOUT
) -> str:
    """Send a digest to all of its receivers, or to none; return the Message-ID.

    `timeout` (seconds) holds for every single answer of the server.

    Raises:
        MailError: settings cannot be used, or the server cannot be reached, offers no trustworthy
            encryption, or refuses the login, a receiver or the message.
    """
    message = compose(digest, settings)
    sender, receivers = _addresses(settings)
    _check(settings)
    try:
        server = connect(settings.host, settings.port, settings.security, timeout)
        try:
            if settings.user:
                _log_in(server, settings, password or "")
            _hand_over(server, settings, message, sender, receivers)
            # It has the message now: whatever goes wrong with the good-bye changes nothing.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
        finally:
            server.close()
    except ssl.SSLError as error:
        raise _not_encrypted(settings, error.reason or str(error)) from None
    except NoEncryption as error:
        raise _not_encrypted(settings, str(error)) from None
    except smtplib.SMTPServerDisconnected as error:
        raise _unreachable(settings, f"It broke off: {error}.") from None
    except smtplib.SMTPResponseException as error:
        raise _refused(settings, error.smtp_code, error.smtp_error) from None
    except TimeoutError:
        raise _unreachable(settings, f"No answer within {timeout:g} seconds.") from None
    except (OSError, UnicodeError) as error:
        raise _unreachable(settings, getattr(error, "strerror", None) or str(error)) from None
    return str(message["Message-ID"])


def _log_in(server: smtplib.SMTP, settings: MailSettings, password: str) -> None:
    try:
        server.login(settings.user, password)
    except smtplib.SMTPAuthenticationError as error:
        raise MailError(
            f"{settings.host} refused the login of {settings.user}.",
            why=f"It answered {error.smtp_code}.",
            hint="Check user and password; many providers want a password made for this program.",
        ) from None
    except smtplib.SMTPNotSupportedError:
        raise MailError(
            f"{settings.host} offers no login.", hint="Remove the user from the settings."
        ) from None
    except UnicodeEncodeError:
        raise MailError(
            "User or password has letters that a login by SMTP cannot carry.",
            hint="Use a password of ASCII characters.",
        ) from None


def _hand_over(
    server: smtplib.SMTP,
    settings: MailSettings,
    message: EmailMessage,
    sender: Address,
    receivers: tuple[Address, ...],
) -> None:
    # Not send_message(): it delivers to the others when a receiver is refused.
    server.ehlo_or_helo_if_needed()
    code, told = server.mail(sender.addr_spec)
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, told, sender.addr_spec)
    for receiver in receivers:
        code, told = server.rcpt(receiver.addr_spec)
        if code not in (250, 251):
            raise MailError(
                f"{settings.host} refused the receiver {receiver.addr_spec}.",
                why=_answer(code, told),
                hint="Nobody got the digest. Check the addresses.",
            )
    code, told = server.data(message.as_bytes())
    if code != 250:
        raise smtplib.SMTPDataError(code, told)


def _check(settings: MailSettings) -> None:
    if settings.security not in _SECURITIES:
        raise MailError(
            f"Mail has no security called {clean_line(settings.security, 60)!r}.",
            hint=f"One of {', '.join(_SECURITIES)}.",
        )
    if not settings.host:
        raise MailError("No mail server is set.", hint="Set host, sender and to.")
    if settings.security == "none" and settings.host not in _HERE:
        raise MailError(
            f"Mail to {settings.host} would go unencrypted.",
            why="Only a server on this machine may be used without encryption.",
            hint="Set security to starttls or tls.",
        )


def _addresses(settings: MailSettings) -> tuple[Address, tuple[Address, ...]]:
    senders = _parsed("sender", settings.sender)
    if len(senders) != 1:
        raise MailError("A digest has one sender.", hint="Set sender to one address.")
    return senders[0], _parsed("to", settings.to)


def _parsed(name: str, text: str) -> tuple[Address, ...]:
    message = EmailMessage(policy=_POLICY)
    try:
        message["To"] = text
        header = message["To"]
        addresses: tuple[Address, ...] = header.addresses
        bad = bool(header.defects) or not all(
            one.username and one.domain and one.addr_spec.isascii() for one in addresses
        )
    except (ValueError, IndexError, AttributeError):  # the parser's faults on odd input
        addresses, bad = (), True
    if bad or not addresses:
        raise MailError(
            f"{clean_line(text, 100)!r} is no mail address.",
            hint=f'Set {name} to one like "me@example.org".',
        )
    return addresses


def _token(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z-]", "", text)


def _refused(settings: MailSettings, code: int, told: bytes | str) -> MailError:
    return MailError(
        f"{settings.host} refused the message.",
        why=_answer(code, told),
        hint="Nobody got the digest. Check sender and limits of the account.",
    )


def _answer(code: int, told: bytes | str) -> str:
    text = told.decode("utf-8", "replace") if isinstance(told, bytes) else told
    return f"It answered {code}: {clean_line(text, 200)}"


def _not_encrypted(settings: MailSettings, why: str) -> MailError:
    return MailError(
        f"No trustworthy encryption with {settings.host}, so nothing was sent.",
        why=clean_line(why, 200),
        hint="Check host, port (587 for starttls, 465 for tls) and security.",
    )


def _unreachable(settings: MailSettings, why: str) -> MailError:
    return MailError(
        f"{settings.host}:{settings.port} cannot be reached, or stopped answering.",
        why=clean_line(why, 200),
        hint="Check the network and the server's name. The digest counts as not sent.",
    )
