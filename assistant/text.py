"""Text from outside, cleaned once when it enters, and the keys titles and names are matched by."""

import hashlib
import re
import unicodedata

# ESC sequences (CSI, OSC, DCS and the two-byte ones) with what they carry, in 7-bit and C1 form.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
# C0 but tab and newline, DEL, C1, bidi controls, zero-width space, word joiner, BOM, line and
# paragraph separators, surrogates, non-characters. ZWJ and ZWNJ stay: emoji and Persian need them.
CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
"""What has no place in a line: a character class."""
_SUSPECT = re.compile(f"{CONTROLS.pattern[:-1]}\r]")
_MARKS_IN_A_ROW = 8


def clean(text: str, limit: int = 100_000) -> str:
    """Return text with terminal escapes, control and bidi characters gone, in NFC, at most `limit`.

    Newlines and tabs stay; a carriage return becomes a newline.
    """
    text = text[: limit * 2]
    if _SUSPECT.search(text):
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = CONTROLS.sub("", _ESCAPES.sub("", text))
    if not text.isascii():
        # Last, since what stood between a letter and its accent is gone only now.
        text = _cap_marks(unicodedata.normalize("NFC", text))
    return text[:limit].strip()


def clean_line(text: str, limit: int = 2_000) -> str:
    """Return cleaned text as one line with single spaces, at most `limit` characters."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return " ".join(text.split())  # most names and titles
    return " ".join(clean(text, limit * 4).split())[:limit].rstrip()


def _cap_marks(text: str) -> str:
    """Drop combining marks beyond a few in a row: piled up, they paint over neighbouring lines."""
    if not any(map(unicodedata.combining, text)):
        return text
    kept, run = [], 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= _MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)


_NOT_ALNUM_ASCII = re.compile(r"[^a-z0-9]+")
_TEX_COMMAND = re.compile(r"\\[a-zA-Z]+|[${}\\^_~]")


def title_key(title: str) -> str:
    """Return what two spellings of one title share: letters and digits, no case, accent or TeX."""
    if "\\" in title or "$" in title:
        title = _TEX_COMMAND.sub("", title)
    if title.isascii():
        return _NOT_ALNUM_ASCII.sub("", title.lower())
    folded = unicodedata.normalize("NFKD", title).casefold()
    return "".join(filter(str.isalnum, folded))


def name_key(family: str) -> str:
    """Return a family name folded for comparison, "Müller-Łoś" and "Muller Łoś" alike."""
    if family.isascii():
        return _NOT_ALNUM_ASCII.sub("", family.lower())
    return title_key(family)


def digest64(text: str) -> int:
    """Return a 64-bit signed BLAKE2b digest of text, as SQLite stores integers."""
    raw = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(raw, "big", signed=True)
