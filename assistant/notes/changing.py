"""Every change of the vault: decided, carried out, logged and indexed as one."""

from collections.abc import Sequence
from typing import Any

from assistant.notes import files, journal
from assistant.notes.indexing import refresh
from assistant.notes.vault import Vault


def change(
    vault: Vault,
    event: dict[str, Any],
    *,
    moves: Sequence[journal.Move] = (),
    contents: Sequence[tuple[str, str, bytes]] = (),
) -> list[str]:
    """Carry out moves, then new contents, inside `vault.writing()`; all of it or nothing.

    `contents` are (path after the moves, digest before or "" for a new file, content); `event` is
    {kind, subject, data, undoes}. Returns the files that another program changed at that moment:
    they keep what it wrote, and ours stands beside them.
    """
    operation = journal.decide(vault.root, list(moves), list(contents), event)
    kept = vault.run(operation)
    touched = {path for move in moves for path in (move.old, move.new)}
    refresh(vault, sorted(touched | {path for path, _, _ in contents}))
    return kept


def rewrite(
    vault: Vault,
    kind: str,
    path: str,
    before: str,
    after: str,
    *,
    undoes: int | None = None,
    **data: Any,
) -> list[str]:
    """Change a note's text from one to another, logged so that it can be undone exactly."""
    start, new, old = span(before, after)
    content = files.encode(after)
    told = {**data, "path": path, "after": files.digest(content), "change": [start, new, old]}
    event = {"kind": kind, "subject": f"note:{path}", "data": told, "undoes": undoes}
    return change(vault, event, contents=[(path, files.digest(files.encode(before)), content)])


def span(before: str, after: str) -> tuple[int, str, str]:
    """Return the one place where two texts differ: (start, what is there after, and before)."""
    most = min(len(before), len(after))
    start = 0
    while start < most and before[start] == after[start]:
        start += 1
    end = 0
    while end < most - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return start, after[start : len(after) - end], before[start : len(before) - end]
