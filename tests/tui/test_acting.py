"""Work beside the screen: faults are told, and the newest of a kind alone goes on."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.tui.driving import Person, drive


def test_of_works_of_one_name_the_newest_goes_on(seeded: Path) -> None:
    done: list[int] = []

    async def work(number: int) -> None:
        await asyncio.sleep(0.01)
        done.append(number)

    async def play(person: Person) -> None:
        for number in range(5):
            person.app.run_safely(partial(work, number), "Counting", only="count")
        await person.rest()

    drive(play)
    assert done == [4]


def test_a_fault_beside_the_screen_is_told_and_kept(seeded: Path) -> None:
    async def work() -> None:
        raise RuntimeError("a fault in [/] the works")

    async def play(person: Person) -> None:
        person.app.run_safely(work, "Counting")
        await person.rest()
        assert "(counting): RuntimeError: a fault in [/] the works" in person.toasts()[0]

    (entry,) = drive(play, errors=True).desk.log.entries
    assert "Traceback" in entry.details


def test_a_place_that_goes_hears_no_more_of_the_jobs(seeded: Path) -> None:
    async def play(person: Person) -> None:
        app, heard = person.app, list[int]()
        listeners: list[Callable[[int], None]] = []
        app.listen(listeners, heard.append)
        app.screen.listen(listeners, heard.append)
        listeners[1](1)
        app.exit()
        # Its parts are gone before the screen itself is told of its end.
        for told in list(listeners):
            told(2)
        assert heard == [1, 2]
        assert len(listeners) == 1

    drive(play)
