"""Pictures of Venues: editions and deadlines in every state, small and large."""

import threading
from pathlib import Path

import pytest

from assistant.tui.library import Library
from tests.tui.driving import Person, drive
from tests.tui.test_snapshots import SIZES, States, compared, pictured
from tests.tui.test_venues import go_to, into_page, jobs, settle_in_venues

VENUES: States = {}


def venue_state(play: object) -> object:
    """Add a state to be pictured, named after its function."""
    VENUES[play.__name__] = play  # type: ignore[attr-defined,assignment]
    return play


@venue_state
async def venues_all(person: Person) -> None:
    return


@venue_state
async def venues_filtered(person: Person) -> None:
    await person.press("slash")
    await person.type("neurips partial")
    await person.press("enter")


@venue_state
async def venues_nothing(person: Person) -> None:
    await person.press("slash")
    await person.type("zqxj")


@venue_state
async def venues_edition(person: Person) -> None:
    await into_page(person, "papers", "spotlight")


@venue_state
async def venues_edition_turned_down(person: Person) -> None:
    await person.press("H", "enter")


@venue_state
async def venues_edition_end(person: Person) -> None:
    await person.press("enter", "G")


@venue_state
async def venues_ranking(person: Person) -> None:
    await person.press("enter", "R")
    (job,) = jobs(person).running
    job.done, job.total = 1, 4
    jobs(person).tell()


@venue_state
async def venues_partial(person: Person) -> None:
    await go_to(person, "neurips-2024")
    await person.press("enter")


@venue_state
async def venues_unknown(person: Person) -> None:
    await go_to(person, "icml")
    await person.press("enter")


@venue_state
async def deadlines_all(person: Person) -> None:
    await person.press("v")


@venue_state
async def deadlines_over(person: Person) -> None:
    await person.press("v", "H", "G")


@venue_state
async def deadlines_mine(person: Person) -> None:
    await person.press("v", "a")


@venue_state
async def deadlines_filtered(person: Person) -> None:
    await person.press("v", "slash")
    await person.type("!followed")
    await person.press("enter")


@venue_state
async def deadlines_nothing(person: Person) -> None:
    await person.press("v", "slash")
    await person.type("zqxj")


@venue_state
async def deadlines_page(person: Person) -> None:
    await person.press("v", "j", "enter")


@venue_state
async def deadlines_export(person: Person) -> None:
    await person.press("v", "X")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", VENUES)
def test_venues(venued: Path, name: str, size: str) -> None:
    pictured(name, size, VENUES[name])


@pytest.mark.parametrize("size", SIZES)
def test_nothing_followed_yet(seeded: Path, size: str) -> None:
    settle_in_venues(seeded)

    async def look(person: Person) -> None:
        return

    pictured("venues_empty", size, look)


@pytest.mark.parametrize("size", SIZES)
def test_no_deadlines_yet(seeded: Path, size: str) -> None:
    settle_in_venues(seeded)

    async def look(person: Person) -> None:
        await person.press("v")

    pictured("deadlines_empty", size, look)


@pytest.mark.parametrize("size", SIZES)
def test_while_the_library_opens(venued: Path, size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opening = threading.Event()
    monkeypatch.setattr(Library, "_open", lambda *_: opening.wait(30) and None)

    async def look(person: Person) -> None:
        await person.until(lambda: "Opening your library" in person.text(), "the first picture")
        compared("loading_venues", size, person)
        opening.set()
        person.app.exit()

    drive(look, size=SIZES[size], wait=False, errors=True)
