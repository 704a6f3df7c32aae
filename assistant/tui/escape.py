"""A lone `esc` known soon: it is told from the beginning of another key by what does not follow.

Textual waits 100 ms for what may follow, and looks every 100 ms whether they are over. The rest of
a key comes at once from every terminal, and through ssh within a few milliseconds.
"""

import os
import selectors
import sys
from types import SimpleNamespace

_FOLLOWS = 30
"""Milliseconds in which the rest of a key must follow; ESCDELAY says otherwise, as for ncurses."""


class _Selector(selectors.SelectSelector):
    """Waits briefly after what was read, and as long as it was asked to otherwise."""

    _read = False

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self._read and timeout is not None:
            timeout = min(timeout, int(os.environ["ESCDELAY"]) / 1_000)
        ready = super().select(timeout)
        self._read = bool(ready)
        return ready


def hasten_escape() -> None:
    """Let the app know a lone escape after 30 ms; call this before Textual is imported."""
    if not os.environ.get("ESCDELAY", "").isdigit():
        os.environ["ESCDELAY"] = str(_FOLLOWS)
    if sys.platform == "win32":
        return
    from textual.drivers import linux_driver

    own = SimpleNamespace(SelectSelector=_Selector, EVENT_READ=selectors.EVENT_READ)
    setattr(linux_driver, "selectors", own)  # noqa: B010 (it is no public name)
