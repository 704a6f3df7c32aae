"""How much of a note a person wrote themselves."""

import re

from assistant.notes.markdown import parse_note
from assistant.notes.sections import plain
from assistant.words import words

_MANAGED = re.compile(
    r"^[ \t]*<!-- assistant:begin ([a-z]+) -->.*?^[ \t]*<!-- assistant:end \1 -->",
    re.MULTILINE | re.DOTALL,
)
_QUOTED = re.compile(r"^[ \t]*>.*$", re.MULTILINE)


def own_words(text: str) -> int:
    """Count the words of a note: no front matter, code, quotations, nor what we keep up to date."""
    text = _MANAGED.sub("", text)
    kept, at = [], 0
    note = parse_note(text)
    for start, end in sorted(note.opaque):
        kept.append(text[at : max(start, at)])
        at = max(at, end)
    kept.append(text[at:])
    body = _QUOTED.sub("", "".join(kept))
    return len(words(plain(_without_front_matter(body))))


def _without_front_matter(text: str) -> str:
    from assistant.notes import frontmatter

    _, _, start = frontmatter.split(text)
    return text[start:]
