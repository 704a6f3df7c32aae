"""XML from outside: whole, declaring nothing, in one encoding."""

import re
from xml.etree import ElementTree

from assistant.sources.courtesy import Again
from assistant.text import clean_line

_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_ENCODING = re.compile(rb"""\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_SINGLE_OR_KNOWN = re.compile(
    r"iso-8859-\d{1,2}|windows-125\d|cp125\d|koi8-[ru]|big5|euc-(?:jp|kr)|gb(?:k|2312|18030)"
    r"|shift_jis",
    re.IGNORECASE,
)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class NoDoctype(ElementTree.TreeBuilder):
    """Builds the tree of a document that declares nothing: an entity is how XML bombs are made."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuse the declaration."""
        raise ValueError("it declares a document type")


def xml_text(body: bytes) -> str:
    """Return a document as text, without its XML declaration.

    What its encoding cannot explain, or XML cannot hold, is a replacement character there: one bad
    byte must not cost the other papers, and must be seen.

    Source: https://www.w3.org/TR/xml/#sec-guessing (byte order marks, then the declaration).
    """
    encoding = next((name for mark, name in _BOMS if body.startswith(mark)), None)
    if encoding is None:
        found = _ENCODING.match(body[:400])
        told = found[1].decode("ascii") if found else "utf-8"
        encoding = told if _SINGLE_OR_KNOWN.fullmatch(told) else "utf-8"
    try:
        text = body.decode(encoding, "replace")
    except LookupError:
        text = body.decode("utf-8", "replace")
    return _NOT_XML.sub("\ufffd", _DECLARATION.sub("", text, count=1).lstrip())


def read_xml(text: str) -> ElementTree.Element:
    """Return a document's root element.

    Raises:
        Again: it is not whole, or declares a document type.
    """
    parser = ElementTree.XMLParser(target=NoDoctype(), encoding="utf-8")
    try:
        parser.feed(text.encode("utf-8"))
        root: ElementTree.Element = parser.close()
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise Again(f"an answer that cannot be read: {clean_line(str(error), 120)}") from None
    return root
