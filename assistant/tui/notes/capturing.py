"""What can be meant while a thought is typed: the paper at hand, and notes by name after `[[`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.tui.papers.browser import PaperBrowser

if TYPE_CHECKING:
    from assistant.tui.app import AssistantApp
    from assistant.tui.desk import Desk

_MOST = 6
_LONGEST_TITLE = 60


def paper_at_hand(app: "AssistantApp") -> str:
    """Return a link to the paper under the cursor, "" where there is none."""
    for browser in app.screen.query(PaperBrowser):
        key = browser.rows.key
        row = browser.cache.rows.get(key) if isinstance(key, int) else None
        if row is not None:
            label = row.title[:_LONGEST_TITLE].translate(str.maketrans("[]|", "()/"))
            return f"[[{row.public_id}|{label}]]"
    return ""


async def suggestions(desk: "Desk", paper: str) -> Callable[[str], list[str]]:
    """Return what a text can become: with the paper at hand, or with a note's name."""
    from db import notes as index

    known = await desk.library.read(index.lines)
    names = [(one.path.removesuffix(".md"), one.title) for one in known]

    def suggest(value: str) -> list[str]:
        head, opened, begun = value.rpartition("[[")
        if opened and "]]" not in begun:
            wanted = begun.casefold()
            found = [path for path, title in names if wanted in f"{path} {title}".casefold()]
            found.sort(key=len)
            return [f"{head}[[{path}]]" for path in found[:_MOST]]
        return [f"{value.rstrip()} {paper}".lstrip()] if paper and paper not in value else []

    return suggest
