"""The signals that end the app; one that comes while the screen begins waits until it can leave."""

import signal

ENDINGS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def hold_endings() -> None:
    """Let the signals wait: in the midst of taking the terminal nobody could give it back."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)


def heed_endings() -> None:
    """Let those that waited come, and those to come."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
