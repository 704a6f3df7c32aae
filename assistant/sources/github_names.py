"""What on GitHub an address or a name means: a project, a pull request, an issue, a review."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from assistant.errors import UsageError
from assistant.text import clean_line

Sort = Literal["pull-request", "issue", "review"]

_OWNER = r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}"
_PROJECT = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9._-]{1,100}"
_NAME = re.compile(f"({_OWNER})/({_PROJECT})")
_PIECE = re.compile(f"/({_OWNER})/({_PROJECT})/(pull|issues)/([1-9][0-9]{{0,9}})(?:/.*)?")
_REVIEW = re.compile(r"pullrequestreview-|discussion_r|r\d")
_HOSTS = ("github.com", "www.github.com")


@dataclass(frozen=True, slots=True)
class Piece:
    """A pull request, an issue, or a review of a pull request, by its project and number."""

    sort: Sort
    project: str
    number: int
    server: str

    @property
    def page(self) -> str:
        """The address of its page, without what follows it."""
        kind = "issues" if self.sort == "issue" else "pull"
        return f"{self.server}/{self.project}/{kind}/{self.number}"


def project_name(told: str) -> str:
    """Return the `owner/name` that a name, an address or `github:owner/name` means.

    Raises:
        UsageError: it means no project of GitHub.
    """
    text = clean_line(told, 500).removeprefix("github:")
    if "://" in text:
        host, path = _parts(text)
        text = path.strip("/") if host in _HOSTS else ""
        text = "/".join(text.split("/")[:2])
    found = _NAME.fullmatch(text.removesuffix(".git"))
    if not found:
        raise UsageError(
            f"{clean_line(told, 80)!r} names no project of GitHub.",
            hint="Write it as owner/name, such as pytorch/ao, or give its address.",
        )
    return f"{found[1]}/{found[2]}"


def piece_of(address: str, web: str = "") -> Piece | None:
    """Return what of GitHub's an address leads to, None where it leads elsewhere.

    `web` is the address of a GitHub of one's own.
    """
    host, path = _parts(address)
    found = _PIECE.fullmatch(path)
    if not found or host not in (*_HOSTS, _parts(web)[0]):
        return None
    parts = urlsplit(address)
    is_pull = found[3] == "pull"
    sort: Sort = "pull-request" if is_pull else "issue"
    if is_pull and _REVIEW.match(parts.fragment):
        sort = "review"
    server = f"https://{_HOSTS[0]}" if host in _HOSTS else f"{parts.scheme}://{host}"
    return Piece(sort, f"{found[1]}/{found[2]}", int(found[4]), server)


def _parts(address: str) -> tuple[str, str]:
    """Return an address's host, with its port where it names one, and its path."""
    try:
        parts = urlsplit(address)
        if parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc:
            return parts.netloc.lower(), parts.path
    except ValueError:
        pass
    return "", ""
