"""What of a note is to be remembered: passages marked `#review`, as a question and its answer."""

import re
from typing import NamedTuple

from assistant.notes import files
from assistant.notes.markdown import ParsedNote
from assistant.notes.sections import plain, plain_line
from assistant.text import clean

TAG = "review"
_MARK = re.compile(r"(?<!\S)#review(?![\w/-])", re.IGNORECASE)
_HIGHLIGHT = re.compile(r"==(?=\S)(.+?)(?<=\S)==", re.DOTALL)
_PARTED = re.compile(r"\s+::\s+")
_HIDDEN = "[…]"
_LONGEST = 4_000


class Card(NamedTuple):
    """A passage to be remembered. `digest` knows it by its words, wherever it stands."""

    digest: str
    front: str
    back: str
    line: int


def cards_of(note: ParsedNote, title: str, name: str) -> list[Card]:
    """Return the cards of a note; `name` is what a card of the whole note is known by.

    A passage `question :: answer` is parted there; one with ==highlights== hides them; a heading
    asks for what stands under it; anything else is asked for by the title and heading over it. The
    tag `review` in front matter makes a card of the whole note.
    """
    found = []
    inline = 0
    for marked in note.marked:
        if marked.tag != TAG:
            continue
        inline += 1
        text = _MARK.sub("", marked.text).strip()
        if marked.heading:
            front = plain_line(text)
            back = _under(note, front, marked.line)
        else:
            front, back = _asked(text, _way(note, title, marked.line))
        if back:
            known = known_by(f"{title}\n{text}" if marked.heading else text)
            found.append(Card(known, clean(front, _LONGEST), clean(back, _LONGEST), marked.line))
    if TAG in note.tags and not inline:
        whole = "\n\n".join(section.text for section in note.sections if section.text)
        if whole:
            found.append(Card(known_by(f"note:{name}"), title, clean(whole, _LONGEST), 0))
    return found


def known_by(text: str) -> str:
    """Return what a passage is known by: its words, whatever stands between them."""
    return files.digest(" ".join(text.split()).encode("utf-8", "surrogatepass"))


def _asked(text: str, way: str) -> tuple[str, str]:
    parts = _PARTED.split(text, maxsplit=1)
    if len(parts) == 2 and all(parts):
        return plain(parts[0]), plain(parts[1])
    if _HIGHLIGHT.search(text):
        return f"{way}\n{plain(_HIGHLIGHT.sub(_HIDDEN, text))}", plain(text)
    return way, plain(text)


def _way(note: ParsedNote, title: str, line: int) -> str:
    over = [section.heading for section in note.sections if section.line <= line]
    heading = over[-1] if over else ""
    return f"{title} > {heading}" if heading and heading != title else title


def _under(note: ParsedNote, heading: str, line: int) -> str:
    own = [section for section in note.sections if section.line >= line]
    way = own[0].heading if own else ""
    under = [s.text for s in own if s.heading == way or s.heading.startswith(f"{way} > ")]
    return "\n\n".join(text for text in under if text)
