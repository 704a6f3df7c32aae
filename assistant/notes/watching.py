"""Noticing what other programs do to the vault, while something of ours is open."""

import threading
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import AssistantError
from assistant.notes.indexing import Refreshed, refresh
from assistant.notes.vault import Vault

_MANY = 200  # changes at once, from where on looking at everything costs less
_DEBOUNCE_MS = 300


def watch(vault: Vault, stop: threading.Event | None = None) -> Iterator[Refreshed]:
    """Yield what changed, the index in step with it, until `stop` is set.

    Raises:
        AssistantError: the vault cannot be watched at all; refresh by hand.
    """
    for changed in changes(vault.root, stop):
        report = refresh(vault, None if is_much(vault.root, changed) else sorted(changed))
        if report.any:
            yield report


def changes(root: Path, stop: threading.Event | None = None) -> Iterator[set[str]]:
    """Yield the paths in a vault that somebody changed, ours too, until `stop` is set.

    Files are watched through the system, or polled where it cannot (network drives, containers). A
    change that neither sees is found by the next `refresh`.

    Raises:
        AssistantError: the vault cannot be watched at all; refresh by hand.
    """
    from watchfiles import watch as watch_files

    if not root.is_dir():
        raise AssistantError(f"There is no vault {root} to watch yet.")

    def wanted(change: object, path: str) -> bool:
        try:
            parts = Path(path).relative_to(root).parts
        except ValueError:
            return False
        return not any(part.startswith(".") for part in parts)

    for polling in (False, True):
        try:
            for found in watch_files(
                root, watch_filter=wanted, stop_event=stop, debounce=_DEBOUNCE_MS,
                step=50, rust_timeout=500, force_polling=polling, raise_interrupt=True,
            ):  # fmt: skip
                yield {Path(path).relative_to(root).as_posix() for _, path in found}
            return
        except (OSError, RuntimeError) as error:
            if polling:
                raise AssistantError(
                    "The vault cannot be watched.",
                    why=str(error),
                    hint="`assistant note refresh` takes changes in by hand.",
                ) from error


def is_much(root: Path, changed: set[str]) -> bool:
    """Tell whether looking at the whole vault is what a change asks for.

    A folder that came or went tells nothing of the files in it.
    """
    folders = any((root / path).is_dir() or not Path(path).suffix for path in changed)
    return folders or len(changed) > _MANY
