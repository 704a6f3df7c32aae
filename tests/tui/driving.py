"""Driving the app in a test: everything a person would see turned on, every fault told.

    def test_something(seeded: Path) -> None:
        async def play(person: Person) -> None:
            await person.press("2", "j")
            assert person.app.screen ...

        drive(play, size=(80, 24))

The app catches its own crashes, so Pilot never raises them again: `drive` does, from the log.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from textual._compositor import LayoutUpdate
from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from assistant.config import find_home, load_settings
from assistant.search.asking import Meaning, MeaningHit
from assistant.tui.app import AssistantApp

SMALL, LARGE = (80, 24), (140, 45)
_PATIENCE = 200.0
_QUIET = 8


@dataclass
class Person:
    """Someone at the keyboard."""

    app: AssistantApp
    pilot: Pilot[Any]

    @property
    def screen(self) -> Screen[Any]:
        return self.app.screen

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until all they began is done.

        Pilot waits for an idle processor after each, which takes ten times as long.
        """
        for key in keys:
            await self.press_fast(key)

    async def press_fast(self, *keys: str) -> None:
        """Press keys without waiting for what each of them does."""
        self.send(*keys)
        await self.rest()

    def send(self, *keys: str) -> None:
        """Press keys, and wait for nothing: they may end the app."""
        driver = self.app._driver
        assert driver is not None
        for key in keys:
            one = len(key) == 1
            driver.send_message(Key(_character_to_key(key) if one else key, key if one else None))

    async def type(self, text: str) -> None:
        """Type a text into what has the focus, all at once."""
        line = self.app.focused
        assert isinstance(line, Input)
        line.value = text
        await self.rest()

    async def resize(self, size: tuple[int, int]) -> None:
        await self.pilot.resize_terminal(*size)
        await self.rest()

    async def rest(self) -> None:
        """Wait until no worker runs and every message was taken in."""
        quiet = 0
        async with asyncio.timeout(_PATIENCE):
            while quiet < _QUIET:
                await self.pilot.pause(0)
                busy = any(not worker.is_finished for worker in self.app.workers)
                quiet = 0 if busy else quiet + 1
                if busy:
                    await asyncio.sleep(0.002)

    async def until(self, holds: Callable[[], object], what: str = "it to happen") -> None:
        """Wait until something holds."""
        try:
            async with asyncio.timeout(_PATIENCE):
                while not holds():
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"waited in vain for {what}\n{self.text()}") from None

    def text(self) -> str:
        """Return what is on the screen as plain lines."""
        return "\n".join(line.rstrip() for line in self.lines())

    def lines(self) -> list[str]:
        """Return the lines of the screen, each as long as the screen is wide."""
        return [strip.text for strip in self.screen._compositor.render_strips()]

    def written(self) -> str:
        """Return the screen as it is written to a terminal, with all its sequences."""
        strips: list[Any] = [[strip] for strip in self.screen._compositor.render_strips()]
        update = LayoutUpdate(strips, self.screen.region)
        return update.render_segments(self.app.console)

    def toasts(self) -> list[str]:
        """Return what the app says in passing now."""
        return [one.message for one in self.app._notifications]


class Understanding(Meaning):
    """Meaning without a model: everything means these papers and passages, notes first."""

    warm = True

    def __init__(self) -> None:
        self.hits: list[int] = []
        self.sections: list[int] = []
        self.asked: list[str] = []

    async def warm_up(self) -> None:
        return

    async def search(self, text: str, *, limit: int) -> Any:
        self.asked.append(text)
        return self._answer()

    async def similar(self, work: int, *, limit: int) -> Any:
        return self._answer()

    async def related_to_note(self, path: str, *, limit: int) -> Any:
        return self._answer()

    async def close(self) -> None:
        return

    def _answer(self) -> Any:
        found = [(0, section) for section in self.sections] + [(work, 0) for work in self.hits]
        hits = [
            MeaningHit(work, 0.5, () if section else ("means it",), section)
            for work, section in found
        ]
        return SimpleNamespace(hits=hits, obsolete=False, notices=[])


Play = Callable[[Person], Awaitable[None]]


def drive(
    play: Play,
    *,
    size: tuple[int, int] = SMALL,
    errors: bool = False,
    open_paper: str | None = None,
    wait: bool = True,
    prepare: Callable[[AssistantApp], object] = lambda app: None,
) -> AssistantApp:
    """Run the app while a person plays, and quit; return the app.

    Unless `errors` are expected, any error the app has logged fails the test. `wait` for the
    library to be open before play begins; `prepare` is given the app before it runs.
    """

    home = find_home()
    app = AssistantApp(home, load_settings(home), open_paper=open_paper)
    app.animation_level = "none"
    app.desk.meaning = Understanding()

    async def run() -> None:
        prepare(app)
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            person = Person(app, pilot)
            if wait:
                await person.rest()
            await play(person)

    try:
        asyncio.run(run())
    except BaseException as error:
        error.add_note("\n".join(_errors(app)))
        raise
    assert errors or not _errors(app), "\n".join(_errors(app))
    return app


def _errors(app: AssistantApp) -> list[str]:
    found = (one for one in app.desk.log.entries if one.severity == "error")
    return [f"The app's log: {one.text}\n{one.why}\n{one.details}" for one in found]
