"""The mouse, which works and is never needed."""

from pathlib import Path

from textual.events import MouseScrollDown

from tests.tui.driving import Person, drive


def place_of(person: Person, text: str, *, end: bool = False) -> tuple[int, int]:
    """Return where a text begins on the screen, or its last character."""
    for y, line in enumerate(person.lines()):
        if (x := line.find(text)) >= 0:
            return (x + len(text) - 1 if end else x), y
    raise AssertionError(f"{text!r} is not on the screen\n{person.text()}")


async def click(person: Person, text: str, *, end: bool = False, times: int = 1) -> None:
    await person.pilot.click(offset=place_of(person, text, end=end), times=times)
    await person.rest()


def test_an_area_and_a_pane_are_gone_to(seeded: Path) -> None:
    async def play(person: Person) -> None:
        for end in (False, True):
            await click(person, "6 Activity", end=end)
            assert person.app.current_mode == "activity"
            await click(person, "2 Papers", end=end)
            assert person.app.current_mode == "papers"
        await person.press("6")
        await click(person, "History")
        assert "liked" in person.text()

    drive(play)


def test_a_row_is_gone_to_and_opened(seeded: Path) -> None:
    async def play(person: Person) -> None:
        rows = person.screen.query_one("RowList")
        await person.pilot.click("RowList", offset=(30, 4))
        await person.rest()
        assert rows.cursor == 4  # type: ignore[attr-defined]
        await person.pilot.click("RowList", offset=(30, 6), times=2)
        await person.rest()
        assert rows.cursor == 6  # type: ignore[attr-defined]
        assert "arxiv.org/abs" in person.text(), "the paper is open"

    drive(play)


def test_the_wheel_scrolls_what_it_is_over(seeded: Path) -> None:
    async def play(person: Person) -> None:
        rows = person.screen.query_one("RowList")
        before = person.lines()[3]
        for _ in range(3):
            x, y = rows.region.x + 5, rows.region.y + 5
            wheel = MouseScrollDown(rows, x, y, 0, 1, 0, False, False, False, x, y)
            person.screen._forward_event(wheel)
            await person.rest()
        assert person.lines()[3] != before
        assert rows.scroll_offset.y > 0

    drive(play)


def test_a_key_on_the_bar_is_pressed(seeded: Path) -> None:
    async def play(person: Person) -> None:
        for end in (False, True):
            await click(person, "p preview", end=end)
            assert ("arxiv.org/abs" in person.text()) is end, "it was shown at first"
        before = person.app.screen
        await click(person, "? help", end=True)
        assert person.app.screen is not before

    drive(play, size=(140, 45))


def test_a_chip_is_taken_away(seeded: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("/")
        await person.type("year:2020.. is:unread -cat:cs.CV attention")
        await person.press("enter")
        for chip in (" year:2020.. x ", " -cat:cs.CV x "):
            await click(person, chip, end=True)
            assert chip not in person.text()
            assert " is:unread x" in person.text(), "only what was clicked"
        await click(person, " is:unread x")
        assert "is:unread" not in person.text()

    drive(play)


def test_a_choice_is_clicked_twice(seeded: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("ctrl+p")
        await person.type("Show or hide the preview")
        before = person.app.screen
        await click(person, "p  Show or hide")
        assert person.app.screen is before
        await click(person, "p  Show or hide", times=2)
        assert person.app.screen is not before

    drive(play)
