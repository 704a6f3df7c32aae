"""What happened in the library lately, in words: the newest entries of the log."""

from dataclasses import dataclass
from typing import Any

from assistant.library.undoing import UNDOABLE, describe
from db import personal, works
from db.engine import Connection


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of the log in words; `title` is the paper's it is about, where it is about one.

    `count` papers were changed at once, `undone` says that it was taken back since.
    """

    at: str
    kind: str
    subject: str
    title: str
    text: str
    count: int = 1
    undone: bool = False


def recent_events(connection: Connection, limit: int = 50) -> list[Happening]:
    """Return the newest things that happened, newest first; what was done at once is one."""
    found: list[tuple[personal.LogEntry, int]] = []
    before: int | None = None
    while len(found) < limit:
        page = personal.newest_events(connection, limit - len(found), before=before)
        if not page:
            break
        for entry in page:
            # What was done to many papers at once stands in the log in one piece, from here on.
            before = entry.data.get("group", entry.id)
            found.append((entry, entry.id - before + 1))
            if before != entry.id:
                break
    titles = works.titles_of(connection, {entry.subject for entry, _ in found})
    return [
        Happening(
            at=entry.at,
            kind=entry.kind,
            subject=entry.subject,
            title=titles.get(entry.subject, "") if count == 1 else "",
            text=_told(entry.kind, entry.data),
            count=count,
            undone=entry.undone,
        )
        for entry, count in found
    ]


def _told(kind: str, data: dict[str, Any]) -> str:
    if kind in UNDOABLE:
        return describe(kind, data)
    if kind in ("undo", "redo"):
        told = data.get("told")
        return f"{'took back' if kind == 'undo' else 'did again'}: {told}" if told else kind
    if kind.startswith("lab-"):
        return str(data.get("told", kind))
    if kind == "import":
        return f"imported: {data.get('added', 0):,} new, {data.get('read', 0):,} read"
    if kind == "sync":
        days = sum(count for count in data.values() if isinstance(count, int))
        whole = data.get("complete", 0) + data.get("holiday", 0)
        return f"synced: {whole:,} of {days:,} announcement days complete"
    if kind == "version":
        return f"new version v{data.get('number')}"
    if kind == "accepted":
        return f"now at {data.get('standing') or data.get('venue')}"
    if kind == "sync-venues":
        came = data.get("added", 0) + data.get("merged", 0)
        return f"asked venues: {came:,} papers came"
    if kind in ("join", "match"):
        return f"two copies became one paper ({data.get('reason', 'same paper')})"
    return kind.replace("-", " ")
