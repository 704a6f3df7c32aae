"""A digest by mail and in a folder, with servers and disks that do not cooperate."""

import json
import re
import socket
import sys
import types
import xml.etree.ElementTree as ET
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.digest.delivery.folder import write_folder
from assistant.digest.delivery.mail import (
    PASSWORD_VARIABLE,
    MailError,
    MailSettings,
    compose,
    find_password,
    send,
)
from assistant.digest.model import Digest
from assistant.errors import AssistantError
from tests.fakes.digests import DIGEST, quiet
from tests.fakes.smtp import FakeSmtp, certificate, fake_smtp

PASSWORD = "s3cret"
WRITTEN = ["digest-2025-11-04.html", "digest-2025-11-04.json", "digest-2025-11-04.md", "feed.atom"]


@pytest.fixture(scope="session")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = certificate(tmp_path_factory.mktemp("certificate"))
    if made is None:
        pytest.skip("there is no openssl to make a certificate with")
    return made


@pytest.fixture
def trusted(pem: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate this machine trusts for the length of a test."""
    monkeypatch.setenv("SSL_CERT_FILE", str(pem.with_name("cert.pem")))
    return pem


def settings(server: FakeSmtp, **told: object) -> MailSettings:
    plain = MailSettings(
        "localhost", server.port, server.security, "me", "Me <me@example.org>", "you@example.org"
    )
    return replace(plain, **told)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    text = part.get_content()
    assert isinstance(text, str)
    return text


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_digest_arrives_encrypted_with_both_readings(trusted: Path, security: str) -> None:
    with fake_smtp(trusted, security) as server:
        told = send(DIGEST, settings(server, to="you@example.org, b@example.org"), PASSWORD)
    (message,) = server.messages
    assert server.receivers == ["you@example.org", "b@example.org"]
    assert message["Message-ID"] == told
    assert message["Subject"] == "ml-systems, Tue 4 Nov: 12 papers"
    assert message.get_content_type() == "multipart/alternative"
    assert "Skipping What Is Known" in body(message, "plain")
    assert "https://arxiv.org/abs/2511.00001" in body(message, "plain")
    assert "大規模言語モデル" in body(message, "plain")
    assert "&lt;script&gt;" in body(message, "html")
    assert "\x1b" not in body(message, "plain") + body(message, "html")
    # The login and all that follows it is encrypted.
    first = next(i for i, line in enumerate(server.commands) if line.startswith("AUTH"))
    assert all(server.encrypted[first:])
    (raw,) = server.raw
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_the_message_id_is_that_of_profile_and_day(trusted: Path) -> None:
    with fake_smtp(trusted) as server:
        ids = {send(DIGEST, settings(server), PASSWORD) for _ in range(2)}
        assert len(ids) == 1
        ids.add(send(replace(DIGEST, date="2025-11-05"), settings(server), PASSWORD))
        ids.add(send(replace(DIGEST, profile="other"), settings(server), PASSWORD))
    assert len(ids) == 3
    lists = [message["List-Id"] for message in server.messages]
    assert len(set(lists)) == 2
    assert all(re.fullmatch(r"<[\w-]+\.\w+\.assistant\.localhost>", one) for one in lists)


def test_an_empty_digest_says_so_in_the_subject(trusted: Path) -> None:
    with fake_smtp(trusted) as server:
        send(quiet("2025-11-08"), settings(server), PASSWORD)
    (message,) = server.messages
    assert message["Subject"] == "ml-systems, Sat 8 Nov: nothing new"
    assert "weekend" in body(message, "plain")


FAULTS = {
    "no starttls": "No trustworthy encryption",
    "starttls refused": "No trustworthy encryption",
    "busy": "refused the message",
    "hang up": "cannot be reached",
    "sender": "refused the message",
    "rcpt you": "refused the receiver you@example.org",
    "data": "refused the message",
    "drop": "cannot be reached, or stopped answering",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_was_not_taken_is_not_sent(trusted: Path, fault: str) -> None:
    with (
        fake_smtp(trusted, fault=fault) as server,
        pytest.raises(MailError, match=re.escape(FAULTS[fault])) as caught,
    ):
        send(DIGEST, settings(server, to="b@example.org, you@example.org"), PASSWORD)
    assert not server.raw
    assert caught.value.hint
    shown = caught.value.title + caught.value.why + caught.value.hint
    assert "\x1b" not in shown
    assert PASSWORD not in shown
    if fault != "drop":
        assert not any(line.startswith("DATA") for line in server.commands) or fault == "data"
    if fault in ("no starttls", "starttls refused"):
        assert not any(line.startswith(("AUTH", "MAIL")) for line in server.commands)


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("fault", ["hang", "trickle"])
def test_a_server_that_takes_for_ever_is_left(trusted: Path, fault: str, security: str) -> None:
    with (
        fake_smtp(trusted, security, fault) as server,
        pytest.raises(MailError, match="cannot be reached, or stopped answering"),
    ):
        send(DIGEST, settings(server), PASSWORD, timeout=0.4)


def test_a_bad_good_bye_changes_nothing(trusted: Path) -> None:
    with fake_smtp(trusted, fault="quit") as server:
        send(DIGEST, settings(server), PASSWORD)
    assert len(server.raw) == 1


def test_a_wrong_password_is_told_without_saying_it(trusted: Path) -> None:
    with (
        fake_smtp(trusted) as server,
        pytest.raises(MailError, match="refused the login of me") as caught,
    ):
        send(DIGEST, settings(server), "wr0ng-word")
    assert "wr0ng-word" not in repr(vars(caught.value))
    assert not server.raw


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_nobody_vouches_for_is_refused(pem: Path, security: str) -> None:
    with (
        fake_smtp(pem, security) as server,
        pytest.raises(MailError, match="No trustworthy encryption"),
    ):
        send(DIGEST, settings(server), PASSWORD)
    assert not any(line.startswith("AUTH") for line in server.commands)


def test_a_certificate_for_another_name_is_refused(trusted: Path) -> None:
    with (
        fake_smtp(trusted, "tls") as server,
        pytest.raises(MailError, match="No trustworthy encryption"),
    ):
        send(DIGEST, settings(server, host="127.0.0.1"), PASSWORD)


def test_without_encryption_only_on_this_machine() -> None:
    with fake_smtp(None, "none") as server:
        send(DIGEST, settings(server, user=""), None)
        assert len(server.raw) == 1
        with pytest.raises(MailError, match="unencrypted"):
            send(DIGEST, settings(server, host="mail.example.org"), PASSWORD)
        with pytest.raises(MailError, match="no security called"):
            send(DIGEST, settings(server, security="ssl"), PASSWORD)
    assert len(server.raw) == 1


def test_a_server_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    mail = MailSettings("localhost", port, "tls", "", "me@example.org", "you@example.org")
    with pytest.raises(MailError, match="cannot be reached"):
        send(DIGEST, mail, None)
    with pytest.raises(MailError, match="No mail server is set"):
        send(DIGEST, replace(mail, host=""), None)


@pytest.mark.parametrize(
    "bad",
    ["", "nobody", "a@b\r\nBcc: c@d", "a@b\nc@d", "@", "a@", "a b@c", "jürgen@example.org", "<>"],
)
def test_what_is_no_address_is_refused(bad: str) -> None:
    good = MailSettings("localhost", 25, "none", "", "me@example.org", "you@example.org")
    for wrong in (replace(good, sender=bad), replace(good, to=bad)):
        with pytest.raises(MailError, match="no mail address"):
            compose(DIGEST, wrong)


@given(st.text(), st.text(), st.text())
def test_no_text_becomes_a_header(profile: str, date: str, title: str) -> None:
    mail = MailSettings("localhost", 25, "none", "", "me@example.org", "you@example.org")
    evil = f"{profile}\r\nBcc: evil@example.org\r\n\r\n{title}"
    entries = (replace(DIGEST.entries[0], title=evil),)
    message = compose(replace(DIGEST, profile=evil, date=date, entries=entries), mail)
    head = message.as_bytes().partition(b"\r\n\r\n")[0]
    names = {line.partition(b":")[0] for line in head.split(b"\r\n") if line[:1].strip()}
    assert names == {
        b"From", b"To", b"Subject", b"Date", b"Message-ID", b"List-Id", b"Auto-Submitted",
        b"MIME-Version", b"Content-Type",
    }  # fmt: skip


def test_the_password_comes_from_environment_or_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = MailSettings("mail.example.org", user="me")
    assert find_password(replace(mail, user="")) is None
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(MailError, match="no password") as caught:
        find_password(mail)
    assert PASSWORD_VARIABLE in caught.value.hint

    keyring = types.ModuleType("keyring")
    kept = {("assistant-smtp", "me"): PASSWORD}
    keyring.get_password = lambda *key: kept.get(key)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    assert find_password(mail) == PASSWORD
    kept.clear()
    with pytest.raises(MailError, match="no password"):
        find_password(mail)

    def locked(*key: str) -> str:
        raise RuntimeError("locked")

    keyring.get_password = locked  # type: ignore[attr-defined]
    with pytest.raises(MailError, match="no password") as caught:
        find_password(mail)
    assert "locked" in caught.value.why
    monkeypatch.setenv(PASSWORD_VARIABLE, "from the environment")
    assert find_password(mail) == "from the environment"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_gets_every_form_and_the_feed(tmp_path: Path) -> None:
    folder = tmp_path / "a new" / "folder"
    write_folder(quiet("2025-11-03"), folder)
    for _ in range(2):
        written = write_folder(DIGEST, folder, earlier=[earlier()])
    assert sorted(path.name for path in written) == WRITTEN
    assert len(names(folder)) == 7
    assert json.loads((folder / WRITTEN[1]).read_text(encoding="utf-8"))["date"] == "2025-11-04"
    feed = ET.parse(folder / "feed.atom")
    found = feed.findall("{http://www.w3.org/2005/Atom}entry")
    assert len(found) == len(DIGEST.entries) + len(earlier().entries)


def earlier() -> Digest:
    return replace(DIGEST, date="2025-11-03", entries=DIGEST.entries[:2])


def test_a_date_is_no_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="isoformat"):
        write_folder(replace(DIGEST, date="/../../evil"), tmp_path / "folder")
    assert not list(tmp_path.rglob("*evil*"))


def test_what_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    write_folder(DIGEST, tmp_path / "out")
    with pytest.raises(AssistantError, match="Cannot write the digest"):
        write_folder(DIGEST, tmp_path / "out" / WRITTEN[0])
    taken = tmp_path / "out" / WRITTEN[2]
    taken.unlink()
    taken.mkdir()
    with pytest.raises(AssistantError, match="Cannot write the digest") as caught:
        write_folder(DIGEST, tmp_path / "out")
    assert caught.value.hint
    assert names(tmp_path / "out") == WRITTEN  # no half-written file beside them
