"""Collecting garbage in pauses: going through all objects takes longer than answering a key.

While keys are pressed the collector has only to go through what came since the last pause; what
there was then is put aside, and looked at again in the next one.
"""

import gc

EVERY = 1.0  # seconds between two looks
_OFTEN = (700, 10, 10)  # little is looked through at once, and takes no time that is felt
_PAUSE = 2  # looks one after the other that find nothing new


class Tidying:
    """Keeps the garbage collector away from the keys."""

    def __init__(self) -> None:
        self._made = 0
        self._still = 0

    def put_aside(self) -> None:
        """Let the collector pass over what there is, until the next pause."""
        gc.freeze()
        gc.set_threshold(*_OFTEN)

    def look(self) -> None:
        """Collect everything at the beginning of a pause; call this every `EVERY` seconds."""
        made = gc.get_stats()[1]["collections"]
        self._still = self._still + 1 if made == self._made else 0
        self._made = made
        if self._still == _PAUSE:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
