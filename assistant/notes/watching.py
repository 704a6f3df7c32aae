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

    Files are watched through the system, or polled where it cannot (network drives, containers). A
    change that neither sees is found by the next `refresh`.

    Raises:
        AssistantError: the vault cannot be watched at all; refresh by hand.
    """
    from watchfiles import watch as watch_files

    if not vault.root.is_dir():
        raise AssistantError(f"There is no vault {vault.root} to watch yet.")

    def wanted(change: object, path: str) -> bool:
        try:
            parts = Path(path).relative_to(vault.root).parts
        except ValueError:
            return False
        return not any(part.startswith(".") for part in parts)

    for polling in (False, True):
        try:
            for changes in watch_files(
                vault.root, watch_filter=wanted, stop_event=stop, debounce=_DEBOUNCE_MS,
                step=50, rust_timeout=500, force_polling=polling, raise_interrupt=True,
            ):  # fmt: skip
                report = _taken_in(vault, {Path(path) for _, path in changes})
                if report.any:
                    yield report
            return
        except (OSError, RuntimeError) as error:
            if polling:
                raise AssistantError(
                    "The vault cannot be watched.",
                    why=str(error),
                    hint="`assistant note refresh` takes changes in by hand.",
                ) from error


def _taken_in(vault: Vault, changed: set[Path]) -> Refreshed:
    # A folder that came or went tells nothing of the files in it.
    folders = any(path.is_dir() or not path.suffix for path in changed)
    if folders or len(changed) > _MANY:
        return refresh(vault)
    return refresh(vault, sorted(path.relative_to(vault.root).as_posix() for path in changed))
