"""Fetching a PDF when a person asks for it: politely, and going on where it broke off."""

import http.client
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from assistant.config import ArxivSettings
from assistant.errors import SourceError
from assistant.sources import polite
from assistant.sources.courtesy import Again, Courtesy, persist, server_of
from assistant.sources.deadline import opener_until
from assistant.text import clean_line

MOST_BYTES = 150_000_000
SECONDS = 300.0  # for one request; what came in them is kept
_PIECE = 1 << 16
_ARXIV = "https://arxiv.org/pdf"
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")

Progress = Callable[[int, int], None]


def pdf_address(address: str, settings: ArxivSettings) -> str:
    """Return where a PDF is asked for: arXiv's at the address that `sources.arxiv.pdf` names."""
    if address.startswith(_ARXIV + "/"):
        return settings.pdf.rstrip("/") + address.removeprefix(_ARXIV)
    return address


def fetch_pdf(
    address: str,
    target: Path,
    settings: ArxivSettings,
    *,
    pause: Callable[[float], None] = time.sleep,
    progress: Progress | None = None,
) -> None:
    """Fetch a PDF into a file, which appears only once it is whole.

    What came is kept beside it (`.part`): the next call goes on from there, if the server can and
    the file is still the same. Redirects are followed on the same server only.

    Raises:
        SourceError: it cannot be reached, says no, sends no PDF or too much.
    """
    courtesy = Courtesy(address, settings.interval_seconds, pause)
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        persist(courtesy, lambda: _attempt(address, part, courtesy, settings.contact, progress))
        with part.open("rb+") as file:
            start = file.read(1024)
            os.fsync(file.fileno())
        if b"%PDF-" not in start:
            part.unlink()
            raise SourceError(
                f"{courtesy.host} sent no PDF.",
                why=f"It begins with {clean_line(start[:60].decode('latin-1'))!r}.",
                hint="Open the paper's page in a browser: `assistant paper open ID`.",
            )
        part.replace(target)
        _tag(part).unlink(missing_ok=True)
    except OSError as error:
        raise SourceError(
            f"Cannot write {target.name}.", why=clean_line(error.strerror or str(error), 200)
        ) from error


def _attempt(
    address: str, part: Path, courtesy: Courtesy, contact: str, progress: Progress | None
) -> None:
    for _ in range(polite.MAX_REDIRECTS + 1):
        with courtesy.turn():
            location = _ask(address, part, courtesy.host, contact, progress)
        if location is None:
            return
        address = polite.next_address(address, location, courtesy)
        if server_of(address) != courtesy.server:
            raise polite.Elsewhere(courtesy.host, address, for_good=False)
    raise SourceError(f"{courtesy.host} sends us round in circles.", hint="Check its address.")


def _ask(
    address: str, part: Path, host: str, contact: str, progress: Progress | None
) -> str | None:
    """Take in what one request gives; return where it sends us on to, None when all is there."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"User-Agent": polite.user_agent(contact), "Accept-Encoding": "identity"}
    known = _tag(part).read_text("ascii") if have and _tag(part).exists() else ""
    if have and known:
        # Without If-Range, the rest of a newer version would be put behind the old one's start.
        headers |= {"Range": f"bytes={have}-", "If-Range": known}
    request = urllib.request.Request(polite.in_ascii(address), headers=headers)
    deadline = time.monotonic() + SECONDS
    try:
        with opener_until(deadline).open(request, timeout=SECONDS / 10) as response:
            _take_in(response, part, have, host, progress)
            return None
    except urllib.error.HTTPError as error:
        with error:
            location = error.headers.get("Location")
            if error.code in polite.MOVED and location:
                return str(location)
            if error.code == 416:  # what we have is not the beginning of what there is
                part.unlink(missing_ok=True)
                raise Again("it could not go on where it broke off") from None
            if error.code in polite.MAY_PASS:
                after = polite.retry_after(error.headers.get("Retry-After"))
                raise Again(f"HTTP {error.code}", after) from None
            raise SourceError(
                f"{host} has no PDF for us.", why=f"It answered HTTP {error.code}."
            ) from None
    except (http.client.HTTPException, ConnectionResetError, BrokenPipeError) as error:
        raise Again(f"the answer broke off ({type(error).__name__})") from None
    except (urllib.error.URLError, TimeoutError, ValueError) as error:
        raise polite.unreachable(host, error, SECONDS) from error


def _take_in(
    response: http.client.HTTPResponse, part: Path, have: int, host: str, progress: Progress | None
) -> None:
    span = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    goes_on = response.status == 206 and span is not None and int(span[1]) == have
    tag = polite.header(response.headers.get("ETag")) or ""
    announced = response.headers.get("Content-Length", "")
    total = int(announced) if announced.isdecimal() and len(announced) < 15 else 0
    size = have if goes_on else 0
    total += size
    with part.open("ab" if goes_on else "wb") as file:
        # A weak tag may stand for other bytes: with it there is no going on.
        _tag(part).write_text(tag if not tag.startswith("W/") else "", "ascii")
        while piece := response.read1(_PIECE):
            size += len(piece)
            if size > MOST_BYTES:
                raise SourceError(
                    f"{host} sends more than {MOST_BYTES // 1_000_000} MB.",
                    why="No paper is that long.",
                )
            file.write(piece)
            if progress:
                progress(size, total)
    if total and size < total:
        raise Again(f"the answer broke off after {size:,} of {total:,} bytes")


def _tag(part: Path) -> Path:
    return part.with_name(part.name + ".etag")
