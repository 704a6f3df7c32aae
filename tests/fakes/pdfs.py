"""PDFs made by hand, and a server that sends them: in parts, cut off, or something else instead."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from tests.fakes.serving import serving


def make_pdf(pages: list[str]) -> bytes:
    """Return a PDF with these lines of text, one a page."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for text in pages:
        escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        stream = f"BT /F1 12 Tf 72 720 Td ({escaped}) Tj ET".encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(len(objects))
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (listed, len(kids))
    out = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, start,
    )  # fmt: skip


@dataclass
class FakePdfs:
    """What the server sends and how it fails: one fault a request, in order.

    Faults: `cut off` (half of what is left), `503`, `404`, `html`, `redirect` (to another path),
    `away` (to another server), `changed` (another PDF from now on).
    """

    pdf: bytes
    faults: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    tag: str = '"one"'
    address: str = ""
    going: threading.Event = field(default_factory=threading.Event)
    """Cleared, a file stops in its middle until it is set."""

    def __post_init__(self) -> None:
        self.going.set()


@contextmanager
def fake_pdfs(pdf: bytes, *faults: str) -> Iterator[FakePdfs]:
    """Serve a PDF at any path until the block ends."""
    state = FakePdfs(pdf, list(faults))

    def answer(handler: BaseHTTPRequestHandler) -> None:
        state.ranges.append(handler.headers.get("Range", ""))
        fault = state.faults.pop(0) if state.faults else ""
        if fault in ("404", "503"):
            handler.send_error(int(fault))
            return
        if fault in ("redirect", "away"):
            handler.send_response(302)
            where = "/elsewhere.pdf" if fault == "redirect" else "http://127.0.0.2:1/x.pdf"
            handler.send_header("Location", where)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        if fault == "changed":
            state.pdf, state.tag = make_pdf(["Another paper"] * 30), '"two"'
        body, first = state.pdf, 0
        wanted = handler.headers.get("Range", "")
        if wanted and handler.headers.get("If-Range") == state.tag:
            first = int(wanted.removeprefix("bytes=").rstrip("-"))
        if fault == "html":
            body = b"<!DOCTYPE html><html>No PDF here</html>"
        rest = body[first:]
        handler.send_response(206 if first else 200)
        if first:
            handler.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
        handler.send_header("ETag", state.tag)
        handler.send_header("Content-Length", str(len(rest)))
        handler.end_headers()
        handler.wfile.write(rest[: len(rest) // 2])
        if fault != "cut off":
            state.going.wait(300)
            handler.wfile.write(rest[len(rest) // 2 :])

    with serving(answer) as address:
        state.address = f"{address}/pdf"
        yield state
