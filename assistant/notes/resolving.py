"""Which file of the vault a link means: by path, by name, the nearest one first."""

import difflib
from collections.abc import Iterable
from posixpath import normpath

from assistant.notes.names import folder_of, is_note, key, name_of, without_suffix


class Resolver:
    """The paths of a vault at one moment, asked what a link means.

    As in Obsidian: case does not count; a path from the vault's top wins, then a file in the
    link's own folder, then the one with the shortest path whose end is what the link says. `.md`
    may be left out.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths: set[str] = set()
        self._by_path: dict[str, str] = {}
        self._by_name: dict[str, list[str]] = {}
        for path in sorted(paths, key=lambda path: (path.count("/"), len(path), path)):
            self.add(path)

    def add(self, path: str) -> None:
        """Take note of a file; of several that mean one thing, the first added wins."""
        self._paths.add(path)
        self._by_path.setdefault(key(path), path)
        if is_note(path):
            # A note wins over an attachment that is called the same but for `.md`.
            self._by_path.setdefault(key(without_suffix(path)), path)
        for name in {key(path.rpartition("/")[2]), key(name_of(path))}:
            self._by_name.setdefault(name, []).append(path)

    def wiki(self, target: str, source: str) -> str | None:
        """Return the path that `[[target]]` means in the note `source`, None where it is broken."""
        if target.startswith(("./", "../")):
            return self._relative(target, folder_of(source))
        target = target.strip("/")
        if (exact := self._exact(target)) is not None:
            return exact
        same_end = self.find(target)
        if not same_end:
            return None
        near = [path for path in same_end if folder_of(path) == folder_of(source)]
        return (near or same_end)[0]

    def markdown(self, target: str, source: str) -> str | None:
        """Return the path that `[label](target)` means in the note `source`."""
        if target.startswith("/"):
            return self._exact(target.strip("/"))
        found = self._relative(target, folder_of(source))
        return found if found is not None else self._exact(target)

    def find(self, target: str) -> list[str]:
        """Return the files whose path is, or ends in, a path or name; the shortest path first."""
        if (exact := self._exact(target)) is not None:
            return [exact]
        wanted = key(target)
        found = self._by_name.get(wanted.rpartition("/")[2], [])
        if "/" not in wanted:
            return found
        end = "/" + wanted
        return [
            path for path in found
            if ("/" + key(path)).endswith(end) or ("/" + key(without_suffix(path))).endswith(end)
        ]  # fmt: skip

    def close_to(self, target: str) -> str | None:
        """Return a note whose name is nearly what a person typed."""
        close = difflib.get_close_matches(key(target), self._by_name, n=1, cutoff=0.75)
        return without_suffix(self._by_name[close[0]][0]) if close else None

    def _exact(self, target: str) -> str | None:
        # Of two files that differ in case alone, the one that is spelt so.
        if target in self._paths:
            return target
        if f"{target}.md" in self._paths:
            return f"{target}.md"
        return self._by_path.get(key(target))

    def _relative(self, target: str, folder: str) -> str | None:
        joined = normpath(f"{folder}/{target}" if folder else target)
        # What climbs out of the vault means nothing in it.
        return None if joined.startswith(("..", "/")) else self._exact(joined)
