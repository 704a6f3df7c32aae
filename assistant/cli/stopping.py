"""Stopping on a signal: what is finished is kept, the rest is rolled back."""

import signal
from types import FrameType
from typing import NoReturn


class Terminated(KeyboardInterrupt):
    """SIGTERM came: unwinds like ctrl+c, so that transactions end and locks are let go."""


def stop_on_sigterm() -> None:
    """Let SIGTERM stop a command as ctrl+c does; without effect outside the main thread."""
    try:
        signal.signal(signal.SIGTERM, _stop)
    except ValueError:
        return


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise Terminated
