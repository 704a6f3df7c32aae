"""A digest in CommonMark, for notes and for programs that show Markdown."""

import re

from assistant.digest.model import Digest, DigestEntry, FeedItem
from assistant.digest.renderers import words

# What CommonMark or its common extensions would make something of. Left alone: an underscore or a
# hash inside a word, a backslash before a letter (LaTeX), dollars.
_MARKS = re.compile(
    r"[`*\[\]~]"
    r"|\\(?![A-Za-z0-9 ])"
    r"|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"
    r"|(?<!\w)\#"
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=\#?\w+;)"
    r"|==|%%"
    r"|^(?:[-+=>]|\d+(?=[.)]))"
)


def render_markdown(digest: Digest) -> str:
    """Return a digest as CommonMark, in which no title or name can become markup."""
    blocks = [f"# {plain(digest.profile)}, {plain(words.occasion(digest))}"]
    blocks.append(plain(words.batch_line(digest)))
    if digest.entries:
        blocks.append(plain(f"{words.ranked(digest)}. {digest.confidence}"))
    else:
        blocks += [plain(words.nothing_new(digest)[0]), words.nothing_new(digest)[1]]
    for heading, entries in words.parted(digest):
        blocks.append(f"## {plain(heading)}")
        for number, entry in entries:
            blocks += _entry(number, entry, digest)
    if digest.items:
        blocks.append(f"## {words.FEEDS}")
        for item in digest.items:
            blocks += _item(item, digest)
    blocks.append(plain(words.due_line(digest)))
    if digest.entries:
        blocks.append(" · ".join(f"`{step}`" for step in words.NEXT_STEPS))
    return "\n\n".join(filter(None, blocks)) + "\n"


def plain(text: str) -> str:
    """Escape a line so that Markdown shows it as it is."""
    return _MARKS.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    told = match[0]
    if told.isdigit():
        return f"{told}\\"
    return "".join(f"\\{sign}" for sign in told)


def _entry(number: int, entry: DigestEntry, digest: Digest) -> list[str]:
    again = words.again(entry)
    address = words.page(entry)
    found = [_link(entry.id, address) if address else plain(entry.id)]
    found += [plain(fact) for fact in words.facts(entry, digest)]
    found += [
        _link(label, link)
        for label, link in words.web_links(entry.links).items()
        if link != address
    ]
    return [
        f"### {number}. {plain(entry.title) or '(no title)'}",
        f"**{plain(again)}**" if again else "",
        " · ".join(found),
        "\n".join(f"- {plain(reason)}" for reason in entry.reasons),
        plain(entry.extract),
        "\n".join(f"- also: {plain(other.title)} ({plain(other.id)})" for other in entry.folded),
    ]


def _item(item: FeedItem, digest: Digest) -> list[str]:
    title = plain(item.title) or "(no title)"
    day = words.item_day(item, digest)
    return [
        f"### {title}",
        " · ".join(
            filter(
                None,
                (plain(item.feed), day, _link("read", item.link)),
            )
        ),
        plain(item.summary),
    ]


def _link(label: str, address: str) -> str:
    return f"[{plain(label)}](<{address}>)" if words.is_web_address(address) else ""
