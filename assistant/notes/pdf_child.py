"""Reads the text of a PDF from standard input, page by page, as a process of its own.

It is started by path and imports nothing of ours: a PDF that breaks or hangs the parser ends this
process and nothing else. Each page is one JSON object a line.

    python -I pdf_child.py MOST_PAGES MOST_BYTES SECONDS < paper.pdf
"""

import json
import sys

_MOST_CHARACTERS = 20_000  # of one page
_MEMORY = 2_000_000_000


def main() -> int:
    """Write the pages' texts, bounded in memory, processor time and number."""
    most_pages, most_bytes, seconds = map(int, sys.argv[1:4])
    _limit(seconds)
    import pypdfium2

    data = sys.stdin.buffer.read(most_bytes + 1)
    if len(data) > most_bytes:
        return _say({"error": f"it is larger than {most_bytes // 1_000_000} MB"})
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        wrong = "password" in str(error).lower()
        return _say({"error": "it needs a password" if wrong else "it is no PDF that can be read"})
    count = len(document)
    for number in range(min(count, most_pages)):
        try:
            page = document[number].get_textpage()
            text = page.get_text_range(0, min(page.count_chars(), _MOST_CHARACTERS))
        except pypdfium2.PdfiumError:
            text = ""
        _say({"page": number + 1, "text": text, "of": count})
    return _say({"pages": count})


def _limit(seconds: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's time-out is all there is
        return
    for what, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _say(told: dict[str, object]) -> int:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
