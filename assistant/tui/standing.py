"""An app that stands when something in it breaks, and says what happened."""

import asyncio
import time
from collections.abc import Callable, Sequence

from textual.app import App
from textual.filter import LineFilter

from assistant.tui.acting import Acting
from assistant.tui.areas import areas
from assistant.tui.log import LogEntry, Severity, entry_of
from assistant.tui.printable import Printable

_TOAST_SECONDS = 5.0
_LONGEST_TOAST = 300
_MOST_FAULTS = 4
_FAULT_SECONDS = 20.0
_STUCK_SECONDS = 3.0


class StandingApp(App[None], Acting):
    """Says things in toasts and keeps them in the log; a place that breaks is made anew."""

    def __init__(self) -> None:
        super().__init__()
        self.farewell = ""
        self._printable = Printable()
        self._faults: list[float] = []

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what every line passes through before it is drawn."""
        return [self._printable, *super().get_line_filters()]

    def say(
        self, text: str, *, severity: Severity = "information", why: str = "", hint: str = ""
    ) -> None:
        """Tell the person something, and keep it in the log."""
        self.tell(LogEntry(text, severity, why, hint))

    def report(
        self,
        error: BaseException,
        *,
        doing: str = "",
        retry: Callable[[], object] | None = None,
    ) -> None:
        """Tell the person what failed; the log keeps its cause, and how to try again."""
        self.tell(entry_of(error, doing=doing, retry=retry))

    def tell(self, entry: LogEntry) -> None:
        """Show an entry for a moment, and keep it in the log."""
        self.desk.log.add(entry)
        told = " ".join(part for part in (entry.text, entry.hint) if part)
        if entry.retry is not None:
            told += " Press 6 for the log, where it can be tried again."
        if any(told[:_LONGEST_TOAST] == one.message for one in self._notifications):
            return
        self.notify(
            told[:_LONGEST_TOAST], severity=entry.severity, timeout=_TOAST_SECONDS, markup=False
        )

    # ---- when something breaks

    def _handle_exception(self, error: Exception) -> None:
        """Keep the app standing: the place that broke is made anew; one that breaks at once, again
        and again, ends the app with a word instead of a traceback.
        """
        if self._exit:  # what a place that is going with the app failed at, nobody waits for
            return
        self.desk.log.add(entry_of(error, doing="Showing this place"))
        now = time.monotonic()
        self._faults = [at for at in self._faults if now - at < _FAULT_SECONDS] + [now]
        if len(self._faults) >= _MOST_FAULTS or not self._running:
            self._give_up(error)
            return
        loop = asyncio.get_running_loop()
        stuck = loop.call_later(_STUCK_SECONDS, self._give_up, error)
        self.call_later(self._make_anew, self.current_mode, stuck)

    async def _make_anew(self, area: str, stuck: asyncio.TimerHandle) -> None:
        stuck.cancel()
        broken = next(one for one in areas() if one.id == area)
        other = next(one for one in areas() if one.id != area)
        await self.switch_mode(other.id)
        await self.remove_mode(area)
        self.add_mode(area, broken.make)
        self.say(
            f"{broken.title} broke and was closed; open it again with {broken.key}.",
            severity="error",
            hint="The log (6) has the details. Your library is whole.",
        )

    def _give_up(self, error: Exception) -> None:
        self._return_code = 1
        self.farewell = (
            f"The screen broke: {type(error).__name__}. The details are in {self.desk.log.file}. "
            "Your library is whole."
        )
        self._close_messages_no_wait()
