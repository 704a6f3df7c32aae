"""Files as entries: which form a file has, and what stands in it, piece by piece."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from assistant.errors import ImportFileError
from assistant.sources.arxiv_snapshot import looks_like_snapshot, snapshot_entry
from assistant.sources.bibtex import read_bibtex
from assistant.sources.csl_json import read_csl_json
from assistant.sources.markdown_list import read_markdown_list
from assistant.sources.own_lines import looks_like_own, own_entry
from assistant.sources.paperlists import looks_like_paperlists, read_paperlists
from assistant.sources.record import BadEntry, Entry
from assistant.sources.venues import Edition
from assistant.text import clean_line

FORMS = ("lines", "bibtex", "csl", "markdown", "paperlists", "ids")
"""`lines` are JSON lines: the arXiv snapshot's or our own, told apart line by line."""

MAX_LINE_BYTES = 4_000_000
MAX_WHOLE_FILE_BYTES = 64_000_000
MAX_EDITION_BYTES = 400_000_000
QUOTED = 120
_BY_SUFFIX = {
    ".bib": "bibtex",
    ".bibtex": "bibtex",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "ids",
    ".ids": "ids",
}

Item = tuple[int, Entry | BadEntry, int]
"""An entry or what stands in its place, its line or number, and how many bytes were read."""


def read_items(path: Path, form: str, position: int, edition: Edition | None) -> Iterator[Item]:
    """Yield what a file of a form holds; of lines those up to `position` are passed over.

    Raises:
        ImportFileError: it cannot be read, or is of an edition that nobody names.
    """
    if form == "paperlists":
        return _of_an_edition(path, edition)
    if form in ("bibtex", "csl", "markdown"):
        return _whole_file(path, form)
    return _lines(path, position)


def detect_form(path: Path) -> str:
    """Tell a file's form by its name, and where that is not enough by its first line.

    Raises:
        ImportFileError: it cannot be opened, is empty, or is of no form we know.
    """
    name = path.name.lower().removesuffix(".gz")
    with _open(path) as file:
        start = _read_start(file, path)
    if form := _BY_SUFFIX.get(Path(name).suffix):
        return form
    first = start.lstrip()
    if first.startswith(b"["):
        return "paperlists" if looks_like_paperlists(first) else "csl"
    if first.startswith(b"{"):
        return "lines"
    if first.startswith((b"@", b"%")):
        return "bibtex"
    raise ImportFileError(
        f"{path.name} is of no form that can be imported.",
        why=f"It begins with {clean_line(first[:60].decode('utf-8', 'replace'))!r}.",
        hint="Known forms: the arXiv metadata snapshot (JSON lines, also .gz), our own JSON lines, "
        "BibTeX, CSL-JSON, our Markdown, paperlists JSON, and a list of ids (.txt). Name it with "
        "--form.",
    )


def _lines(path: Path, position: int) -> Iterator[Item]:
    with path.open("rb") as raw, _decompressed(raw, path) as file:
        number = 0
        while True:
            try:
                line = file.readline(MAX_LINE_BYTES)
            except (EOFError, OSError, gzip.BadGzipFile) as error:
                yield (
                    number + 1,
                    BadEntry(number + 1, f"the file ends early: {error}", ""),
                    raw.tell(),
                )
                return
            if not line:
                return
            number += 1
            if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
                _skip_line(file)
                bad = BadEntry(number, f"longer than {MAX_LINE_BYTES:,} bytes", _quote(line))
                yield number, bad, raw.tell()
                continue
            if number <= position or not line.strip():
                continue
            yield number, _parse_line(number, line), raw.tell()


def _parse_line(number: int, line: bytes) -> Entry | BadEntry:
    try:
        fields = json.loads(line)
        if not isinstance(fields, dict):
            raise ValueError("not a JSON object")
        if looks_like_own(fields):
            return own_entry(fields)
        if looks_like_snapshot(fields):
            return snapshot_entry(fields)
        raise ValueError("neither an arXiv snapshot line nor one of our own")
    except RecursionError:
        return BadEntry(number, "nested too deeply", _quote(line))
    except ValueError as error:
        return BadEntry(number, str(error), _quote(line))


def _whole_file(path: Path, form: str) -> Iterator[Item]:
    reader = {"bibtex": read_bibtex, "csl": read_csl_json, "markdown": read_markdown_list}[form]
    text, size = _read_whole(path, MAX_WHOLE_FILE_BYTES)
    for number, item in enumerate(reader(text), start=1):
        yield number, item, size


def _of_an_edition(path: Path, edition: Edition | None) -> Iterator[Item]:
    if edition is None:
        raise ImportFileError(
            f"{path.name} does not say which conference it is of.",
            hint="--edition neurips-2018 names it.",
        )
    text, size = _read_whole(path, MAX_EDITION_BYTES)
    for number, item in enumerate(read_paperlists(text, edition), start=1):
        yield number, item, size


def _read_whole(path: Path, most: int) -> tuple[str, int]:
    """Return a file's text and how many bytes it has, unpacked."""
    with _open(path) as file:
        try:
            data = file.read(most + 1)
        except (OSError, EOFError) as error:
            raise _cannot_open(path, error) from error
    if len(data) > most:
        raise ImportFileError(
            f"{path.name} is larger than {most // 1_000_000} MB.",
            hint="Split it, or bring large libraries as JSON lines.",
        )
    return data.decode("utf-8-sig", "replace"), len(data)


def _open(path: Path) -> Any:
    try:
        return gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb")
    except OSError as error:
        raise _cannot_open(path, error) from error


def _decompressed(raw: IO[bytes], path: Path) -> Any:
    return gzip.GzipFile(fileobj=raw) if path.name.lower().endswith(".gz") else raw


def _read_start(file: Any, path: Path) -> bytes:
    try:
        start = file.read(4096)
    except (OSError, EOFError) as error:
        raise _cannot_open(path, error) from error
    if not start.strip():
        raise ImportFileError(f"{path.name} is empty.")
    return bytes(start)


def _cannot_open(path: Path, error: Exception) -> ImportFileError:
    why = getattr(error, "strerror", None) or str(error)
    return ImportFileError(f"Cannot read {path}.", why=why, hint="Check the path and its rights.")


def _skip_line(file: IO[bytes]) -> None:
    while (piece := file.readline(MAX_LINE_BYTES)) and not piece.endswith(b"\n"):
        pass


def _quote(line: bytes) -> str:
    return line[: 4 * QUOTED].decode("utf-8", "replace")
